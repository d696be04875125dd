# mypy: disable-error-code="empty-body"
"""Mocks whose results are checked against annotations when a test runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, TypedDict

import pytest

from llmlint.nolies import LyingMock, no_lies_mock

pytest_plugins = ["pytester"]


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
