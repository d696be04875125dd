"""Strict mypy that understands tests: what fixtures and mocks are, and where a finding stands in the test as it is written."""

from __future__ import annotations

import pytest

BACKEND = """\
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Backend:
    async def get(self, key: str) -> bytes:
        return b""

    def put(self, key: str, value: bytes, *, ttl: int = 0) -> int:
        return 1

    @property
    def size(self) -> int:
        return 1

    def echo(self, value: T) -> T:
        return value

    @overload
    def find(self, key: str) -> str: ...
    @overload
    def find(self, key: int) -> int: ...
    def find(self, key: str | int) -> str | int:
        return key

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        yield

    async def keys(self) -> AsyncIterator[str]:
        yield ""

    @staticmethod
    def make(size: int) -> str:
        return ""


class Pool(Generic[T]):
    def take(self) -> T: ...
    def close(self, wait: bool) -> None: ...


class Cache:
    def __init__(self, backend: Backend) -> None: ...
    def load(self, key: str, default: int = 0) -> int:
        return default
"""


@pytest.fixture
def deep(empty, llmlint):
    """A project with mypy settings; gives what mypy says of a test, and of a conftest."""
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n[tool.mypy]\nstrict = true\n')
    empty.write("src/shop/__init__.py", "")
    empty.write("src/shop/py.typed", "")
    empty.write("src/shop/store.py", BACKEND)

    def check(test: str, conftest: str = "", *arguments: str) -> list[tuple[str, int, int, str]]:
        empty.write("tests/test_store.py", test)
        empty.write("tests/conftest.py", conftest)
        outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy", "--output-format", "json", *arguments)
        return [
            (one["filename"].rpartition("/")[2], one["location"]["row"], one["location"]["column"], one["code"])
            for one in outcome.json
        ]

    return check


CONFTEST = """\
import pytest
from shop.store import Backend, Cache


@pytest.fixture
def cache(backend):
    return Cache(backend)


@pytest.fixture
def backend():
    yield Backend()
"""

TEST = """\
def test_it(cache, backend):
    cache.load(1); backend.put("", "")
    assert cache.load("") == "a"
"""


def test_fixtures_have_their_types(deep):
    found = [
        ("test_store.py", 2, 16, "arg-type"),
        ("test_store.py", 2, 36, "arg-type"),
        ("test_store.py", 3, 12, "comparison-overlap"),
    ]
    assert deep(TEST, CONFTEST) == found
    assert deep(TEST, CONFTEST, "--config", "deep-check=false") == []


@pytest.mark.parametrize(
    "head",
    [
        "def test_it(cache, backend, size='):'):",
        "def test_it(cache, backend, *, tmp_path):",
        "def test_it(\n    cache,  # a comment (\n    backend,\n):",
        "def test_it(cache, größe='ü', backend=None, *, capsys) :",
        "async def test_it(cache, request, monkeypatch):",
        "def test_it(cache): assert cache;",
    ],
)
def test_heads_of_every_form(deep, head):
    test = f"{head} {'' if head.endswith(';') else chr(10)}    cache.load(1)\n".replace(";     ", "; ")
    row = test.count("\n")
    column = test.splitlines()[-1].index("load(1)") + 6
    assert deep(test, CONFTEST) == [("test_store.py", row, column, "arg-type")]


def test_a_set_up_has_a_type(deep):
    test = (
        "from shop.store import Backend, Cache\n\n\nclass TestIt:\n"
        "    def setup_method(self):\n        self.cache = Cache(Backend())\n\n"
        "    def test_it(self):\n        self.cache.load(1)\n"
    )
    assert deep(test) == [("test_store.py", 9, 25, "arg-type")]


def test_a_test_that_returns_something_is_left_alone(deep):
    assert deep("def test_it(cache):\n    return cache.load(1)\n", CONFTEST) == [("test_store.py", 2, 23, "arg-type")]


