"""Every output format, and where its columns point."""

from __future__ import annotations

import json

import pytest


def test_json_has_ruffs_shape_and_more(shop, llmlint):
    assert llmlint("tests", "--output-format", "json").json == [
        {
            "code": "LLM203",
            "name": "unknown-attribute",
            "severity": "error",
            "source": "llmlint",
            "message": "'Cart' has no attribute 'totl'",
            "filename": "tests/test_cart.py",
            "location": {"row": 6, "column": 17},
            "end_location": {"row": 6, "column": 21},
            "symbol": "shop.cart.Cart.totl",
            "truth": {"filename": "src/shop/cart.py", "row": 1},
            "suggestion": "total",
            "side": "test",
            "fix": {
                "applicability": "safe",
                "message": "Rename to 'total'",
                "edits": [
                    {"content": "total", "location": {"row": 6, "column": 17}, "end_location": {"row": 6, "column": 21}}
                ],
            },
            "url": None,
            "also": [],
            "notes": [],
        }
    ]


def test_json_of_nothing_is_an_empty_array(shop, llmlint):
    outcome = llmlint("tests", "--output-format", "json", "--ignore", "LLM203")
    assert outcome.json == []


def test_json_lines(shop, llmlint):
    lines = llmlint("tests", "--output-format", "json-lines").out.splitlines()
    assert [json.loads(line) for line in lines] == llmlint("tests", "--output-format", "json").json


def test_concise(shop, llmlint):
    assert llmlint("tests", "--output-format", "concise", "--quiet").out == (
        "tests/test_cart.py:6:17: LLM203 [*] 'Cart' has no attribute 'totl' (src/shop/cart.py:1); did you mean 'total'?\n"
    )


def test_grouped(shop, llmlint):
    assert llmlint("tests", "--output-format", "grouped", "--quiet").out == (
        "tests/test_cart.py:\n"
        "  6:17 LLM203 [*] 'Cart' has no attribute 'totl' (src/shop/cart.py:1); did you mean 'total'?\n"
        "\n"
    )


def test_full(shop, llmlint):
    assert llmlint("tests").out == (
        "error[LLM203] unknown-attribute: 'Cart' has no attribute 'totl' [*]\n"
        " --> tests/test_cart.py:6:17\n"
        "  |\n"
        "6 |     assert cart.totl() == 0\n"
        "  |                 ^^^^\n"
        "  |\n"
        "  = source: src/shop/cart.py:1\n"
        "  = help: did you mean 'total'?\n"
        "\n"
        "Found 1 error in 1 file (1 checked).\n"
        "[*] 1 fixable with --fix.\n"
    )


def test_a_frozen_contract_is_called_so(shop, llmlint):
    shop.write("contracts/shop/cart.pyi", "class Cart:\n    def total(self) -> int: ...\n")
    assert "= contract: contracts/shop/cart.pyi:1\n" in llmlint("tests").out


def test_columns_count_code_points_and_carets_count_cells(shop, llmlint):
    shop.write(
        "tests/test_cart.py", 'from shop.cart import Cart\n\n\ndef test_wide():\n\tassert "日本é" and Cart().totl()\n'
    )
    finding = llmlint("tests", "--output-format", "json", "--select", "LLM203").json[0]
    assert finding["location"] == {"row": 5, "column": 26}
    assert finding["end_location"] == {"row": 5, "column": 30}
    line, carets = llmlint("tests", "--select", "LLM203").out.splitlines()[3:5]
    assert line == '5 |     assert "日本é" and Cart().totl()'
    # Two characters are two cells wide.
    assert carets.index("^") == line.index("totl") + 2


def test_color(shop, llmlint, monkeypatch):
    assert "\x1b[" not in llmlint("tests").out
    assert "\x1b[1;31m" in llmlint("tests", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in llmlint("tests").out
    assert "\x1b[" not in llmlint("tests", "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in llmlint("tests").out


def test_json_is_never_colored(shop, llmlint):
    assert llmlint("tests", "--output-format", "json", "--color", "always").json


def test_statistics(shop, llmlint):
    out = llmlint("tests", "--statistics", "--output-format", "concise").out
    assert "1  LLM203  unknown-attribute" in out
    for kind in ("attributes", "calls", "patches", "fixtures"):
        assert kind in out


def test_statistics_do_not_disturb_json(shop, llmlint):
    outcome = llmlint("tests", "--statistics", "--output-format", "json")
    assert outcome.codes == ["LLM203"]
    assert "attributes" in outcome.err


def test_unresolved_uses_have_a_reason(shop, llmlint):
    shop.write("tests/test_cart.py", "def test_unknown(thing):\n    assert thing.name.upper() == 1\n")
    out = llmlint("tests", "--show-unresolved", "--quiet", "--ignore", "LLM208").out
    assert "tests/test_cart.py:2:" in out
    assert "unresolved" in out


def test_quiet_prints_findings_only(shop, llmlint):
    assert "Found" not in llmlint("tests", "--quiet").out
    assert llmlint("tests", "--quiet", "--ignore", "LLM203").out == ""


@pytest.mark.parametrize("output_format", ["full", "concise", "grouped", "json", "json-lines"])
def test_what_moves_the_cursor_is_not_printed(shop, llmlint, output_format):
    shop.write("tests/test_cart.py", 'from shop.cart import Cart\nassert Cart().totl() == "\x1b[2J\u202e"\n')
    out = llmlint("tests", "--output-format", output_format).out
    assert "\x1b[2J" not in out
    assert "\u202e" not in out
