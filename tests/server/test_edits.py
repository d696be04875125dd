"""Random edits, seeded: after each so many of them the server says what ``llmlint check`` says of the same text (``benchmarks/editor.py``)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Folder

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "editor.py"

SOURCE = '''\
class Cart:
    """A cart."""

    size: int = 0

    def __init__(self, owner: str = "") -> None:
        self.items: list[str] = []

    def add(self, item: str, quantity: int = 1) -> None:
        """Puts something in."""

    def total(self, tax: float = 0.0) -> float:
        return 0.0

    def label(self) -> str:
        return ""


def make(owner: str) -> Cart:
    return Cart(owner)
'''

CONTRACT = '''\
class Cart:
    """A cart."""
    size: int
    items: list[str]
    def __init__(self, owner: str = "") -> None: ...
    def add(self, item: str, quantity: int = 1) -> None: ...
    def total(self, tax: float = 0.0) -> float: ...

def make(owner: str) -> Cart: ...
'''

CONFTEST = """\
import pytest
from shop.cart import Cart, make


@pytest.fixture
def basket() -> Cart:
    return make("me")


@pytest.fixture
def full(basket):
    basket.add("tea", quantity=2)
    return basket
"""

TEST = """\
from unittest.mock import Mock, patch

import pytest

from shop.cart import Cart, make


def test_total(basket):
    basket.add("tea", quantiy=2)
    assert basket.totl() == 1


def test_label(full, missing):
    assert full.label() == ""
    assert full.size == 0


@patch("shop.cart.Cart.total")
def test_mocked(total):
    total.return_value = 3
    assert make("me").total(tax=1.0) == 3
    total.asert_called_once()


class TestCart:
    @pytest.mark.parametrize("owner", ["me", "you"])
    def test_owner(self, owner):
        double = Mock(spec=Cart)
        double.add("tea")
        double.remove("tea")
        assert make(ownr=owner).items == []

    def test_patched(self, basket):
        with patch("shop.cart.mak") as made:
            assert made
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the benchmark reads /proc")
def test_what_the_server_says_is_never_stale(tmp_path):
    folder = Folder(tmp_path / "shop")
    folder.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\ncontracts = ["contracts"]\n')
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", SOURCE)
    folder.write("contracts/shop/cart.pyi", CONTRACT)
    folder.write("tests/conftest.py", CONFTEST)
    folder.write("tests/test_cart.py", TEST)
    touched = ["src/shop/cart.py", "contracts/shop/cart.pyi", "tests/conftest.py"]
    options = [word for one in touched for word in ("--touch", one)]
    done = subprocess.run(
        [sys.executable, BENCHMARK, folder.path, "tests/test_cart.py", *options, "--edits", "300", "--every", "50"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert "compared with llmlint check: 6, different: 0" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    figures = re.search(r"^MB, .*: \[(.*)\]$", done.stdout, re.MULTILINE)
    assert figures is not None
    first, *_, last = (int(one) for one in figures[1].split(", "))
    assert last <= first * 1.3
