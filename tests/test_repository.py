"""The repository's own shape: what the documents say is so."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from llmlint.engine.examples import examples
from llmlint.engine.pages import rule_pages
from llmlint.engine.registry import load_rules
from llmlint.project.option import options

ROOT = Path(__file__).parent.parent
PAGES = rule_pages()

HEADINGS = ["What it reports", "Why it matters", "Faulty", "Sound", "Known limits"]

NOT_SHOWN = {"LLM903", "LLM904"}
"""What no file can be made to show: an error of llmlint's own, and of a tool."""

page = pytest.mark.parametrize("page", PAGES, ids=[page.code for page in PAGES])


def test_every_file_in_rules_is_a_page():
    assert sorted(path.name for path in (ROOT / "rules").iterdir()) == [Path(page.path).name for page in PAGES]


def test_every_page_has_its_rule_and_every_rule_its_page():
    modules = {module.name for module in pkgutil.iter_modules([str(ROOT / "src/llmlint/rules")])}
    assert modules == {page.name.replace("-", "_") for page in PAGES if not page.made_by_engine}


def test_every_rule_can_be_loaded():
    assert len(load_rules(PAGES)) == len([page for page in PAGES if not page.made_by_engine])


@page
def test_a_page_has_the_headings(page):
    headings = [heading for heading in page.headings if heading not in ("Options", "Fixes")]
    assert headings == HEADINGS
    assert ("Options" in page.headings) == bool(page.options)


@page
def test_a_fix_is_shown_before_and_after(page):
    assert ("Fixes" in page.headings) == (page.fix != "none")
    if page.fix != "none":
        assert [file for example in examples(page.text, frozenset({"Fixes"})) for file in example.files if file.fixed]


@page
def test_a_page_is_documented_in_one_sentence(page):
    assert page.sentence.endswith(".")
    assert ". " not in page.sentence


@page
def test_a_page_names_real_settings(page):
    assert set(page.options) <= {option.key for option in options()}


@page
def test_a_page_has_examples_in_both_directions(page):
    shown = {example.section for example in examples(page.text, frozenset({"Faulty", "Sound"}))}
    assert "Sound" in shown
    assert "Faulty" in shown or page.code in NOT_SHOWN


@page
def test_a_family_keeps_its_promise(page):
    """Errors are never wrong; what may be a matter of taste is a warning."""
    if page.code.startswith("LLM1"):
        assert page.severity != "error"


def test_the_settings_are_documented():
    text = (ROOT / "docs/settings.md").read_text()
    documented = re.findall(r"^## `([a-z-]+)`$", text, re.MULTILINE)
    assert documented == [option.key for option in options()]
    for option in options():
        assert option.doc in text, option.key


def test_every_rule_is_in_the_catalogue_of_the_docs():
    listed = re.findall(
        r"^\| \[(LLM\d+)\]\(\.\./rules/(\S+)\) \| (\S+) \| ([^|]+) \|",
        (ROOT / "docs/rules.md").read_text(),
        re.MULTILINE,
    )
    assert listed == [(page.code, Path(page.path).name, page.name, defaults(page)) for page in PAGES]


def defaults(page):
    """When the rule is on, as the catalogue words it."""
    return page.default + (f"; on with {' or '.join(f'`{key}`' for key in page.on_with)}" if page.on_with else "")


def test_the_readme_shows_what_the_program_prints():
    shown = re.search(
        r"```console\n\$ (llmlint examples/shop/tests\S*(?: .*)?)\n(.*?)```",
        (ROOT / "README.md").read_text(),
        re.DOTALL,
    )
    assert shown, "the README shows the demo"
    done = subprocess.run(
        [sys.executable, "-m", *shown[1].split(), "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    for block in shown[2].split("\n…\n"):
        assert block.strip("\n") in done.stdout
