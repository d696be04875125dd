"""Attributes and subscripts."""

from __future__ import annotations

import ast
from typing import Any, ClassVar, Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.symbols import Module
from llmlint.semantics.attributes import COROUTINE_API, is_dunder
from llmlint.semantics.mocks.values import CallSpec, Mock, MockCalls, MockMethod
from llmlint.semantics.nouns import (
    AttributeUse,
    Outcome,
)
from llmlint.semantics.operations import Operations
from llmlint.semantics.patches import Patcher
from llmlint.semantics.privacy import is_private
from llmlint.semantics.special_values import Raises, Request
from llmlint.semantics.values import (
    REPLACED,
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Unknown,
    Value,
)

FUNCTION_API: Final = frozenset(
    {
        "assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with", "assert_any_call",
        "assert_has_calls", "assert_not_called", "assert_awaited", "assert_awaited_once", "assert_awaited_with",
        "assert_awaited_once_with", "assert_any_await", "assert_has_awaits", "assert_not_awaited", "called", "call_count",
        "call_args", "call_args_list", "mock_calls", "method_calls", "return_value", "side_effect", "reset_mock", "await_count",
        "await_args", "await_args_list", "configure_mock", "attach_mock", "mock_add_spec",
    }
)  # fmt: skip
"""What a function is asked for where something that is not seen here replaced it by a mock."""


