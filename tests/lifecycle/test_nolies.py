# mypy: disable-error-code="empty-body"
"""Mocks whose results are checked against annotations when a test runs."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import io
import logging
import pathlib
import socket
import typing
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NoReturn,
    ParamSpec,
    Protocol,
    Self,
    SupportsInt,
    TextIO,
    TypedDict,
    TypeGuard,
    TypeVar,
    overload,
)  # fmt: skip
from unittest.mock import MagicMock

import pytest

from llmlint.nolies import LyingMock, no_lies_mock

pytest_plugins = ["pytester"]

P = ParamSpec("P")
R = TypeVar("R")


class Row(TypedDict):
    key: str
    size: int


@dataclass
class Stats:
    hits: int


class Sized(Protocol):
    def size(self) -> int: ...


class Store:
    name: str

    def get(self, key: str) -> bytes | None: ...
    async def fetch(self, key: str) -> list[int]: ...
    def stats(self) -> Stats: ...
    def row(self) -> Row: ...
    def table(self) -> dict[str, list[int]]: ...
    def mode(self) -> Literal["r", "w"]: ...
    def ratio(self) -> float: ...
    def sized(self) -> Sized: ...
    def again(self) -> Self: ...
    def anything(self) -> Any: ...
    def untyped(self): ...
    def keys(self) -> Iterator[str]: ...
    def pair(self) -> tuple[int, str]: ...
    @property
    def size(self) -> int:
        return 0

    @classmethod
    def made(cls) -> Store:
        return cls()

    @staticmethod
    def joined(parts: list[str]) -> str:
        return "".join(parts)


class Shelf:
    def size(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("get", b"x"), ("get", None), ("stats", Stats(1)), ("row", {"key": "a", "size": 1}), ("table", {"a": [1, 2]}),
        ("mode", "r"), ("ratio", 1), ("ratio", 0.5), ("sized", Shelf()), ("anything", object()), ("untyped", object()),
        ("keys", iter("ab")), ("pair", (1, "a")), ("made", Store()),
    ],
)  # fmt: skip
def test_what_fits_is_given(method, value):
    store = no_lies_mock(Store)
    getattr(store, method).return_value = value
    assert getattr(store, method)(*(["k"] if method == "get" else [])) is value


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("get", "text"), ("stats", {"hits": 1}), ("row", {"key": "a"}), ("row", {"key": "a", "size": "1"}),
        ("row", {"key": "a", "size": 1, "more": 2}), ("table", {"a": [1] * 50 + ["x"]}), ("mode", "x"), ("ratio", "1"),
        ("ratio", True), ("sized", object()), ("again", object()), ("keys", 3), ("pair", (1,)), ("pair", (1, 2)),
        ("made", Shelf()),
    ],
)  # fmt: skip
def test_a_lie_is_an_error_when_it_is_told(method, value):
    store = no_lies_mock(Store)
    getattr(store, method).return_value = value
    with pytest.raises(LyingMock, match=rf"Store\.{method}\(\) gives"):
        getattr(store, method)(*(["k"] if method == "get" else []))


def test_lies_told_in_advance_are_refused():
    with pytest.raises(LyingMock, match=r"Store\.get\(\) gives 'text', of type str"):
        no_lies_mock(Store, get="text")


def test_what_was_never_configured_is_no_answer():
    with pytest.raises(LyingMock, match="was never told what to give, and promises Stats"):
        no_lies_mock(Store).stats()


def test_coroutines_are_checked_when_they_are_awaited():
    store = no_lies_mock(Store, fetch=[1, 2])
    assert asyncio.run(store.fetch("k")) == [1, 2]
    store.fetch.return_value = ["x"]
    with pytest.raises(LyingMock, match=r"Store\.fetch"):
        asyncio.run(store.fetch("k"))


def test_side_effects_are_checked_as_well():
    store = no_lies_mock(Store, get=lambda key: key)
    with pytest.raises(LyingMock):
        store.get("text")
    store.get.side_effect = [b"1", "2"]
    assert store.get("k") == b"1"
    with pytest.raises(LyingMock):
        store.get("k")


def test_exceptions_are_raised():
    store = no_lies_mock(Store, get=KeyError("k"))
    with pytest.raises(KeyError):
        store.get("k")


def test_attributes_are_checked():
    store = no_lies_mock(Store, name="a", size=3)
    assert (store.name, store.size) == ("a", 3)
    with pytest.raises(LyingMock, match=r"Store\.size gives 'x'"):
        no_lies_mock(Store, size="x")


def test_signatures_hold():
    store = no_lies_mock(Store, get=b"x")
    with pytest.raises(TypeError):
        store.get()
    store.get("k")
    store.get.assert_called_once_with("k")


def test_what_the_class_does_not_have_cannot_be_set():
    with pytest.raises(AttributeError):
        no_lies_mock(Store, gett=b"x")


def test_a_double_of_the_right_class_fits():
    store = no_lies_mock(Store)
    other = no_lies_mock(Store)
    store.made.return_value = other
    assert store.made() is other


def test_the_fixture_fails_a_test_that_swallows_the_lie(pytester):
    pytester.makeconftest('pytest_plugins = ["llmlint.nolies"]\n')
    pytester.makepyfile(
        """
        class Store:
            def get(self, key: str) -> bytes: ...

        def test_swallowed(no_lies):
            store = no_lies(Store)
            store.get.return_value = 1
            try:
                store.get("k")
            except Exception:
                pass

        def test_honest(no_lies):
            assert no_lies(Store, get=b"x").get("k") == b"x"
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*LyingMock: Store.get() gives 1, of type int, and promises bytes*"])


