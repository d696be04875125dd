"""``llmlint init``: what a project lacks is shown and written; what it has stays."""

from __future__ import annotations

import json
import tomllib
from difflib import ndiff

import pytest

from tests.conftest import SOUND

FILES = (
    "pyproject.toml",
    "AGENTS.md",
    ".claude/settings.json",
    ".pre-commit-config.yaml",
    ".github/workflows/llmlint.yml",
)


def contents(shop) -> dict[str, bytes]:
    return {str(path.relative_to(shop.path)): path.read_bytes() for path in shop.path.rglob("*") if path.is_file()}


def findings(llmlint) -> list[str]:
    return [
        line for line in llmlint("--no-tools", "--output-format", "concise", ".").out.split("\n") if ": LLM" in line
    ]


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
        (".claude/settings.json", '{"hooks": {"Stop": {}}}'),
        (".claude/settings.json", '{\n  "hooks": []\n}\n'),
        (".claude/settings.json", "[]"),
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


@pytest.mark.parametrize(
    ("text", "beginning", "end"),
    [
        ("", "{\n", "}\n"),
        ("{}", "{\n", "\n}"),
        ('{"a":1,   "b":2}', '{"a":1,   "b":2, "hooks": {', "}}"),
        ('\ufeff{\r\n\t"allow": ["a", "b"],\r\n\t"x": 1e3\r\n}', '\ufeff{\r\n\t"allow": ["a", "b"],\r\n\t"x": 1e3,\r\n\t"hooks": {\r\n', "\r\n}"),
        ('{\n    "hooks": {"Stop": [{"hooks": []}]},\n    "a": [1,2]\n}\n', '{\n    "hooks": {"Stop": [{"hooks": []},', '    "a": [1,2]\n}\n'),
        ('{\n  "hooks": {\n    "Stop": []\n  },\n  "hooks": {}\n}', '{\n  "hooks": {\n    "Stop": []\n  },\n  "hooks": {\n', "\n}"),
    ],
)  # fmt: skip
def test_settings_of_any_layout_are_extended_and_keep_it(shop, llmlint, text, beginning, end):
    shop.write(".claude/settings.json", text)
    path = shop.path / ".claude/settings.json"
    assert llmlint("init", "--yes", "--only", "claude").code == 0
    now = path.read_bytes().decode()
    assert now.startswith(beginning)
    assert now.endswith(end)
    hooks = json.loads(now.removeprefix("\ufeff"))["hooks"]
    assert [len(hooks[event]) for event in ("SessionStart", "UserPromptSubmit", "PostToolUse")] == [1, 1, 1]
    assert hooks["Stop"][-1]["hooks"][0]["command"] == "llmlint hook"
    assert now.count("\r\n") == (now.count("\n") if "\r" in text else 0)
    llmlint("init", "--yes", "--only", "claude")
    assert path.read_bytes().decode() == now


def test_a_mention_is_no_use(shop, llmlint):
    shop.write(".claude/settings.json", '{"permissions": {"allow": ["Bash(llmlint hook:*)"]}}\n')
    shop.write(
        ".pre-commit-config.yaml", "exclude: ^vendor/llmlint/\nrepos:\n- repo: local\n  hooks: []  # no llmlint\n"
    )
    shop.write(".github/workflows/ci.yml", "name: llmlint\non: push\n")
    assert llmlint("init", "--check").out.count("would be written") == 5
    assert llmlint("init", "--yes").code == 0
    assert llmlint("init", "--check").code == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# a\u2028b\r\n#\fc\nrepos:\n- repo: local\n  hooks: []\nfail_fast: true", "# a\u2028b\r\n#\fc\nrepos:\n- repo: local\n  hooks: []\n{}fail_fast: true"),
        ("repos: &all\n-\n  repo: local\n  hooks: []\n  # - id: later\n\n# end\n", "repos: &all\n-\n  repo: local\n  hooks: []\n  # - id: later\n{}\n# end\n"),
        ("\ufeffrepos:\r\n  - repo: local\r\n    hooks: []", "\ufeffrepos:\r\n  - repo: local\r\n    hooks: []\r\n{}"),
        ("repos:\n- repo: local\n  hooks: []\n---\n", "repos:\n- repo: local\n  hooks: []\n{}---\n"),
        ("# nothing yet\n", "# nothing yet\nrepos:\n{}"),
    ],
)  # fmt: skip
def test_only_lines_are_added_to_the_configuration_of_pre_commit(shop, llmlint, before, after):
    shop.write(".pre-commit-config.yaml", before)
    assert llmlint("init", "--yes", "--only", "pre-commit").code == 0
    now = (shop.path / ".pre-commit-config.yaml").read_bytes().decode()
    head, tail = after.split("{}")
    assert now.startswith(head)
    assert now.endswith(tail)
    added = now[len(head) : len(now) - len(tail)]
    assert added.lstrip().startswith("- repo: local")
    assert added.rstrip().endswith("require_serial: true")


def test_what_cannot_be_read_is_named_and_the_rest_is_done(shop, llmlint):
    (shop.path / "AGENTS.md").write_bytes(b"caf\xe9\n")
    shop.write(".github", "a file\n")
    (shop.path / ".pre-commit-config.yaml").symlink_to("nowhere/x.yaml")
    outcome = llmlint("init", "--yes")
    assert outcome.code == 2
    assert "AGENTS.md cannot be read\n  it is not UTF-8 (byte 3)" in outcome.out
    assert ".github/workflows/llmlint.yml cannot be read" in outcome.out
    assert ".pre-commit-config.yaml is a link that leads nowhere" in outcome.out
    assert "[tool.llmlint]" in (shop.path / "pyproject.toml").read_text()
    assert (shop.path / ".claude/settings.json").exists()
    assert (shop.path / "AGENTS.md").read_bytes() == b"caf\xe9\n"


