"""Projects with a past: baselines, what changed since a commit, and from which severity on a run fails."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.conftest import FAULTY


@pytest.fixture
def accepted(shop, llmlint):
    """A shop whose findings are accepted."""
    shop.write("tests/test_other.py", FAULTY.replace("totl", "ad"))
    outcome = llmlint("tests", "--baseline", "base.json", "--update-baseline")
    assert outcome.code == 0
    assert "base.json accepts 2 findings" in outcome.err
    return shop


def test_only_new_findings_fail(accepted, llmlint):
    outcome = llmlint("tests", "--baseline", "base.json")
    assert outcome.code == 0
    assert "2 findings accepted by base.json" in outcome.err
    accepted.write("tests/test_cart.py", FAULTY + "    assert cart.itms\n")
    outcome = llmlint("tests", "--baseline", "base.json", "--output-format", "json")
    assert outcome.code == 1
    assert [one["location"]["row"] for one in outcome.json] == [7]


@pytest.mark.parametrize(
    "text",
    [
        "# a line before\n\n" + FAULTY,
        FAULTY.replace("    assert", "    if cart:\n        assert"),
        FAULTY.replace("def test_total", "def test_something_else"),
        FAULTY.replace("cart.totl() == 0", "cart.totl()  ==  0"),
    ],
)
def test_an_entry_outlives_edits_around_it(accepted, llmlint, text):
    accepted.write("tests/test_cart.py", text)
    assert llmlint("tests", "--baseline", "base.json", "--select", "LLM2").code == 0


def test_a_file_that_is_moved_takes_its_entries_along(accepted, llmlint):
    (accepted.path / "tests/test_cart.py").rename(accepted.path / "tests/test_moved.py")
    outcome = llmlint("tests", "--baseline", "base.json")
    assert outcome.code == 0
    assert "stale" not in outcome.err


def test_as_many_as_were_accepted_and_no_more(accepted, llmlint):
    accepted.write("tests/test_cart.py", FAULTY + "    assert cart.totl() == 0\n")
    outcome = llmlint("tests", "--baseline", "base.json", "--output-format", "json", "--select", "LLM2")
    assert [one["location"]["row"] for one in outcome.json] == [7]


def test_what_is_gone_is_stale_and_can_be_pruned(accepted, llmlint):
    accepted.write("tests/test_cart.py", FAULTY.replace("totl", "total"))
    outcome = llmlint("tests", "--baseline", "base.json")
    assert outcome.code == 0
    assert "base.json: stale: tests/test_cart.py: LLM203 shop.cart.Cart.totl" in outcome.err
    assert "stale" not in llmlint("tests/test_other.py", "--baseline", "base.json").err
    assert "1 stale entry taken out" in llmlint("tests", "--baseline", "base.json", "--prune-baseline").err
    assert "stale" not in llmlint("tests", "--baseline", "base.json").err
    assert len(json.loads((accepted.path / "base.json").read_text())["findings"]) == 1


@pytest.mark.parametrize(
    "narrowed",
    [["--select", "LLM4"], ["--ignore", "LLM203"], ["tests/test_other.py"], ["--no-tools", "--select", "LLM1"]],
)
def test_what_a_run_did_not_look_for_stays_as_it_is(accepted, llmlint, narrowed):
    paths = narrowed if narrowed[0].startswith("tests") else ["tests", *narrowed]
    before = (accepted.path / "base.json").read_text()
    assert "stale" not in llmlint(*paths, "--baseline", "base.json").err
    llmlint(*paths, "--baseline", "base.json", "--prune-baseline")
    llmlint(*paths, "--baseline", "base.json", "--update-baseline")
    assert (accepted.path / "base.json").read_text() == before


def test_what_a_tool_found_stays_where_the_tool_does_not_run(shop, llmlint):
    shop.write("tests/test_cart.py", "import os\n" + FAULTY)
    llmlint("tests", "--tools", "ruff", "--baseline", "base.json", "--update-baseline")
    before = (shop.path / "base.json").read_text()
    assert "ruff:F401" in before
    assert "stale" not in llmlint("tests", "--no-tools", "--baseline", "base.json", "--prune-baseline").err
    shop.write("ruff.toml", "[lint]\nselct = []\n")
    broken = llmlint("tests", "--tools", "ruff", "--baseline", "base.json", "--prune-baseline")
    assert broken.code == 2
    assert (shop.path / "base.json").read_text() == before


def test_files_that_are_gone_are_of_whoever_looks_at_their_folder(accepted, llmlint):
    (accepted.path / "tests/test_cart.py").unlink()
    assert "stale" not in llmlint("tests/test_other.py", "--baseline", "base.json").err
    assert "stale: tests/test_cart.py: LLM203" in llmlint("tests", "--baseline", "base.json").err


def test_an_update_follows_a_file_that_was_moved(accepted, llmlint):
    (accepted.path / "tests/test_cart.py").rename(accepted.path / "tests/test_moved.py")
    assert "accepts 2 findings" in llmlint("tests", "--baseline", "base.json", "--update-baseline").err
    assert "stale" not in llmlint("tests", "--baseline", "base.json").err
    entries = json.loads((accepted.path / "base.json").read_text())["findings"]
    assert [entry["path"] for entry in entries] == ["tests/test_moved.py", "tests/test_other.py"]


def test_an_update_leaves_what_was_not_looked_at(accepted, llmlint):
    accepted.write("tests/test_cart.py", FAULTY.replace("totl", "total"))
    assert "accepts 1 finding" in llmlint("tests", "--baseline", "base.json", "--update-baseline").err
    accepted.write("tests/test_cart.py", FAULTY)
    assert "accepts 2 findings" in llmlint("tests/test_cart.py", "--baseline", "base.json", "--update-baseline").err


def test_what_could_not_be_judged_is_never_accepted(shop, llmlint):
    shop.write("tests/test_cart.py", "def test_(:\n")
    assert llmlint("tests", "--baseline", "base.json", "--update-baseline").code == 1
    assert json.loads((shop.path / "base.json").read_text())["findings"] == []


def test_a_baseline_is_the_same_from_wherever_it_is_run(accepted, llmlint, monkeypatch):
    monkeypatch.chdir(accepted.path / "tests")
    assert llmlint(".", "--baseline", "../base.json").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("[]", "is no baseline"),
        ("{", "is no baseline"),
        ('{"version": 1, "findings": [{}]}', "an entry has"),
    ],
)
def test_a_baseline_that_is_none(shop, llmlint, text, words):
    if text is not None:
        shop.write("base.json", text)
    outcome = llmlint("tests", "--baseline", "base.json")
    assert outcome.code == 2
    assert f"base.json: {words}" in outcome.err or words in outcome.err


def test_which_baseline(shop, llmlint):
    assert "which baseline?" in llmlint("tests", "--update-baseline").err


@pytest.fixture
def committed(shop):
    """A shop with a commit."""

    def git(*arguments: str) -> None:
        settings = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *settings, *arguments], cwd=shop.path, check=True, capture_output=True)

    shop.write("tests/test_other.py", FAULTY)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first")
    return shop, git


def rows(outcome):
    return [(one["filename"], one["location"]["row"]) for one in outcome.json]


def test_changed_files(committed, llmlint):
    shop, _ = committed
    arguments = ("tests", "--select", "LLM2", "--output-format", "json")
    assert rows(llmlint(*arguments, "--changed")) == []
    shop.write("tests/test_other.py", "# changed\n" + FAULTY)
    shop.write("tests/test_größe.py", FAULTY)
    assert rows(llmlint(*arguments, "--changed")) == [("tests/test_größe.py", 6), ("tests/test_other.py", 7)]
    assert rows(llmlint(*arguments, "--changed", "--changed-lines")) == [("tests/test_größe.py", 6)]


def test_changed_lines_since_a_branch(committed, llmlint):
    shop, git = committed
    git("checkout", "-qb", "feature")
    shop.write("tests/test_other.py", FAULTY + "    assert cart.itms\n")
    git("commit", "-qam", "second")
    arguments = ("tests", "--select", "LLM2", "--output-format", "json", "--changed-lines")
    assert rows(llmlint(*arguments, "--changed=main")) == [("tests/test_other.py", 7)]
    assert rows(llmlint(*arguments)) == []


def test_a_baseline_beside_changed_lines(committed, llmlint):
    shop, _ = committed
    llmlint("tests", "--baseline", "base.json", "--update-baseline")
    before = (shop.path / "base.json").read_text()
    shop.write("tests/test_other.py", FAULTY + "    assert cart.itms\n")
    outcome = llmlint("tests", "--baseline", "base.json", "--changed-lines", "--output-format", "json")
    assert rows(outcome) == [("tests/test_other.py", 7)]
    assert "stale" not in outcome.err
    llmlint("tests", "--baseline", "base.json", "--changed-lines", "--prune-baseline")
    assert (shop.path / "base.json").read_text() == before
    llmlint("tests", "--baseline", "base.json", "--changed-lines", "--update-baseline")
    after = json.loads((shop.path / "base.json").read_text())["findings"]
    known = json.loads(before)["findings"]
    assert [entry for entry in after if entry in known] == known
    assert [entry["line"] for entry in after if entry not in known] == ["assert cart.itms"]


def test_contracts_that_did_not_change_are_not_counted(committed, llmlint):
    shop, git = committed
    shop.write("contracts/shop/cart.pyi", "class Cart:\n    def total(self) -> Missing: ...\n")
    git("add", "-A")
    git("commit", "-qm", "frozen")
    shop.write("tests/test_other.py", FAULTY + "    assert cart.itms\n")
    outcome = llmlint("tests", "--no-tools", "--changed-lines", "--select", "LLM2,LLM5")
    assert "Found 1 error in 1 file (1 checked)." in outcome.out
    git("commit", "-qam", "more")
    assert llmlint("tests", "--no-tools", "--changed").out == "Nothing was checked.\n"
    shop.write("contracts/shop/cart.pyi", "class Cart:\n    def total(self) -> int: ...\n")
    assert llmlint("tests", "--no-tools", "--changed", "--select", "LLM505").out == "All checks passed! (1 file)\n"


def test_git_that_cannot_tell(shop, llmlint):
    outcome = llmlint("tests", "--changed=nowhere")
    assert outcome.code == 2
    assert "--changed: git" in outcome.err


@pytest.mark.parametrize(("severity", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on(shop, llmlint, severity, code):
    shop.write(
        "tests/test_cart.py",
        "from shop.cart import _nothing  # noqa\n".replace("cart import _nothing", "_ids import x"),
    )
    shop.write("src/shop/_ids.py", "x = 1\n")
    assert llmlint("tests", "--select", "LLM103", "--fail-on", severity).code == code
