"""Reading from mocks: their attributes, what they return, give in a loop, bind in a ``with``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.assertions import API, RECORDED
from llmlint.semantics.mocks.values import (
    Mock,
    MockCalls,
    MockMethod,
)
from llmlint.semantics.values import (
    UNKNOWN,
    Instance,
    Union,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.state import MockState


class MockParts(MockState):
    """Evaluates what is read from a mock."""

    def attribute(self, mock: Mock, name: str, node: ast.expr, *, quiet: bool = False) -> Value:
        """``mock.name``; ``quiet`` where it may well be missing."""
        self.reads[node] = None
        found = mock.children.get(name)
        if found is not None:
            if name in mock.sources and self.evaluator.sink is not None:
                self.echoes[node] = (mock, name)
            if name not in mock.given and isinstance(found, Mock) and not quiet:
                self._use((mock,), name, node, found)
            return found
        if name in API:
            return self._api(mock, name)
        child = Mock(self, None)
        child.at = node
        if is_dunder(name):
            mock.children[name] = child
            mock.given.add(name)  # never judged: mocks have some of them, whatever they stand for
            self._derive(mock, name, child)
            child.missing = False
            return child
        if mock.record is not None:
            self._configured(mock.record)
        mock.children[name] = child
        self._derive(mock, name, child)
        if not quiet:
            self._use((mock,), name, node, child)
        return child

    def _api(self, mock: Mock, name: str) -> Value:
        if name == "return_value":
            self._done(mock, "configured")
            return self.returned(mock)
        if name == "side_effect":
            self._done(mock, "configured")
        if name.startswith("assert_"):
            self._done(mock, "asserted")
            mock.actions.add("not called" if name in ("assert_not_called", "assert_not_awaited") else "asserted")
            return MockMethod(mock, name)
        if name in RECORDED:
            return MockCalls(mock, name)
        if name in ("configure_mock", "reset_mock", "attach_mock", "mock_add_spec"):
            return MockMethod(mock, name)
        return UNKNOWN

    def returned(self, mock: Mock) -> Value:
        """``mock.return_value``."""
        found = mock.children.get("()")
        if found is None:
            found = child = Mock(self, None)
            mock.children["()"] = child
            self._derive(mock, "()", child)
        return found

    def entered(self, mock: Mock, asynchronous: bool, node: ast.expr) -> Value:
        """What ``with mock as x`` (or ``async with``) binds ``x`` to."""
        return self._through(mock, "__aenter__" if asynchronous else "__enter__", node)

    def element(self, mock: Mock, asynchronous: bool, node: ast.expr) -> Value:
        """What a loop over the mock gives."""
        calls = self.evaluator.world.calls
        if asynchronous:
            found = mock.children.get("__aiter__")
            given = found.children.get("()") if isinstance(found, Mock) and "()" in found.given else None
            return calls.element(given) if given is not None else UNKNOWN
        found = self.attribute(mock, "__iter__", node)
        given = self.returned(found) if isinstance(found, Mock) else UNKNOWN
        return UNKNOWN if isinstance(given, Mock) else calls.element(given)

    def item(self, mock: Mock, node: ast.expr) -> Value:
        """``mock[key]``."""
        return self._through(mock, "__getitem__", node)

    def recorded(self, calls: MockCalls, key: Value, node: ast.Subscript) -> Value:
        """``mock.call_args[1]``, ``mock.call_args.kwargs["name"]``: a keyword that the real call has to take."""
        literal = key.literal if isinstance(key, Instance) else None
        if calls.name in ("call_args", "await_args") and literal == 1 and not isinstance(literal, bool):
            return MockCalls(calls.mock, "kwargs")
        if calls.name == "kwargs" and isinstance(literal, str) and isinstance(node.ctx, ast.Load):
            if self.evaluator.sink is not None and not self.evaluator.probing("KeyError") and not calls.mock.opaque:
                self.keywords.append((calls.mock, literal, node))
        return UNKNOWN

    def _through(self, mock: Mock, name: str, node: ast.expr) -> Value:
        method = self.attribute(mock, name, node)
        if not isinstance(method, Mock) or "effect" in method.actions:
            return UNKNOWN
        return self.returned(method)

    def of_union(self, value: Union, name: str, node: ast.expr) -> Value:
        """An attribute of one of several values, mocks among them: it is missing only where each of them lacks it."""
        mocks = [member for member in value.members if isinstance(member, Mock)]
        values = [self.attribute(mock, name, node, quiet=True) for mock in mocks]
        others = [member for member in value.members if not isinstance(member, Mock) and not is_none(member)]
        values += [self.evaluator.world.attributes.get(member, name).value for member in others]
        if not others and name not in API:
            self._use(tuple(mocks), name, node, values[0])
        return union(values)
