"""A file that lies where everybody keeps everything: what else is there is no project."""

from __future__ import annotations

import pytest

from llmlint.app import Request
from llmlint.live import (
    Live,
)  # llmlint: ignore[LLM106, import-linter:forbidden] -- what it reads
from tests.conftest import Folder

TEST = "from helper import Cart\n\n\ndef test():\n    assert Cart().totl() == Cart().other()\n"
HELPER = "class Cart:\n    def total(self):\n        return 0\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Somebody's home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = Folder(tmp_path)
    folder.write("helper/__init__.py", HELPER)
    folder.write("downloads/deep/down.py", "def change(cart):\n    cart.totl = cart.other = print\n")
    folder.write("test_cart.py", TEST)
    return folder


def said(live: Live, home: Folder) -> list[str]:
    live.doubt()
    return [one.message for one in live.check(str(home.path / "test_cart.py"), TEST).diagnostics]


def test_only_what_a_test_there_can_import_is_read(home):
    live = Live(Request(cwd=str(home.path)))
    assert said(live, home) == [
        "'Cart' has no attribute 'totl'",
        "'Cart' has no attribute 'other'",
    ]
    read = live.session(str(home.path / "test_cart.py")).files_read(str(home.path / "test_cart.py"))
    assert [path for path in read if "downloads" in path] == []


def test_with_a_mark_it_is_a_project_like_any_other(home):
    home.write("pyproject.toml", "")
    assert said(Live(Request(cwd=str(home.path))), home) == []


def test_what_changes_there_is_seen(home):
    live = Live(Request(cwd=str(home.path)))
    assert len(said(live, home)) == 2
    home.write("helper/__init__.py", HELPER.replace("total", "totl"))
    assert said(live, home) == ["'Cart' has no attribute 'other'"]
    home.write("elsewhere.py", "def change(cart):\n    cart.other = print\n")
    assert said(live, home) == []