def test_what_raises_expects_is_what_the_test_says(deep):
    test = (
        "import pytest\nfrom shop.store import Backend\n\n\ndef test_it(cache):\n    with pytest.raises(TypeError):\n"
        "        cache.load(1)\n    try:\n        cache.load(2)\n    except TypeError:\n        pass\n"
        "    pytest.raises(TypeError, cache.load, cache.load(3))\n    cache.load(4)\n"
    )
    assert deep(test, CONFTEST) == [("test_store.py", 13, 16, "arg-type")]


MOCKS = """\
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec
import pytest
from shop.store import Backend, Cache


@pytest.fixture
def backend():
    mock = MagicMock(spec=Backend)
    mock.put.return_value = 3
    mock.put.return_value = "no"
    mock.get.return_value = b""
    mock.get.return_value = 1
    mock.get.side_effect = [b"", ValueError()]
    mock.put.side_effect = [1, "no"]
    mock.put.side_effect = lambda *args, **kwargs: 3
    mock.put.side_effect = RuntimeError
    return mock
"""


def test_mocks_have_the_types_of_what_they_stand_for(deep):
    test = (
        "async def test_it(backend):\n"
        '    backend.put("k", "v")\n'
        '    backend.put("k", b"v", ttl="1")\n'
        '    backend.put.assert_called_once_with("k", b"v", ttl="1")\n'
        '    backend.put.assert_called_once_with("k", b"v", ttl=1)\n'
        "    assert await backend.get(1)\n"
        '    assert (await backend.get("k")).nothing\n'
        "    backend.get.assert_awaited_with(3)\n"
        '    backend.make("x")\n'
    )
    assert deep(test, MOCKS) == [
        ("conftest.py", 10, 29, "assignment"),
        ("conftest.py", 12, 29, "assignment"),
        ("conftest.py", 14, 32, "list-item"),
        ("test_store.py", 2, 22, "arg-type"),
        ("test_store.py", 3, 32, "arg-type"),
        ("test_store.py", 4, 56, "arg-type"),
        ("test_store.py", 6, 30, "arg-type"),
        ("test_store.py", 7, 12, "attr-defined"),
        ("test_store.py", 8, 37, "arg-type"),
        ("test_store.py", 9, 18, "arg-type"),
    ]


@pytest.mark.parametrize(
    "built",
    [
        "Mock(spec=Backend)",
        "MagicMock(Backend)",
        "AsyncMock(spec=Backend)",
        "create_autospec(Backend, instance=True)",
        "Mock(spec_set=Backend(), name='x')",
        "MagicMock()",
    ],
)
def test_every_way_to_build_a_mock(deep, built):
    test = (
        "from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec\nfrom shop.store import Backend, Cache\n\n\n"
        f"def test_it():\n    größe = {built}; größe.put.return_value = 'no'\n    Cache(größe)\n"
    )
    column = test.splitlines()[5].index("'no'") + 1
    assert deep(test) == [("test_store.py", 6, column, "assignment")]


def test_what_cannot_be_typed_stays_untyped(deep):
    test = (
        "from unittest.mock import AsyncMock, MagicMock, Mock, PropertyMock\nfrom shop.store import Backend, Cache, Pool\n\n\n"
        "def test_it():\n"
        "    mock = MagicMock(spec=Backend)\n"
        "    mock.size = 3\n"
        "    mock.echo.return_value = object()\n"
        "    mock.find.return_value = 3\n"
        "    mock.find.side_effect = ['a']\n"
        "    mock.locked.return_value.__enter__.return_value = 3\n"
        "    mock.keys.return_value.__aiter__.return_value = ['a']\n"
        "    mock.put = Mock(return_value=3)\n"
        "    mock.get = AsyncMock(return_value=b'')\n"
        "    mock.put = lambda *args: 3\n"
        "    mock.nothing_of_it = 3\n"
        "    mock.configure_mock(**{'put.return_value': 3})\n"
        "    assert mock.put.mock_calls or mock.method_calls\n"
        "    pool = MagicMock(spec=Pool)\n"
        "    pool.take.return_value = 3\n"
        "    cache: Cache = Cache(mock)\n"
        "    other: Backend = mock\n"
        "    assert isinstance(mock, Backend) and other and cache\n"
    )
    assert deep(test) == []


