"""Building mocks: by their classes, by ``create_autospec``, by patches."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.mocks.standing import imitated, in_place, known
from llmlint.semantics.mocks.values import (
    Mock,
    Record,
)
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    FunctionValue,
    Instance,
    Unknown,
    Value,
    is_none,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.uses import MockUses

_FLAVORS: Final = {"AsyncMock": "async"}


class MockBuilding(MockUses):
    """Evaluates what makes a mock."""

    def build(self, node: ast.Call, factory: str, arguments: Arguments) -> Value:
        """``MagicMock(spec=…, name=value, …)`` and its kin."""
        spec: Value | None = None
        strict = ""
        spec_of_bool = False
        given = False
        for keyword in ("spec", "spec_set", "wraps"):
            value = arguments.keyword(keyword)
            if value is None:
                continue
            literal = value.literal if isinstance(value, Instance) else UNKNOWN
            if literal is None or literal is False:
                continue
            given = True
            if literal is True:
                spec_of_bool = True
                continue
            spec, strict = value, keyword
        if arguments.positional and factory != "PropertyMock":
            first = arguments.positional[0]
            if not is_none(first):
                given, spec, strict = True, first, "spec"
        if arguments.double_starred or arguments.starred:
            given = True
        unsafe = arguments.keyword("unsafe")
        record = Record(node, factory, specced=given, spec_of_bool=spec_of_bool, unsafe=unsafe is not None)
        if isinstance(spec, Instance) and spec.cls.module.name == "builtins":
            spec = None  # a list of names, or the value of a plain type: nothing to look names up in
        stands = known(spec if spec is None or strict == "wraps" else imitated(spec))
        asynchronous = factory == "AsyncMock" if stands is None else None
        mock = Mock(self, stands, "spec" if given else "unknown", record, strict=strict, asynchronous=asynchronous)
        mock.opaque = given and stands is None
        mock.flavor = "" if strict == "wraps" or factory == "PropertyMock" else _FLAVORS.get(factory, "sync")
        mock.guided = strict in ("spec", "spec_set")
        self._built(mock)
        self._configure(mock, arguments, ("spec", "spec_set", "wraps", "name", "new_callable", "unsafe", "parent"))
        return mock

    def autospec(self, node: ast.Call, arguments: Arguments) -> Value:
        """``create_autospec(X, instance=True)``."""
        spec = arguments.positional[0] if arguments.positional else arguments.keyword("spec")
        instance = arguments.keyword("instance")
        as_instance = isinstance(instance, Instance) and instance.literal is True
        stands = known(imitated(spec) if spec is not None and as_instance else spec)
        if isinstance(stands, Instance) and stands.cls.module.name == "builtins":
            stands = None
        record = Record(node, "create_autospec", specced=True)
        mock = Mock(self, stands, "autospec", record, strict="autospec", opaque=stands is None)
        mock.guided = True
        self._built(mock)
        self._configure(mock, arguments, ("spec", "spec_set", "instance", "unsafe"))
        return mock

    def stub(self, node: ast.Call, factory: str) -> Value:
        """``mocker.stub()``: a plain callable."""
        mock = Mock(self, None, "unknown", Record(node, factory, specced=False), opaque=True)
        self._built(mock)
        return mock

    def of_patch(self, stands: Value, strict: str, at: ast.expr | None = None, flavor: str = "") -> Mock:
        """The mock that a patch makes for its target; ``flavor`` where the test chose its class (at ``at``)."""
        found = known(in_place(stands, strict, self.evaluator.test_modules))
        by = "autospec" if strict == "autospec" else "patch"
        mock = Mock(self, found, by, None, strict=strict, opaque=found is None)
        mock.guided = strict != ""
        asynchronous = isinstance(stands, FunctionValue) and stands.function.is_async
        mock.flavor = flavor or ("async" if asynchronous else "sync")
        if self.evaluator.sink is not None:
            self.patched.append(mock)
        if flavor and at is not None:
            mock.at = at
            self.replaced.append(mock)
        return mock

    def of_property(self, owner: Value | None, name: str, gives: Value) -> Mock:
        """The ``PropertyMock`` that a patch puts in the place of a property that gives ``gives``."""
        mock = Mock(self, Callable(gives), "patch", opaque=isinstance(gives, Unknown))
        mock.of = (owner, name) if owner is not None else None
        return mock
