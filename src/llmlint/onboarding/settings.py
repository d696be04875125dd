"""The settings of llmlint itself, with what was found."""

from __future__ import annotations

import os
from typing import Any

from llmlint.app import Request, Session
from llmlint.model.settings import ContractRoot
from llmlint.onboarding.part import Part, appended, inner, inside, read
from llmlint.project.option import write_toml
from llmlint.project.project import Project
from llmlint.project.toml_file import TomlError, parse_toml


def settings(name: str, project: Project) -> Part:
    """The settings: in the project's pyproject.toml, else in a file of their own.

    Raises:
        Unreadable: pyproject.toml cannot be read.
        Problem: settings further down are unusable.
    """
    if project.settings_file is not None:
        return Part(name, project.settings_file)
    found = _found(project)
    more = f"[tool.llmlint]\n{found}"
    path = os.path.join(project.root, "pyproject.toml")
    before = read(path)
    if before is None:
        return Part(name, os.path.join(project.root, "llmlint.toml"), None, found or "# All as it is found.\n")
    after = appended(before, more)
    try:
        parse_toml(after.removeprefix("\ufeff"))
    except TomlError:
        return Part(name, path, before, why_not="it cannot be extended; add", by_hand=more)
    return Part(name, path, before, after)


def _found(project: Project) -> str:
    """What is true now, said aloud; nothing that would change what is linted, and how."""
    root = project.root
    lines: dict[str, list[Any]] = {"tests": _tests(project)}
    if _is_one(project):
        sources = [inner(path, root) for path in project.source_roots if inside(path, root)]
        contracts = [
            ContractRoot(inner(path, root), package) for path, package in project.contract_roots if inside(path, root)
        ]
        lines = {"src": sources if project.own_packages else [], **lines, "contracts": contracts}
    return "".join(f"{key} = {write_toml(tuple(value))}\n" for key, value in lines.items() if value)


def _is_one(project: Project) -> bool:
    """Whether nothing below the root is a part of its own, with sources, tests and contracts of its own: settings for all of them would
    take these from it."""
    below = Session(Request(cwd=project.root, paths=(project.root,))).projects()
    return {(one.root, one.base) for one in (project, *below)} == {(project.root, project.root)}


def _tests(project: Project) -> list[str]:
    paths = [os.path.normpath(os.path.join(project.pytest.rootdir, path)) for path in project.pytest.testpaths]
    paths = paths or [os.path.join(project.base or project.root, name) for name in ("tests", "test")]
    return [inner(path, project.root) for path in paths if os.path.isdir(path) and inside(path, project.root)]