def test_a_mock_without_a_spec_is_as_free_as_ever(deep):
    test = (
        "from unittest.mock import MagicMock, patch\n\n\n"
        "def test_it():\n    mock = MagicMock()\n    mock.anything.return_value = 3\n    mock(1, 2, c=3)\n"
        "    with patch('shop.nothing.Backend', create=True) as backend:\n        backend.return_value.put.return_value = 'no'\n"
    )
    assert deep(test) == []


def test_what_a_contract_leaves_out_is_no_fault_of_the_test(empty, deep):
    empty.write(
        "contracts/shop/store.pyi", "class Cache:\n    def load(self, key: bytes, default: int = 0) -> int: ...\n"
    )
    test = "from shop.store import Backend, Cache\n\n\ndef test_it() -> None:\n    Cache(Backend()).load('')\n"
    assert deep(test) == []


def test_a_contract_that_does_not_parse_is_not_shown(empty, deep):
    empty.write("contracts/shop/store.pyi", "class Cache(:\n")
    empty.write("contracts/shop/__init__.pyi", "")
    assert deep(TEST, CONFTEST)[0] == ("test_store.py", 2, 16, "arg-type")


def test_a_file_that_does_not_parse_does_not_end_the_run(empty, deep):
    empty.write("tests/test_broken.py", "def test_(:\n")
    empty.write("tests/test_comment.py", "x = 1  # type: ignore because\n")
    assert ("test_store.py", 2, 16, "arg-type") in deep(TEST, CONFTEST)


def test_ignores_work_as_they_always_did(deep):
    test = "def test_it(cache):  # type: ignore[no-untyped-def]\n    cache.load(1)  # type: ignore[arg-type]\n"
    assert deep(test, CONFTEST) == []


def test_a_factory_gives_what_its_annotation_says(deep):
    conftest = (
        "import pytest\nfrom collections.abc import Callable\nfrom shop.store import Backend, Cache\n\n\n@pytest.fixture\n"
        "def make() -> Callable[..., Cache]:\n    return lambda: Cache(Backend())\n"
    )
    assert deep("def test_it(make):\n    make().load(1)\n", conftest) == [("test_store.py", 2, 17, "arg-type")]


def test_a_function_that_a_test_replaces_is_a_mock(deep):
    test = (
        "from unittest.mock import patch\n\n\ndef test_it(cache):\n    with patch.object(cache, 'load', autospec=True):\n"
        "        cache.load('')\n        cache.load.assert_called_once_with('')\n        cache.load.nothing\n"
    )
    assert deep(test, CONFTEST) == [("test_store.py", 8, 9, "attr-defined")]


@pytest.mark.parametrize(
    ("settings", "severity"),
    [
        ("", "warning"),
        ("[tool.mypy]\nstrict = true\n", "error"),
        ("[tool.mypy]\nfiles = ['src']\n", "warning"),
        ("[tool.mypy]\nstrict = true\nfiles = ['src', 'tests']\n", "error"),
        ("[tool.mypy]\nstrict = true\nexclude = ['^docs/', '^tests/']\n", "warning"),
        ("[tool.mypy]\nwarn_unused_configs = true\n", "warning"),
        (
            "[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\nmodule = ['test_store', 'conftest']\ncheck_untyped_defs = false\n",
            "warning",
        ),
    ],
)
def test_an_error_is_what_the_projects_own_run_would_fail_on(empty, llmlint, deep, settings, severity):
    deep(TEST, CONFTEST)
    empty.write("pyproject.toml", f'[project]\nname = "shop"\nversion = "1"\n{settings}')
    outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy:arg-type", "--output-format", "json")
    assert {one["severity"] for one in outcome.json} == {severity}


def test_the_projects_settings_outdo_strictness(empty, deep):
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n[tool.mypy]\nstrict_equality = false\n')
    assert [code for *_, code in deep(TEST, CONFTEST)] == ["arg-type", "arg-type"]


