"""What a project may say of findings that it lives with: suppressions, severities, presets."""

from __future__ import annotations

import pytest

from llmlint.engine.pages import rule_pages
from llmlint.engine.selection import BEHAVIORAL, PRESETS, select
from llmlint.model.settings import Settings
from tests.conftest import FAULTY


def added(shop, llmlint, text: str, *options: str) -> str:
    file = shop.write("tests/test_cart.py", text)
    assert llmlint("tests", *(options or ("--add-ignore",)), "--select", "LLM2,LLM901").code == 0
    return file.read_bytes().decode()


def test_add_ignore_suppresses_what_is_found(shop, llmlint):
    outcome = llmlint("tests", "--add-ignore")
    assert outcome.out == "Added suppressions for 1 finding in 1 file.\n"
    assert "cart.totl() == 0  # llmlint: ignore[LLM203]\n" in (shop.path / "tests/test_cart.py").read_text()
    assert llmlint("tests").code == 0


def test_a_reason_is_added(shop, llmlint):
    assert llmlint("tests", "--add-ignore=until the release").code == 0
    assert "# llmlint: ignore[LLM203] -- until the release\n" in (shop.path / "tests/test_cart.py").read_text()
    assert llmlint("tests").code == 0


def test_without_equals_what_follows_is_a_path(shop, llmlint):
    assert llmlint("--add-ignore", "tests").code == 0
    assert "ignore[LLM203]\n" in (shop.path / "tests/test_cart.py").read_text()


def test_several_on_one_line_and_one_that_is_there(shop, llmlint):
    text = FAULTY.replace("cart.totl() == 0", "cart.totl() == cart.add(1, qty=2)  # llmlint: ignore[LLM203] -- known")
    assert "# llmlint: ignore[LLM203, LLM204] -- known\n" in added(shop, llmlint, text)
    assert llmlint("tests", "--select", "LLM2,LLM901").code == 0


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("assert (\n        cart.totl()\n        == 0\n    )\n", 7),
        ('assert cart.totl() == """\n    """\n', None),
        ('assert """\n    """ == cart.totl()\n', 7),
        ("assert cart.totl() == \\\n        0\n", None),
        ("assert 0 == \\\n        cart.totl()\n", 7),
    ],
)
def test_a_comment_stands_where_python_takes_one(shop, llmlint, statement, row):
    file = shop.write("tests/test_cart.py", FAULTY.replace("assert cart.totl() == 0\n", statement))
    outcome = llmlint("tests", "--add-ignore", "--select", "LLM203")
    lines = file.read_text().splitlines()
    if row is None:
        assert "LLM203 cannot be suppressed there" in outcome.err
        assert not any("llmlint" in line for line in lines)
    else:
        assert lines[row - 1].endswith("# llmlint: ignore[LLM203]")
        assert llmlint("tests", "--select", "LLM203").code == 0


def test_bytes_stay_as_they_are(shop, llmlint):
    data = b"\xef\xbb\xbf" + FAULTY.replace("\n", "\r\n").encode()
    file = shop.write("tests/test_cart.py", data)
    llmlint("tests", "--add-ignore", "--select", "LLM203")
    assert file.read_bytes() == data.replace(b"== 0\r\n", b"== 0  # llmlint: ignore[LLM203]\r\n")


@pytest.mark.parametrize("why", ["--add-ignore=one\ntwo", "--add-ignore=see #12"])
def test_a_reason_is_one_line(shop, llmlint, why):
    assert llmlint("tests", why).code == 2
    assert (shop.path / "tests/test_cart.py").read_text() == FAULTY


def test_a_file_that_does_not_parse_is_left(shop, llmlint):
    shop.write("tests/test_cart.py", "def test(:\n")
    assert "LLM900 cannot be suppressed there" in llmlint("tests", "--add-ignore").err


def severities(outcome):
    return {(one["code"], one["severity"]) for one in outcome.json}


def test_a_severity_can_be_set(shop, llmlint):
    shop.write("llmlint.toml", 'severity = ["LLM2=warning", "unknown-attribute=info"]\n')
    outcome = llmlint("tests", "--output-format", "json")
    assert severities(outcome) == {("LLM203", "info")}
    assert outcome.code == 0


