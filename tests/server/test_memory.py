"""What a session keeps: as much after many edits as after a few."""

from __future__ import annotations

import ast
import asyncio
import gc
import sys
import weakref
from collections import Counter
from pathlib import Path

import pytest

from llmlint.app import Request
from llmlint.contracts.second_opinion import forget, members
from llmlint.engine.garbage import collect, sweep
from llmlint.live import Live  # llmlint: ignore[LLM106, import-linter:forbidden] -- a session is what is measured
from llmlint.server.options import Options
from llmlint.server.serving import build
from tests.conftest import Folder

SOURCE = """\
class Cart:
    size: int = 0

    def add(self, item: str, quantity: int = 1) -> None: ...

    def total(self) -> float:
        return 0.0


class Base:
    def __init__(self, **kwargs):
        self.given = kwargs
        self.configured(**kwargs)

    def configured(self, one=1, two=2):
        return self


def listed(first, second=1, **kwargs):
    return [first, Cart(**kwargs)]
"""

CONFTEST = """\
from unittest.mock import MagicMock, Mock

import pytest

from shop.cart import Cart


@pytest.fixture
def basket():
    return Cart()


@pytest.fixture
def doubled(basket, monkeypatch):
    double = Mock(spec=Cart)
    double.inner = Mock(return_value=Mock())
    with pytest.raises(ValueError):
        double.total()
    basket.owner = double
    return double


@pytest.fixture
def wrapped(doubled):
    doubled.add.return_value = MagicMock(doubled)
    basket.other = doubled
    return doubled


def made(what):
    mock = MagicMock()
    mock.of.return_value = MagicMock(what)
    return mock
"""

TEST = """\
from unittest.mock import MagicMock, Mock, patch

import pytest

from conftest import made
from shop.cart import Base, Cart, listed


class Special(Base):
    pass


class Fake(Cart):
    pass


def helped(first, second):
    return listed(first, second)


def test_of_sources(basket, missing):
    assert listed("text NUMBER", NUMBER)[1].totl() == NUMBER
    assert helped(Fake(), Fake)[0].size == NUMBER
    listed(Fake(), owner=1)
    Special(three=1).configured(Special())
    basket.add("tea", quantiy=NUMBER)


def test_of_mocks(doubled, wrapped):
    doubled.totl()
    doubled.inner().deep(Fake())
    wrapped.add("a").whole
    made(Fake).of().whole
    listed(doubled, MagicMock(spec=Special))


@patch("shop.cart.Cart.gone")
@patch("shop.cart.Cart.total")
def test_of_patches(total, gone, monkeypatch):
    double = Mock(spec=Special)
    double.nothing()
    monkeypatch.setattr(Cart, "total", MagicMock(return_value=NUMBER))
    Cart().other = NUMBER
"""


def heavy() -> Counter[str]:
    """What is alive of our own objects and of trees, by kind."""
    gc.collect()
    # Some types have no text there.
    kinds = ((str(kind.__module__), kind.__name__) for kind in map(type, gc.get_objects()))
    return Counter(f"{module}.{name}" for module, name in kinds if module.startswith(("llmlint.", "ast")))


@pytest.fixture
def judged(tmp_path):
    """A session over a small project, and the path of its test file."""
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\n')
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", SOURCE)
    folder.write("tests/conftest.py", CONFTEST)
    path = str(folder.write("tests/test_cart.py", TEST))
    live = Live(Request(cwd=str(tmp_path)), patience=1000.0)
    return live, path


def test_nothing_of_an_edit_outlives_the_next(judged):
    live, path = judged

    def round_of_edits() -> None:
        for number in range(8):
            text = TEST.replace("NUMBER", str(number))
            assert live.check(path, text).diagnostics
            live.check(path, text.replace("def helped", "def  helpd"))
            live.check(path, text.replace("import made", "import mad"))
            live.check(path, f"# {number}\n{text}\n(")

    round_of_edits()
    round_of_edits()
    before = heavy()
    for _ in range(3):
        round_of_edits()
    assert heavy() - before == Counter()


def test_what_edits_left_behind_is_collected_without_a_walk_through_what_was_known_before(judged):
    """Between two collections of everything: what is alive at the first one is set aside, and stays so while answers are given."""
    live, path = judged

    def edits(count: int) -> int:
        """How much there is after so many edits that was not set aside."""
        for number in range(count):
            live.check(path, TEST.replace("NUMBER", str(number % 8)))
            live.check(path, f"# {number % 8}\n{TEST}\n(")
        live.check(path, TEST)
        sweep()
        return len(gc.get_objects())

    gc.disable()
    try:
        edits(10)
        collect()
        aside = gc.get_freeze_count()
        few = edits(10)
        assert edits(40) <= few + 20
        assert few < aside / 3
        assert gc.get_freeze_count() <= aside
    finally:
        gc.unfreeze()
        gc.enable()


PACKAGE = """\
def first(one):
    two = one
    three = two
    return three


class Other:
    def second(self):
        one = self
        two = one
        return two
"""


def test_another_session_reads_no_more_of_installed_packages_than_the_first(tmp_path):
    """They share the trees of these, and bodies of functions that nobody asked for stay unread."""
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\n')
    folder.write("env/pyvenv.cfg", f"home = {sys.base_prefix}/bin\nversion = 3.11.0\n")
    folder.write("env/lib/python3.11/site-packages/foreign/__init__.py", PACKAGE)
    text = "from foreign import Other, first\n\n\ndef test():\n    assert first(1)\n    assert Other().thrd\n"
    path = str(folder.write("tests/test_it.py", text))

    def names() -> int:
        live = Live(Request(cwd=str(tmp_path), python=str(tmp_path / "env")), patience=1000.0)
        assert "LLM203" in [one.code for one in live.check(path, text).diagnostics]
        del live
        collect()
        gc.unfreeze()
        return sum(isinstance(one, ast.Name) for one in gc.get_objects())

    assert names() >= names() == names()