def test_patches_give_mocks_of_what_they_replace(empty, deep):
    empty.write(
        "src/shop/http.py",
        "def fetch(path: str, retries: int = 1) -> bytes:\n    return b''\nasync def post(path: str) -> int:\n    return 1\n",
    )
    test = (
        "from unittest.mock import patch\nfrom shop import http\nfrom shop.store import Backend, Cache\n\n\n"
        "def test_it(cache):\n"
        "    with patch('shop.http.fetch') as fetch, patch.object(http, 'post') as post:\n"
        "        fetch.return_value = 'no'; post.return_value = b''\n"
        "        fetch(1); fetch.assert_called_once_with('/', retries='2')\n"
        "        fetch.return_value = b''; post.return_value = 3; post.side_effect = [1, ValueError]\n"
        "    with patch.object(Backend, 'put') as put:\n"
        "        put.return_value = 'no'\n"
        "        put('k', b'v'); put.assert_called_once_with('k', 'v')\n"
        "    with patch.object(cache, 'load', autospec=True) as load:\n"
        "        load.return_value = 'no'; load('k')\n"
        "    with patch('shop.store.Backend') as backend, patch('shop.http.nothing', create=True) as nothing:\n"
        "        backend.return_value.put.return_value = 3; nothing(3).x = 3\n"
    )
    assert deep(test, CONFTEST) == [
        ("test_store.py", 8, 30, "assignment"),
        ("test_store.py", 8, 56, "assignment"),
        ("test_store.py", 9, 15, "arg-type"),
        ("test_store.py", 9, 62, "arg-type"),
        ("test_store.py", 12, 28, "assignment"),
        ("test_store.py", 13, 58, "arg-type"),
        ("test_store.py", 15, 29, "assignment"),
    ]


INJECTED = """\
from unittest import TestCase
from unittest.mock import AsyncMock, MagicMock, Mock, patch
import pytest
from shop import http, store


@patch("shop.http.fetch")
@patch.object(store.Cache, "load", autospec=True)
@patch("shop.store.Cache")
@patch("shop.http.post", new_callable=AsyncMock)
def test_it(post, cache: MagicMock, load, fetch, tmp_path):
    \"""What it does.\"""
    fetch.return_value = "no"; post.return_value = b""
    fetch.assert_called_once_with("/", retries="2")
    load.return_value = "no"
    cache("k").load.return_value = "no"; cache.return_value.load.assert_called_with(3)
    cache.assert_called_once_with(1, 2); cache.call_count.x
    cache.return_value = object(); cache.side_effect = [3]


@patch("shop.http.fetch")
class TestIt(TestCase):
    def setUp(self):
        self.post = patch("shop.http.post").start()
        self.post.return_value = "no"

    def test_it(self, fetch):
        fetch.side_effect = ["no"]

    def test_other(self, fetch):
        with self.subTest():
            fetch.side_effect = [""]

    def test_bound(self, fetch):
        fetch = 3


def test_given(monkeypatch, mocker):
    mock = Mock(return_value=b""); monkeypatch.setattr(http, "fetch", mock); mock.assert_called_with(1)
    other = mocker.patch("shop.http.fetch"); other.return_value = 1
    http.fetch = Mock()
"""


def test_mocks_that_are_handed_over_are_typed(empty, deep):
    empty.write(
        "src/shop/http.py",
        "def fetch(path: str, retries: int = 1) -> bytes:\n    return b''\nasync def post(path: str) -> int:\n    return 1\n",
    )
    assert deep(INJECTED) == [
        ("test_store.py", 13, 26, "assignment"),
        ("test_store.py", 13, 52, "assignment"),
        ("test_store.py", 14, 48, "arg-type"),
        ("test_store.py", 15, 25, "assignment"),
        ("test_store.py", 16, 11, "arg-type"),
        ("test_store.py", 16, 36, "assignment"),
        ("test_store.py", 16, 85, "arg-type"),
        ("test_store.py", 17, 5, "call-arg"),
        ("test_store.py", 17, 35, "arg-type"),
        ("test_store.py", 17, 42, "attr-defined"),
        ("test_store.py", 25, 34, "assignment"),
        ("test_store.py", 28, 30, "list-item"),
        ("test_store.py", 32, 34, "list-item"),
        ("test_store.py", 39, 102, "arg-type"),
        ("test_store.py", 40, 67, "assignment"),
    ]


