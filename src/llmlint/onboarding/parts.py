"""The parts, each with what is there and what it would become. Nothing of the user's is taken away or reordered."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from llmlint.model.settings import ContractRoot
from llmlint.onboarding.texts import GUIDE, HOOK, HOOKS, MARK, PRE_COMMIT_ITEM, WORKFLOW
from llmlint.project.option import write_toml
from llmlint.project.project import Project


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a project has or lacks."""

    name: str
    path: str
    """Absolute: the file that has it, or that would get it."""
    before: str | None = None
    """What the file holds; None where there is none."""
    after: str | None = None
    """What it would hold; None where nothing is missing, or nothing can be written."""
    why_not: str = ""
    """Why it is missing and cannot be written: what to do by hand."""

    @property
    def missing(self) -> bool:
        """Whether the project lacks it."""
        return self.after is not None or bool(self.why_not)


def parts_of(project: Project, top: str) -> list[Part]:
    """Everything that a project may have.

    Args:
        project: Where settings and the guide for models go.
        top: The folder of the repository, where pre-commit, GitHub and Claude Code look.
    """
    return [
        _settings(project),
        _guide(project, top),
        _claude(top),
        _pre_commit(top),
        _workflow(project, top),
    ]


def top_of(folder: str) -> str:
    """The folder of the repository; the folder itself where there is none."""
    found = folder
    while not os.path.exists(os.path.join(found, ".git")):
        parent = os.path.dirname(found)
        if parent == found:
            return folder
        found = parent
    return found


