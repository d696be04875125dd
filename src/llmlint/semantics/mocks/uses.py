"""Calling mocks, and their own methods: assertions, configuration, lists of calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.mocks.assertions import WITH_ARGUMENTS
from llmlint.semantics.mocks.standing import imitated, known
from llmlint.semantics.mocks.values import (
    CallSpec,
    Mock,
    MockCalls,
    MockMethod,
)
from llmlint.semantics.nouns import MockAttributeUse, Outcome
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Value,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.stores import MockStores


class MockUses(MockStores):
    """Evaluates what calls a mock, or compares the calls that it took."""

    def call(self, mock: Mock, node: ast.Call, arguments: Arguments) -> Value:
        """``mock(...)``."""
        self._done(mock, "called")
        self._called(mock, node, None, arguments)
        found = UNKNOWN if "effect" in mock.actions else self.returned(mock)
        if "()" in mock.sources and found is not UNKNOWN and self.evaluator.sink is not None:
            self.echoes[node] = (mock, "()")
        if mock.asynchronous:
            return Coroutine(found, None)
        stands = mock.stands
        if isinstance(stands, FunctionValue):
            return Coroutine(found, None) if stands.function.is_async else found
        if isinstance(stands, ClassValue) or (stands is None and mock.asynchronous is False) or "()" in mock.given:
            return found
        return UNKNOWN

    def method(self, method: MockMethod, node: ast.Call, arguments: Arguments) -> Value:
        """A call of the mock API."""
        mock, name = method.mock, method.name
        if name in WITH_ARGUMENTS:
            self._called(mock, node, name, arguments)
        elif name in ("assert_has_calls", "assert_has_awaits"):
            calls = arguments.positional[0] if arguments.positional else arguments.keyword("calls")
            self._expect_all(mock, calls, name)
        elif name == "configure_mock":
            self._configure(mock, arguments, ())
        elif name == "attach_mock":
            attached = arguments.positional[1] if len(arguments.positional) > 1 else arguments.keyword("attribute")
            if isinstance(attached, Instance) and isinstance(attached.literal, str) and arguments.positional:
                mock.children[attached.literal] = arguments.positional[0]
                mock.given.add(attached.literal)
        elif name == "mock_add_spec":
            self._add_spec(mock, arguments)
        return UNKNOWN

    def _add_spec(self, mock: Mock, arguments: Arguments) -> None:
        spec = arguments.positional[0] if arguments.positional else arguments.keyword("spec")
        if isinstance(spec, Instance) and spec.cls.module.name == "builtins":
            spec = None
        mock.stands = known(imitated(spec)) if spec is not None else None
        mock.opaque = mock.stands is None
        mock.by, mock.strict = "spec", "spec"
        mock.children = {name: child for name, child in mock.children.items() if name in mock.given}
        if mock.record is not None:
            mock.record.specced = True

    def compared(self, left: Value, right: Value) -> None:
        """``mock.mock_calls == [call(…)]``, ``call(…) in mock.call_args_list``, ``mock.await_args == call(…)``."""
        for calls, other in ((left, right), (right, left)):
            if isinstance(calls, MockCalls):
                calls.mock.actions.add("asserted")
                if isinstance(other, CallSpec):
                    self._expected(calls.mock, other, calls.name)
                else:
                    self._expect_all(calls.mock, other, calls.name)
                return

    def _expect_all(self, mock: Mock, calls: Value | None, assertion: str) -> None:
        if isinstance(calls, Instance) and calls.items is not None:
            for item in calls.items:
                if isinstance(item, CallSpec):
                    self._expected(mock, item, assertion)

    def _expected(self, mock: Mock, item: CallSpec, assertion: str) -> None:
        """``call.a.b(…)`` in a list of expected calls."""
        target: Value = mock
        for name in item.path:
            if not isinstance(target, Mock):
                return
            if name == "()":
                target = self.returned(target)
            else:
                target = self.attribute(target, name, item.node.func)
                if isinstance(target, Mock):
                    self._done(target, "asserted")
        if isinstance(target, Mock):
            self._called(target, item.node, assertion, item.arguments)

    def uncalled(self, mock: Mock, name: str, node: ast.expr) -> None:
        """``assert mock.assert_called_once``, or the bare attribute as a statement."""
        owner = self.evaluator.world.owners.of(mock.stands) if mock.stands is not None else None
        self.evaluator.emit(
            MockAttributeUse(node, name, "asserted", owner, Outcome.FOUND, "unknown", None, name, uncalled=True)
        )