PLAIN = """\
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Optional, TypeVar
from typing import Any

T = TypeVar("T")


class Descriptor:
    def __get__(self, instance: object, owner: object = None) -> int: ...
    def __set__(self, instance: object, value: str) -> None: ...


@dataclass
class Order(Generic[T]):
    item: T
    number: int
    tags: list[str] = field(default_factory=list)


class User:
    kind: ClassVar[str] = ""
    computed: Descriptor
    unknown = None

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.age = 3

    @property
    def nick(self) -> Optional[str]:
        return None

    @property
    def plain(self):
        return None
"""


def test_attributes_of_mocks_hold_what_the_real_ones_hold(empty, deep):
    empty.write("src/shop/users.py", PLAIN)
    test = (
        "from unittest.mock import MagicMock, Mock, PropertyMock\nfrom shop.users import Order, User\n\n\n"
        "def test_it():\n    user = Mock(spec=User)\n"
        "    user.name = 3\n    user.nick = 3\n    user.kind = 3\n"
        "    user.name = ''; user.nick = None; user.nick = MagicMock(); user.kind = ''\n"
        "    user.age = user.unknown = user.plain = user.computed = object()\n"
        "    type(user).nick = PropertyMock(return_value=3); assert user.nick.anything; del user.nick\n"
        "    order = MagicMock(spec=Order)\n    order.number = ''; order.item = 3\n"
    )
    assert deep(test) == [
        ("test_store.py", 7, 17, "assignment"),
        ("test_store.py", 8, 17, "assignment"),
        ("test_store.py", 9, 17, "assignment"),
        ("test_store.py", 14, 20, "assignment"),
    ]


def test_settings_that_ignore_tests_are_told(empty, llmlint, deep):
    deep(TEST, CONFTEST)
    empty.write("mypy.ini", "[mypy]\nstrict = True\n[mypy-test_store]\nignore_errors = True\n")
    outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy")
    assert outcome.code == 0
    assert "mypy's settings ignore errors in 1 of 2 files (ignore_errors)" in outcome.err


def test_what_the_tests_import_is_not_judged(empty, llmlint, deep):
    empty.write(
        "src/shop/wrong.py",
        "def wrong() -> int:\n    return 'no'\n\n\nclass Box:\n    def __init__(self):\n        self.size = 1\n",
    )
    test = "from shop.wrong import Box, wrong\n\n\ndef test_it():\n    wrong().bit_length('')\n    Box().size.bit_length('')\n"
    assert deep(test) == [("test_store.py", 5, 5, "call-arg"), ("test_store.py", 6, 5, "call-arg")]
    outcome = llmlint("tests", "--tools", "mypy", "--no-cache")
    assert "are not shown" not in outcome.err


STORED = """\
import unittest
from shop.store import Backend, Cache


class Base:
    size: str = ""


class TestIt{bases}:
    kept = 1

    @classmethod
    def {setup}(cls):
        cls.cache, cls.other = Cache(Backend()), 2
        cls.kept = 2
        cls.size = ""

    def test_it(self):
        self.cache.load("")
        self.other.anything
        self.missing


class TestMore(TestIt):
    def test_more(self):
        self.cache.load("")
        self.missing
"""


@pytest.mark.parametrize(
    ("bases", "setup"),
    [
        ("(unittest.TestCase, Base)", "setUpClass"),
        ("(Base)", "setup_class"),
        ("(\n    Base,  # what is there\n)", "setup_class"),
        ("(metaclass=type)", "setup_class"),
        ("()", "setup_class"),
        ("", "setup_class"),
    ],
)
def test_what_a_class_method_stores_is_there(deep, bases, setup):
    test = STORED.replace("{bases}", bases).replace("{setup}", setup)
    rows = [row for row, line in enumerate(test.splitlines(), 1) if "self.missing" in line]
    assert deep(test) == [("test_store.py", row, 9, "attr-defined") for row in rows]


def test_a_head_that_is_no_set_up_is_left_alone(deep):
    test = STORED.replace("{bases}", "").replace("{setup}", "configure")
    assert ("test_store.py", 19, 9, "attr-defined") in deep(test)
