"""Calls where they stand: arguments evaluated, bound, judged and handed on."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from llmlint.contracts.signature import Mismatch, Signature
from llmlint.contracts.symbols import Class, Function
from llmlint.contracts.walking import walk
from llmlint.project.late_error import repeated_keyword
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.binding import Assignments
from llmlint.semantics.built import is_plain
from llmlint.semantics.mocks.values import CallSpec, Mock, MockCalls, MockMethod
from llmlint.semantics.nouns import AttributeUse, CallUse, Outcome, Problem
from llmlint.semantics.scope import Scope
from llmlint.semantics.special_values import Bounded
from llmlint.semantics.stored_names import stored_in
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Special,
    Union,
    Unknown,
    Value,
    is_fake,
    is_none,
    members_of,
    union,
)

_CONSUMERS: Final = frozenset(
    {
        "len", "list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all", "int", "float", "dict", "iter",
        "next", "enumerate", "zip", "reversed", "round", "abs",
    }
)  # fmt: skip
"""Builtins that can do nothing with a coroutine."""

_ASSERTIONS: Final = frozenset(
    {
        "assertEqual", "assertNotEqual", "assertTrue", "assertFalse", "assertIsNone", "assertIsNotNone", "assertIn", "assertNotIn",
        "assertGreater", "assertGreaterEqual", "assertLess", "assertLessEqual", "assertListEqual", "assertDictEqual",
        "assertTupleEqual", "assertSetEqual", "assertCountEqual", "assertAlmostEqual", "assertRegex",
    }
)  # fmt: skip


_IGNORES: Final = re.compile(r"""\bextra["']?\s*[=:]\s*(?:["']ignore|Extra\.ignore)""")
"""A model that says in so many words that it drops what it does not know."""


_CLASSES: Final = ("cls", "mcs", "klass")
"""What the class is called that a class method is given."""


class Invocation(Assignments):
    """Evaluates calls."""

    def _call(self, node: ast.Call) -> Value:
        function = self.eval(node.func)
        kind = type(function)
        if self.sink is not None:
            self.calls_total += 1
            if kind is not Unknown:
                self.calls_resolved += 1
            if self.record:
                self._recorded(node, "call", function)
        if kind is not Unknown:
            self.callees[node] = function
        if kind is Special or kind is Bounded:
            return self.specials.call(node, function)  # type: ignore[arg-type]
        if kind is FunctionValue:
            handler = self.specials.of_function(function.function)  # type: ignore[attr-defined]
            if handler is not None:
                return self.specials.call(node, Special(handler, function))
        arguments = self.arguments(node)
        if len(node.args) > 1 and any(type(value) is MockCalls for value in arguments.positional[:2]):
            if isinstance(node.func, ast.Attribute) and node.func.attr in (
                "assertEqual",
                "assertListEqual",
                "assertIn",
            ):
                self.mocks.compared(*arguments.positional[:2])
        if kind is Unknown:
            return function
        if kind is Mock:
            return self.mocks.call(function, node, arguments)  # type: ignore[arg-type]
        if kind is MockMethod:
            return self.mocks.method(function, node, arguments)  # type: ignore[arg-type]
        return self.call(node, function, arguments)

    def arguments(self, node: ast.Call) -> Arguments:
        """The arguments of a call, evaluated in order."""
        positional: list[Value] = []
        nodes: list[ast.expr] = []
        starred = double = False
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                value = self.eval(argument.value)
                fixed = isinstance(value, Instance) and (
                    value.cls.symbol == "builtins.tuple" or isinstance(argument.value, ast.List)
                )
                if isinstance(value, Instance) and value.items is not None and fixed and not starred:
                    positional.extend(value.items)
                    nodes.extend([argument] * len(value.items))
                else:
                    starred = True
            else:
                value = self.eval(argument)
                if type(value) is Coroutine:
                    self._consumed(node, argument, value)
                if not starred:
                    positional.append(value)
                    nodes.append(argument)
        keywords: list[tuple[str, Value, ast.keyword]] = []
        if len(node.keywords) > 1 and self.sink is not None and repeated_keyword(node) is not None:
            self.sink.repeated = True
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords.append((keyword.arg, value, keyword))
            elif (
                isinstance(value, Instance)
                and value.keys is not None
                and all(isinstance(k, str) for k in value.keys)
                and (isinstance(keyword.value, ast.Dict))
            ):
                keywords.extend((key, item, keyword) for key, item in value.keys.items())
            else:
                double = True
        return Arguments(positional, nodes, keywords, starred, double)

    def _consumed(self, node: ast.Call, argument: ast.expr, value: Coroutine) -> None:
        """A coroutine is handed to what wants its result: ``len``, ``self.assertEqual``."""
        function = node.func
        if isinstance(function, ast.Name):
            if (
                function.id in _CONSUMERS
                and function.id not in self.scope.names
                and function.id not in self.module.table
            ):
                self.unawaited(argument, value, "value")
        elif isinstance(function, ast.Attribute) and function.attr in _ASSERTIONS:
            if isinstance(function.value, ast.Name) and function.value.id == "self":
                self.unawaited(
                    argument, value, "assert" if function.attr in ("assertTrue", "assertFalse") else "compare"
                )

    def call(self, node: ast.Call, function: Value, arguments: Arguments) -> Value:
        """``function(...)``: bound, reported where it does not bind, and evaluated."""
        if isinstance(node.func, ast.Attribute) and is_plain(function):
            self._called_property(node, node.func)
        if isinstance(function, Union):
            return self._call_union(node, function, arguments)
        if isinstance(function, (FunctionValue, ClassValue, Instance, Callable)):
            if self.sink is not None:
                if self.judging:
                    self._check(node, function, arguments)
                    self._asked(node, function, arguments)
                self._hand_over(function, arguments)
                self.hand_to_lambdas(function, arguments)
                if type(function) is FunctionValue and function.function.module is self.module:
                    self._note_arguments(function, arguments)
                if type(function) is FunctionValue and function.function.module.by_test:
                    for value in arguments.values():
                        if type(value) is Mock:
                            value.told |= stored_in(function.function)
            elif any(type(value) is Mock for value in arguments.values()):
                self._hand_over(function, arguments)
            if node is self.dropped and type(function) is FunctionValue and _does_nothing(function, arguments):
                return UNKNOWN
            result = self.world.calls.result(function, arguments)
            if type(function) is FunctionValue and function.function.module.by_test and type(result) is Instance:
                result = self._made(function, arguments, result) or result
            return self.mocks.local(result, anew=True) if type(result) is Mock else result
        return UNKNOWN

    def _asked(self, node: ast.Call, function: Value, arguments: Arguments) -> None:
        """What the builtin ``len`` asks of its argument, and a call of the object that is called."""
        if type(function) is Instance:
            # What is annotated as the class may be what makes one, and a module's variable keeps a place for what comes later.
            if function.exact and not function.via:
                self.asked_for(node, function, ("__call__",))
        elif type(function) is FunctionValue and function.function.name == "len" and len(node.args) == 1:
            if function.function.symbol == "builtins.len" and arguments.positional:
                self.asked_for(node.args[0], arguments.positional[0], ("__len__",))

    def _called_property(self, node: ast.Call, read: ast.Attribute) -> None:
        """``order.total()``, where ``total`` is a property of the project's that gives a number, a text or the like."""
        if not self.judging or self.probing("TypeError"):
            return
        receiver = self.eval(read.value)
        if not isinstance(receiver, Instance):
            return
        classes = self.world.classes
        member, hidden = classes.member(receiver.cls, read.attr), classes.hidden(receiver.cls, read.attr)
        if member is None or not member.owner.own or member.owner.module.by_test:
            return
        if any(one.kind != "property" or not one.functions() for one in (member, hidden) if one is not None):
            return
        value = FunctionValue(member.functions()[-1:], receiver)
        if self.certain_call(value) and not self.world.project_text.stored(read.attr, tests=True):
            owner = self.world.owners.of(value)
            self.emit(AttributeUse(node, "__call__", "load", owner, Outcome.MISSING, False))

    def hand_to_lambdas(self, function: Value, arguments: Arguments) -> None:
        """Keep what the lambdas among the arguments are given, until their bodies are judged."""
        if any(type(value) is Callable for value in arguments.values()) and self.certain_call(function):
            self.lambdas.update(self.world.calls.handed(function, arguments))

    def _made(self, function: FunctionValue, arguments: Arguments, annotated: Instance) -> Mock | None:
        """The mock that a helper of the tests gives, and annotates as what it stands for."""
        callee = function.function
        if callee.node.returns is None or callee.is_async or "Mock(" not in callee.module.text:
            return None
        returned, _ = self.world.inference.results(callee, function.receiver, arguments, function.scope)
        if not isinstance(returned, Mock):
            return None
        made = self.mocks.local(returned, anew=True)
        self.mocks.hand(made, annotated, "annotation")
        return made

    def _call_union(self, node: ast.Call, function: Union, arguments: Arguments) -> Value:
        members = [member for member in function.members if not is_none(member)]
        if len(members) == 1:
            return self.call(node, members[0], arguments)
        if self.judging:
            self._check_each(node, members, arguments)
        return union(
            UNKNOWN if isinstance(member, (Mock, Special, MockMethod)) else self.world.calls.result(member, arguments)
            for member in members
        )

    def _note_arguments(self, function: FunctionValue, arguments: Arguments) -> None:
        """Keep what a helper of this file is given: that is what its parameters are, when it is evaluated at last."""
        callee = function.function
        node = callee.node
        received = self.received.setdefault(callee, {})
        if arguments.starred or arguments.double_starred:
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                received.setdefault(argument.arg, []).append(UNKNOWN)
            return
        drop = self.world.functions.drops_first(callee, function.receiver)
        for parameter, value in arguments.filling(self.world.calls.bound(callee, drop).signature):
            plain = parameter.annotation is None or type(value) is Mock and "Mock" in ast.unparse(parameter.annotation)
            if plain and parameter.kind in (0, 1, 3):
                known = not isinstance(value, (MockMethod, CallSpec))
                received.setdefault(parameter.name, []).append(value if known else UNKNOWN)

    def given_by_callers(self, function: Function) -> dict[str, Value]:
        """What the parameters of a helper are, by the calls of this file; only those that are known at every call."""
        given: dict[str, Value] = {}
        for name, values in self.received.get(function, {}).items():
            value = self.mocks.one_of(values) if any(type(v) is Mock for v in values) else union(values)
            if type(value) is not Unknown and not is_none(value):
                given[name] = value
        return given

    def refused(self, node: ast.Call, function: Value, arguments: Arguments) -> None:
        """Tell what a call gives that ``function`` does not take, where what it means is worked out apart."""
        if self.judging and isinstance(function, (FunctionValue, ClassValue)):
            self._check(node, function, arguments)

    def _check(self, node: ast.Call, function: Value, arguments: Arguments) -> None:
        found = self._refused(node, function, arguments)
        if found is not None:
            self.emit(found)

    def _check_each(self, node: ast.Call, functions: Sequence[Value], arguments: Arguments) -> None:
        """A call of what may be one of several: wrong where each of them refuses the same of it."""
        first: CallUse | None = None
        for function in functions:
            if not isinstance(function, (FunctionValue, ClassValue)):
                return
            found = self._refused(node, function, arguments)
            if found is None or found.model:
                return
            if first is None:
                first = found
            else:
                same = {(problem.kind, problem.name) for problem in found.problems}
                kept = tuple(problem for problem in first.problems if (problem.kind, problem.name) in same)
                if not kept:
                    return
                first = replace(first, problems=kept)
        if first is not None:
            self.emit(first)

    def _refused(self, node: ast.Call, function: Value, arguments: Arguments) -> CallUse | None:
        """What the call of ``function`` gives that it does not take."""
        found = self.world.calls.mismatches(function, arguments)
        if (
            found is None
            and isinstance(function, FunctionValue)
            and function.loose
            and isinstance(node.func, ast.Attribute)
        ):
            # `Cart.add("a")`: where the class itself is called through, nothing fills `self`.
            through = self.narrowing.quietly(node.func.value)
            if isinstance(through, ClassValue):
                if not through.exact and isinstance(node.func.value, ast.Name) and node.func.value.id not in _CLASSES:
                    return None  # annotated `Type[Cart]`, which is said of objects of the class as well, and nothing holds it against them
                function = FunctionValue(function.functions, None, function.scope)
                found = self.world.calls.mismatches(function, arguments)
        if found is None or _is_left_out(node):
            return None
        bound, mismatches = found
        model = (
            bound.owner is not None
            and self.world.classes.shape(bound.owner).kind == "pydantic"
            and bound.function is None
        )
        if bound.owner is not None and self.world.classes.shape(bound.owner).kind == "typeddict":
            return None
        if self.probing("TypeError") or (model and self.probing("ValidationError")):
            return None
        plan = bound.function.memo.get("handing") if self.probes and bound.function is not None else None
        if plan is not None and plan.refuses:
            return None  # its body refuses what is in `**kwargs`, with an exception of its own
        if not self.certain_call(function) or not self.certain_beyond(bound):
            return None
        owner = self.world.owners.of(function)
        if owner is None:
            return None
        problems = self.problems(node, arguments, bound.signature, mismatches)
        if model:
            problems = tuple(
                p for p in problems if p.kind != "dropped-keyword" or not self._dropping_asserted(node, str(p.name))
            )
        if not problems:
            return None
        return CallUse(node, owner, str(bound.signature), tuple(bound.signature.keywords), problems, model)

    def _dropping_asserted(self, node: ast.Call, name: str) -> bool:
        """Whether the test is about a model that drops a keyword: it names it again, or compares the whole model."""
        asserted = self.asserted
        equality = isinstance(asserted, ast.Compare) and isinstance(asserted.ops[0], ast.Eq)
        if asserted is not None and equality and any(inner is node for inner in walk(asserted)):
            return True
        if is_dunder(name):
            return True
        callee = self.callees.get(node)
        if isinstance(callee, ClassValue) and callee.cls.module.by_test:
            if any(
                _IGNORES.search(base.module.text_of(base.node))
                for base in self.world.classes.mro(callee.cls)
                if base.module.by_test
            ):
                return True  # a model that the tests make for that
        scope: Scope | None = self.scope
        while scope is not None and scope.function is None:
            scope = scope.parent
        if scope is None or scope.function is None:
            return False
        function = scope.function.node
        before = self.module.rows(function.lineno + 1, node.lineno - 1)
        after = self.module.rows((node.end_lineno or node.lineno) + 1, function.end_lineno or function.lineno)
        named = re.compile(rf"""["']{re.escape(name)}["']|\.{re.escape(name)}\b""")
        return any(map(named.search, (before, after)))

    def problems(
        self, node: ast.Call, arguments: Arguments, signature: Signature, mismatches: Sequence[Mismatch]
    ) -> tuple[Problem, ...]:
        """The mismatches with their places."""
        from llmlint.semantics.nearest import nearest

        missing = [mismatch.name for mismatch in mismatches if mismatch.kind == "missing" and mismatch.name]
        result: list[Problem] = []
        for mismatch in mismatches:
            if mismatch.kind == "missing" and mismatch.name and _is_injected(signature, mismatch.name):
                continue
            at: ast.expr | ast.keyword = node
            near = None
            if mismatch.keyword is not None:
                at = next((keyword for name, _, keyword in arguments.keywords if name == mismatch.keyword), node)
            elif mismatch.at is not None and mismatch.at < len(arguments.nodes):
                at = arguments.nodes[mismatch.at]
            if mismatch.kind in ("unknown-keyword", "dropped-keyword") and mismatch.name:
                near = nearest(mismatch.name, missing)
            result.append(Problem(mismatch.kind, mismatch.name, at, near, mismatch.takes, mismatch.given))  # type: ignore[arg-type]
        return tuple(result)

    def _hand_over(self, function: Value, arguments: Arguments) -> None:
        """Mocks and fakes that are handed to typed parameters."""
        doubles = False
        for value in arguments.values():
            kind = type(value)
            if kind is ClassValue:
                if value.cls.module.by_test:  # type: ignore[attr-defined]
                    self._may_change(function, value.cls)  # type: ignore[attr-defined]
            elif kind is Union:
                doubles = doubles or any(type(member) is Mock or is_fake(member) for member in members_of(value))
            elif kind is Mock or is_fake(value):
                doubles = True
        if not doubles:
            return
        signatures = self.world.calls.signatures(function)
        if not signatures or len(signatures) > 2:
            return
        bound = signatures[-1] if len(signatures) == 1 else self._fitting(signatures, arguments)
        for parameter, value in arguments.filling(bound.signature):
            if parameter.annotation is None:
                continue
            module = (
                bound.function.module if bound.function is not None else bound.outer.module if bound.outer else None
            )
            if module is None:
                continue
            expected = self.world.annotations.value(parameter.annotation, module, bound.outer)
            mocks = [member for member in members_of(value) if type(member) is Mock]
            if mocks:
                if module.own and not module.by_test:  # what a library declares is the least that it asks for
                    for mock in mocks:
                        self.mocks.hand(mock, expected, "parameter", f"{bound.signature.name}({parameter.name}=…)")
            elif self.hooks is not None and is_fake(value):
                self.hooks.fake_handed(value, expected)

    def _may_change(self, function: Value, cls: Class) -> None:
        """A class of the tests is handed to code that may add to it (what decorators are made for)."""
        if isinstance(function, FunctionValue) and function.function.module.kind != "typeshed":
            cls.memo["open"] = cls.memo["own_open"] = cls.own_open = "it is handed to code that may change it"
            cls.memo["constructor"] = None

    def _fitting(self, signatures: list[Bound], arguments: Arguments) -> Bound:
        from llmlint.contracts.signature import bind

        for bound in signatures:
            if not bind(
                bound.signature, len(arguments.positional), arguments.names(), starred=True, double_starred=True
            ):
                return bound
        return signatures[0]

    expressions: ClassVar[dict[type, Any]] = {
        **Assignments.expressions,
        ast.Call: _call,
    }


def _does_nothing(function: FunctionValue, arguments: Arguments) -> bool:
    """Whether evaluating the body tells nothing where the result is dropped: that is no coroutine, and no mock is changed by it."""
    callee = function.function
    plain: bool | None = callee.memo.get("plain")
    if plain is None:
        awaited = callee.is_async or "async" in callee.module.text
        plain = callee.memo["plain"] = callee.node.returns is None and not callee.module.is_stub and not awaited
    if not plain or len(function.functions) > 1 or function.scope is not None:
        return False
    return not any(type(value) is Mock for value in arguments.values())


def _is_left_out(node: ast.Call) -> bool:
    """Whether the arguments of a call are left out of an example: ``FastAPI(...)``."""
    first = node.args[0] if len(node.args) == 1 and not node.keywords else None
    return isinstance(first, ast.Constant) and first.value is ...


def _is_injected(signature: Signature, name: str) -> bool:
    """Whether a container fills a parameter once its module was wired: ``Annotated[Service, Provide[Container.service]]``."""
    parameter = next((one for one in signature.parameters if one.name == name), None)
    return (
        parameter is not None and parameter.annotation is not None and "Provide[" in ast.unparse(parameter.annotation)
    )
