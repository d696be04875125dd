"""Builtins that ask an object for a name: ``getattr``, ``hasattr``, ``super``, ``type`` and their kin."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Class
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.mocks.values import Mock, MockType
from llmlint.semantics.nouns import GuardUse, Outcome
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Coroutine,
    Instance,
    ModuleValue,
    Special,
    Super,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.scope import Scope
from llmlint.semantics.expectations import Expectations

_OF_RESULTS: Final = frozenset({"builtins", "datetime", "decimal", "pathlib", "uuid"})
"""Modules whose classes no coroutine is of."""

_TAKES: Final = {
    "getattr": (2, 3), "setattr": (3, 3), "delattr": (2, 2), "hasattr": (2, 2), "isinstance": (2, 2), "issubclass": (2, 2),
    "callable": (1, 1), "type": (1, 3), "list": (0, 1), "tuple": (0, 1), "set": (0, 1), "frozenset": (0, 1), "sorted": (1, 1),
    "reversed": (1, 1), "iter": (1, 2), "enumerate": (1, 2), "next": (1, 2), "vars": (0, 1), "zip": (0, 99),
}  # fmt: skip
"""How many arguments the builtins take by position whose calls are worked out here: what is within that needs no look at the stub."""


class BuiltinCalls(Expectations):
    """Evaluates them, for one file's evaluation."""

    def _builtin(self, node: ast.Call, name: str, special: Special) -> Value:
        evaluator = self.evaluator
        world = evaluator.world
        if name == "super":
            return self._super(node)
        arguments = evaluator.arguments(node)
        positional = arguments.positional
        if arguments.starred:
            return UNKNOWN
        takes = _TAKES.get(name)
        if takes is not None and (arguments.keywords or not takes[0] <= len(positional) <= takes[1]):
            evaluator.refused(node, special.value, arguments)
        if name == "sorted" and evaluator.sink is not None:
            evaluator.hand_to_lambdas(special.value, arguments)
        if name == "getattr" and len(positional) >= 2:
            return self._getattr(node, arguments)
        if name in ("setattr", "delattr") and len(positional) >= 2:
            literal = positional[1].literal if isinstance(positional[1], Instance) else None
            if isinstance(literal, str):
                if name == "setattr" and isinstance(positional[0], (Instance, ClassValue, ModuleValue)):
                    evaluator.judge_store(node, positional[0], literal)
                evaluator.replaced_names.add(literal)
                if isinstance(positional[0], Mock) and len(positional) == 3:
                    evaluator.mocks.store(positional[0], literal, positional[2], node)
                elif len(positional) == 3 and isinstance(positional[2], Mock) and isinstance(positional[0], Instance):
                    evaluator.mocks.hand_attribute(positional[2], world.attributes.get(positional[0], literal).value)
            else:
                evaluator.guards.append((ast.unparse(node.args[0]), "*"))
            return world.none
        if name in ("hasattr", "isinstance", "issubclass", "callable"):
            if name == "isinstance" and evaluator.asserted is node and len(positional) == 2:
                self._is_a_result(node, *positional)
            return world.boolean
        if name == "type" and len(positional) == 3:
            return UNKNOWN
        if name == "type" and len(positional) == 1:
            value = positional[0]
            if isinstance(value, Mock):
                return MockType(value)
            return ClassValue(value.cls, value.args, exact=value.exact) if isinstance(value, Instance) else UNKNOWN
        if name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter") and positional:
            element = world.calls.element(positional[0])
            kind = {"sorted": "list", "reversed": "list", "iter": "list"}.get(name, name)
            if name == "iter" or name == "reversed":
                cls = world.classes.named("typing", "Iterator")
                return Instance(cls, (element,)) if cls is not None else UNKNOWN
            items = positional[0].items if isinstance(positional[0], Instance) and name in ("list", "tuple") else None
            return world.collection(kind, [element], items)
        if name == "enumerate" and positional:
            row = (world.integer, world.calls.element(positional[0]))
            return world.collection("list", [world.collection("tuple", list(row), row)], None)
        if name == "zip" and positional:
            parts = tuple(world.calls.element(value) for value in positional)
            return world.collection("list", [world.collection("tuple", list(parts), parts)], None)
        if name == "next" and positional:
            element = world.calls.element(positional[0])
            return union((element, positional[1])) if len(positional) > 1 else element
        if name in ("vars", "locals", "globals", "exec", "eval"):
            return UNKNOWN
        return evaluator.call(node, special.value, arguments)

    def _is_a_result(self, node: ast.Call, value: Value, asked: Value) -> None:
        """``assert isinstance(found, dict)``, where ``found`` is a coroutine and can be no such thing."""
        if not isinstance(value, Coroutine):
            return
        kinds = asked.items if isinstance(asked, Instance) and asked.items else (asked,)
        kinds = tuple(kind.value if isinstance(kind, Special) else kind for kind in kinds)
        if all(isinstance(kind, ClassValue) and self._is_of_results(kind.cls) for kind in kinds):
            self.evaluator.unawaited(node.args[0], value, "value")

    def _is_of_results(self, cls: Class) -> bool:
        """Whether no coroutine is an instance of the class."""
        if cls.own:
            return "protocol" not in cls.memo and self.evaluator.world.classes.member(cls, "__await__") is None
        return cls.symbol != "builtins.object" and cls.module.name in _OF_RESULTS

    def _super(self, node: ast.Call) -> Value:
        evaluator = self.evaluator
        given = [evaluator.eval(argument) for argument in node.args]
        scope: Scope | None = evaluator.scope
        while scope is not None:
            if scope.cls is not None and scope.receiver is not None and not scope.is_class:
                if given and not (
                    len(given) == 2
                    and isinstance(given[0], ClassValue)
                    and given[0].cls is scope.cls
                    and given[1] is scope.receiver
                ):
                    return UNKNOWN
                return Super(scope.cls, scope.receiver)
            scope = scope.parent
        return UNKNOWN

    def _getattr(self, node: ast.Call, arguments: Arguments) -> Value:
        evaluator = self.evaluator
        value, name = arguments.positional[0], arguments.positional[1]
        literal = name.literal if isinstance(name, Instance) else None
        if not isinstance(literal, str) or isinstance(value, Unknown):
            return UNKNOWN
        if isinstance(value, Mock):
            return evaluator.mocks.attribute(value, literal, node, quiet=len(arguments.positional) > 2)
        if len(arguments.positional) > 2:
            found = evaluator.world.attributes.get(value, literal)
            if found.outcome is not Outcome.MISSING:
                evaluator.private(node, literal, value, found.outcome, "load")
            return union((found.value, arguments.positional[2]))
        if literal in evaluator.replaced_names or evaluator.guarded(node.args[0], literal):
            return UNKNOWN
        return evaluator.read(node, value, literal)

    def gate(self, test: ast.expr) -> None:
        """Look for ``hasattr(x, "name")`` in a condition that gates statements, where ``x`` can never have the name."""
        evaluator = self.evaluator
        if not evaluator.judging:
            return
        stack: list[ast.expr] = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.BoolOp):
                stack.extend(node.values)
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                stack.append(node.operand)
            elif isinstance(node, ast.Compare):
                stack.append(node.left)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) >= 2:
                if node.func.id == "hasattr" or (node.func.id == "getattr" and len(node.args) == 3):
                    self._gate(node, node.func.id)

    def _gate(self, node: ast.Call, form: str) -> None:
        evaluator = self.evaluator
        name = node.args[1]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return
        value = evaluator.narrowing.quietly(node.args[0])
        if isinstance(value, Special):
            value = value.value
        if not isinstance(value, (Instance, ClassValue, ModuleValue)) or is_none(value):
            return
        owner = evaluator.world.owners.of(value)
        if owner is None or not owner.own or owner.by_test or name.value in evaluator.replaced_names:
            return
        if evaluator.world.attributes.get(value, name.value).outcome is not Outcome.MISSING:
            return
        if evaluator.confirm(value, name.value):
            evaluator.emit(GuardUse(node, name.value, owner, form))  # type: ignore[arg-type]
