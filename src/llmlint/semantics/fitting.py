"""Whether a value can be what a contract says: decided, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from llmlint.semantics.mocks.values import Mock
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
)

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Class
    from llmlint.semantics.world import World

PLAIN: Final = frozenset({f"builtins.{name}" for name in ("str", "bytes", "int", "float", "bool", "complex")})
"""Values that nobody has a reason to mock."""
_CONTAINERS: Final = frozenset(
    {f"builtins.{name}" for name in ("list", "tuple", "dict", "set", "frozenset", "bytearray")}
)
_ROWS: Final = frozenset({f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset", "dict")})
_ITERATED: Final = frozenset(
    {f"builtins.{name}" for name in ("range", "map", "filter", "zip", "enumerate", "reversed")} | {"typing.Generator"}
)
_NUMBERS: Final = frozenset({f"builtins.{name}" for name in ("bool", "int", "float", "complex")})
_ANYTHING: Final = frozenset({"builtins.object", "typing.Hashable", "typing.Any", "builtins.type"})
_AWAITABLE: Final = frozenset(
    {
        "typing.Awaitable", "typing.Coroutine", "types.CoroutineType", "asyncio.futures.Future", "_asyncio.Future",
        "_asyncio.Task", "asyncio.tasks.Task", "typing.Generator", "typing.AsyncGenerator",
    }
)  # fmt: skip


class Fitting:
    """Compares what is given with what is expected. Everything in doubt fits."""

    def __init__(self, world: World) -> None:
        self.world = world

    def cannot_be(self, value: Value, expected: Value) -> bool:
        """Whether ``value`` is, for certain, none of what ``expected`` may be."""
        wanted = members_of(expected)
        if not wanted or any(not self.decided(member) for member in wanted):
            return False
        return all(all(self._differs(member, other) for other in wanted) for member in members_of(value))

    def decided(self, expected: Value) -> bool:
        """Whether ``expected`` says enough for anything to be no such thing."""
        if is_none(expected):
            return True
        if isinstance(expected, Instance):
            cls = expected.cls
            classes = self.world.classes
            if cls.symbol in _ANYTHING or cls.symbol in _AWAITABLE or expected.via and "." not in expected.via:
                return False
            if classes.member(cls, "__get__") is not None or classes.member(cls, "__await__") is not None:
                return False
            return not classes.open(cls) and f"{cls.name}.register(" not in cls.module.text
        return isinstance(expected, (ClassValue, Callable)) and not isinstance(expected, Unknown)

    def _differs(self, value: Value, expected: Value) -> bool:
        if isinstance(value, Mock):
            return self._mock_differs(value, expected)
        if isinstance(value, Instance):
            if not self._certain(value):
                return False
            if isinstance(expected, Instance):
                return self._instance_differs(value, expected)
            if isinstance(expected, ClassValue):
                return value.cls.symbol in PLAIN or value.cls.symbol in _CONTAINERS or is_none(value)
            return self.world.classes.member(value.cls, "__call__") is None  # a callable is expected
        if isinstance(value, (FunctionValue, ClassValue)):
            return isinstance(expected, Instance) and (
                expected.cls.symbol in PLAIN or expected.cls.symbol in _CONTAINERS or is_none(expected)
            )
        return False

    def _certain(self, value: Instance) -> bool:
        """Whether it is known what ``value`` is: a literal, a display, something that was seen constructed."""
        if is_none(value) or value.literal is not NOTHING:
            return True
        cls = value.cls
        if cls.symbol in PLAIN or cls.symbol in _CONTAINERS:
            return True
        if not value.exact or cls.module.by_test or cls.symbol == "builtins.object":
            return False
        return not self.world.classes.open(cls)

    def _instance_differs(self, value: Instance, expected: Instance) -> bool:
        classes = self.world.classes
        have, want = value.cls, expected.cls
        if is_none(value) or is_none(expected):
            return not (is_none(value) and is_none(expected)) and not (is_none(value) and self._protocol(want))
        if have.symbol in _NUMBERS and want.symbol in _NUMBERS:
            return have.symbol in ("builtins.float", "builtins.complex") and want.symbol in (
                "builtins.int",
                "builtins.bool",
            )
        if classes.is_subclass(have, want) or classes.is_subclass(want, have):
            return expected.literal is not NOTHING and self._other_literal(value, expected)
        if self._are_kin(have, want):
            return False
        if have.module.kind in ("source", "stub") and not have.own and want.symbol not in PLAIN:
            return False  # what a library makes in the likeness of something (`TestClient`) may stand in for it
        if (have.symbol in _ITERATED or have.symbol in _ROWS and have.symbol != "builtins.dict") and self._is_row(want):
            return False
        if have.symbol == "builtins.dict" and classes.derives(want, "typing.Mapping"):
            return False  # headers are read from a dict just as well
        if have.symbol in _ROWS and want.module.name == "typing" and self._iterates(want):
            return False  # what is only iterated over or unpacked may as well be a list
        if self._protocol(want) and have.module.name != "builtins":
            return False  # it may be made to meet it
        if self._protocol(want):
            return not all(
                classes.member(have, name) is not None or name.startswith("__") and name in _LANGUAGE
                for base in classes.mro(want)
                if "protocol" in base.memo
                for name in classes.body(base)
            )
        if classes.shape(want).kind == "typeddict":
            return have.symbol != "builtins.dict"
        # What is equal to an enum's member, or unpacked like a named tuple, may stand in for it.
        return classes.shape(want).kind not in ("enum", "namedtuple") or have.symbol not in (*PLAIN, "builtins.tuple")

    def _are_kin(self, have: Class, want: Class) -> bool:
        """Whether both are kinds of the same class of somebody (credentials): one may do what is asked of the other."""
        if have.module.kind == "typeshed" or want.module.kind == "typeshed":
            return False
        mine = {base.symbol for base in self.world.classes.mro(have)[1:] if base.module.kind != "typeshed"}
        return any(base.symbol in mine for base in self.world.classes.mro(want)[1:])

    def _other_literal(self, value: Instance, expected: Instance) -> bool:
        if value.literal is NOTHING or type(value.literal) is not type(expected.literal):
            return False
        return bool(value.literal != expected.literal)

    def _mock_differs(self, mock: Mock, expected: Value) -> bool:
        """A mock is no plain value; that of another class may be handed through."""
        if not isinstance(expected, Instance) or is_none(expected) or expected.cls.symbol not in PLAIN:
            return False
        record = mock.record
        if record is None or record.factory not in ("Mock", "MagicMock", "AsyncMock"):
            return False
        if record.specced:
            stands = mock.stands
            return isinstance(stands, Instance) and not self.world.classes.is_subclass(stands.cls, expected.cls)
        return True

    def _is_row(self, cls: Class) -> bool:
        return any(base.symbol in _ROWS and base.symbol != "builtins.dict" for base in self.world.classes.mro(cls))

    def _iterates(self, cls: Class) -> bool:
        return self.world.classes.member(cls, "__iter__") is not None

    def _protocol(self, cls: Class) -> bool:
        self.world.classes.mro(cls)
        return "protocol" in cls.memo

    # -- words -----------------------------------------------------------------------------------------------------------

    def given(self, value: Value) -> str:
        """What is given, in a reader's words."""
        parts = dict.fromkeys(self._given(member) for member in members_of(value))
        return " or ".join(parts)

    def _given(self, value: Value) -> str:
        if isinstance(value, Mock):
            return "a mock"
        if is_none(value):
            return "None"
        if isinstance(value, Instance):
            if isinstance(value.literal, (bool, int, float)):
                return repr(value.literal)
            name = value.cls.qualname
            return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"
        if isinstance(value, ClassValue):
            return f"the class {value.cls.qualname}"
        return "a function"

    def expected(self, value: Value) -> str:
        """What is expected, as an annotation would say it."""
        names: dict[str, None] = {}
        for member in members_of(value):
            if is_none(member):
                continue
            if isinstance(member, Instance) and member.literal is not NOTHING:
                names[repr(member.literal)] = None
            elif isinstance(member, Instance):
                names[member.cls.qualname] = None
            elif isinstance(member, ClassValue):
                names[f"type[{member.cls.qualname}]"] = None
            else:
                names["a callable"] = None
        if "float" in names:
            names.pop("int", None)
        if any(is_none(member) for member in members_of(value)):
            names["None"] = None
        return " or ".join(names)


_LANGUAGE: Final = frozenset(
    {"__init__", "__slots__", "__doc__", "__module__", "__dict__", "__annotations__", "__class_getitem__", "__hash__"}
)
"""What a protocol's body may bind without asking for it."""
