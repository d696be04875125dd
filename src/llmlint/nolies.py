"""Mocks that cannot lie: what they return is checked against the annotations of what they stand for, when a test runs.

    from llmlint.nolies import no_lies_mock

    cache = no_lies_mock(Cache, get=b"value")
    cache.get("key")                    # b"value"
    cache.get.return_value = "text"
    cache.get("key")                    # LyingMock: Cache.get() gives 'text', a str, and promises bytes | None

With ``pytest_plugins = ["llmlint.nolies"]`` in a conftest, the fixture ``no_lies`` makes such mocks, and fails the test for a lie that
the code under test swallowed. Needs beartype: ``pip install llmlint[nolies]``.
"""

from __future__ import annotations

import collections.abc
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from unittest.mock import NonCallableMagicMock, NonCallableMock, create_autospec

import pytest

__all__ = ["LyingMock", "no_lies", "no_lies_mock"]

_SEQUENCES = (list, set, frozenset, collections.abc.Sequence, collections.abc.Set, collections.deque)
_UNCHECKED: tuple[Any, ...] = (
    collections.abc.Iterator, collections.abc.Generator, collections.abc.AsyncIterator, collections.abc.AsyncGenerator,
    collections.abc.Awaitable, collections.abc.Coroutine, collections.abc.Callable,
)  # fmt: skip


class LyingMock(AssertionError):
    """A mock gave what the thing that it stands for never gives."""


def no_lies_mock(cls: type, /, **configured: Any) -> Any:
    """An autospec of ``cls``'s instances whose results, attributes and side effects are checked when they are used.

    It is annotated as ``Any``, since it is an instance of ``cls`` and a mock at once, which no annotation says.

    Args:
        cls: The class to stand in for.
        **configured: What methods return, and what attributes are: ``get=b"value"``. An exception (class or instance) is
            raised, a function is called with the arguments.

    Raises:
        LyingMock: something in ``configured`` does not fit the annotation.
        AttributeError: the class has no such member.
    """
    return _made(cls, configured, [])


@pytest.fixture
def no_lies() -> Iterator[Callable[..., Any]]:
    """Makes mocks as ``no_lies_mock`` does; when the test is over, a lie that nobody noticed fails it."""
    told: list[LyingMock] = []

    def make(cls: type, /, **configured: Any) -> Any:
        return _made(cls, configured, told)

    yield make
    if told:
        raise told[0]


def _made(cls: type, configured: Mapping[str, Any], told: list[LyingMock]) -> NonCallableMagicMock:
    mock: NonCallableMagicMock = create_autospec(cls, instance=True, spec_set=True)
    attributes: dict[str, Any] = {}
    for name in dir(cls):
        member = inspect.getattr_static(cls, name, None)
        if name.startswith("_"):
            continue
        if isinstance(member, (property, functools.cached_property)):
            getter = member.fget if isinstance(member, property) else member.func
            attributes[name] = _hints(getter).get("return", Any)
        elif callable(getattr(cls, name, None)) and not isinstance(member, type):
            _watch(getattr(mock, name), member, cls, name, told)
    for base in reversed(cls.__mro__):
        attributes.update(_hints(base))
    _guard(mock, cls, attributes, told)
    for name, value in configured.items():
        if name in attributes:
            setattr(mock, name, value)
            continue
        child = getattr(mock, name)
        if isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException)):
            child.side_effect = value
        elif inspect.isfunction(value):
            child.side_effect = value
        else:
            hint = _hints(inspect.unwrap(getattr(cls, name))).get("return", Any)
            _check(value, _awaited(hint), f"{cls.__name__}.{name}()", cls, told)
            child.return_value = value
    return mock