class Access(Operations):
    """Evaluates ``x.name`` and ``x[key]``."""

    def _attribute(self, node: ast.Attribute) -> Value:
        name = node.attr
        if name in FUNCTION_API:
            self.of_a_mock(node)
        value = self.eval(node.value)
        kind = type(value)
        if self.sink is not None:
            self.attributes_total += 1
            if kind is not Unknown:
                self.attributes_resolved += 1
            if self.record:
                self._recorded(node, "attribute", value)
        if kind is Unknown:
            if name[0] == "_":
                self.private(node, name, None, Outcome.UNKNOWN, "load")
            return value
        scope = self.scope
        if scope.stored or self.deferring:
            stored = self._stored(node.value, name)
            if stored is not None:
                if self.sink is not None:
                    self.replaced_reads[node] = value
                return stored
        if kind is Mock:
            return self.mocks.attribute(value, name, node)  # type: ignore[arg-type]
        if kind is Union and any(type(member) is Mock for member in value.members):  # type: ignore[attr-defined]
            return self.mocks.of_union(value, name, node)  # type: ignore[arg-type]
        if name in self.replaced_names and kind is not Special:
            if kind is Instance and value.cls.module.by_test:  # type: ignore[attr-defined]
                mock = self.world.attributes.get(value, name).value
                if type(mock) is Mock:
                    return self.mocks.local(mock)  # `self.fetch = patch("shop.fetch").start()`
            if self.sink is not None and not self.is_put_back(name):
                self.replaced_reads[node] = value
            return self.double(value, name) or REPLACED
        found = self.read(node, value, name)
        if kind is Instance and value.cls.module.by_test and type(found) is not Mock:  # type: ignore[attr-defined]
            found = self._declared_mock(value, name) or found  # type: ignore[arg-type]
        elif type(found) is Unknown and kind is Instance and node in self.surely_mocks:
            return self._handed_back(value, name) or found  # type: ignore[arg-type]
        return self.mocks.local(found) if type(found) is Mock else found

    def _declared_mock(self, receiver: Instance, name: str) -> Mock | None:
        """The mock that the tests store in an attribute which their class annotates."""
        classes = self.world.classes
        member = classes.member(receiver.cls, name)
        if member is None or member.annotation is None:
            return None
        for base in classes.mro(receiver.cls):
            inner = classes.instance(base).get(name)
            if inner is not None and inner.method is not None:
                stored = self.world.inference.stored(base, inner)
                return stored if isinstance(stored, Mock) else None
        return None

    def of_a_mock(self, node: ast.Attribute) -> None:
        """``x.get.return_value``: where a method has what only mocks have, its owner is a mock as well, or has one for a method."""
        if isinstance(node.value, ast.Attribute) and isinstance(node.value.value, ast.Attribute):
            self.surely_mocks.add(node.value.value)

    def _handed_back(self, receiver: Instance, name: str) -> Mock | None:
        """The mock in an attribute that the project's class stores from a call, where the tests replace what is called by a mock
        that gives this one: ``self.cache = make_cache()`` under ``patch("shop.make_cache", return_value=cache)``."""
        if not self.doubled or receiver.cls.module.by_test:
            return None
        given: dict[Value, None] = {}
        for base in self.world.classes.mro(receiver.cls):
            member = self.world.classes.instance(base).get(name)
            for binding in member.bindings if member is not None else ():
                statement = binding[1] if isinstance(binding, tuple) else None
                if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
                    continue
                for factory in self._in_place_of(base.module, statement.value.func):
                    if not isinstance(factory, Mock) or "()" not in factory.given or "effect" in factory.actions:
                        return None
                    given[factory.children["()"]] = None
        return self.mocks.alike(list(given))

    def _in_place_of(self, module: Module, called: ast.expr) -> list[Value]:
        """What the tests put in the place of a function that ``module`` calls by that name."""
        if isinstance(called, ast.Name) and called.id in self.doubled:
            return self._put_there(ModuleValue(module), called.id)
        if isinstance(called, ast.Attribute) and called.attr in self.doubled and dotted(called.value):
            return self._put_there(self.world.inference.module_value(module, called.value), called.attr)
        return []

    def _stored(self, receiver: ast.expr, name: str) -> Value | None:
        if isinstance(receiver, ast.Name):
            return self.scope.stored.get((receiver.id, name))
        if isinstance(receiver, ast.Attribute):
            key = dotted(receiver)
            if key:
                return self.scope.stored.get((key, name))
        return None

    def read(self, node: ast.expr, value: Value, name: str) -> Value:
        """``value.name``, recorded where it cannot be done."""
        kind = type(value)
        if kind is Special:
            found = self.specials.attribute(value, name)  # type: ignore[arg-type]
            if found is not None:
                return found
            value = value.value  # type: ignore[attr-defined]
        elif kind is Coroutine:
            if name not in COROUTINE_API and not is_dunder(name):
                self.unawaited(node, value, "attribute")  # type: ignore[arg-type]
            return UNKNOWN
        elif kind is Request and name not in ("param", "getfixturevalue"):
            value = value.plain  # type: ignore[attr-defined]
        elif (
            kind is Request
            or kind is Patcher
            or kind is CallSpec
            or kind is MockMethod
            or kind is MockCalls
            or kind is Raises
        ):
            return self.specials.member(value, name)
        elif kind is FunctionValue and (cached := self._keeping_results(value)) is not None:  # type: ignore[arg-type]
            value = cached
        elif kind is FunctionValue:
            if name not in FUNCTION_API and not is_dunder(name):
                self._of_function(node, value, name)  # type: ignore[arg-type]
            return UNKNOWN
        result = self.world.attributes.get(value, name)
        outcome = result.outcome
        if outcome is Outcome.FOUND:
            if name[:1] == "_":
                self.private(node, name, value, outcome, "load")
            return result.value
        if outcome is Outcome.MISSING:
            self.missing(node, value, name, "load")
            return UNKNOWN
        if outcome is Outcome.OFF_CONTRACT:
            if is_private(name):
                self.private(node, name, value, outcome, "load")
            elif self.sink is not None and not self.muted:
                owner = self.world.owners.of(value)
                self.emit(AttributeUse(node, name, "load", owner, outcome, False, result.truth))
            return result.value
        if name[:1] == "_":
            self.private(node, name, value, outcome, "load")
        return result.value

    def _keeping_results(self, value: FunctionValue) -> Instance | None:
        """The object that ``functools.lru_cache`` makes of a function, of which its attributes are."""
        if len(value.functions) > 1 or not self.world.functions.info(value.function).cached:
            return None
        cls = self.world.classes.named("functools", "_lru_cache_wrapper")
        return Instance(cls, exact=True) if cls is not None else None

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self.eval(node.value)
        key = self.eval(node.slice)
        kind = type(value)
        if kind is Unknown:
            return value
        if kind is Coroutine:
            self.unawaited(node, value, "subscript")  # type: ignore[arg-type]
            return UNKNOWN
        if kind is Mock:
            return self.mocks.item(value, node)  # type: ignore[arg-type]
        self.pending(node, value, "subscript")
        if kind is MockCalls:
            return self.mocks.recorded(value, key, node)  # type: ignore[arg-type]
        self.subscripted(node, value)
        if kind is FunctionValue and isinstance(node.ctx, ast.Load):
            self._uncalled(node, value)  # type: ignore[arg-type]
        if kind is Instance:
            self._typed_key(node, value, key)  # type: ignore[arg-type]
        elif kind is ClassValue:
            shape = self.world.classes.shape(value.cls)  # type: ignore[attr-defined]
            if shape.kind == "enum" and isinstance(key, Instance) and isinstance(key.literal, str):
                found = self.world.attributes.get(value, key.literal)
                if found.outcome is Outcome.MISSING and not self.probing("KeyError"):
                    self.missing(node, value, key.literal, "key")
        return self.world.calls.subscript(value, key)

    def _uncalled(self, node: ast.Subscript, value: FunctionValue) -> None:
        """``response.json["total"]``: a call that was forgotten."""
        function = value.function
        if not self.judging or self.probing("TypeError") or function.module.by_test or not self.certain_call(value):
            return
        if not self.world.calls.is_plain(function) or self.world.project_text.stored(function.name, tests=True):
            return
        owner = self.world.owners.of(value)
        if owner is not None:
            self.emit(AttributeUse(node, "__getitem__", "load", owner, Outcome.MISSING, False))

    def _typed_key(self, node: ast.Subscript, value: Instance, key: Value) -> None:
        shape = self.world.classes.shape(value.cls)
        if shape.kind != "typeddict" or not shape.known or not isinstance(node.ctx, ast.Load):
            return
        if isinstance(key, Instance) and isinstance(key.literal, str) and not self.probing("KeyError"):
            if (
                self.world.calls.typed_key(value, key) is None
                and not self.guarded(node, key.literal)
                and not self.world.project_text.keyed(key.literal)
            ):
                self.missing(node, value, key.literal, "key")

    expressions: ClassVar[dict[type, Any]] = {
        **Operations.expressions,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
    }