def test_nothing_is_written_through_a_link_that_leads_out(shop, llmlint, tmp_path_factory):
    outside = tmp_path_factory.mktemp("home")
    (outside / "settings.json").write_text("{}")
    (shop.path / ".git").mkdir()
    (shop.path / ".claude").symlink_to(outside)
    outcome = llmlint("init", "--yes", "--only", "claude")
    assert outcome.code == 1
    assert "a link leads out of the project; add by hand:" in outcome.out
    assert [path.name for path in outside.iterdir()] == ["settings.json"]
    assert (outside / "settings.json").read_text() == "{}"


def test_settings_of_a_repository_of_several_parts_leave_each_part_its_own(shop, llmlint):
    for part in ("backend", "shared"):
        shop.write(f"{part}/pyproject.toml", f'[project]\nname = "{part}"\n')
        shop.write(f"{part}/{part}/__init__.py", "def here() -> None: ...\n")
        shop.write(f"{part}/contracts/{part}.pyi", "def here() -> None: ...\n")
        shop.write(f"{part}/tests/test_it.py", f"import {part}\n\n\ndef test_it():\n    {part}.gone()\n")
    before = findings(llmlint)
    assert "\n".join(before).count("'gone'") == 2
    llmlint("init", "--yes")
    settings = tomllib.loads((shop.path / "pyproject.toml").read_text())
    assert settings["tool"]["llmlint"] == {"tests": ["tests"]}
    assert findings(llmlint) == before


def test_each_part_of_a_repository_has_its_workflow(shop, llmlint):
    (shop.path / ".git").mkdir()
    for part in ("a", "b"):
        shop.write(f"{part}/pyproject.toml", f'[project]\nname = "{part}"\n')
        assert llmlint("init", part, "--yes").code == 0
        assert llmlint("init", part, "--check").code == 0
    assert 'working-directory: "a"' in (shop.path / ".github/workflows/llmlint.yml").read_text()
    assert 'working-directory: "b"' in (shop.path / ".github/workflows/llmlint-b.yml").read_text()


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        ({"pyproject.toml": '[project]\nname = "shop"\n[project.optional-dependencies]\ntest = []\nrare = []\n[build-system]\nrequires = []\n'}, ["pip install -e '.[test]' llmlint"]),
        ({"setup.py": "", "requirements-dev.txt": "", "requirements.txt": ""}, ["pip install -e . -r requirements-dev.txt llmlint"]),
        ({"setup.cfg": "", "requirements.txt": ""}, ["pip install -r requirements.txt llmlint"]),
        ({"pyproject.toml": '[dependency-groups]\ndev = []\n'}, ["pip install --upgrade pip", "pip install --group dev llmlint"]),
        ({"pyproject.toml": '[project]\nname = "shop"\n', "uv.lock": ""}, ["pip install uv llmlint", "uv sync --all-extras --all-groups"]),
        ({"pyproject.toml": '[tool.poetry]\nname = "shop"\n'}, ["pip install poetry llmlint", "poetry install --no-interaction --all-extras --all-groups"]),
    ],
)  # fmt: skip
def test_the_workflow_installs_what_the_tests_import(shop, llmlint, files, commands):
    (shop.path / "pyproject.toml").unlink()
    for name, text in files.items():
        shop.write(name, text)
    llmlint("init", "--yes", "--only", "github")
    steps = [
        line.split("run: ")[1]
        for line in (shop.path / ".github/workflows/llmlint.yml").read_text().split("\n")
        if "- run: " in line
    ]
    assert steps[:-1] == commands
    assert steps[-1].startswith("llmlint check --python ")


def test_the_guide_goes_to_both_files_where_neither_knows_of_the_other(shop, llmlint):
    shop.write("AGENTS.md", "Be kind.\n")
    shop.write("CLAUDE.md", "Be quick.\n")
    assert llmlint("init", "--yes", "--only", "guide").code == 0
    assert "llmlint hook" in (shop.path / "CLAUDE.md").read_text()
    assert "llmlint hook" in (shop.path / "AGENTS.md").read_text()
    shop.write("CLAUDE.md", "See @AGENTS.md\n")
    assert llmlint("init", "--check", "--only", "guide").code == 0
    (shop.path / "CLAUDE.md").unlink()
    (shop.path / "CLAUDE.md").symlink_to("AGENTS.md")
    assert llmlint("init", "--check", "--only", "guide").code == 0


def test_a_commit_of_a_test_is_not_held_up_by_contracts(shop, llmlint):
    shop.write("contracts/shop/cart.pyi", "class Cart: ...\n")
    shop.write("tests/test_cart.py", SOUND)
    llmlint("init", "--yes")
    entry = next(
        line.split("entry: llmlint ")[1]
        for line in (shop.path / ".pre-commit-config.yaml").read_text().split("\n")
        if "entry:" in line
    )
    assert llmlint("check", "--no-tools", "tests/test_cart.py").out.count("LLM5")
    assert not llmlint(*entry.split(), "tests/test_cart.py").out.count("LLM5")