def _watch(child: Any, member: Any, cls: type, name: str, told: list[LyingMock]) -> None:
    """Check what calling a method's mock gives. Each mock has a class of its own, so that its call can be wrapped."""
    function = inspect.unwrap(getattr(member, "__func__", member))
    hint = _hints(function).get("return", Any)
    called = type(child).__call__
    what = f"{cls.__name__}.{name}()"

    def call(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        given = called(self, *arguments, **keywords)
        if inspect.iscoroutine(given) and (inspect.iscoroutinefunction(function) or not _is_awaitable(hint)):
            return _later(given)
        return _check(given, hint, what, cls, told)

    async def _later(given: Any) -> Any:
        return _check(await given, _awaited(hint), what, cls, told)

    type(child).__call__ = call


def _guard(mock: NonCallableMagicMock, cls: type, hints: Mapping[str, Any], told: list[LyingMock]) -> None:
    """Check what attributes are set to, and that those that are read were set."""
    assign = type(mock).__setattr__

    def store(self: Any, name: str, value: Any) -> None:
        if name in hints:
            _check(value, hints[name], f"{cls.__name__}.{name}", cls, told)
        if name in hints and not hasattr(cls, name):
            # Only annotated, so that the autospec has never heard of it.
            vars(self)[name] = value
        else:
            assign(self, name, value)

    type(mock).__setattr__ = store  # type: ignore[method-assign]


def _hints(thing: Any) -> dict[str, Any]:
    """The annotations of a function or class; none where they name what is not there at run time."""
    try:
        return typing.get_type_hints(thing)
    except Exception:  # noqa: BLE001 - an annotation may be any expression, and one that fails says nothing
        return {}


def _check(value: Any, hint: Any, what: str, cls: type, told: list[LyingMock]) -> Any:
    if not _fits(value, hint, cls):
        shown = getattr(hint, "__name__", None) if isinstance(hint, type) else None
        wanted = shown or str(hint).replace("typing.", "")
        if isinstance(value, NonCallableMock) and not _stands_for(value):
            message = f"{what} was never told what to give, and promises {wanted}: set its return_value"
        else:
            message = f"{what} gives {value!r:.60}, of type {type(value).__name__}, and promises {wanted}"
        lie = LyingMock(message)
        told.append(lie)
        raise lie
    return value


def _stands_for(value: Any) -> bool:
    """Whether a mock was given a spec: then it passes for an instance of that."""
    return value.__class__ is not type(value)


def _is_awaitable(hint: Any) -> bool:
    origin = typing.get_origin(hint) or hint
    return origin in (collections.abc.Awaitable, collections.abc.Coroutine)


def _awaited(hint: Any) -> Any:
    """What awaiting gives."""
    if _is_awaitable(hint):
        arguments = typing.get_args(hint)
        return arguments[-1] if arguments else Any
    return hint


def _fits(value: Any, hint: Any, cls: type) -> bool:
    """Whether a value is of a type; what cannot be decided fits.

    beartype judges what is not a container; of containers it looks at one item by chance, so all are looked at here.
    """
    if hint is Any or hint is object or isinstance(hint, (TypeVar, str)):
        return True
    if hint is None or hint is type(None):
        return value is None
    if hint is typing.Self:
        return isinstance(value, cls)
    if isinstance(hint, typing.NewType):
        return _fits(value, hint.__supertype__, cls)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _fits(value, arguments[0], cls)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, one, cls) for one in arguments)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is complex:
        return isinstance(value, (int, float, complex)) and not isinstance(value, bool)
    if typing.is_typeddict(hint):
        return _is_dictionary(value, hint, cls)
    if getattr(hint, "_is_protocol", False):
        return all(hasattr(value, name) for name in _members(hint)) and not _is_bare(value)
    if isinstance(origin, type):
        return _is_container(value, hint, origin, arguments, cls)
    if isinstance(hint, type):
        return isinstance(value, hint)
    from beartype.door import is_bearable

    try:
        return bool(is_bearable(value, hint))
    except Exception:  # noqa: BLE001 - a hint that beartype cannot check says nothing
        return True


def _is_container(value: Any, hint: Any, origin: type, arguments: tuple[Any, ...], cls: type) -> bool:
    if not isinstance(value, origin) if origin is not type else not isinstance(value, type):
        return False
    if issubclass(origin, _UNCHECKED):
        return True
    if origin is type:
        return not isinstance(arguments[0], type) or issubclass(value, arguments[0])
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is ...:
            return all(_fits(item, arguments[0], cls) for item in value)
        return len(value) == len(arguments) and all(map(_fits, value, arguments, [cls] * len(arguments)))
    if issubclass(origin, collections.abc.Mapping) and len(arguments) == 2:
        return all(_fits(k, arguments[0], cls) and _fits(v, arguments[1], cls) for k, v in value.items())
    if issubclass(origin, _SEQUENCES) and len(arguments) == 1:
        return all(_fits(item, arguments[0], cls) for item in value)
    del hint
    return True


def _is_dictionary(value: Any, hint: Any, cls: type) -> bool:
    if not isinstance(value, dict) or not hint.__required_keys__ <= value.keys():
        return False
    hints = _hints(hint)
    return all(key in hints and _fits(item, hints[key], cls) for key, item in value.items())


def _members(protocol: type) -> list[str]:
    return [
        name
        for base in protocol.__mro__
        if getattr(base, "_is_protocol", False)
        for name in {**vars(base), **getattr(base, "__annotations__", {})}
        if not name.startswith("_")
    ]


def _is_bare(value: Any) -> bool:
    """A mock without a spec has every attribute, and so proves nothing."""
    return isinstance(value, NonCallableMock) and not _stands_for(value)