Item = TypeVar("Item")
Bound = TypeVar("Bound", bound=Stats)
Number = TypeVar("Number", int, float)


class Repository(Generic[Item]):
    def get(self, key: str) -> Item: ...
    def all(self) -> dict[str, list[Item]]: ...
    def any_stats(self) -> Bound: ...
    def number(self) -> Number: ...


class StatsRepository(Repository[Stats]): ...


class Sizes(Protocol[Item]):
    def sizes(self) -> list[Item]: ...


def kept(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return inner


class Client:
    """Whatever a class may be written with."""

    __slots__ = ("__weakref__", "timeout")

    limit: ClassVar[int] = 3
    timeout: Final[float]

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout

    def unknown(self, decoder: JSONDecoder) -> bool: ...
    def maybe(self) -> JSONDecoder | None: ...
    def several(self) -> list[JSONDecoder]: ...
    def decoder(self) -> Decoder: ...
    def fraction(self) -> Fraction: ...
    def inner(self) -> Inner: ...
    def never(self) -> NoReturn: ...
    def pairs(self) -> typing.Tuple: ...  # noqa: UP006
    def kinds(self) -> typing.Type: ...  # noqa: UP006
    def stars(self) -> tuple[int, *tuple[str, ...]]: ...
    def sizes(self) -> Sizes[int]: ...
    def lines(self) -> Iterable[str]: ...
    def file(self) -> TextIO: ...
    def callback(self) -> Callable[[], int]: ...
    def is_text(self, value: object) -> TypeGuard[str]: ...
    def countable(self) -> SupportsInt: ...

    @overload
    def find(self, key: str) -> str: ...
    @overload
    def find(self, key: int) -> int: ...
    def find(self, key: Any) -> Any: ...

    @kept
    def kept(self) -> int: ...

    @contextlib.contextmanager
    def session(self) -> Iterator[int]:
        yield 1

    @contextlib.asynccontextmanager
    async def async_session(self) -> AsyncIterator[int]:
        yield 1

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
    def __call__(self, text: str) -> int: ...
    def __getitem__(self, key: str) -> str: ...

    class Inner: ...


if TYPE_CHECKING:
    from decimal import Decimal as Decoder
    from fractions import Fraction

    from json_that_is_not_there import JSONDecoder

    Inner = Client.Inner


@pytest.mark.parametrize(
    ("spec", "method", "value"),
    [
        (StatsRepository, "get", Stats(1)), (Repository[Stats], "get", Stats(1)), (Repository, "get", 1), (Repository, "any_stats", Stats(1)),
        (StatsRepository, "all", {"a": [Stats(1)]}), (Repository, "number", 1.5), (Client, "unknown", True), (Client, "maybe", None),
        (Client, "maybe", object()), (Client, "several", [1]), (Client, "decoder", Decimal(1)), (Client, "inner", Client.Inner()),
        (Client, "pairs", (1, 2)), (Client, "kinds", int), (Client, "stars", (1, "a", "b")), (Client, "sizes", no_lies_mock(Sizes)),
        (Client, "lines", ["a"]), (Client, "lines", iter("a")), (Client, "file", io.StringIO()), (Client, "callback", len),
        (Client, "callback", MagicMock()), (Client, "is_text", True), (Client, "countable", 1), (Client, "find", "a"), (Client, "find", 1),
        (Client, "kept", 1), (Client, "session", contextlib.nullcontext(1)), (Client, "async_session", contextlib.nullcontext(1)),
    ],
)  # fmt: skip
def test_right_values_of_every_style(spec, method, value):
    double = no_lies_mock(spec)
    getattr(double, method).return_value = value
    assert getattr(double, method)(*given(method)) is value


@pytest.mark.parametrize(
    ("spec", "method", "value"),
    [
        (StatsRepository, "get", 1), (Repository[Stats], "get", 1), (Repository, "any_stats", 1), (StatsRepository, "all", {"a": [1]}),
        (Repository, "number", "1"), (Client, "unknown", "yes"), (Client, "several", "text"), (Client, "decoder", 1), (Client, "inner", 1),
        (Client, "never", None), (Client, "pairs", [1]), (Client, "kinds", 1), (Client, "sizes", object()), (Client, "lines", 1),
        (Client, "lines", [1]), (Client, "lines", MagicMock()), (Client, "file", "text"), (Client, "callback", 1), (Client, "is_text", "a"),
        (Client, "countable", "a"), (Client, "find", b"a"), (Client, "kept", "1"), (Client, "session", iter([1])),
        (Client, "async_session", 1),
    ],
)  # fmt: skip
def test_wrong_values_of_every_style(spec, method, value):
    double = no_lies_mock(spec)
    getattr(double, method).return_value = value
    with pytest.raises(LyingMock):
        getattr(double, method)(*given(method))


def given(method):
    return {"get": ["k"], "unknown": [None], "find": ["k"], "is_text": ["k"]}.get(method, [])


def test_what_python_calls_is_checked_as_well():
    client = no_lies_mock(Client)
    with client as entered:
        assert entered is client
    client.return_value = 3
    assert client("text") == 3
    client.return_value = "3"
    with pytest.raises(LyingMock, match=r"Client\.__call__\(\) gives '3'"):
        client("text")
    with pytest.raises(LyingMock, match=r"Client\.__getitem__\(\) was never told"):
        client["a"]


def test_what_the_constructor_stores_is_there():
    assert no_lies_mock(Client, timeout=1.5).timeout == 1.5
    with pytest.raises(LyingMock, match=r"Client\.timeout gives 'x'"):
        no_lies_mock(Client, timeout="x")
    with pytest.raises(LyingMock, match=r"Client\.limit gives 'x'"):
        no_lies_mock(Client, limit="x")


@pytest.mark.parametrize(
    "cls", [dt.datetime, pathlib.Path, socket.socket, Decimal, bytes, io.BytesIO, OSError, logging.Logger, type]
)
def test_types_that_annotate_nothing_take_anything(cls):
    assert isinstance(no_lies_mock(cls), cls)


def test_a_class_with_members_that_cannot_be_read():
    class Stubborn:
        def __get__(self, instance: object, owner: type) -> int:
            raise RuntimeError("not bound")

        def __getattr__(self, name: str) -> int:
            raise RuntimeError("not bound")

        def __call__(self) -> int: ...

    class Queue:
        channel = Stubborn()

        def size(self) -> int: ...

    queue = no_lies_mock(Queue, size=3)
    assert isinstance(queue, Queue)
    assert queue.size() == 3
    with pytest.raises(TypeError):
        queue.size(1)
    with pytest.raises(LyingMock):
        no_lies_mock(Queue, size="3")
    with pytest.raises(AttributeError):
        queue.sizes()
