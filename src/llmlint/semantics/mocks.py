"""Mocks: what they stand for, and whether what is asked of them exists there.

What is asked of a mock is judged when its file is over (``Mocks.conclude``): only then is it known what every mock stands for,
and which attributes the test gave to it itself.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.mock_assertions import API, WITH_ARGUMENTS, misspelt
from llmlint.semantics.nouns import MockAttributeUse, MockCall, MockUse, Outcome
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)
from llmlint.semantics.vetoes import foreign_stores

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator


_PERMITTING: Final = ("spec", "autospec", "wraps")
"""Ways to give a spec to a mock that let the test add attributes of its own."""


class Record:
    """What is known of one built mock, shared by every name for it."""

    __slots__ = ("configured", "factory", "handed", "mocks", "node", "only_called", "spec_of_bool", "specced", "unsafe")

    def __init__(
        self, node: ast.Call, factory: str, *, specced: bool, spec_of_bool: bool = False, unsafe: bool = False
    ) -> None:
        self.node = node
        self.factory = factory
        self.specced = specced
        self.spec_of_bool = spec_of_bool
        self.unsafe = unsafe
        """``Mock(unsafe=True)``: whatever looks like an assertion is meant."""
        self.only_called = True
        self.configured = False
        self.handed: list[tuple[Value, str, str | None]] = []
        """What it was found to stand for: the value, how that is known, and the parameter it was handed to."""
        self.mocks: list[Mock] = []
        """The mock, and what it is in other tests."""

    def again(self) -> Record:
        """The record of another mock that the same call builds."""
        other = Record(
            self.node, self.factory, specced=self.specced, spec_of_bool=self.spec_of_bool, unsafe=self.unsafe
        )
        other.only_called, other.configured, other.handed = self.only_called, self.configured, list(self.handed)
        return other


class Mock(Value):
    """A mock, or a part of one (an attribute, what calling it returns).

    ``stands`` is what it stands for; None while that is not known. ``home`` keeps it, and may change it.
    """

    __slots__ = (
        "asynchronous", "by", "children", "given", "home", "last", "missing", "opaque", "parameter", "record", "shaped",
        "stands", "strict",
    )  # fmt: skip

    def __init__(
        self,
        home: Mocks | None,
        stands: Value | None,
        by: str = "unknown",
        record: Record | None = None,
        *,
        strict: str = "",
        asynchronous: bool | None = None,
        opaque: bool = False,
        parameter: str | None = None,
    ) -> None:
        self.home = home
        self.stands = stands
        self.by = by
        self.record = record
        self.strict = strict
        """How it got its spec: ``spec``, ``spec_set``, ``wraps``, ``autospec`` or not at all."""
        self.asynchronous = asynchronous
        """Whether calling it gives a coroutine; None where that is not known."""
        self.opaque = opaque
        """Nothing will ever be known of it."""
        self.parameter = parameter
        self.missing = False
        """What it is a part of has no such part."""
        self.shaped = False
        """A ``return_value`` or ``side_effect`` was given to it."""
        self.last: Use | None = None
        """Where it was last asked for."""
        self.children: dict[str, Value] = {}
        """Its attributes; ``()`` is what calling it returns."""
        self.given: set[str] = set()
        """The attributes that the test stored."""
        if record is not None:
            record.mocks.append(self)

    def fork(
        self, home: Mocks | None = None, record: Record | None = None, done: dict[Mock, Mock] | None = None
    ) -> Mock:
        """The same mock for another test: what one test configures does not reach the next."""
        done = {} if done is None else done
        found = done.get(self)
        if found is not None:
            return found
        record = record or self.record
        other = Mock(
            home or self.home,
            self.stands,
            self.by,
            record,
            strict=self.strict,
            asynchronous=self.asynchronous,
            opaque=self.opaque,
            parameter=self.parameter,
        )
        done[self] = other
        other.missing, other.shaped, other.given = self.missing, self.shaped, set(self.given)
        other.children = {
            name: value.fork(home, None, done) if isinstance(value, Mock) else value
            for name, value in self.children.items()
        }
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


class Use:
    """An attribute that is asked of mocks (several where either may stand there), to be judged when the file is over."""

    __slots__ = ("action", "child", "mocks", "name", "node", "stored")

    def __init__(
        self, mocks: tuple[Mock, ...], name: str, node: ast.expr, action: str, child: Value, *, stored: bool
    ) -> None:
        self.mocks = mocks
        self.name = name
        self.node = node
        self.action = action
        self.child = child
        self.stored = stored
        """Whether the attribute itself is given to the mock."""


class _Call(NamedTuple):
    """A call of a mock, or an assertion about one."""

    mock: Mock
    node: ast.Call
    assertion: str | None
    arguments: Arguments
    awaited: bool


def _known(value: Value | None) -> Value | None:
    """What a mock can be judged by; None for what says nothing."""
    if value is None:
        return None
    value = without_none(value)
    if isinstance(value, (Unknown, Mock)) or is_none(value):
        return None
    if isinstance(value, Union) and any(isinstance(member, (Unknown, Mock, Coroutine)) for member in value.members):
        return None
    if isinstance(value, (Instance, ClassValue, FunctionValue, ModuleValue, Callable, Union)):
        return value
    return None


class Mocks:
    """The mock semantics of one file's evaluation."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.built: list[Mock] = []
        self.records: dict[Record, None] = {}
        """Every record that this file had to do with."""
        self.uses: list[Use] = []
        self.calls: list[_Call] = []
        self.stores: dict[ast.AST, None] = {}
        """Where the file stores attributes on mocks."""
        self.reads: dict[ast.AST, None] = {}
        """Where the file reads attributes of mocks."""
        self._adopted: dict[Mock, Mock] = {}
        self._foreign: frozenset[str] | None = None
        self._permitted: set[tuple[str, str]] = set()

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
        stands = _known(spec if spec is None or strict == "wraps" else self.imitated(spec))
        asynchronous = factory == "AsyncMock" if stands is None else None
        mock = Mock(self, stands, "spec" if given else "unknown", record, strict=strict, asynchronous=asynchronous)
        mock.opaque = given and stands is None
        self._built(mock)
        self._configure(mock, arguments, ("spec", "spec_set", "wraps", "name", "new_callable", "unsafe", "parent"))
        return mock

    def imitated(self, spec: Value) -> Value:
        """What a mock with that ``spec`` imitates: an instance of the class that is given."""
        if isinstance(spec, ClassValue):
            return Instance(spec.cls, spec.args, exact=spec.exact)
        return spec

    def autospec(self, node: ast.Call, arguments: Arguments) -> Value:
        """``create_autospec(X, instance=True)``."""
        spec = arguments.positional[0] if arguments.positional else arguments.keyword("spec")
        instance = arguments.keyword("instance")
        as_instance = isinstance(instance, Instance) and instance.literal is True
        stands = _known(self.imitated(spec) if spec is not None and as_instance else spec)
        if isinstance(stands, Instance) and stands.cls.module.name == "builtins":
            stands = None
        record = Record(node, "create_autospec", specced=True)
        mock = Mock(self, stands, "autospec", record, strict="autospec", opaque=stands is None)
        self._built(mock)
        self._configure(mock, arguments, ("spec", "spec_set", "instance", "unsafe"))
        return mock

    def stub(self, node: ast.Call, factory: str) -> Value:
        """``mocker.stub()``: a plain callable."""
        mock = Mock(self, None, "unknown", Record(node, factory, specced=False), opaque=True)
        self._built(mock)
        return mock

    def of_patch(self, stands: Value, strict: str) -> Mock:
        """The mock that a patch makes for its target."""
        known = _known(self.in_place(stands, strict))
        return Mock(
            self, known, "autospec" if strict == "autospec" else "patch", None, strict=strict, opaque=known is None
        )

    def in_place(self, stands: Value, strict: str = "") -> Value:
        """What a replaced method is called with: an autospecced one is handed the instance, as the method itself is."""
        if not isinstance(stands, FunctionValue) or not stands.loose:
            return stands
        if strict == "autospec":
            return FunctionValue(stands.functions, None, stands.scope)
        function = stands.function
        if strict or function.owner is None:
            return stands
        through = f"{function.owner.name}.{function.name}("
        if any(through in module.text for module in (function.owner.module, *self.evaluator.test_modules)):
            return stands  # somebody calls it through the class, and hands it the instance himself
        return FunctionValue(stands.functions, Instance(function.owner, exact=True), stands.scope)

    def _built(self, mock: Mock) -> None:
        assert mock.record is not None
        self.records[mock.record] = None
        if self.evaluator.sink is not None:
            self.built.append(mock)

    def _configure(self, mock: Mock, arguments: Arguments, own: tuple[str, ...]) -> None:
        for name, value, keyword in arguments.keywords:
            if name not in own:
                self.store(mock, name, value, keyword.value)

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
            if name not in mock.given and isinstance(found, Mock) and not quiet:
                self._use((mock,), name, node, found)
            return found
        if name in API:
            return self._api(mock, name)
        if name.startswith("__") and name.endswith("__"):
            return Mock(self, None, opaque=True)
        if mock.record is not None:
            self._configured(mock.record)
        child = Mock(self, None)
        mock.children[name] = child
        self._derive(mock, name, child)
        if not quiet:
            self._use((mock,), name, node, child)
        return child

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
            return MockMethod(mock, name)
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

    def store(self, mock: Mock, name: str, value: Value, node: ast.expr) -> None:
        """``mock.name = value``, or a keyword of its construction or of ``configure_mock``."""
        self.stores[node] = None
        first, _, rest = name.partition(".")
        if first == "return_value":
            if rest:
                target = self.returned(mock)
                if isinstance(target, Mock):
                    self.store(target, rest, value, node)
                return
            mock.shaped = True
            self._done(mock, "configured")
            mock.children["()"] = value
            mock.given.add("()")
            if isinstance(value, Mock):
                self.hand(value, self._result(mock.stands), "attribute")
            return
        if first == "side_effect":
            mock.shaped = True
            self._done(mock, "configured")
            return
        if first in API or (first.startswith("__") and first.endswith("__")):
            return
        if rest:
            target = mock.children.get(first) or self.attribute(mock, first, node)
            if isinstance(target, Mock):
                self._done(target, "configured")
                self.store(target, rest, value, node)
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
            if name != "()":
                child.asynchronous = (
                    mock.asynchronous if mock.record is not None and mock.record.factory == "AsyncMock" else False
                )
            return False
        child.by, child.parameter, child.strict = mock.by, mock.parameter, mock.strict
        if name == "()":
            child.stands = _known(self._part(mock, name))
        else:
            found = self.evaluator.world.attributes.get(mock.stands, name)
            child.missing = found.outcome is Outcome.MISSING
            child.stands = None if child.missing else _known(found.value)
        child.opaque = child.stands is None
        return not child.opaque

    def _result(self, stands: Value | None) -> Value | None:
        if stands is None:
            return None
        world = self.evaluator.world
        if isinstance(stands, FunctionValue) and isinstance(stands.receiver, Instance) and not stands.receiver.exact:
            function = stands.function
            if function.node.returns is None and world.vetoes.subclass_has(stands.receiver.cls, function.name):
                return None  # an override may return anything
        result = world.calls.result(stands, Arguments(starred=True, double_starred=True))
        return world.calls.awaited(result) if isinstance(result, Coroutine) else result

    def call(self, mock: Mock, node: ast.Call, arguments: Arguments) -> Value:
        """``mock(...)``."""
        self._done(mock, "called")
        self._called(mock, node, None, arguments)
        result = self.returned(mock)
        if mock.asynchronous:
            return Coroutine(result, None)
        stands = mock.stands
        if isinstance(stands, FunctionValue):
            return Coroutine(result, None) if stands.function.is_async else result
        if isinstance(stands, ClassValue) or (stands is None and mock.asynchronous is False) or "()" in mock.given:
            return result
        return UNKNOWN

    def method(self, method: MockMethod, node: ast.Call, arguments: Arguments) -> Value:
        """A call of the mock API."""
        mock, name = method.mock, method.name
        if name in WITH_ARGUMENTS:
            self._called(mock, node, name, arguments)
        elif name in ("assert_has_calls", "assert_has_awaits"):
            calls = arguments.positional[0] if arguments.positional else arguments.keyword("calls")
            if isinstance(calls, Instance) and calls.items is not None:
                for item in calls.items:
                    if isinstance(item, CallSpec):
                        self._expected(mock, item, name)
        elif name == "configure_mock":
            self._configure(mock, arguments, ())
        elif name == "mock_add_spec":
            self._add_spec(mock, arguments)
        return UNKNOWN

    def _add_spec(self, mock: Mock, arguments: Arguments) -> None:
        spec = arguments.positional[0] if arguments.positional else arguments.keyword("spec")
        if isinstance(spec, Instance) and spec.cls.module.name == "builtins":
            spec = None
        mock.stands = _known(self.imitated(spec)) if spec is not None else None
        mock.opaque = mock.stands is None
        mock.by, mock.strict = "spec", "spec"
        mock.children = {name: child for name, child in mock.children.items() if name in mock.given}
        if mock.record is not None:
            mock.record.specced = True

    def _expected(self, mock: Mock, item: CallSpec, assertion: str) -> None:
        """``call.a.b(…)`` in a list of expected calls."""
        target: Value = mock
        for part in item.path:
            if not isinstance(target, Mock):
                return
            if part == "()":
                target = self.returned(target)
            else:
                target = self.attribute(target, part, item.node.func)
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
        self.calls.append(_Call(mock, node, assertion, arguments, evaluator.awaiting is node))

    # -- finding out what it stands for ------------------------------------------------------------------------------------

    def hand(self, mock: Mock, stands: Value | None, by: str, parameter: str | None = None) -> None:
        """A mock of nothing known is put where ``stands`` is expected."""
        known = _known(stands)
        record = mock.record
        if known is None or record is None or mock.stands is not None or mock.opaque:
            return
        if isinstance(known, Instance) and known.cls.module.name in ("builtins", "typing", "object"):
            return
        self.records[record] = None
        record.handed.append((known, by, parameter))

    def hand_attribute(self, mock: Mock, stands: Value) -> None:
        """A mock is stored in an attribute that had the value ``stands``: this store is no reason to doubt that."""
        if (
            isinstance(stands, Instance)
            and stands.via
            and not self.evaluator.world.vetoes.stored_in_project(stands.via, foreign_only=True)
        ):
            stands = Instance(stands.cls, stands.args)
        self.hand(mock, self.in_place(stands), "attribute")

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
        self._find_permitted()
        for use in self.uses:
            self._judge(use)
        for call in self.calls:
            self._judge_call(call)

    def _settle_record(self, record: Record) -> None:
        stands = _known(union(value for value, _, _ in record.handed))
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
            if name in mock.given:
                self.hand(child, self._part(mock, name), "attribute")
            elif child.stands is None and not child.opaque and self._derive(mock, name, child):
                self._settle(child)

    def _part(self, mock: Mock, name: str) -> Value | None:
        if name == "()":
            return self._result(mock.stands)
        return self.evaluator.world.attributes.get(mock.stands, name).value if mock.stands is not None else None

    def _find_permitted(self) -> None:
        """What the tests openly give to mocks with a spec, other mocks of the class have by other names as well."""
        for use in self.uses:
            if use.stored and use.mocks[0].strict in _PERMITTING:
                self._permitted.add((self._symbol(use.mocks[0].stands), use.name))

    def _symbol(self, stands: Value | None) -> str:
        owner = self.evaluator.world.attributes.owner(stands) if stands is not None else None
        return owner.symbol if owner is not None else ""

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
                )
            )

    # -- judging ---------------------------------------------------------------------------------------------------------

    def _judge(self, use: Use) -> None:
        mock = use.mocks[0]
        if any(use.name in other.given for other in use.mocks) and not use.stored:
            return
        attributes = self.evaluator.world.attributes
        for other in use.mocks:
            stands = other.stands
            if stands is None or isinstance(stands, (FunctionValue, Callable)):
                if len(use.mocks) == 1:
                    self._judge_spelling(use)
                return
            if attributes.get(stands, use.name).outcome is not Outcome.MISSING or not self._confirmed(stands, use.name):
                return
            if not use.stored and (self._symbol(stands), use.name) in self._permitted:
                return
        if use.stored and self._comes_back(use.name):
            return
        self._emit(use, None if use.stored else misspelt(use.name), permitted=use.stored and mock.strict in _PERMITTING)

    def _comes_back(self, name: str) -> bool:
        """Whether the test reads an attribute of that name off something that is no mock: it is to arrive there."""
        tree = self.evaluator.module.tree
        return tree is not None and any(
            isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.ctx, ast.Load)
            and node not in self.reads
            for node in ast.walk(tree)
        )

    def _judge_spelling(self, use: Use) -> None:
        mock, child = use.mocks[0], use.child
        if use.stored or (isinstance(child, Mock) and child.shaped):
            return
        record = mock.record
        if record is not None and (record.unsafe or (record.specced and mock.stands is None)):
            return
        real = misspelt(use.name)
        if real is not None:
            self._emit(use, real)

    def _confirmed(self, stands: Value, name: str) -> bool:
        """Whether it stands that there is no such attribute, and that the tests do not add it in another way."""
        evaluator = self.evaluator
        if self._foreign is None:
            own, *others = evaluator.test_modules
            self._foreign = foreign_stores(own, but=frozenset(self.stores)).union(
                *(foreign_stores(module) for module in others)
            )
        if name in self._foreign or evaluator.world.vetoes.asked_in_project(name):
            return False
        if isinstance(stands, Instance) and stands.via is not None and stands.via in self._foreign:
            return False
        if evaluator.world.attributes.owner(stands) is None:
            return False
        return all(
            evaluator.world.vetoes.confirm(self._closed(member, name), name, [])
            for member in members_of(stands)
            if not is_none(member)
        )

    def _closed(self, stands: Value, name: str) -> Value:
        """A protocol of the project as what its code takes it for, where that code knows no such name."""
        if isinstance(stands, Instance) and not stands.exact and stands.cls.own and "protocol" in stands.cls.memo:
            vetoes = self.evaluator.world.vetoes
            if not vetoes.mentioned_in_project(name) and not vetoes.subclass_has(stands.cls, name):
                return Instance(stands.cls, stands.args, exact=True)
        return stands

    def _emit(self, use: Use, real: str | None, *, permitted: bool = False) -> None:
        evaluator = self.evaluator
        mock = use.mocks[0]
        evaluator.emit(
            MockAttributeUse(
                use.node,
                use.name,
                use.action,  # type: ignore[arg-type]
                evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None,
                Outcome.MISSING,
                mock.by if mock.by in ("spec", "autospec", "patch", "annotation", "parameter") else "unknown",  # type: ignore[arg-type]
                mock.parameter,
                real,
                permitted=permitted,
            )
        )

    def uncalled(self, mock: Mock, name: str, node: ast.expr) -> None:
        """``assert mock.assert_called_once``, or the bare attribute as a statement."""
        owner = self.evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None
        self.evaluator.emit(
            MockAttributeUse(node, name, "asserted", owner, Outcome.FOUND, "unknown", None, name, uncalled=True)
        )

    def _judge_call(self, call: _Call) -> None:
        evaluator = self.evaluator
        stands, node = call.mock.stands, call.node
        if not isinstance(stands, (FunctionValue, ClassValue)):
            return
        if (
            call.assertion is None
            and call.mock.strict != "autospec"
            and not call.awaited
            and not node.args
            and not node.keywords
        ):
            return  # `mock().method.return_value = …`: a way to reach what it returns
        found = evaluator.world.calls.mismatches(stands, call.arguments)
        if found is None:
            return
        bound, mismatches = found
        owner = evaluator.world.attributes.owner(stands)
        if owner is None or not self._certain(stands):
            return
        problems = evaluator.problems(node, call.arguments, bound.signature, mismatches)
        if call.assertion is not None and any(
            problem.kind == "unknown-keyword" and self._passed_on(node, problem.name) for problem in problems
        ):
            return
        evaluator.emit(
            MockCall(node, call.assertion, owner, str(bound.signature), tuple(bound.signature.keywords), problems)
        )

    def _passed_on(self, assertion: ast.Call, name: str | None) -> bool:
        """Whether the test that asserts the keyword hands it in as well, to see it passed on."""
        tree = self.evaluator.module.tree
        if tree is None:
            return False
        within = [
            node
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.lineno <= assertion.lineno <= (node.end_lineno or node.lineno)
        ]
        if not within:
            return False
        for node in ast.walk(within[-1]):
            if isinstance(node, ast.Dict) and any(
                isinstance(key, ast.Constant) and key.value == name for key in node.keys
            ):
                return True
            if isinstance(node, ast.Call) and any(keyword.arg == name for keyword in node.keywords):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called not in API and called != "call":
                    return True
        return False

    def _certain(self, stands: FunctionValue | ClassValue) -> bool:
        """Whether it is that signature which the code under test calls by, and not one of an override or a replacement."""
        if isinstance(stands, ClassValue):
            return stands.exact
        vetoes = self.evaluator.world.vetoes
        function, receiver = stands.function, stands.receiver
        name = function.name
        if name.startswith("__") and name.endswith("__"):
            return False
        if isinstance(receiver, (Instance, ClassValue)) and not receiver.exact:
            if vetoes.subclass_has(receiver.cls, name) or (not receiver.cls.own and vetoes.abstract(receiver.cls)):
                return False
            via = receiver.via if isinstance(receiver, Instance) else None
            if via and vetoes.stored_in_project(via, foreign_only=True):
                return False
        module = function.module
        return not (module.own and not module.by_test and vetoes.stored_in_project(name))
