"""Mocks whose calls give a coroutine where the contract's do not, or the other way round, judged when their file is over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Function
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.fitting import Fitting
from llmlint.semantics.mocks.values import Configured, Mock, Record
from llmlint.semantics.nouns import MockAwait, Owner
from llmlint.semantics.values import (
    NOTHING,
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.mocks.mocks import Mocks

_SYNCHRONOUS: Final = frozenset({"Mock", "MagicMock"})


OVERLOADS: Final = 4
"""More overloads than are followed."""


class MockFlavors:
    """Judges whether what one file mocks is awaited as its contract is."""

    def __init__(self, mocks: Mocks) -> None:
        self.mocks = mocks
        self.evaluator = mocks.evaluator
        self.world = mocks.evaluator.world
        self.fitting = Fitting(self.world)
        self._wrong_kind: set[Mock] = set()
        """Mocks whose calls give a coroutine where the contract's do not, or the other way round."""

    def _judge_flavors(self) -> None:
        seen: set[int] = set()
        for record in self.mocks.records:
            for mock in record.mocks:
                if mock.home is self.mocks:
                    self._judge_built(record, mock, seen)
                    self._judge_parts(mock, seen, mock.told)
        for mock in self.mocks.replaced:
            self._judge_replacement(mock, seen)
        for mock in self.mocks.patched:
            self._judge_parts(mock, seen, mock.told)

    def _judge_built(self, record: Record, mock: Mock, seen: set[int]) -> None:
        """A mock that the test builds in the place of one function or method."""
        if record.specced or mock.opaque or not isinstance(mock.stands, FunctionValue) or not record.handed:
            return
        if record.factory in _SYNCHRONOUS or record.factory == "AsyncMock":
            self._judge_flavor(mock, record.node, record.factory == "AsyncMock", seen, part=False)

    def _judge_replacement(self, mock: Mock, seen: set[int]) -> None:
        if isinstance(mock.stands, FunctionValue) and mock.at is not None:
            self._judge_flavor(mock, mock.at, mock.flavor == "async", seen, part=False)

    def _judge_parts(self, mock: Mock, seen: set[int], told: frozenset[str], depth: int = 0) -> None:
        """``told``: what helpers of the tests put in the place of parts."""
        for name, child in mock.children.items():
            if not isinstance(child, Mock) or child.record is not None or depth > 6:
                continue
            if (
                name != "()"
                and name not in told
                and not is_dunder(name)
                and isinstance(child.stands, FunctionValue)
                and child.at is not None
            ):
                if child.flavor and not mock.guided and child.actions & {"configured", "asserted"}:
                    self._judge_flavor(child, child.at, child.flavor == "async", seen, part=True)
            self._judge_parts(child, seen, told | child.told, depth + 1)

    def _judge_flavor(self, mock: Mock, at: ast.expr, asynchronous: bool, seen: set[int], *, part: bool) -> None:
        stands = mock.stands
        assert isinstance(stands, FunctionValue)
        if id(at) in seen or not self.mocks.certain(stands) or self.evaluator.sink is None:
            return
        function = stands.function
        info = self.world.functions.info(function)
        if (
            info.opaque
            or info.manager is not None
            or self.world.inference.is_generator(function)
            or info.kind == "property"
        ):
            return
        if asynchronous and not function.is_async:
            if "not called" in mock.actions and "asserted" not in mock.actions:
                return
            if not self._surely_synchronous(stands):
                return
        elif not asynchronous and function.is_async:
            written = self.world.project_text
            if not self._unawaitable(mock) or (mock.by == "patch" and written.only_handed_on(function.name)):
                return
            if function.owner is None and "asserted" not in mock.actions and written.never_called(function.name):
                return
        else:
            return
        owner = self._subject(mock)
        if owner is not None:
            seen.add(id(at))
            self._wrong_kind.add(mock)
            self.evaluator.emit(MockAwait(at, owner, function.is_async, part))

    def _surely_synchronous(self, stands: FunctionValue) -> bool:
        """Whether nothing that the contract gives can be awaited."""
        if any(function.is_async for function in stands.functions) or len(stands.functions) > OVERLOADS:
            return False
        found = union(
            self.world.calls.function_result(
                function, stands.receiver, Arguments(starred=True, double_starred=True), stands.scope
            )
            for function in stands.functions
        )
        if isinstance(found, Unknown):
            return all(self._passes_on(function) for function in stands.functions)
        return all(
            is_none(member)
            or (isinstance(member, Instance) and self.fitting.decided(member) and not self._is_protocol(member))
            for member in members_of(found)
        ) and not isinstance(found, Unknown)

    def _passes_on(self, function: Function) -> bool:
        """Whether a function that says ``Any`` only gives what plain functions of the standard library give it (``json.loads``)."""
        if function.module.is_stub or function.node.returns is None:
            return False
        returned = list(returned_nodes(function.node))
        for node in returned:
            if not isinstance(node, ast.Call):
                return False
            called = self.world.inference.module_value(function.module, node.func)
            if (
                not isinstance(called, FunctionValue)
                or called.function.is_async
                or called.function.module.kind != "typeshed"
            ):
                return False
        return bool(returned)

    def _is_protocol(self, value: Instance) -> bool:
        self.world.classes.mro(value.cls)
        return "protocol" in value.cls.memo and value.cls.module.kind != "typeshed"

    def _unawaitable(self, mock: Mock) -> bool:
        """Whether what the synchronous mock gives cannot be awaited, for certain."""
        effects = [item for item in self.mocks.configured if item.mock is mock and item.form == "side_effect"]
        if effects:
            return all(self._effect_unawaitable(item) for item in effects)
        if "effect" in mock.actions:
            return False  # nobody knows which
        if "()" in mock.given:
            return self._value_unawaitable(mock.children["()"])
        return not ("not called" in mock.actions and "configured" not in mock.actions)

    def _effect_unawaitable(self, item: Configured) -> bool:
        value = item.value
        if isinstance(value, Instance) and value.items is not None:
            given = [element for element in value.items if not self._raises(element)]
            return bool(given) and all(self._value_unawaitable(element) for element in given)
        if isinstance(value, FunctionValue) and value.function.is_async:
            return False
        if isinstance(value, (FunctionValue, Callable)):
            return self._value_unawaitable(self.mocks.outcome(value))
        return False  # an exception is raised just as well before anything is awaited

    def _value_unawaitable(self, value: Value) -> bool:
        for member in members_of(value):
            if isinstance(member, Mock):
                if member.flavor == "async" or member.opaque or member.record is None and member.stands is None:
                    return False
            elif not isinstance(member, Instance):
                return False
            elif not is_none(member) and member.literal is NOTHING:
                classes = self.world.classes
                if not member.exact or classes.open(member.cls) or classes.member(member.cls, "__await__") is not None:
                    return False
        return not isinstance(value, Unknown)

    def _raises(self, value: Value) -> bool:
        return any(
            isinstance(member, (Instance, ClassValue))
            and self.world.classes.derives(member.cls, "builtins.BaseException")
            for member in members_of(value)
        )

    def _subject(self, mock: Mock) -> Owner | None:
        return self.world.owners.of(mock.stands) if mock.stands is not None else None


def returned_nodes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr | None]:
    """What the ``return`` statements of a body give; None for a bare one."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Return):
            pending = [item.value]
            while pending:
                value = pending.pop()
                if isinstance(value, ast.IfExp):
                    pending += [value.body, value.orelse]
                elif isinstance(value, ast.BoolOp):
                    pending += value.values
                else:
                    yield value
        elif not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(item))
