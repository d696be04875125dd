"""``llmlint triage``: keep, mend, and rewrite or delete."""

from __future__ import annotations

import pytest

SUITE = """\
import pytest
from unittest.mock import MagicMock, patch
from shop.cart import Cart


@pytest.fixture
def odd():
    return Cart()._lines


def test_good():
    cart = Cart()
    cart.add("x")
    cart.add("y", quantity=2)
    assert cart.total() == 2


def test_invented():
    assert Cart().totl() == 0


class TestCart:
    def test_nothing(self):
        Cart().add("x")

    def test_private(self):
        cart = Cart()
        assert cart._a == cart._b == cart._c


def test_again():
    other = Cart()
    other.add("x")
    other.add("y", quantity=2)
    assert other.total() == 2


def test_asks(odd):
    assert odd == 3
"""


@pytest.fixture
def suite(shop):
    """A shop with tests of every kind."""
    lines = "\n".join(f"        self.{name} = 0" for name in ("_lines", "_a", "_b", "_c"))
    cart = (shop.path / "src/shop/cart.py").read_text()
    shop.write(
        "src/shop/cart.py",
        cart.replace("        self.items: list[str] = []", f"        self.items: list[str] = []\n{lines}"),
    )
    shop.write("tests/test_cart.py", SUITE)
    return shop


def test_verdicts(suite, llmlint):
    document = llmlint("triage", "tests", "--output-format", "json").json
    (file,) = document["files"]
    verdicts = {test["name"]: test["verdict"] for test in file["tests"]}
    assert verdicts == {
        "test_good": "keep",
        "test_invented": "mend",
        "TestCart.test_nothing": "rewrite",
        "TestCart.test_private": "rewrite",
        "test_again": "rewrite",
        "test_asks": "mend",
    }
    assert document["totals"] == {"keep": 1, "mend": 2, "rewrite": 3}
    reasons = {test["name"]: [reason["code"] for reason in test["reasons"]] for test in file["tests"]}
    assert reasons["test_invented"] == ["LLM203"]
    assert reasons["TestCart.test_nothing"] == ["LLM401"]
    assert reasons["test_again"] == ["LLM403"]
    brittle = {test["name"]: test["brittleness"] for test in file["tests"]}
    assert brittle["test_good"] == 0
    assert 0 < brittle["test_asks"] < brittle["TestCart.test_private"] <= 100


def test_views(suite, llmlint):
    outcome = llmlint(
        "triage",
        "tests",
        "--output-format",
        "table",
        "--output-format",
        "html:t.html",
        "--output-format",
        "markdown:t.md",
    )
    assert outcome.code == 0
    assert "6 tests in 1 file: 1 keep, 2 mend, 3 rewrite or delete; brittleness" in outcome.out
    assert "tests/test_cart.py:18 test_invented LLM203 unknown-attribute" in outcome.out.replace("\x1b[2m", "")
    page = (suite.path / "t.html").read_text()
    assert page.count("<b class=rewrite style") == 3
    assert "src=" not in page
    assert "| `tests/test_cart.py` | 1 | 2 | 3 |" in (suite.path / "t.md").read_text()


def test_a_view_that_is_none(suite, llmlint):
    outcome = llmlint("triage", "tests", "--output-format", "yaml")
    assert outcome.code == 2
    assert "'yaml' is not one of table, json, markdown, html" in outcome.err
