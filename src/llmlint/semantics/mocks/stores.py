"""Telling mocks what to be and to give: attributes, ``return_value``, ``side_effect``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.assertions import API
from llmlint.semantics.mocks.standing import in_place, part, result
from llmlint.semantics.mocks.values import (
    Configured,
    Mock,
    configured_at,
)
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    Coroutine,
    FunctionValue,
    Instance,
    Unknown,
    Value,
    is_none,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.parts import MockParts


class MockStores(MockParts):
    """Evaluates what is stored in a mock."""

    def store(self, mock: Mock, name: str, value: Value, node: ast.expr, source: ast.expr | None = None) -> None:
        """``mock.name = value``, or a keyword of its construction or of ``configure_mock``; ``source`` is the value's expression."""
        self.stores[node] = None
        if isinstance(value, Mock) and isinstance(source or node, ast.Call):
            self.parts.add(source or node)
        first, _, rest = name.partition(".")
        if first == "return_value":
            if rest:
                target = self.returned(mock)
                if isinstance(target, Mock):
                    self.store(target, rest, value, node, source)
                return
            mock.shaped = True
            self._done(mock, "configured")
            mock.children["()"] = value
            mock.given.add("()")
            mock.sources["()"] = source or node
            self._gives(mock, "return_value", value, source or node)
            if isinstance(value, Mock) and not _is_told(value) and _is_part(mock, value):
                value.stands, value.opaque = None, True  # it stands for its own products as well
            elif isinstance(value, Mock):
                self.hand(value, result(self.evaluator.world, mock.stands), "attribute")
            self._elements(mock, value)
            return
        if first == "side_effect":
            mock.shaped = True
            self._done(mock, "configured")
            self._effect(mock, value, source or node)
            return
        if first in API:
            return
        if rest:
            target = mock.children.get(first) or self.attribute(mock, first, node)
            if isinstance(target, Mock):
                self._done(target, "configured")
                self.store(target, rest, value, node, source)
            return
        if is_dunder(first):
            if isinstance(value, Mock) and mock.stands is not None:
                self.hand(value, part(self.evaluator.world, mock.stands, first), "attribute")
            mock.children[first] = value
            mock.given.add(first)
            return
        if mock.record is not None:
            self._configured(mock.record)
        child = mock.children.get(first)
        if child is None:
            child = Mock(self, None)
            self._derive(mock, first, child)
        if first not in mock.given:
            self._use((mock,), first, node, child, stored=True)
        if isinstance(value, Mock) and (value is mock or _is_part(mock, value)) and not _is_told(value):
            value.stands, value.opaque = None, True  # it stands for its own parts as well
        elif isinstance(value, Mock) and isinstance(child, Mock) and child.stands is not None:
            self.hand(value, child.stands, "attribute")
        mock.children[first] = value
        mock.given.add(first)
        mock.sources[first] = source or node
        self._gives(mock, "attribute", value, source or node, first)

    def store_on_type(self, mock: Mock, name: str, value: Value, node: ast.expr) -> None:
        """``type(mock).name = value``: a property, for all that the mock is asked."""
        if isinstance(value, Mock) and value.record is not None and value.record.factory == "PropertyMock":
            gives = value.children.get("()", UNKNOWN)
            effect = "effect" in value.actions
            self.store(mock, name, UNKNOWN if isinstance(gives, Mock) or effect else gives, node, value.record.node)
        else:
            self.store(mock, name, UNKNOWN, node)

    def _configure(self, mock: Mock, arguments: Arguments, own: tuple[str, ...]) -> None:
        for name, value, keyword in arguments.keywords:
            if name not in own:
                self.store(mock, name, value, configured_at(keyword, name))

    def _gives(
        self, mock: Mock, form: Literal["return_value", "side_effect", "attribute"], value: Value, node: ast.expr,
        name: str = "",
    ) -> None:  # fmt: skip
        mock.actions.add("configured")
        if self.evaluator.sink is not None and not self.evaluator.muted and not isinstance(value, Unknown):
            self.configured.append(Configured(mock, form, value, node, name))

    def _elements(self, mock: Mock, value: Value) -> None:
        """Mocks in a list that a mock gives stand for what the contract's holds."""
        items = value.items if isinstance(value, Instance) else None
        for index, item in enumerate(items or ()):
            if isinstance(item, Mock):
                name = f"()[]{index}"
                mock.children[name] = item
                mock.given.add(name)
                self.hand(item, part(self.evaluator.world, mock.stands, name), "attribute")

    def _effect(self, mock: Mock, value: Value, node: ast.expr) -> None:
        """``mock.side_effect = value``."""
        mock.actions.discard("effect")
        if is_none(value):
            return
        mock.actions.add("effect")
        self._gives(mock, "side_effect", value, node)
        if isinstance(value, Instance) and value.items is not None:
            given: Iterable[Value] = value.items
        elif isinstance(value, (FunctionValue, Callable)):
            given = [self.outcome(value)]
        else:
            return
        for index, item in enumerate(item for item in given if isinstance(item, Mock)):
            mock.children[f"(){index}"] = item
            mock.given.add(f"(){index}")
            self.hand(item, result(self.evaluator.world, mock.stands), "attribute")

    def outcome(self, value: Value) -> Value:
        """What calling a function of the tests gives, awaited where it is asynchronous."""
        evaluator = self.evaluator
        if isinstance(value, Callable):
            found = value.result
            if isinstance(found, Unknown) and value.node is not None and value.scope is not None:
                found = evaluator.of_lambda(value.node, value.scope)
        elif isinstance(value, FunctionValue) and value.function.module.by_test:
            found = evaluator.world.calls.result(value, Arguments(starred=True, double_starred=True))
        else:
            return UNKNOWN
        return found.result if isinstance(found, Coroutine) else found

    def hand_attribute(self, mock: Mock, stands: Value) -> None:
        """A mock is stored in an attribute that had the value ``stands``: this store is no reason to doubt that."""
        if (
            isinstance(stands, Instance)
            and stands.via
            and "." not in stands.via
            and not self.evaluator.world.project_text.stored(stands.via, foreign_only=True)
        ):
            stands = Instance(stands.cls, stands.args)
        self.hand(mock, in_place(stands, "", self.evaluator.test_modules), "attribute")


def _is_part(part: Mock, whole: Mock, depth: int = 3) -> bool:
    """Whether ``part`` is an attribute of ``whole``, or of one of its attributes; what the language calls is nobody's product."""
    children = [
        child
        for name, child in whole.children.items()
        if isinstance(child, Mock) and child is not whole and not is_dunder(name)
    ]
    return any(child is part or (depth > 0 and _is_part(part, child, depth - 1)) for child in children)


def _is_told(mock: Mock) -> bool:
    """Whether the tests say what the mock stands for."""
    return mock.record is not None and mock.record.specced
