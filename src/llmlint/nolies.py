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
from typing import Any
from unittest.mock import NonCallableMagicMock, NonCallableMock, create_autospec

import pytest

from llmlint.annotated.fitting import fits, stands_for
from llmlint.annotated.promised import Unknown, attributes_of, function_of, plain, result_of, variables_of

__all__ = ["LyingMock", "no_lies", "no_lies_mock"]


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


_CALLED_BY_PYTHON = ("__enter__", "__aenter__", "__getitem__", "__iter__", "__next__", "__len__", "__contains__")
"""What of it is checked where the class annotates it; comparisons, texts and numbers are left to the mock."""


def _made(spec: Any, configured: Mapping[str, Any], told: list[LyingMock]) -> NonCallableMagicMock:
    cls: type = typing.get_origin(spec) or spec
    variables = variables_of(cls, typing.get_args(spec))
    mock = _autospec(cls)
    attributes: dict[str, Any] = {}
    promised: dict[str, Any] = {}
    for name in dir(cls):
        member, owner = _member(cls, name)
        if member is None or (name.startswith("_") and name not in (*_CALLED_BY_PYTHON, "__call__")):
            continue
        known = variables.get(owner, {})
        if isinstance(member, (property, functools.cached_property)):
            attributes[name] = result_of(member.fget if isinstance(member, property) else member.func, owner, known)
        elif callable(plain(member)) and not isinstance(member, type):
            promised[name] = result_of(member, owner, known)
            if promised[name] is Unknown:
                continue  # and so its mock need not be made, for which the class may have to be asked
            child: Any = mock if name == "__call__" else getattr(mock, name, None)
            if (
                name in ("__enter__", "__aenter__")
                and promised[name] is not Unknown
                and fits(mock, promised[name], cls)
            ):
                child.return_value = mock
            _watch(child, member, promised[name], cls, name, told)
    attributes |= {name: hint for name, hint in attributes_of(cls, variables).items() if name not in promised}
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
            _check(value, _awaited(promised.get(name, Unknown)), f"{cls.__name__}.{name}()", cls, told)
            child.return_value = value
    return mock


def _member(cls: type, name: str) -> tuple[Any, type]:
    """A member as it stands in the class that defines it, and that class."""
    for base in cls.__mro__:
        if name in vars(base):
            return vars(base)[name], base
    return None, cls


def _autospec(cls: type) -> NonCallableMagicMock:
    """An autospec of a class's instances; where the class has members that cannot even be read, one of its functions and properties."""
    try:
        return create_autospec(cls, instance=True, spec_set=True)  # type: ignore[no-any-return]
    except Exception:  # noqa: BLE001 - whatever a descriptor of theirs, or inspect, raises
        found = {name: _member(cls, name)[0] for name in dir(cls) if not name.startswith("__") or name == "__call__"}
        kinds = (types.FunctionType, classmethod, staticmethod, property, functools.cached_property)
        readable = type(cls.__name__, (), {name: member for name, member in found.items() if isinstance(member, kinds)})
        mock: NonCallableMagicMock = create_autospec(readable, instance=True, spec_set=True)
        mock.__class__ = cls
        return mock


def _watch(child: Any, member: Any, hint: Any, cls: type, name: str, told: list[LyingMock]) -> None:
    """Check what calling a method's mock gives. Each mock has a class of its own, so that its call can be wrapped."""
    function = function_of(member)
    if not callable(child):
        return
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


def _check(value: Any, hint: Any, what: str, cls: type, told: list[LyingMock]) -> Any:
    if not fits(value, hint, cls):
        shown = getattr(hint, "__name__", None) if isinstance(hint, type) else None
        wanted = shown or str(hint).replace("typing.", "")
        if isinstance(value, NonCallableMock) and not stands_for(value):
            message = f"{what} was never told what to give, and promises {wanted}: set its return_value"
        else:
            message = f"{what} gives {value!r:.60}, of type {type(value).__name__}, and promises {wanted}"
        lie = LyingMock(message)
        told.append(lie)
        raise lie
    return value


def _is_awaitable(hint: Any) -> bool:
    origin = typing.get_origin(hint) or hint
    return origin in (collections.abc.Awaitable, collections.abc.Coroutine)


def _awaited(hint: Any) -> Any:
    """What awaiting gives."""
    if _is_awaitable(hint):
        arguments = typing.get_args(hint)
        return arguments[-1] if arguments else Any
    return hint