def test_a_severity_can_be_set_by_path(shop, llmlint):
    shop.write("tests/legacy/test_old.py", FAULTY)
    shop.write(
        "llmlint.toml",
        'severity = ["LLM203=warning"]\n[per-file-severity]\n"tests/legacy/*" = ["LLM2=info", "ALL=error"]\n',
    )
    found = {(one["filename"], one["severity"]) for one in llmlint("tests", "--output-format", "json").json}
    assert found == {("tests/legacy/test_old.py", "info"), ("tests/test_cart.py", "warning")}


@pytest.mark.parametrize("item", ["LLM203", "LLM203=fatal", "LLM999=info", "=info"])
def test_a_severity_that_is_none_is_refused(shop, llmlint, item):
    shop.write("llmlint.toml", f'severity = ["{item}"]\n')
    assert llmlint("tests").code == 2


def test_presets():
    listed = {preset: select(rule_pages(), Settings(preset=preset)).codes for preset in PRESETS}
    assert listed["default"] < listed["behavioral"] < listed["all"]
    assert listed["behavioral"] - listed["default"] == listed["all"] & {*BEHAVIORAL}
    assert listed["all"] == {page.code for page in rule_pages()}


CONTRACT = """\
class Cart:
    items: list[str]
    def __init__(self) -> None: ...
    def add(self, item: str, quantity: int = 1) -> None: ...
    def total(self) -> int: ...
"""
PRIVATE = "from shop import _ids\n\n\ndef test_last():\n    assert _ids.last() == 0\n"


@pytest.mark.parametrize(
    ("arguments", "contract", "found"),
    [
        ((), False, []),
        ((), True, ["LLM103"]),
        (("--config", 'internal-modules=["shop.backends.*"]'), False, ["LLM103"]),
        (("--config", 'boundaries=["shop.http"]'), False, []),
        (("--preset", "behavioral"), False, ["LLM103"]),
        (("--select", "LLM1"), False, ["LLM103"]),
        (("--ignore", "private-import"), True, []),
        (("--select", "LLM2"), True, []),
    ],
)
def test_who_declares_what_is_public_hears_of_what_is_not(shop, llmlint, arguments, contract, found):
    shop.write("src/shop/_ids.py", "def last() -> int:\n    return 0\n")
    shop.write("tests/test_cart.py", PRIVATE)
    if contract:
        shop.write("contracts/shop/cart.pyi", CONTRACT)
    told = llmlint("tests", "--no-tools", "--output-format", "json", *arguments).json
    assert [one["code"] for one in told] == found


@pytest.mark.parametrize(("number", "found"), [(5, []), (1, ["LLM309"])])
def test_a_number_of_ones_own_switches_its_rule_on(shop, llmlint, number, found):
    shop.write(
        "tests/test_cart.py",
        "from unittest.mock import create_autospec\n\nfrom shop.cart import Cart\n\n\ndef test_two():\n"
        "    one, two = create_autospec(Cart, instance=True), create_autospec(Cart, instance=True)\n"
        "    assert one.add is not two.add\n",
    )
    told = llmlint("tests", "--no-tools", "--output-format", "json", "--config", f"max-mocks={number}").json
    assert [one["code"] for one in told] == found


def test_contracts_that_come_later_switch_rules_on(shop, llmlint):
    shop.write("src/shop/_ids.py", "def last() -> int:\n    return 0\n")
    shop.write("tests/test_cart.py", PRIVATE)
    assert llmlint("tests", "--no-tools").code == 0
    shop.write("contracts/shop/cart.pyi", CONTRACT)
    assert llmlint("tests", "--no-tools").code == 1


def test_what_another_tool_finds_is_suppressed_by_its_name(shop, llmlint):
    shop.write("tests/test_cart.py", "import os\n\n\ndef test_total():\n    assert sum([1, 2]) == 3\n")
    assert llmlint("tests", "--tools", "ruff").code == 1
    assert llmlint("tests", "--tools", "ruff", "--add-ignore").code == 0
    assert "import os  # llmlint: ignore[ruff:F401]\n" in (shop.path / "tests/test_cart.py").read_text()
    assert llmlint("tests", "--tools", "ruff").code == 0
