"""Mocks: what they stand for, and whether what is asked of them exists there."""

from __future__ import annotations

import ast
from collections.abc import Callable as Thunk
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from llmlint.semantics.calls import Arguments
from llmlint.semantics.nouns import MockAttributeUse, MockCall, MockUse, Outcome
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Unknown,
    Value,
    is_none,
    union,
    without_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator

ASSERTIONS: Final = (
    "assert_called",
    "assert_called_once",
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_has_calls",
    "assert_not_called",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
)
_API: Final = frozenset(
    {
        *ASSERTIONS, "return_value", "side_effect", "called", "call_count", "call_args", "call_args_list", "mock_calls",
        "method_calls", "reset_mock", "configure_mock", "mock_add_spec", "attach_mock", "await_count", "await_args",
        "await_args_list", "spy_return", "spy_exception", "spy_return_list", "spy_return_iter", "spy_return_type",
        "wait_until_called", "wait_until_any_call_with",
    }
)  # fmt: skip
_CALLABLE_API: Final = _API - {"configure_mock", "mock_add_spec", "attach_mock", "mock_calls", "method_calls"}
_WITH_ARGUMENTS: Final = frozenset(
    {
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_awaited_with",
        "assert_awaited_once_with",
        "assert_any_await",
    }
)
_TYPO_PREFIXES: Final = ("assert", "assret", "asert", "aseert", "assrt", "asssert")
_MISSPELT: Final = {
    "called_once": "assert_called_once",
    "called_with": "assert_called_with",
    "called_once_with": "assert_called_once_with",
    "called_with_once": "assert_called_once_with",
    "called_only_once": "assert_called_once",
    "called_only_once_with": "assert_called_once_with",
    "called_any": "assert_any_call",
    "any_call": "assert_any_call",
    "has_call": "assert_has_calls",
    "has_calls": "assert_has_calls",
    "not_called": "assert_not_called",
    "was_called": "assert_called",
    "was_called_once": "assert_called_once",
    "was_called_with": "assert_called_with",
    "was_called_once_with": "assert_called_once_with",
    "was_not_called": "assert_not_called",
    "awaited_once": "assert_awaited_once",
    "awaited_with": "assert_awaited_with",
    "awaited_once_with": "assert_awaited_once_with",
    "any_await": "assert_any_await",
    "has_awaits": "assert_has_awaits",
    "not_awaited": "assert_not_awaited",
}


def misspelt(name: str) -> str | None:
    """The mock assertion that ``name`` is a misspelling of."""
    if name in _API:
        return None
    known = _MISSPELT.get(name)
    if known is not None:
        return known
    if not name.startswith(_TYPO_PREFIXES):
        return None
    best = max(ASSERTIONS, key=lambda real: (SequenceMatcher(None, name, real).ratio(), real))
    return best if SequenceMatcher(None, name, best).ratio() >= 0.75 else None


class Record:
    """What is known of one built mock, shared by every name for it."""

    __slots__ = ("by", "configured", "factory", "handed", "node", "only_called", "spec_of_bool", "specced")

    def __init__(self, node: ast.Call, factory: str, specced: bool, spec_of_bool: bool) -> None:
        self.node = node
        self.factory = factory
        self.specced = specced
        self.spec_of_bool = spec_of_bool
        self.only_called = True
        self.configured = False
        self.handed: list[tuple[Value, str, str]] = []
        """What it was found to stand for: the value, how that is known, and the parameter it was handed to."""
        self.by = "unknown"


class Mock(Value):
    """A mock, or a part of one (an attribute, what calling it returns).

    ``stands`` is what it stands for; None while that is not known: what is asked of it is kept until its test is over.
    """

    __slots__ = ("asynchronous", "by", "children", "opaque", "parameter", "pending", "record", "stands", "strict")

    def __init__(
        self,
        stands: Value | None,
        by: str = "unknown",
        record: Record | None = None,
        strict: str = "",
        asynchronous: bool | None = None,
        opaque: bool = False,
        parameter: str | None = None,
    ) -> None:
        self.stands = stands
        self.by = by
        self.record = record
        self.strict = strict
        self.asynchronous = asynchronous
        """Whether calling it gives a coroutine; None where that is not known."""
        self.opaque = opaque
        """Nothing will ever be known of it."""
        self.parameter = parameter
        self.children: dict[str, Value] = {}
        self.pending: list[Thunk[[], None]] = []

    def fork(self) -> Mock:
        """The same mock for another test: what one test configures does not reach the next."""
        other = Mock(self.stands, self.by, self.record, self.strict, self.asynchronous, self.opaque, self.parameter)
        other.children = {name: v.fork() if isinstance(v, Mock) else v for name, v in self.children.items()}
        other.pending = self.pending
        return other

    def __repr__(self) -> str:
        return f"<mock of {self.stands}>"


