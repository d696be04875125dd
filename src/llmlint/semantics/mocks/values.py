"""What a mock is: the value, its parts, and what is asked of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple

from llmlint.semantics.values import Value

if TYPE_CHECKING:
    from llmlint.semantics.arguments import Arguments
    from llmlint.semantics.mocks.state import MockState


class Record:
    """What is known of one built mock, shared by every name for it."""

    __slots__ = (
        "configured", "factory", "handed", "mocks", "node", "only_called", "plain", "spec_of_bool", "specced", "unsafe"
    )  # fmt: skip

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
        self.plain: Value | None = None
        """The builtin container that it stands for: nothing to look names up in, but something that could be built."""
        self.mocks: list[Mock] = []
        """The mock, and what it is in other tests."""

    def again(self) -> Record:
        """The record of another mock that the same call builds."""
        other = Record(
            self.node, self.factory, specced=self.specced, spec_of_bool=self.spec_of_bool, unsafe=self.unsafe
        )
        other.only_called, other.configured, other.handed = self.only_called, self.configured, list(self.handed)
        other.plain = self.plain
        return other


class Mock(Value):
    """A mock, or a part of one (an attribute, what calling it returns).

    ``stands`` is what it stands for; None while that is not known. ``home`` keeps it, and may change it.
    """

    __slots__ = (
        "actions", "asynchronous", "at", "by", "children", "flavor", "given", "guided", "home", "last", "missing", "of",
        "opaque", "parameter", "record", "shaped", "sources", "stands", "strict", "told",
    )  # fmt: skip

    def __init__(
        self,
        home: MockState | None,
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
        self.flavor = ""
        """Whether the code that built it chose a mock whose calls give a coroutine: ``async``, ``sync``, or not known."""
        self.guided = False
        """Whether its attributes follow a spec, which makes each of them asynchronous or not as the real one is."""
        self.at: ast.expr | None = None
        """Where a part was first asked for, or a replacement was made."""
        self.of: tuple[Value, str] | None = None
        """For a ``PropertyMock`` in its place: what has the property, and its name."""
        self.actions: set[str] = set()
        """What is done with it: ``configured``, ``asserted``, ``not called``."""
        self.children: dict[str, Value] = {}
        """Its attributes; ``()`` is what calling it returns."""
        self.sources: dict[str, ast.expr] = {}
        """Of what the test gave to it: the expressions."""
        self.given: set[str] = set()
        """The attributes that the test stored."""
        self.told: frozenset[str] = frozenset()
        """What helpers of the tests that it was handed to store on it, or on its parts."""
        if record is not None:
            record.mocks.append(self)

    def fork(
        self,
        home: MockState | None = None,
        records: dict[Record, Record] | None = None,
        done: dict[Mock, Mock] | None = None,
    ) -> Mock:
        """The same mock for another test: what one test configures does not reach the next.

        Args:
            home: What keeps the other mock; None: what keeps this one.
            records: For another file, which has records of its own: those that were made so far, by these.
            done: The mocks that were forked so far.
        """
        done = {} if done is None else done
        found = done.get(self)
        if found is not None:
            return found
        record = self.record
        if record is not None and records is not None:
            if record not in records:
                records[record] = record.again()
            record = records[record]
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
        other.of, other.sources, other.told = self.of, dict(self.sources), self.told
        other.flavor, other.guided, other.at, other.actions = self.flavor, self.guided, self.at, set(self.actions)
        other.children = {
            name: value.fork(home, records, done) if isinstance(value, Mock) else value
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


class MockCalls(Value):
    """What a mock recorded: ``mock.mock_calls``, ``mock.call_args`` and their like."""

    __slots__ = ("mock", "name")

    def __init__(self, mock: Mock, name: str) -> None:
        self.mock = mock
        self.name = name


class MockType(Value):
    """``type(mock)``: where a ``PropertyMock`` is put."""

    __slots__ = ("mock",)

    def __init__(self, mock: Mock) -> None:
        self.mock = mock


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


class Call(NamedTuple):
    """A call of a mock, or an assertion about one."""

    mock: Mock
    node: ast.Call
    assertion: str | None
    arguments: Arguments
    awaited: bool


class Configured(NamedTuple):
    """Something that a mock is told to give."""

    mock: Mock
    form: Literal["return_value", "side_effect", "attribute"]
    value: Value
    node: ast.expr
    """The value."""
    name: str = ""
    """For an attribute."""


def configured_at(keyword: ast.keyword, name: str) -> ast.expr:
    """The expression of one configured value, also where it stands in ``**{"get.return_value": value}``."""
    if keyword.arg is None and isinstance(keyword.value, ast.Dict):
        for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name:
                return value
    return keyword.value
