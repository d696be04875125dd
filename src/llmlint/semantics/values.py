"""The values of the abstract interpreter: what a name in a test may stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from llmlint.contracts.symbols import Class, Function, Module

if TYPE_CHECKING:
    from llmlint.contracts.signature import Signature
    from llmlint.semantics.scope import Scope


class Value:
    """Something at run time, as far as it is known."""

    __slots__ = ()


class Unknown(Value):
    """Anything. It lacks nothing and accepts everything; ``reason`` says why it is not known."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<unknown: {self.reason}>"


UNKNOWN: Final = Unknown("its value is not known")
ANY: Final = Unknown("it is annotated as Any")
REPLACED: Final = Unknown("the tests replace it")
OPEN: Final = Unknown("its class is open")
UNANNOTATED: Final = Unknown("a parameter without annotation")
UNINFERRED: Final = Unknown("what the call returns is not known")
UNRESOLVED_IMPORT: Final = Unknown("its module is not found")
ELEMENT: Final = Unknown("an element of an unknown collection")
MUTED: Final = Unknown("it stands behind a guard")


class ModuleValue(Value):
    """A module object."""

    __slots__ = ("module",)

    def __init__(self, module: Module) -> None:
        self.module = module

    def __repr__(self) -> str:
        return f"<module {self.module.name}>"


class Special(Value):
    """Something whose call means more than its signature says (``patch``, ``pytest.raises``, ``hasattr`` …).

    ``path`` is its canonical dotted name, ``value`` the plain value behind it.
    """

    __slots__ = ("path", "value")

    def __init__(self, path: str, value: Value) -> None:
        self.path = path
        self.value = value

    def __repr__(self) -> str:
        return f"<special {self.path}>"


class ClassValue(Value):
    """A class object, perhaps with type arguments."""

    __slots__ = ("args", "cls", "exact")

    def __init__(self, cls: Class, args: tuple[Value, ...] = (), exact: bool = True) -> None:
        self.cls = cls
        self.args = args
        self.exact = exact
        """False where a subclass may stand here (``type[X]``, ``cls``)."""

    def __repr__(self) -> str:
        return f"<class {self.cls.symbol}>"


class Nothing:
    """No literal."""


NOTHING: Final = Nothing()
PROXY: Final = "<proxy>"
"""``Instance.via`` of an object that is annotated as a class and made by another: it has more than the class has."""


class Instance(Value):
    """An instance of a class.

    ``exact`` instances were seen constructed; others come from an annotation or an inference and may be of a subclass.
    ``via`` is the attribute through which an inferred one was reached, or the dotted name of a module's variable that holds it.
    """

    __slots__ = ("args", "cls", "exact", "items", "keys", "literal", "said", "via")

    def __init__(
        self,
        cls: Class,
        args: tuple[Value, ...] = (),
        exact: bool = False,
        literal: Any = NOTHING,
        items: tuple[Value, ...] | None = None,
        via: str | None = None,
        keys: dict[Any, Value] | None = None,
        said: Module | Class | Function | None = None,
    ) -> None:
        self.cls = cls
        self.args = args
        self.exact = exact
        self.literal = literal
        self.items = items
        """The elements of a tuple (or of a list display)."""
        self.via = via
        self.keys = keys
        """The values of a dict display, by literal key."""
        self.said = said
        """Of an inexact builtin: who says that it is one, so that it can be asked whether that is so. The module of somebody else in
        which an annotation stands, the class whose text alone stores it, or the function that is annotated to return it (``built``)."""

    def __repr__(self) -> str:
        return f"<{'' if self.exact else '~'}{self.cls.symbol} instance>"


class FunctionValue(Value):
    """A function or a method; ``functions`` are its overloads or alternatives, the implementation last.

    ``receiver`` is what it is bound to (an instance or a class). ``scope`` is what a local function closes over.
    """

    __slots__ = ("functions", "loose", "receiver", "scope")

    def __init__(
        self,
        functions: tuple[Function, ...],
        receiver: Value | None = None,
        scope: Scope | None = None,
        loose: bool = False,
    ) -> None:
        self.functions = functions
        self.receiver = receiver
        self.scope = scope
        self.loose = loose
        """An instance's method reached through its class: callable with and without ``self``."""

    @property
    def function(self) -> Function:
        """The one that names it."""
        return self.functions[-1]

    def __repr__(self) -> str:
        return f"<function {self.function.symbol}>"


class Callable(Value):
    """Something callable of which only the result (and perhaps the signature) is known."""

    __slots__ = ("node", "result", "scope", "signature")

    def __init__(
        self,
        result: Value,
        signature: Signature | None = None,
        node: ast.Lambda | None = None,
        scope: Scope | None = None,
    ) -> None:
        self.result = result
        self.signature = signature
        self.node = node
        self.scope = scope

    def __repr__(self) -> str:
        return f"<callable -> {self.result}>"


