"""A project's own rules: begun by ``llmlint new-rule``, named by the settings, tested by the plugin."""

from __future__ import annotations

import subprocess
import sys

import pytest

SETTINGS = 'rule-paths = ["lint/rules"]\n'
PRINTING = "def test_total():\n    print(3)\n    assert sum([1, 2]) == 3\n"


@pytest.fixture
def ruled(shop, llmlint):
    """A project with one rule of its own and a test that breaks it."""
    shop.write("llmlint.toml", SETTINGS)
    (shop.path / "lint/rules").mkdir(parents=True)
    assert llmlint("new-rule", "no-prints", "--code", "SHOP001").code == 0
    shop.write("tests/test_cart.py", PRINTING)
    return shop


def test_a_new_rule_is_a_page_and_a_module(empty, llmlint):
    outcome = llmlint("new-rule", "no-prints", "--code", "SHOP001")
    assert outcome.out.split() == ["lint/rules/SHOP001-no-prints.md", "lint/rules/no_prints.py"]
    assert 'rule-paths = ["lint/rules"]' in outcome.err


def test_it_runs_with_the_others(ruled, llmlint):
    [finding] = llmlint("tests", "--output-format", "json").json
    assert (finding["code"], finding["name"], finding["severity"]) == ("SHOP001", "no-prints", "warning")
    assert finding["location"] == {"row": 2, "column": 5}


def test_in_several_processes(ruled, llmlint):
    for number in range(4):
        ruled.write(f"tests/test_{number}.py", PRINTING)
    outcome = llmlint("tests", "--output-format", "json", "--jobs", "2", "--no-cache", "--ignore", "LLM403")
    assert outcome.codes == ["SHOP001"] * 5


def test_it_can_be_selected_ignored_and_suppressed(ruled, llmlint):
    assert llmlint("tests", "--ignore", "no-prints").code == 0
    assert llmlint("tests", "--select", "SHOP").code == 1
    ruled.write("tests/test_cart.py", PRINTING.replace("print(3)", "print(3)  # llmlint: ignore[no-prints] -- wanted"))
    assert llmlint("tests").code == 0


def test_its_page_can_be_read(ruled, llmlint):
    assert llmlint("rule", "SHOP001").out.startswith("# SHOP001 no-prints\n")
    assert "SHOP001" in llmlint("rule", "--all").out


def test_a_changed_rule_is_asked_anew(ruled, llmlint):
    assert llmlint("tests").code == 1
    module = ruled.path / "lint/rules/no_prints.py"
    module.write_text(module.read_text().replace('"print"', '"pprint"'))
    assert llmlint("tests").code == 0


def test_isolated_runs_nothing_of_the_project(ruled, llmlint):
    ruled.write("lint/rules/no_prints.py", "raise SystemExit('it was run')\n")
    assert llmlint("tests", "--isolated", "--select", "LLM2").code == 0


def test_only_a_settings_file_can_name_a_folder(ruled, llmlint):
    outcome = llmlint("tests", "--config", 'rule-paths=["elsewhere"]')
    assert outcome.code == 2
    assert "only a settings file can name 'rule-paths'" in outcome.err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("no_prints.py", "def check(:\n", "no_prints.py:1:"),
        ("no_prints.py", "\nimport nothing_like_it\n", "no_prints.py:2: cannot be imported: ModuleNotFoundError"),
        ("no_prints.py", "def check(call):\n    yield\n", "'call' has no annotation"),
        ("LLM999-mine.md", "# LLM999 mine\n\nMine.\n\n- default: error\n", "take another prefix"),
        ("SHOP002-unknown-attribute.md", "# SHOP002 unknown-attribute\n\nM.\n\n- default: error\n", "also the rule of"),
        (
            "SHOP002-mine.md",
            "# SHOP002 mine\n\nMine.\n\n- default: error\n",
            "there is no file mine.py beside the page",
        ),
    ],
)
def test_a_rule_that_cannot_be_used_is_said_at_its_place(ruled, llmlint, name, text, message):
    ruled.write(f"lint/rules/{name}", text)
    outcome = llmlint("tests")
    assert outcome.code == 2
    assert message in outcome.err


def test_a_folder_that_is_missing_is_said(shop, llmlint):
    shop.write("llmlint.toml", SETTINGS)
    outcome = llmlint("tests")
    assert outcome.code == 2
    assert "lint/rules" in outcome.err


@pytest.mark.parametrize("name", ["No-Prints", "no_prints", "1st", ""])
def test_a_name_that_is_none_is_refused(empty, llmlint, name):
    assert llmlint("new-rule", name).code == 2


@pytest.mark.parametrize("code", ["LLM900", "SHOP1", "shop001"])
def test_a_code_that_is_none_is_refused(empty, llmlint, code):
    assert llmlint("new-rule", "no-prints", "--code", code).code == 2


def test_nothing_is_overwritten(ruled, llmlint):
    assert llmlint("new-rule", "no-prints", "--code", "SHOP002").code == 2
    ruled.write("lint/rules/more_prints.py", "kept\n")
    assert llmlint("new-rule", "more-prints").code == 2
    assert (ruled.path / "lint/rules/more_prints.py").read_text() == "kept\n"


def test_the_next_code_follows_the_last(ruled, llmlint):
    assert "SHOP002-more-prints.md" in llmlint("new-rule", "more-prints").out


def test_the_plugin_runs_its_page(ruled):
    ruled.write("conftest.py", 'pytest_plugins = ["llmlint.testing"]\n')
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "lint/rules"]
    done = subprocess.run(command, cwd=ruled.path, capture_output=True, text=True, check=False)
    assert "3 passed" in done.stdout
    page = ruled.path / "lint/rules/SHOP001-no-prints.md"
    page.write_text(page.read_text().replace("# error: prints", "# error: something else"))
    done = subprocess.run(command, cwd=ruled.path, capture_output=True, text=True, check=False)
    assert "found, and not stated: SHOP001" in done.stdout


FIXING = """\
import ast
from collections.abc import Iterator

from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy


def check(call: ast.Call) -> Iterator[Finding]:
    if isinstance(call.func, ast.Name) and call.func.id == "print":
        yield Finding(at=call, message="prints", remedy=Remedy("Say nothing", lambda file: silence(file, call), safe=True))


def silence(file: Rewrite, call: ast.Call) -> None:
    import libcst as cst

    {body}
"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("file.replace(file.find(call, cst.Call), cst.Ellipsis())", PRINTING.replace("print(3)", "...")),
        ("raise Unfixable('not today')", PRINTING),
        ("file.replace(file.find(call, cst.Call), cst.Name('not'))", PRINTING),
    ],
    ids=["fixes", "declines", "would not parse"],
)
def test_its_fix_is_applied_where_it_can_be(ruled, llmlint, body, text):
    ruled.write("lint/rules/no_prints.py", FIXING.format(body=body))
    llmlint("tests", "--fix")
    assert (ruled.path / "tests/test_cart.py").read_text() == text


def test_a_fix_that_fails_is_said_and_everything_else_is_done(ruled, llmlint):
    ruled.write("lint/rules/no_prints.py", FIXING.format(body="raise ValueError('broken')"))
    ruled.write("tests/test_cart.py", PRINTING + "\n\ndef test_other():\n    assert PRINTNG\n")
    outcome = llmlint("tests", "--output-format", "json")
    assert set(outcome.codes) == {"LLM217", "LLM903", "SHOP001"}
    [error] = [one for one in outcome.json if one["code"] == "LLM903"]
    assert "the fix of no-prints (SHOP001) failed with ValueError: broken" in error["message"]