def _read(path: str) -> str | None:
    """The text; None where there is no file.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _appended(text: str, more: str) -> str:
    """The text with a blank line and more, in its own line ends."""
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + more.replace("\n", end)


# -- settings --------------------------------------------------------------------------------------------------------------


def _settings(project: Project) -> Part:
    name = "settings"
    if project.settings_file is not None:
        return Part(name, project.settings_file)
    more = f"[tool.llmlint]\n{_found(project)}"
    path = os.path.join(project.root, "pyproject.toml")
    before = _read(path)
    if before is None:
        return Part(
            name, os.path.join(project.root, "llmlint.toml"), None, _found(project) or "# All as it is found.\n"
        )
    after = _appended(before, more)
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return Part(name, path, before, why_not=f"it cannot be extended; add by hand:\n{more}")
    return Part(name, path, before, after)


def _found(project: Project) -> str:
    root = project.root
    lines: dict[str, list[Any]] = {
        "src": [_inner(path, root) for path in project.source_roots if _inside(path, root)],
        "tests": _tests(project),
        "contracts": [
            ContractRoot(_inner(path, root), package) for path, package in project.contract_roots if _inside(path, root)
        ],
    }
    return "".join(f"{key} = {write_toml(tuple(value))}\n" for key, value in lines.items() if value)


def _tests(project: Project) -> list[str]:
    paths = [os.path.normpath(os.path.join(project.pytest.rootdir, path)) for path in project.pytest.testpaths]
    paths = paths or [os.path.join(project.base or project.root, name) for name in ("tests", "test")]
    return [_inner(path, project.root) for path in paths if os.path.isdir(path) and _inside(path, project.root)]


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _inner(path: str, root: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


# -- the guide for models --------------------------------------------------------------------------------------------------


def _guide(project: Project, top: str) -> Part:
    name = "guide for models"
    paths = [os.path.join(project.root, one) for one in ("AGENTS.md", "CLAUDE.md")]
    found = [(path, text) for path in paths if (text := _read(path)) is not None]
    for path, text in found:
        if MARK in text:
            return Part(name, path)
    path, before = found[0] if found else (paths[0], None)
    if not _inside(os.path.realpath(path), os.path.realpath(top)):
        return Part(name, path, before, why_not="it is a link that leads out of the project")
    contracts = [f"`{_inner(folder, project.root)}/`" for folder, _ in project.contract_roots]
    truths = f"the contracts in {', '.join(contracts)}" if contracts else "the sources"
    return Part(name, path, before, _appended(before or "", GUIDE.format(truths=truths)))


# -- Claude Code -------------------------------------------------------------------------------------------------------------


def _claude(top: str) -> Part:
    name = "hook of Claude Code"
    path = os.path.join(top, ".claude", "settings.json")
    before = _read(path)
    for one in (path, os.path.join(top, ".claude", "settings.local.json")):
        if HOOK in (_read(one) or ""):
            return Part(name, one)
    by_hand = f"it cannot be extended; add to its hooks by hand:\n{json.dumps(HOOKS, indent=2)}\n"
    if before is None:
        data: Any = {}
        layout: tuple[int | str, str] = (2, "\n")
    else:
        try:
            data = json.loads(before)
        except ValueError:
            return Part(name, path, before, why_not=by_hand)
        written = _layout(data, before)
        if written is None:
            return Part(name, path, before, why_not=by_hand)
        layout = written
    hooks = data.setdefault("hooks", {}) if isinstance(data, dict) else None
    if not isinstance(hooks, dict) or not all(isinstance(hooks.setdefault(event, []), list) for event in HOOKS):
        return Part(name, path, before, why_not=by_hand)
    for event, entry in HOOKS.items():
        hooks[event].append(entry)
    return Part(name, path, before, _dumped(data, layout))


def _layout(data: object, text: str) -> tuple[int | str, str] | None:
    """Indent and end with which ``json`` writes just this text; None where it would not."""
    for indent in (2, 4, "\t", 3, 8):
        for end in ("\n", ""):
            if _dumped(data, (indent, end)) == text:
                return indent, end
    return None


def _dumped(data: object, layout: tuple[int | str, str]) -> str:
    return json.dumps(data, indent=layout[0], ensure_ascii=False) + layout[1]


# -- pre-commit and GitHub ---------------------------------------------------------------------------------------------------


def _pre_commit(top: str) -> Part:
    name = "pre-commit"
    path = os.path.join(top, ".pre-commit-config.yaml")
    before = _read(path)
    if before is None:
        return Part(name, path, None, "repos:\n" + _indented(PRE_COMMIT_ITEM, "  "))
    if re.search(r"^[^#\n]*\bllmlint\b", before, re.MULTILINE):
        return Part(name, path)
    after = _with_item(before)
    if after is None:
        return Part(name, path, before, why_not=f"it cannot be extended; add to its repos by hand:\n{PRE_COMMIT_ITEM}")
    return Part(name, path, before, after)


def _with_item(text: str) -> str | None:
    """The file with one more item at the end of ``repos``; None where that is not a plain block list."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    try:
        start = next(index for index, line in enumerate(lines) if re.fullmatch(r"repos:\s*(#.*)?", line))
    except StopIteration:
        return None
    stop, indent = start + 1, None
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item = re.match(r"(\s*)- ", line)
        if indent is None:
            if item is None:
                return None
            indent = item[1]
        elif not line.startswith((f"{indent} ", f"{indent}-")):
            break
        stop = index + 1
    if indent is None or any("\t" in line for line in lines[start:stop]):
        return None
    item_lines = _indented(PRE_COMMIT_ITEM, indent).splitlines()
    return end.join([*lines[:stop], *item_lines, *lines[stop:]]) + end


def _indented(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in text.splitlines())


def _workflow(project: Project, top: str) -> Part:
    name = "GitHub workflow"
    folder = os.path.join(top, ".github", "workflows")
    for path in _workflows(folder):
        if re.search(r"^[^#\n]*\bllmlint\b", _read(path) or "", re.MULTILINE):
            return Part(name, path)
    path = os.path.join(folder, "llmlint.yml")
    if (before := _read(path)) is not None:
        return Part(name, path, before, why_not="there is such a file, and it does not run llmlint")
    inner = _inner(project.root, top)
    below = "" if inner == "." else f"    defaults:\n      run:\n        working-directory: {json.dumps(inner)}\n"
    built = any(os.path.isfile(os.path.join(project.root, one)) for one in ("pyproject.toml", "setup.py"))
    version = ".".join(map(str, max(project.requires_python, (3, 11))))
    text = WORKFLOW.format(folder=below, version=version, project="-e . " if built else "")
    return Part(name, path, None, text)


def _workflows(folder: str) -> Iterator[str]:
    try:
        names: Sequence[str] = sorted(os.listdir(folder))
    except OSError:
        return
    yield from (os.path.join(folder, name) for name in names if name.endswith((".yml", ".yaml")))