class MockMethod(Value):
    """A method of the mock API, bound to a mock."""

    __slots__ = ("mock", "name")

    def __init__(self, mock: Mock, name: str) -> None:
        self.mock = mock
        self.name = name


class CallSpec(Value):
    """``call(...)`` or ``call.method(...)``: ``path`` are the attributes before the arguments."""

    __slots__ = ("arguments", "node", "path")

    def __init__(self, path: tuple[str, ...], arguments: Arguments, node: ast.Call) -> None:
        self.path = path
        self.arguments = arguments
        self.node = node


def _known(value: Value | None) -> Value | None:
    """What a mock can be judged by; None for what says nothing."""
    if value is None:
        return None
    value = without_none(value)
    if isinstance(value, (Unknown, Mock)) or is_none(value):
        return None
    if isinstance(value, (Instance, ClassValue, FunctionValue, ModuleValue, Callable)):
        return value
    return value if not isinstance(value, Coroutine) else None


class Mocks:
    """The mock semantics of one file's evaluation."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.built: list[Mock] = []
        self.roots: list[Mock] = []
        """Every mock that was found to stand for something after it was built."""

    # -- building --------------------------------------------------------------------------------------------------------

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
            spec, strict = value, "spec" if keyword != "wraps" else "wraps"
        if arguments.positional and factory != "PropertyMock":
            first = arguments.positional[0]
            if not is_none(first):
                given, spec, strict = True, first, "spec"
        if arguments.double_starred or arguments.starred:
            given = True
        record = Record(node, factory, given, spec_of_bool)
        if isinstance(spec, Instance) and spec.cls.module.name == "builtins":
            spec = None  # a list of names, or the value of a plain type: nothing to look names up in
        stands = self.imitated(spec) if strict == "spec" else spec
        asynchronous = factory == "AsyncMock" if stands is None else None
        mock = Mock(_known(stands), "spec" if given else "unknown", record, strict, asynchronous)
        if given and mock.stands is None:
            mock.opaque = True
        self.built.append(mock)
        for name, value, keyword_node in arguments.keywords:
            if name in ("spec", "spec_set", "wraps", "name", "new_callable", "unsafe", "parent", "side_effect"):
                continue
            if name == "return_value":
                mock.children["()"] = value
                continue
            self.store(mock, name, value, keyword_node.value, configured=True)
        return mock

    def imitated(self, spec: Value | None) -> Value | None:
        """What a mock with that ``spec`` imitates: an instance of the class that is given."""
        if isinstance(spec, ClassValue):
            return Instance(spec.cls, spec.args, exact=spec.exact)
        return spec

    def autospec(self, node: ast.Call, arguments: Arguments) -> Value:
        """``create_autospec(X, instance=True)``."""
        spec = arguments.positional[0] if arguments.positional else arguments.keyword("spec")
        instance = arguments.keyword("instance")
        as_instance = isinstance(instance, Instance) and instance.literal is True
        stands = self.imitated(spec) if as_instance else spec
        record = Record(node, "create_autospec", True, False)
        mock = Mock(_known(stands), "autospec", record, "autospec")
        mock.opaque = mock.stands is None
        self.built.append(mock)
        for name, value, keyword_node in arguments.keywords:
            if name in ("spec", "spec_set", "instance", "unsafe", "side_effect"):
                continue
            if name == "return_value":
                mock.children["()"] = value
            else:
                self.store(mock, name, value, keyword_node.value, configured=True)
        return mock

    def of_patch(self, stands: Value, strict: str) -> Mock:
        """The mock that a patch makes for its target."""
        known = _known(stands)
        mock = Mock(known, "autospec" if strict == "autospec" else "patch", None, strict)
        mock.opaque = known is None
        return mock

    # -- using -----------------------------------------------------------------------------------------------------------

    def attribute(self, mock: Mock, name: str, node: ast.expr, action: str = "read") -> Value:
        """``mock.name``."""
        found = mock.children.get(name)
        if found is not None:
            return found
        if name in _API:
            if mock.record is not None and name not in _CALLABLE_API:
                mock.record.configured = True
            if name == "return_value":
                return self.returned(mock)
            if name.startswith("assert_") or name in ("configure_mock", "reset_mock", "attach_mock", "mock_add_spec"):
                return MockMethod(mock, name)
            return UNKNOWN
        if name.startswith("__") and name.endswith("__"):
            return Mock(None, opaque=True)
        child = Mock(None)
        mock.children[name] = child
        if mock.record is not None:
            mock.record.only_called = False
            mock.record.configured = True
        self._judge_attribute(mock, name, node, action, child)
        return child

    def store(self, mock: Mock, name: str, value: Value, node: ast.expr, configured: bool = False) -> None:
        """``mock.name = value``, or a keyword of its construction or of ``configure_mock``."""
        first, _, rest = name.partition(".")
        if first == "return_value":
            if rest:
                target = self.returned(mock)
                if isinstance(target, Mock):
                    self.store(target, rest, value, node, configured)
                return
            mock.children["()"] = value
            self._expect(value, self._result(mock.stands), "return")
            return
        if first == "side_effect" or first in _API or (first.startswith("__") and first.endswith("__")):
            return
        if rest:
            target = mock.children.get(first) or self.attribute(mock, first, node, "configured")
            if isinstance(target, Mock):
                self.store(target, rest, value, node, configured)
            return
        if mock.record is not None:
            mock.record.only_called = False
            mock.record.configured = True
        existing = mock.children.get(first)
        child = existing if isinstance(existing, Mock) else Mock(None)
        if existing is None:
            self._judge_attribute(mock, first, node, "configured", child)
        if isinstance(value, Mock) and child.stands is not None:
            self.hand(value, child.stands, "attribute", first)
        mock.children[first] = value

    def returned(self, mock: Mock) -> Value:
        """``mock.return_value``."""
        found = mock.children.get("()")
        if found is None:
            result = self._result(mock.stands)
            known = _known(result) if result is not None else None
            child = Mock(known, mock.by, opaque=mock.opaque or (mock.stands is not None and known is None))
            if mock.stands is None and not mock.opaque:
                mock.pending.append(lambda: self._late(child, self._result(mock.stands), mock))
            found = mock.children["()"] = child
        return found

    def _late(self, child: Mock, stands: Value | None, parent: Mock) -> None:
        known = _known(stands)
        if known is not None and child.stands is None:
            child.stands, child.by, child.parameter = known, parent.by, parent.parameter
            self._flush(child)

    def _result(self, stands: Value | None) -> Value | None:
        if stands is None:
            return None
        calls = self.evaluator.world.calls
        result = calls.result(stands, Arguments(starred=True, double_starred=True))
        return calls.awaited(result) if isinstance(result, Coroutine) else result

    def call(self, mock: Mock, node: ast.Call, arguments: Arguments) -> Value:
        """``mock(...)``."""
        self._judge_call(mock, node, None, arguments)
        found = mock.children.get("()")
        result = found if found is not None else self.returned(mock)
        if mock.asynchronous:
            return Coroutine(result, None)
        stands = mock.stands
        if isinstance(stands, FunctionValue):
            if stands.function.is_async:
                return Coroutine(result, None)
        elif mock.asynchronous is None or stands is not None:
            return result if isinstance(stands, ClassValue) else UNKNOWN
        return result

    def method(self, method: MockMethod, node: ast.Call, arguments: Arguments) -> Value:
        """A call of the mock API."""
        mock, name = method.mock, method.name
        if name in _WITH_ARGUMENTS:
            self._judge_call(mock, node, name, arguments)
        elif name in ("assert_has_calls", "assert_has_awaits"):
            calls = arguments.positional[0] if arguments.positional else arguments.keyword("calls")
            if isinstance(calls, Instance) and calls.items is not None:
                for item in calls.items:
                    if isinstance(item, CallSpec):
                        self._judge_spec(mock, item, name)
        elif name == "configure_mock":
            for keyword, value, keyword_node in arguments.keywords:
                self.store(mock, keyword, value, keyword_node.value, configured=True)
        return UNKNOWN

    def _judge_spec(self, mock: Mock, item: CallSpec, assertion: str) -> None:
        target: Value = mock
        for part in item.path:
            if not isinstance(target, Mock):
                return
            if part == "()":
                target = self.returned(target)
            else:
                target = self.attribute(target, part, item.node.func, "asserted")
        if isinstance(target, Mock):
            self._judge_call(target, item.node, assertion, item.arguments)

    # -- finding out what it stands for ------------------------------------------------------------------------------------

    def hand(self, mock: Mock, stands: Value, by: str, parameter: str) -> None:
        """A mock of nothing known is put where ``stands`` is expected."""
        known = _known(stands)
        if known is None or mock.stands is not None or mock.opaque:
            return
        if mock.record is None:
            return
        if isinstance(known, Instance) and known.cls.module.name in ("builtins", "typing"):
            return
        if not mock.record.handed:
            self.roots.append(mock)
        mock.record.handed.append((known, by, parameter))

    def _expect(self, value: Value, stands: Value | None, by: str) -> None:
        if isinstance(value, Mock) and stands is not None:
            self.hand(value, stands, by, "return_value")

    def conclude(self) -> None:
        """The file is over: mocks whose class was found out on the way are judged now."""
        for mock in self.roots:
            record = mock.record
            if record is None or mock.stands is not None:
                continue
            mock.stands = union(value for value, _, _ in record.handed)
            if isinstance(mock.stands, Unknown):
                mock.stands = None
                continue
            _, mock.by, mock.parameter = record.handed[0]
            self._flush(mock)

    def _flush(self, mock: Mock) -> None:
        pending = list(mock.pending)
        mock.pending.clear()
        for judge in pending:
            judge()

    def report(self) -> None:
        """A noun for every mock that the file builds."""
        evaluator = self.evaluator
        for mock in self.built:
            record = mock.record
            assert record is not None
            owner = evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None
            evaluator.emit(
                MockUse(
                    record.node,
                    record.factory,
                    record.specced and not record.spec_of_bool,
                    record.spec_of_bool,
                    owner,
                    record.only_called,
                    record.configured,
                )
            )

    # -- judging ---------------------------------------------------------------------------------------------------------

    def _judge_attribute(self, mock: Mock, name: str, node: ast.expr, action: str, child: Mock) -> None:
        if mock.stands is None:
            if mock.opaque:
                child.opaque = True
                self._judge_spelling(mock, name, node, action)
                return
            child.asynchronous = mock.asynchronous if mock.record is not None and mock.record.factory == "AsyncMock" else False

            def later() -> None:
                if mock.stands is not None:
                    self._judge_attribute(mock, name, node, action, child)
                    if child.stands is not None:
                        self._flush(child)

            mock.pending.append(later)
            self._judge_spelling(mock, name, node, action)
            return
        child.by, child.parameter, child.strict = mock.by, mock.parameter, mock.strict
        found = self.evaluator.world.attributes.get(mock.stands, name)
        if found.outcome is Outcome.MISSING:
            child.opaque = True
            if isinstance(mock.stands, (FunctionValue, Callable)):
                self._judge_spelling(mock, name, node, action)
                return
            if self.evaluator.confirm(mock.stands, name):
                self._emit(mock, name, node, action, misspelt(name))
            return
        known = _known(found.value)
        child.stands = known
        child.opaque = known is None
        if known is None and isinstance(mock.stands, FunctionValue):
            self._judge_spelling(mock, name, node, action)

    def _judge_spelling(self, mock: Mock, name: str, node: ast.expr, action: str) -> None:
        real = misspelt(name)
        if real is not None and action != "configured":
            self._emit(mock, name, node, action, real)

    def _emit(self, mock: Mock, name: str, node: ast.expr, action: str, real: str | None) -> None:
        evaluator = self.evaluator
        if evaluator.probing("AttributeError"):
            return
        owner = evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None
        evaluator.emit(
            MockAttributeUse(
                node,
                name,
                action,  # type: ignore[arg-type]
                owner,
                Outcome.MISSING,
                mock.by if mock.by in ("spec", "autospec", "patch", "annotation", "parameter") else "unknown",  # type: ignore[arg-type]
                mock.parameter,
                real,
            )
        )

    def uncalled(self, mock: Mock, name: str, node: ast.expr) -> None:
        """``assert mock.assert_called_once``, or the bare attribute as a statement."""
        owner = self.evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None
        self.evaluator.emit(
            MockAttributeUse(node, name, "asserted", owner, Outcome.FOUND, "unknown", None, name, uncalled=True)
        )

    def _judge_call(self, mock: Mock, node: ast.Call, assertion: str | None, arguments: Arguments) -> None:
        if mock.stands is None:
            if not mock.opaque:
                mock.pending.append(lambda: self._judge_call(mock, node, assertion, arguments))
            return
        evaluator = self.evaluator
        if evaluator.probing("TypeError") and assertion is None:
            return
        if evaluator.probing("AssertionError") and assertion is not None:
            return
        stands = mock.stands
        if not isinstance(stands, (FunctionValue, ClassValue)):
            return
        if assertion is None and mock.strict != "autospec" and not node.args and not node.keywords:
            return  # `mock().method.return_value = …`: a way to reach what it returns
        found = evaluator.world.calls.mismatches(stands, arguments)
        if found is None:
            return
        bound, mismatches = found
        owner = evaluator.world.attributes.owner(stands)
        if owner is None or not evaluator.certain_call(stands):
            return
        problems = evaluator.problems(node, arguments, bound.signature, mismatches)
        evaluator.emit(
            MockCall(node, assertion, owner, str(bound.signature), tuple(bound.signature.keywords), problems)
        )
