"""The workflow for GitHub."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from llmlint.onboarding.part import Part, glance, inner, read
from llmlint.onboarding.texts import WORKFLOW
from llmlint.project.project import Project
from llmlint.project.toml_file import TomlError, parse_toml

_COMMENT = re.compile(r"(^|\s)#.*")
_RUNS = re.compile(r"(?<![\w-])llmlint(?![\w/\\]|\.(?!git\b))|\buses:\s*\S*llmlint")
_ONLY_NAMES = re.compile(r"\s*(-\s+)?name\s*:")
_FOR_TESTS = ("dev", "test", "testing", "tests")
"""Extras and groups that carry what tests import, by convention."""
_REQUIREMENTS = (
    *(f"requirements{joint}{name}.txt" for name in _FOR_TESTS for joint in "-_"),
    *(f"{name}{joint}requirements.txt" for name in _FOR_TESTS for joint in "-_"),
    *(f"requirements/{name}.txt" for name in _FOR_TESTS),
)


def workflow(name: str, project: Project, top: str) -> Part:
    """A workflow that lints the project, in the folder of the repository.

    Raises:
        Unreadable: the file that it would be cannot be read.
    """
    folder = os.path.join(top, ".github", "workflows")
    part = inner(project.root, top)
    for path in _workflows(folder):
        if _lints(glance(path), part):
            return Part(name, path)
    path = os.path.join(folder, "llmlint.yml")
    if part != "." and os.path.lexists(path):  # of another part of the repository
        path = os.path.join(folder, f"llmlint-{re.sub(r'[^A-Za-z0-9_]+', '-', part).strip('-')}.yml")
    below = "" if part == "." else f"    defaults:\n      run:\n        working-directory: {json.dumps(part)}\n"
    version = ".".join(map(str, max(project.requires_python, (3, 11))))
    commands, python = _installing(project)
    steps = "".join(f"      - run: {command}\n" for command in commands)
    note = "      # The project with what its tests import: what is not installed is not judged.\n"
    text = WORKFLOW.format(folder=below, version=version, steps=note + steps, python=python)
    if (before := read(path)) is not None:
        return Part(name, path, before, why_not="there is such a file, and it does not run llmlint; add", by_hand=text)
    return Part(name, path, None, text)


def _lints(text: str, part: str) -> bool:
    """Whether a workflow runs llmlint on a part of the repository: it does not say where, or it names it."""
    lines = [_COMMENT.sub("", line) for line in text.split("\n") if not _ONLY_NAMES.match(line)]
    if not any(_RUNS.search(line) for line in lines):
        return False
    if part == "." or not any("working-directory" in line for line in lines):
        return True
    named = re.compile(rf"(?<![\w./-])(\./)?({re.escape(part)}|{re.escape(json.dumps(part)[1:-1])})/?(?![\w.-])")
    return any(named.search(line) for line in lines)


def _workflows(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith((".yml", ".yaml"))]


def _installing(project: Project) -> tuple[list[str], str]:
    """The commands that install the project with what its tests import, and llmlint; and where the former then is."""

    def there(name: str) -> bool:
        return os.path.isfile(os.path.join(project.root, name))

    data = _declared(project.root)
    tool = data.get("tool", {})
    if there("uv.lock"):
        return ["pip install uv llmlint", "uv sync --all-extras --all-groups"], ".venv"
    if there("pdm.lock"):
        return ["pip install pdm llmlint", "pdm sync --group :all"], ".venv"
    if there("poetry.lock") or ("poetry" in tool and "project" not in data):
        return (
            ["pip install poetry llmlint", "poetry install --no-interaction --all-extras --all-groups"],
            "$(poetry env info --executable)",
        )
    wanted, groups = _with_pip(project, data)
    upgraded = ["pip install --upgrade pip"] if groups else []
    return [*upgraded, " ".join(["pip install", *wanted, *groups, "llmlint"])], "$(command -v python)"


def _with_pip(project: Project, data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What pip is told: the project, where it can be installed, and files of requirements; groups (PEP 735)."""
    extras = [name for name in _FOR_TESTS if name in data.get("project", {}).get("optional-dependencies", {})]
    # Without a build system, what has several packages side by side cannot be installed.
    can = (
        "build-system" in data
        or os.path.isfile(os.path.join(project.root, "setup.py"))
        or ("project" in data and len(project.own_packages) < 2)
    )
    wanted = [f"-e '.[{','.join(extras)}]'" if extras else "-e ."] if can else []
    files = [*(() if can else ("requirements.txt",)), *_REQUIREMENTS]
    wanted += [f"-r {name}" for name in files if os.path.isfile(os.path.join(project.root, name))]
    return wanted, [f"--group {name}" for name in _FOR_TESTS if name in data.get("dependency-groups", {})]


def _declared(root: str) -> Mapping[str, Any]:
    text = glance(os.path.join(root, "pyproject.toml"))
    try:
        return parse_toml(text.removeprefix("\ufeff")).data
    except TomlError:
        return {}