class Coroutine(Value):
    """What calling an ``async def`` returns."""

    __slots__ = ("function", "result")

    def __init__(self, result: Value, function: Function | None) -> None:
        self.result = result
        self.function = function

    def __repr__(self) -> str:
        return f"<coroutine -> {self.result}>"


class Union(Value):
    """One of several; it lacks an attribute only when all of them but ``None`` lack it."""

    __slots__ = ("members",)

    def __init__(self, members: tuple[Value, ...]) -> None:
        self.members = members

    def __repr__(self) -> str:
        return f"<one of {self.members}>"


class Super(Value):
    """``super()`` in a method of ``cls``."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Never(Value):
    """No value: control does not get here."""

    __slots__ = ()


NEVER: Final = Never()


def is_none(value: Value) -> bool:
    """Whether it is ``None`` for certain."""
    return type(value) is Instance and value.literal is None


def same(left: Value, right: Value) -> bool:
    """Whether two values are known to say the same."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, Instance) and isinstance(right, Instance):
        return (
            left.cls is right.cls
            and left.exact == right.exact
            and left.items is None
            and right.items is None
            and left.keys is None
            and right.keys is None
            and type(left.literal) is type(right.literal)
            and bool(left.literal == right.literal)
            and len(left.args) == len(right.args)
            and all(map(same, left.args, right.args))
        )
    if isinstance(left, ClassValue) and isinstance(right, ClassValue):
        return left.cls is right.cls and left.args == right.args
    if isinstance(left, ModuleValue) and isinstance(right, ModuleValue):
        return left.module is right.module
    if isinstance(left, FunctionValue) and isinstance(right, FunctionValue):
        return left.functions == right.functions and left.receiver is right.receiver
    return False


BUILTIN: Final = frozenset(f"builtins.{name}" for name in ("str", "bytes", "list", "dict", "set", "frozenset", "tuple"))
"""Builtins of which what is annotated as one is one, where somebody can be asked who knows."""
PLAIN: Final = BUILTIN | {"builtins.int", "builtins.float", "builtins.bool"}
"""Builtins whose objects nobody calls: texts, collections and numbers."""

_FOLLOWED: Final = 8
_WRITTEN: Final = 128


def union(values: Iterable[Value], most: int = _FOLLOWED) -> Value:
    """The value that is one of ``values``; an unknown among them makes it unknown, and so do more than ``most``."""
    if type(values) is list or type(values) is tuple:
        if len(values) == 1:
            return values[0]
        if len(values) == 2 and values[0] is values[1]:
            return values[0]
    members: list[Value] = []
    for value in values:
        kind = type(value)
        if kind is Unknown:
            return value
        if kind is Never:
            continue
        if kind is Union:
            for inner in value.members:  # type: ignore[attr-defined]
                _add(members, inner)
        else:
            _add(members, value)
        if len(members) > most:
            return UNKNOWN
    if not members:
        return NEVER
    if len(members) == 1:
        return members[0]
    return Union(tuple(members))


def annotated_union(values: Iterable[Value]) -> Value:
    """As ``union``, of what an annotation lists: all the modes that `open` knows, say."""
    return union(values, _WRITTEN)


def _add(members: list[Value], value: Value) -> None:
    for index, other in enumerate(members):
        if other is value:
            return
        if type(other) is type(value) and same(value, other):
            if type(value) is Instance and value.said is not other.said:  # type: ignore[attr-defined]
                members[index] = unsaid(other)
            return
    members.append(value)


def unsaid(value: Value) -> Value:
    """The value, with nobody who could be asked whether it is what it is said to be."""
    if type(value) is not Instance or value.said is None:
        return value
    return Instance(value.cls, value.args, value.exact, value.literal, value.items, value.via, value.keys)


def members_of(value: Value) -> tuple[Value, ...]:
    """The members of a union, or the value alone."""
    return value.members if isinstance(value, Union) else (value,)


def without_none(value: Value) -> Value:
    """The value with ``None`` left out."""
    if isinstance(value, Union):
        return union(member for member in value.members if not is_none(member))
    return value


def is_fake(value: Value) -> bool:
    """Whether it is an object of a class that the tests wrote."""
    return isinstance(value, Instance) and value.exact and value.cls.module.by_test


def instances_in(value: Value, depth: int = 0) -> Iterator[Instance]:
    """The instances that a value is, or holds as an element."""
    for member in members_of(value):
        if isinstance(member, Coroutine):
            yield from instances_in(member.result, depth + 1)
        elif isinstance(member, Instance):
            yield member
            for inner in (*member.args, *(member.items or ())) if depth < 4 else ():
                yield from instances_in(inner, depth + 1)
