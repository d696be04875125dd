"""What code that nobody annotated gives: functions of sources and of the tests' own helpers, evaluated without reporting."""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from llmlint.contracts.symbols import Class, Function, Member, Module
from llmlint.semantics.answers import Pending
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.values import (
    NEVER,
    UNINFERRED,
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Union,
    Unknown,
    Value,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.arguments import Arguments
    from llmlint.semantics.interpreter import Evaluator
    from llmlint.semantics.scope import Scope
    from llmlint.semantics.world import World

_DEPTH = 40
_LEVELS = 3
"""So many calls in a row are followed with what they hand over."""
_NAMES = re.compile(r"[^\s]{0,60}\Z")
"""A text that may be an attribute, a key or a choice."""
_STATEMENTS = 120
"""A function with more statements is not followed."""
_MOST = 1000
"""Answers that are kept of one function: somebody who types a text in an editor hands over another one with each key."""


class Inference:
    """Evaluates bodies with a quiet evaluator a module, to a bounded depth."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._evaluators: dict[Module, Evaluator] = {}
        self._asked: set[Evaluator] = set()
        """Those that were asked since the last module was dropped."""
        self._judged: Module | None = None
        self._passing: dict[tuple[Function, str], dict[Any, Any]] = {}
        """What is known of functions of other files for what only the file that is judged has."""

    def quiet(self, module: Module) -> Evaluator:
        """The evaluator of ``module`` that reports nothing."""
        found = self._evaluators.get(module)
        if found is None:
            from llmlint.semantics.interpreter import Evaluator

            found = self._evaluators[module] = Evaluator(self.world, module, None)
        self._asked.add(found)
        return found

    def judge(self, module: Module) -> None:
        """From here on ``module`` is judged, and the one before it will not be asked again: what was kept for it is dropped."""
        if self._judged is not None:
            self.forget(self._judged)
        self._judged = module

    def forget(self, module: Module) -> None:
        """Drop what is kept for a module that is judged, or will not be asked again."""
        self._evaluators.pop(module, None)
        self._passing.clear()
        for evaluator in self._asked:
            evaluator.mocks.forget()
            if not evaluator.module.by_test:
                evaluator.let_go()
        self._asked.clear()

    def module_value(self, module: Module, node: ast.expr) -> Value:
        """The value of a module-level expression."""
        return self._evaluate(module, node, None)

    def class_value(self, cls: Class, node: ast.expr) -> Value:
        """The value of an expression in a class body."""
        return self._evaluate(cls.module, node, cls)

    def _evaluate(self, module: Module, node: ast.expr, cls: Class | None) -> Value:
        if self._too_deep():
            return UNINFERRED
        return self.world.answers.follow(lambda: self.quiet(module).standalone(node, cls), anew=True)

    def is_generator(self, function: Function) -> bool:
        """Whether the body yields."""
        if function.is_generator is None:
            function.is_generator = not function.module.is_stub and _spells_yield(function) and _yields(function.node)
        return function.is_generator

    def results(
        self, function: Function, receiver: Value | None, arguments: Arguments | None, scope: Scope | None
    ) -> tuple[Value, Value]:
        """What the body returns, and what it yields."""
        if function.module.is_stub or not _short(function):
            return UNINFERRED, UNINFERRED
        if self._too_deep():
            return UNINFERRED, UNINFERRED
        given = self.deciding(function, receiver, arguments)
        if self.gives_nothing(function) and not any(isinstance(value, Mock) for value in given.values()):
            return UNINFERRED if _is_stub_body(function.node) else self.world.none, UNKNOWN
        keys = [("self", identity_of(receiver)), *((name, identity_of(value)) for name, value in given.items())]
        answers = self.world.answers
        key = (function, *keys)
        kept: dict[Any, Any]
        if any(one is None for _, one in keys):
            kept = {}  # a value that has no identity beyond this moment: evaluated anew each time
        else:
            kept = self.kept(function, "results", key) if scope is None else scope.results
        # How far what is handed over is followed further on is a part of what is asked, but for a function that calls itself.
        nothing: tuple[Value, Value] = (UNINFERRED, UNINFERRED)
        at = (key, min(answers.level, _LEVELS))
        for level in range(at[1]):
            outer = kept.get((key, level))
            if type(outer) is Pending and outer.open:
                return answers.taken(outer)  # type: ignore[no-any-return]
        return answers.once(kept, at, nothing, lambda: self._followed(function, receiver, given, scope))

    def _followed(
        self, function: Function, receiver: Value | None, given: dict[str, Value], scope: Scope | None
    ) -> tuple[Value, Value]:
        body = partial(self.quiet(function.module).run, function, receiver, given, scope)
        frame = self.world.answers.follow(body)
        returned = union(frame.returns) if frame.returns else self.world.none
        if returned is NEVER:
            returned = UNINFERRED
        if _is_stub_body(function.node):
            returned = UNINFERRED
        return returned, union(frame.yields) if frame.yields else UNKNOWN

    def kept(self, function: Function, what: str, key: object) -> dict[Any, Any]:
        """Where that which is known of a function is kept for one ``key`` of many: no longer than everything that the key names.

        Args:
            function: Of any file.
            what: What is known of it.
            key: Made of what ``identity_of`` gives.
        """
        found: dict[Any, Any] = function.memo.setdefault(what, {})
        if key in found or function.module is self._judged:
            return found
        if self._passes(key):
            return self._passing.setdefault((function, what), {})
        if len(found) >= _MOST:
            found.clear()
        return found

    def _passes(self, key: object) -> bool:
        """Whether a key names something of the file that is judged."""
        if isinstance(key, tuple):
            return any(map(self._passes, key))
        if isinstance(key, Class | Function):
            return key.module is self._judged
        return key is not None and key is self._judged

    def gives_nothing(self, function: Function) -> bool:
        """Whether the body neither yields nor returns a value: then it need not be evaluated to know that."""
        found = function.memo.get("gives nothing")
        if found is None:
            found = function.memo["gives nothing"] = not self.is_generator(function) and not _returns(function.node)
        return bool(found)

    def deciding(self, function: Function, receiver: Value | None, arguments: Arguments | None) -> dict[str, Value]:
        """The arguments that decide what an unannotated function returns: classes, functions and known instances."""
        if arguments is None or self.world.answers.level >= _LEVELS:
            return {}
        drop = self.world.functions.drops_first(function, receiver)
        given: dict[str, Value] = {}
        for parameter, value in arguments.filling(self.world.calls.bound(function, drop).signature):
            if parameter.annotation is None and parameter.kind in (0, 1, 3) and not isinstance(value, Unknown):
                given[parameter.name] = self._shortened(value)
        return given

    def _shortened(self, value: Value) -> Value:
        """A text that names nothing decides nothing either: that it is one is enough, and the same for all of them."""
        if type(value) is Instance and type(value.literal) is str and not _NAMES.match(value.literal):
            return self.world.string
        return value

    def stored(self, cls: Class, member: Member) -> Value:
        """What methods of ``cls`` assign to ``self.<member>``."""
        values: list[Value] = []
        for binding in member.bindings:
            if not isinstance(binding, tuple):
                return UNINFERRED
            method, _ = binding
            stores = self._stores(cls, cls.module.function_at(method, cls))
            values.extend(stores.get(member.name, [UNINFERRED]))
        return union(values) if values else UNINFERRED

    def _stores(self, cls: Class, function: Function) -> dict[str, list[Value]]:
        nothing: dict[str, list[Value]] = {}
        return self.world.answers.once(function.memo, "stores", nothing, lambda: self._stored_by(cls, function))

    def _stored_by(self, cls: Class, function: Function) -> dict[str, list[Value]]:
        if function.module.is_stub or not _short(function):
            return {}
        if self._too_deep():
            return {}
        kind = self.world.functions.info(function).kind
        receiver: Value = ClassValue(cls, exact=False) if kind == "class" else Instance(cls)
        body = partial(self.quiet(function.module).run, function, receiver, {}, cls.scope)
        return self.world.answers.follow(body, anew=True).stores

    def _too_deep(self) -> bool:
        answers = self.world.answers
        if answers.depth < _DEPTH:
            return False
        answers.cuts += 1
        return True

    def decorate(self, function: Function, decorator: ast.expr, value: Value) -> Value:
        """What a decorator of unknown effect makes of ``value``: its body is followed."""
        if self._too_deep():
            return UNKNOWN
        body = partial(self.quiet(function.module).apply, decorator, value, function.owner)
        return self.world.answers.follow(body, anew=True)


def _short(function: Function) -> bool:
    found = function.memo.get("short")
    if found is None:
        end = function.node.end_lineno or function.node.lineno
        found = function.memo["short"] = end - function.node.lineno <= _STATEMENTS * 2
    return bool(found)


def identity_of(value: Value | None) -> object:
    """What tells a value from others; None for one that only its own object tells."""
    if value is None or isinstance(value, Unknown):
        return "-"
    if isinstance(value, Instance):
        literal = value.literal if isinstance(value.literal, (str, int, bool, type(None))) else None
        return ("i", value.cls, value.exact, literal, tuple(identity_of(arg) for arg in value.args))
    if isinstance(value, ClassValue):
        return ("c", value.cls, value.exact)
    if isinstance(value, FunctionValue) and value.scope is None:
        return ("f", value.functions, identity_of(value.receiver))
    if isinstance(value, ModuleValue):
        return ("m", value.module)
    if isinstance(value, Union):
        keys = tuple(identity_of(member) for member in value.members)
        return None if None in keys else ("u", keys)
    return None


def _spells_yield(function: Function) -> bool:
    """Whether the text of the function has the word ``yield``: most have not, and need not be walked."""
    module = function.module
    rows = module.memo.get("<yields>")
    if rows is None:
        text = module.text
        rows = module.memo["<yields>"] = (
            [number for number, line in enumerate(text.split("\n"), 1) if "yield" in line] if "yield" in text else []
        )
    if not rows:
        return False
    first, last = function.node.lineno, function.node.end_lineno or function.node.lineno
    return any(first <= row <= last for row in rows)


def _yields(node: ast.AST) -> bool:
    stack: list[ast.AST] = list(getattr(node, "body", ()))
    while stack:
        item = stack.pop()
        if isinstance(item, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(item))
    return False


def _returns(node: ast.AST) -> bool:
    """Whether the body of a function returns a value, those of functions in it aside."""
    stack: list[ast.AST] = list(getattr(node, "body", ()))
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Return):
            if item.value is not None:
                return True
        elif isinstance(
            item, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar)
        ):
            for name in ("body", "orelse", "finalbody", "handlers"):
                stack.extend(getattr(item, name, ()))
        elif isinstance(item, (ast.ExceptHandler, ast.match_case)):
            stack.extend(item.body)
        elif isinstance(item, ast.Match):
            stack.extend(item.cases)
    return False


def _is_stub_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """``...``, ``pass`` or ``raise NotImplementedError`` behind a docstring: a subclass says what it returns."""
    body = [inner for inner in node.body if not (isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant))]
    if not body:
        return True
    return len(body) == 1 and isinstance(body[0], (ast.Pass, ast.Raise))
