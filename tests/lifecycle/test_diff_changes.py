"""Every kind of change, eight times: found, and classified as an honest changelog would."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from llmlint.lifecycle.diff.between import Between
from llmlint.lifecycle.diff.changes import KINDS, Change
from llmlint.project.load import Loader, Options

TABLE = Path(__file__).parent.parent.parent / "benchmarks" / "changes.toml"
CHANGES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["change"]


KINDS_OF_THE_TABLE = list(dict.fromkeys(case["kind"] for case in CHANGES))


def changes_between(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    """What the two states of the package ``shop`` differ in; each has the modules given by name."""
    projects = []
    for name, modules in (("old", old), ("new", new)):
        root = folder / name
        (root / "shop").mkdir(parents=True)
        (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
        (root / "shop" / "__init__.py").write_text("")
        for module, text in modules.items():
            (root / "shop" / f"{module}.py").write_text(text)
        projects.append(Loader(Options(None, (), True)).project_of(str(root)))
    return Between(projects[0], projects[1]).report().changes


@pytest.mark.parametrize("kind", KINDS_OF_THE_TABLE)
def test_changes_are_found_and_classified(kind, tmp_path):
    cases = {f"things_{index}": case for index, case in enumerate(CHANGES) if case["kind"] == kind}
    old = {module: case["old"] for module, case in cases.items()}
    new = {module: case["new"] for module, case in cases.items()}
    found = changes_between(tmp_path, old, new)
    assert len(found) >= len(cases)
    for module, case in cases.items():
        here = [one for one in found if one.symbol.startswith(f"shop.{module}.")]
        told = [(one.kind, one.symbol, one.breaking) for one in here]
        assert (kind, f"shop.{module}.{case['symbol']}", case["breaking"]) in told
        assert case["breaking"] or not any(one.breaking for one in here), told


def test_other_blanks_are_no_change(tmp_path):
    old = {f"things_{index}": case["old"] for index, case in enumerate(CHANGES)}
    new = {module: "\n\n" + text.replace(" = ", "  =  ").replace(", ", ",  ") for module, text in old.items()}
    assert changes_between(tmp_path, old, new) == []


def test_modules_come_and_go(tmp_path):
    text = "def send() -> None: ...\n"
    found = changes_between(tmp_path, {"mail": text, "same": text}, {"post": text, "same": text})
    assert [(one.kind, one.symbol, one.breaking) for one in found] == [
        ("module-removed", "shop.mail", True),
        ("module-added", "shop.post", False),
    ]


def test_every_kind_has_eight_changes():
    counted = {kind: sum(case["kind"] == kind for case in CHANGES) for kind in KINDS}
    modules = {"module-removed", "module-added"}
    assert {kind: number for kind, number in counted.items() if number < 8 and kind not in modules} == {}