LOGGING = """\
import logging


class Cart(logging.LoggerAdapter):
    first = 1


class Other(Cart):
    def __init__(self, given):
        self.second = given


def sign(mock):
    type(mock).signed = mock
"""


def test_trees_of_astroid_do_not_outlive_a_pause(tmp_path):
    """Not even where what they assign reaches the classes of builtins, which it keeps."""
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\n')
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", LOGGING)
    text = "from shop.cart import Cart\n\n\ndef test():\n    assert Cart(None).first == Cart.second\n"
    path = str(folder.write("tests/test_cart.py", text))
    others = _nodes_of_astroid()  # of other tests in this process, whose sessions may live
    before = set(map(id, others))
    kept = []
    for _ in range(3):
        live = Live(Request(cwd=str(tmp_path)), patience=1000.0)
        assert [one.message for one in live.check(path, text).diagnostics] == ["class 'Cart' has no attribute 'second'"]
        del live
        collect()
        gc.unfreeze()
        of_astroid = [one for one in _nodes_of_astroid() if id(one) not in before]
        assert {one.name for one in of_astroid if type(one).__name__ == "Module"} <= {"builtins"}
        kept.append(len(of_astroid))
    assert kept[0] == kept[1] == kept[2]


class Asking:
    """Somebody in whose frame there is much."""


def test_what_astroid_cannot_import_does_not_hold_who_was_asking(tmp_path):
    """It remembers the exception, and that knows the frames of all who were asking: with them a whole session."""
    gone: list[str] = []

    def ask(name: str) -> None:
        path = tmp_path / f"{name}.py"
        path.write_text("from nowhere import *\n\n\nclass Cart(Base):\n    first = 1\n", encoding="utf-8")
        asking = Asking()
        weakref.finalize(asking, gone.append, name)
        assert "first" in members(str(path), name, "Cart")

    ask("importing")
    ask("importing_again")
    gc.collect()
    assert sorted(gone) == ["importing", "importing_again"]


def test_astroid_finds_what_was_not_there_before(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "cart.py"
    path.write_text("from absent_until_now import Base\n\n\nclass Cart(Base):\n    first = 1\n", encoding="utf-8")
    assert "second" not in members(str(path), "cart", "Cart")
    (tmp_path / "absent_until_now.py").write_text("class Base:\n    second = 1\n", encoding="utf-8")
    forget()
    assert "second" in members(str(path), "cart", "Cart")


def test_another_version_of_astroid_is_cleared_in_its_own_way(tmp_path, monkeypatch):
    from astroid.astroid_manager import MANAGER

    path = tmp_path / "cart.py"
    path.write_text("class Cart:\n    first = 1\n", encoding="utf-8")
    assert "first" in members(str(path), "cart", "Cart")
    monkeypatch.delattr("astroid.context._invalidate_cache")  # llmlint: ignore[LLM101] -- it may be gone
    forget()
    assert "cart" not in MANAGER.astroid_cache
    assert "first" in members(str(path), "cart", "Cart")


def _nodes_of_astroid():
    return [one for one in gc.get_objects() if str(type(one).__module__).startswith("astroid.nodes.")]


def test_what_astroid_has_read_is_not_older_than_the_file(tmp_path):
    """It is asked of names that are bound somewhere in the source, before they are said to be missing."""
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\n')
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", "class Cart:\n    first = 1\n\n\nclass Other:\n    second = 1\n")
    text = "from shop.cart import Cart\n\n\ndef test():\n    assert Cart().first == Cart().second\n"
    path = str(folder.write("tests/test_cart.py", text))
    live = Live(Request(cwd=str(tmp_path)), patience=1000.0)
    assert [one.message for one in live.check(path, text).diagnostics] == ["'Cart' has no attribute 'second'"]
    folder.write("src/shop/cart.py", "class Cart:\n    third = 1\n\n\nclass Other:\n    second = first = 1\n")
    live.doubt()
    assert [one.message for one in live.check(path, text).diagnostics] == [
        "'Cart' has no attribute 'first'",
        "'Cart' has no attribute 'second'",
    ]


class Nowhere:
    """Takes what a server says."""

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


async def told(path: Path, changes: int) -> Counter[str]:
    """What became more while a server was told of so many changes: everything that garbage collection sees, by kind."""
    server = build(Options(tools=False, delay=1000.0))
    protocol = server.protocol
    protocol.set_writer(Nowhere())

    def tell(method: str, params: object, identity: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        protocol.handle_message(
            protocol.structure_message(message if identity is None else {**message, "id": identity})
        )

    def change(version: int) -> None:
        document = {"uri": path.as_uri(), "version": version}
        tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": f"# {version}\n"}]})

    tell("initialize", {"capabilities": {}, "processId": None, "rootUri": path.parent.as_uri()}, 1)
    tell("initialized", {})
    document = {"uri": path.as_uri(), "languageId": "python", "version": 0, "text": ""}
    tell("textDocument/didOpen", {"textDocument": document})
    for version in range(1, 200):
        change(version)
        await asyncio.sleep(0)
    before = everything()
    for version in range(200, 200 + changes):
        change(version)
        await asyncio.sleep(0)
    return everything() - before


def everything() -> Counter[str]:
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects())


def test_a_server_keeps_nothing_of_a_change(tmp_path):
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", "[tool.llmlint]\n")
    grown = asyncio.run(told(folder.write("test_one.py", ""), 300))
    assert {kind: count for kind, count in grown.items() if count >= 150} == {}
