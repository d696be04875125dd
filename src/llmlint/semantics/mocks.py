"""Mocks: building them, using them, and finding out what they stand for.

What is asked of a mock is judged when its file is over (``Mocks.conclude``, ``mock_verdicts``): only then is it known what every
mock stands for, and which attributes the test gave to it itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mock_assertions import API, RECORDED, WITH_ARGUMENTS
from llmlint.semantics.mock_gifts import MockGifts
from llmlint.semantics.mock_standing import imitated, in_place, known, part, result
from llmlint.semantics.mock_values import (
    Call,
    CallSpec,
    Configured,
    Mock,
    MockCalls,
    MockMethod,
    Record,
    Use,
    configured_at,
)
from llmlint.semantics.mock_verdicts import MockVerdicts
from llmlint.semantics.nouns import MockAttributeUse, MockAwait, MockGift, MockUse, Outcome
from llmlint.semantics.plain_values import PlainValues
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Union,
    Unknown,
    Value,
    is_none,
    same,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator


_FLAVORS: Final = {"AsyncMock": "async"}
_CONTAINERS: Final = frozenset(
    {"builtins.dict", "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset"}
)
_AWAITED: Final = frozenset({"__aenter__", "__aexit__", "__anext__"})


class Mocks:
    """The mock semantics of one file's evaluation."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.built: list[Mock] = []
        self.records: dict[Record, None] = {}
        """Every record that this file had to do with."""
        self.uses: list[Use] = []
        self.calls: list[Call] = []
        self.configured: list[Configured] = []
        """What mocks are told to give."""
        self.replaced: list[Mock] = []
        """Mocks that patches make, for what they stand in for."""
        self.keywords: list[tuple[Mock, str, ast.Subscript]] = []
        """Keywords of recorded calls that the test reads."""
        self.made: dict[ast.Call, ast.AST | None] = {}
        """Every call that builds a mock, with the function that it stands in."""
        self.parts: set[ast.AST] = set()
        """Calls that build a mock where it is given to another one, as a part of it."""
        self.joined: dict[ast.Call, ast.Call] = {}
        """Mocks that are put in place by a patch: the calls that build them, and those of the patches."""
        self.echoes: dict[ast.AST, tuple[Mock, str]] = {}
        """Where the test itself reads what a mock was told to give."""
        self.assigned: list[tuple[ast.Attribute, Value, Mock]] = []
        """Mocks that are stored in attributes: where, on what, and the mock."""
        self.patched: list[Mock] = []
        """Every mock that a patch makes."""
        self.stores: dict[ast.AST, None] = {}
        """Where the file stores attributes on mocks."""
        self.reads: dict[ast.AST, None] = {}
        """Where the file reads attributes of mocks."""
        self._adopted: dict[Mock, Mock] = {}

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

    def _built(self, mock: Mock) -> None:
        assert mock.record is not None
        self.records[mock.record] = None
        self.made.setdefault(mock.record.node, self.evaluator.inside())
        if self.evaluator.sink is not None:
            self.built.append(mock)

    def _configure(self, mock: Mock, arguments: Arguments, own: tuple[str, ...]) -> None:
        for name, value, keyword in arguments.keywords:
            if name not in own:
                self.store(mock, name, value, configured_at(keyword, name))

    def local(self, mock: Mock, *, anew: bool = False) -> Mock:
        """A mock that other files reach as well (or, ``anew``, that every call of a helper makes), as this file's own."""
        if mock.home is self and not anew:
            return mock
        found = None if anew else self._adopted.get(mock)
        if found is None:
            old = mock.record
            found = mock.fork(self, old.again() if old is not None else None)
            if not anew:
                self._adopted[mock] = found
        return found

    # -- using -----------------------------------------------------------------------------------------------------------

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

    def _done(self, mock: Mock, action: str) -> None:
        """Say what is done with the attribute that was just asked for."""
        if mock.last is not None:
            mock.last.action = action
            mock.last = None

    def _configured(self, record: Record) -> None:
        record.only_called = False
        record.configured = True
        self.records[record] = None

    def _use(self, mocks: tuple[Mock, ...], name: str, node: ast.expr, child: Value, *, stored: bool = False) -> None:
        evaluator = self.evaluator
        if evaluator.sink is None:
            return
        stands = mocks[0].stands
        known = len(mocks) == 1 and stands is not None and not isinstance(stands, (FunctionValue, Callable))
        if known and isinstance(child, Mock) and not child.missing:
            return  # what is there needs no judge
        if evaluator.probing("AttributeError") or (isinstance(node, ast.Attribute) and evaluator.guarded(node, name)):
            return
        use = Use(mocks, name, node, "configured" if stored else "read", child, stored=stored)
        self.uses.append(use)
        if isinstance(child, Mock) and not stored:
            child.last = use

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
            if isinstance(value, Mock):
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
        if isinstance(value, Mock) and isinstance(child, Mock) and child.stands is not None:
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

    def returned(self, mock: Mock) -> Value:
        """``mock.return_value``."""
        found = mock.children.get("()")
        if found is None:
            found = child = Mock(self, None)
            mock.children["()"] = child
            self._derive(mock, "()", child)
        return found

    def _derive(self, mock: Mock, name: str, child: Mock) -> bool:
        """Find out what a part of ``mock`` stands for, and whether it is known now."""
        if mock.stands is None:
            child.opaque = mock.opaque
            child.flavor = _part_flavor(mock, name)
            if name != "()":
                child.asynchronous = (
                    mock.asynchronous if mock.record is not None and mock.record.factory == "AsyncMock" else False
                )
            return False
        world = self.evaluator.world
        child.by, child.parameter, child.strict = mock.by, mock.parameter, mock.strict
        if name == "()":
            child.stands = known(part(world, mock.stands, name))
            child.guided = mock.guided and mock.strict == "autospec" and isinstance(mock.stands, ClassValue)
            child.flavor = "sync" if child.guided else _part_flavor(mock, name)
        else:
            found = world.attributes.get(mock.stands, name)
            child.missing = found.outcome is Outcome.MISSING
            child.stands = None if child.missing else known(found.value)
            child.guided = mock.guided and mock.strict == "autospec"
            if mock.guided and not is_dunder(name):
                real = child.stands
                child.flavor = "async" if isinstance(real, FunctionValue) and real.function.is_async else "sync"
            else:
                child.flavor = _part_flavor(mock, name)
        child.opaque = child.stands is None
        return not child.opaque

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

    def _called(self, mock: Mock, node: ast.Call, assertion: str | None, arguments: Arguments) -> None:
        evaluator = self.evaluator
        if evaluator.sink is None or mock.opaque:
            return
        if evaluator.probing("TypeError" if assertion is None else "AssertionError"):
            return
        self.calls.append(Call(mock, node, assertion, arguments, evaluator.awaiting is node))

    # -- finding out what it stands for ------------------------------------------------------------------------------------

    def hand(self, mock: Mock, stands: Value | None, by: str, parameter: str | None = None) -> None:
        """A mock of nothing known is put where ``stands`` is expected."""
        found = known(stands)
        record = mock.record
        if found is None or record is None or mock.stands is not None or mock.opaque:
            return
        if isinstance(found, Instance) and found.cls.module.name in ("builtins", "typing", "object"):
            if found.cls.symbol in _CONTAINERS and record.plain is None and not record.handed:
                record.plain = found
            return
        self.records[record] = None
        record.handed.append((found, by, parameter))

    def one_of(self, values: Sequence[Value]) -> Value:
        """One mock for all of those that callers hand to a helper: where they stand for the same."""
        mocks = [value for value in values if isinstance(value, Mock)]
        first = mocks[0]
        alike = all(
            mock is first or (mock.stands is not None and first.stands is not None and same(mock.stands, first.stands))
            for mock in mocks
        )
        return first.fork() if alike and len(mocks) == len(values) else UNKNOWN

    def alike(self, values: Sequence[Value]) -> Mock | None:
        """One of several mocks, where each is one and they stand for the same; as this file's own."""
        mocks = [value for value in values if isinstance(value, Mock)]
        if not mocks or len(mocks) != len(values):
            return None
        first = mocks[0]
        for mock in mocks[1:]:
            one, other = mock.stands, first.stands
            if one is None or other is None:
                return None
            if not same(one, other) and not (
                isinstance(one, Instance) and isinstance(other, Instance) and one.cls is other.cls
            ):
                return None
        return self.local(first)

    def hand_attribute(self, mock: Mock, stands: Value) -> None:
        """A mock is stored in an attribute that had the value ``stands``: this store is no reason to doubt that."""
        if (
            isinstance(stands, Instance)
            and stands.via
            and not self.evaluator.world.vetoes.stored_in_project(stands.via, foreign_only=True)
        ):
            stands = Instance(stands.cls, stands.args)
        self.hand(mock, in_place(stands, "", self.evaluator.test_modules), "attribute")

    def conclude(self) -> None:
        """The file is over: what is asked of mocks is judged."""
        for use in self.uses:
            for mock in use.mocks:
                if mock.record is not None:
                    self.records[mock.record] = None
        settled: set[Record] = set()
        while len(settled) < len(self.records):
            for record in [record for record in self.records if record not in settled]:
                settled.add(record)
                if record.handed:
                    self._settle_record(record)
        MockVerdicts(self).judge()
        sink = self.evaluator.sink
        if sink is not None and (sink.wants(MockGift) or sink.wants(MockAwait)):
            MockGifts(self).judge()

    def _settle_record(self, record: Record) -> None:
        stands = known(union(value for value, _, _ in record.handed))
        if stands is None:
            return
        _, by, parameter = record.handed[0]
        for mock in record.mocks:
            if mock.stands is None and not mock.opaque:
                mock.stands, mock.by, mock.parameter = stands, by, parameter
                self._settle(mock)

    def _settle(self, mock: Mock) -> None:
        """Now that it is known what ``mock`` stands for, it is known of its parts."""
        for name, child in mock.children.items():
            if not isinstance(child, Mock):
                continue
            if name in mock.given and not (is_dunder(name) and child.record is None):
                self.hand(child, part(self.evaluator.world, mock.stands, name), "attribute")
            elif child.stands is None and not child.opaque and self._derive(mock, name, child):
                self._settle(child)

    def report(self) -> None:
        """A noun for every mock that the file builds."""
        evaluator = self.evaluator
        alike: dict[ast.Call, list[Record]] = {}
        for record in self.records:
            alike.setdefault(record.node, []).append(record)
        for mock in self.built:
            record = mock.record  # type: ignore[assignment]
            stands = mock.stands
            for other in alike[record.node]:
                stands = stands or next((twin.stands for twin in other.mocks if twin.stands is not None), None)
            owner = evaluator.world.attributes.owner(stands) if stands is not None else None
            evaluator.emit(
                MockUse(
                    record.node,
                    record.factory,
                    any(other.specced for other in alike[record.node]) and not record.spec_of_bool,
                    record.spec_of_bool,
                    owner,
                    all(other.only_called for other in alike[record.node]),
                    any(other.configured for other in alike[record.node]),
                    self._plain_value(mock, stands),
                    any(by == "patch" for other in alike[record.node] for _, by, _ in other.handed),
                )
            )

    def uncalled(self, mock: Mock, name: str, node: ast.expr) -> None:
        """``assert mock.assert_called_once``, or the bare attribute as a statement."""
        owner = self.evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None
        self.evaluator.emit(
            MockAttributeUse(node, name, "asserted", owner, Outcome.FOUND, "unknown", None, name, uncalled=True)
        )

    def _plain_value(self, mock: Mock, stands: Value | None) -> str:
        """What kind of plain value the mock stands for, where the test could as well have built one."""
        record = mock.record
        if stands is None and record is not None and isinstance(record.plain, Instance):
            return record.plain.cls.name if record.factory in ("Mock", "MagicMock") else ""
        if not isinstance(stands, Instance) or any(
            isinstance(child, Mock) and isinstance(child.stands, FunctionValue)
            for twin in (record.mocks if record is not None else ())
            for child in twin.children.values()
        ):
            return ""
        return PlainValues(self.evaluator.world).kind(stands.cls)

    def certain(self, stands: FunctionValue | ClassValue) -> bool:
        """Whether it is that signature which the code under test calls by, and not one of an override or a replacement."""
        if isinstance(stands, ClassValue):
            return stands.exact
        vetoes = self.evaluator.world.vetoes
        function, receiver = stands.function, stands.receiver
        name = function.name
        if name.startswith("__") and name.endswith("__"):
            return False
        if function.owner is None and not function.module.by_test and name not in function.module.table:
            return False  # what a decorator made: how it is bound is that decorator's affair
        if isinstance(receiver, (Instance, ClassValue)) and not receiver.exact:
            if vetoes.subclass_has(receiver.cls, name) or (not receiver.cls.own and vetoes.abstract(receiver.cls)):
                return False
            via = receiver.via if isinstance(receiver, Instance) else None
            if via and vetoes.stored_in_project(via, foreign_only=True):
                return False
        module = function.module
        return not (module.own and not module.by_test and vetoes.stored_in_project(name))


def _part_flavor(mock: Mock, name: str) -> str:
    """Which kind of mock the library makes for a part of one that no spec guides: another of its own kind."""
    if is_dunder(name):
        return "async" if name in _AWAITED else "sync"
    return mock.flavor
