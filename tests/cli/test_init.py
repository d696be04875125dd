"""``llmlint init``: what a project lacks is shown and written; what it has stays."""

from __future__ import annotations

import json
import tomllib
from difflib import ndiff

import pytest

FILES = (
    "pyproject.toml",
    "AGENTS.md",
    ".claude/settings.json",
    ".pre-commit-config.yaml",
    ".github/workflows/llmlint.yml",
)


def contents(shop) -> dict[str, bytes]:
    return {str(path.relative_to(shop.path)): path.read_bytes() for path in shop.path.rglob("*") if path.is_file()}


def test_everything_is_shown_and_written(shop, llmlint):
    shop.write("contracts/cart.pyi", "class Cart: ...\n")
    before = contents(shop)
    outcome = llmlint("init", "--yes")
    assert outcome.code == 0
    assert set(contents(shop)) - set(before) == set(FILES) - {"pyproject.toml"}
    settings = tomllib.loads((shop.path / "pyproject.toml").read_text())
    assert settings["project"]["name"] == "shop"
    assert settings["tool"]["llmlint"] == {
        "src": ["src"],
        "tests": ["tests"],
        "contracts": [{"path": "contracts", "package": "shop"}],
    }
    assert "`contracts/`" in (shop.path / "AGENTS.md").read_text()
    hooks = json.loads((shop.path / ".claude/settings.json").read_text())["hooks"]
    assert hooks["Stop"][0]["hooks"] == [{"type": "command", "command": "llmlint hook"}]
    for name in FILES:
        assert name in outcome.out
    assert "+[tool.llmlint]" in outcome.out


def test_twice_changes_nothing(shop, llmlint):
    llmlint("init", "--yes")
    before = contents(shop)
    outcome = llmlint("init", "--yes")
    assert outcome.code == 0
    assert contents(shop) == before
    assert llmlint("init", "--check").code == 0
    assert llmlint("tests").code == 1


def test_check_tells_what_is_missing_and_writes_nothing(shop, llmlint):
    before = contents(shop)
    outcome = llmlint("init", "--check")
    assert outcome.code == 1
    assert outcome.out.count("would be written") == 5
    assert contents(shop) == before


def test_without_a_yes_nothing_is_written(shop, process):
    before = contents(shop)
    outcome = process("init")
    assert outcome.code == 1
    assert "--yes" in outcome.out
    assert contents(shop) == before


def test_what_is_there_stays(shop, llmlint):
    pre_commit = "# mine\nrepos:\n  - repo: https://example.org/x\n    rev: v1\n    hooks:\n      - id: x  # kept\n\nfail_fast: true\n"
    claude = {"model": "opus", "hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": []}]}}
    agents = "# Rules\r\n\r\nBe kind.\r\n"
    shop.write(".pre-commit-config.yaml", pre_commit)
    shop.write(".claude/settings.json", json.dumps(claude, indent=4))
    shop.write("AGENTS.md", agents)
    assert llmlint("init", "--yes").code == 0
    now = (shop.path / ".pre-commit-config.yaml").read_text()
    assert not [line for line in ndiff(pre_commit.splitlines(), now.splitlines()) if line.startswith("-")]
    assert now.index("id: llmlint") < now.index("fail_fast")
    data = json.loads((shop.path / ".claude/settings.json").read_text())
    assert data["model"] == "opus"
    assert data["hooks"]["PostToolUse"][0] == {"matcher": "Bash", "hooks": []}
    assert len(data["hooks"]["PostToolUse"]) == 2
    guide = (shop.path / "AGENTS.md").read_bytes().decode()
    assert guide.startswith(agents)
    assert "\n" not in guide.replace("\r\n", "")
    assert llmlint("init", "--check").code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".claude/settings.json", '{"hooks": {}, // a comment\n}'),
        (".claude/settings.json", '{"a":1,   "b":2}'),
        (".claude/settings.json", '{\n  "hooks": []\n}\n'),
        (".pre-commit-config.yaml", "repos: [{repo: local, hooks: []}]\n"),
        ("pyproject.toml", 'tool = {black = {}}\n[project]\nname = "shop"\n'),
    ],
)
def test_what_cannot_be_extended_is_told_and_stays(shop, llmlint, name, text):
    shop.write(name, text)
    outcome = llmlint("init", "--yes")
    assert outcome.code == 1
    assert "by hand" in outcome.out
    assert (shop.path / name).read_text() == text


def test_parts_can_be_chosen(shop, llmlint):
    assert llmlint("init", "--yes", "--only", "guide").code == 0
    assert not (shop.path / ".github").exists()
    assert llmlint("init", "--yes", "--without", "github").code == 0
    assert not (shop.path / ".github").exists()
    assert (shop.path / ".pre-commit-config.yaml").exists()


def test_the_guide_goes_to_the_file_that_is_there(shop, llmlint):
    shop.write("CLAUDE.md", "Be kind.\n")
    llmlint("init", "--yes", "--only", "guide")
    assert "llmlint contract digest" in (shop.path / "CLAUDE.md").read_text()
    assert not (shop.path / "AGENTS.md").exists()
