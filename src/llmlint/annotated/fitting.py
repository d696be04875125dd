"""Whether a value is of the type that an annotation says."""

from __future__ import annotations

import collections.abc
import io
import types
import typing
from types import FunctionType
from typing import Any, TypeVar
from unittest.mock import NonCallableMock

from llmlint.annotated.promised import Unknown

_SEQUENCES = (list, set, frozenset, collections.abc.Sequence, collections.abc.Set, collections.deque)
_PLAIN = (list, tuple, set, frozenset, dict)
"""What can be looked through without being used up."""
_UNCHECKED: tuple[Any, ...] = (
    collections.abc.Iterator, collections.abc.Generator, collections.abc.AsyncIterator, collections.abc.AsyncGenerator,
    collections.abc.Awaitable, collections.abc.Coroutine, collections.abc.Callable,
)  # fmt: skip
_AROUND: tuple[Any, ...] = (
    typing.Annotated, typing.ClassVar, typing.Final, typing.Required, typing.NotRequired, getattr(typing, "ReadOnly", typing.Required)
)  # fmt: skip
"""What says something of a name, and nothing of its type."""
_GUARDS: tuple[Any, ...] = (typing.TypeGuard, getattr(typing, "TypeIs", typing.TypeGuard))
_STREAMS: tuple[Any, ...] = (typing.IO, typing.TextIO, typing.BinaryIO)
_NEVER: tuple[Any, ...] = (typing.NoReturn, typing.Never)
_OF_EVERY_PROTOCOL = frozenset({"__init__", "__subclasshook__", "__class_getitem__"})


def stands_for(value: object) -> bool:
    """Whether a mock was given a spec: then it passes for an instance of that."""
    return value.__class__ is not type(value)


def is_bare(value: object) -> bool:
    """A mock without a spec has every attribute, and so proves nothing."""
    return isinstance(value, NonCallableMock) and not stands_for(value)


def fits(value: Any, hint: Any, cls: type) -> bool:
    """Whether a value is of a type; what cannot be decided fits.

    beartype judges what is not a container; of containers it looks at one item by chance, so all are looked at here.

    Args:
        value: What a mock gives.
        hint: The type.
        cls: What ``Self`` is.
    """
    if hint is Any or hint is object or hint is Unknown or isinstance(hint, (TypeVar, str, typing.ForwardRef)):
        return True
    if hint is None or hint is type(None):
        return value is None
    if hint in _NEVER:
        return False
    if hint is typing.Self:
        return isinstance(value, cls)
    if isinstance(hint, typing.NewType):
        return fits(value, hint.__supertype__, cls)
    if hasattr(hint, "__value__") and type(hint).__name__ == "TypeAliasType":
        return fits(value, hint.__value__, cls)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _AROUND or origin in _AROUND:
        return not arguments or fits(value, arguments[0], cls)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one, cls) for one in arguments)
    if origin in _GUARDS:
        return isinstance(value, bool)
    if (origin or hint) is collections.abc.Callable:
        return callable(value)
    if is_bare(value):
        return False
    if (origin or hint) in _STREAMS:
        return isinstance(value, io.IOBase) or hasattr(value, "read") or hasattr(value, "write")
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is complex:
        return isinstance(value, (int, float, complex)) and not isinstance(value, bool)
    if typing.is_typeddict(origin or hint):
        return _is_dictionary(value, origin or hint, cls)
    if getattr(origin or hint, "_is_protocol", False):
        return all(hasattr(value, name) for name in _members(origin or hint))
    if isinstance(origin, type):
        return _is_container(value, hint, origin, arguments, cls)
    if isinstance(hint, type):
        return isinstance(value, hint)
    from beartype.door import is_bearable

    try:
        return bool(is_bearable(value, hint))
    except Exception:  # noqa: BLE001 - a hint that beartype cannot check says nothing
        return True


def _is_container(value: Any, hint: Any, origin: Any, arguments: tuple[Any, ...], cls: type) -> bool:
    if not isinstance(value, origin):
        return False
    if issubclass(origin, _UNCHECKED):
        return True
    if origin is type:
        return (
            not arguments
            or not isinstance(arguments[0], type)
            or arguments[0] is Unknown
            or issubclass(value, arguments[0])
        )
    if origin is tuple:
        return hint is typing.Tuple or _is_tuple(value, arguments, cls)  # noqa: UP006 - the bare one
    if issubclass(origin, collections.abc.Mapping) and len(arguments) == 2:
        return all(fits(k, arguments[0], cls) and fits(v, arguments[1], cls) for k, v in value.items())
    again = isinstance(value, _PLAIN) and issubclass(origin, collections.abc.Container | collections.abc.Iterable)
    if (again or issubclass(origin, _SEQUENCES)) and len(arguments) == 1:
        return all(fits(item, arguments[0], cls) for item in value)
    return True


def _is_tuple(value: tuple[Any, ...], arguments: tuple[Any, ...], cls: type) -> bool:
    if any(typing.get_origin(one) is typing.Unpack or getattr(one, "__unpacked__", False) for one in arguments):
        return True
    if len(arguments) == 2 and arguments[1] is ...:
        return all(fits(item, arguments[0], cls) for item in value)
    return len(value) == len(arguments) and all(map(fits, value, arguments, [cls] * len(arguments)))


def _is_dictionary(value: Any, hint: Any, cls: type) -> bool:
    if not isinstance(value, dict) or not hint.__required_keys__ <= value.keys():
        return False
    try:
        hints = typing.get_type_hints(hint)
    except Exception:  # noqa: BLE001 - an annotation may be any expression, and one that fails says nothing
        return bool(value.keys() <= hint.__required_keys__ | hint.__optional_keys__)
    return all(key in hints and fits(item, hints[key], cls) for key, item in value.items())


def _members(protocol: type) -> list[str]:
    """What has to be there: what the protocol annotates and defines, what Python itself asks for as well."""
    return [
        name
        for base in protocol.__mro__
        if getattr(base, "_is_protocol", False)
        for name, value in {**vars(base), **getattr(base, "__annotations__", {})}.items()
        if (not name.startswith("_") or (name.startswith("__") and isinstance(value, FunctionType)))
        and name not in _OF_EVERY_PROTOCOL
    ]
