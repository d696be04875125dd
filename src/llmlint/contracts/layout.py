"""Which modules a project has, and where the contract of each of them lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from llmlint.contracts.finder import Finder
from llmlint.project.layout import TEST_FOLDERS
from llmlint.project.project import Project

DEFAULT_ROOT = "contracts"
"""The folder that contracts are written to where the settings name none."""

_NOT_FROZEN = frozenset({"__main__", "conftest", "setup", "noxfile"})


class Place(NamedTuple):
    """A module of the project: its dotted name, its source and the contract that it has or would have (absolute paths)."""

    module: str
    source: str
    contract: str
    is_package: bool

    @property
    def private(self) -> bool:
        """Whether a part of its name begins with one underscore."""
        return any(part.startswith("_") and not part.startswith("__") for part in self.module.split("."))


def without_contracts(project: Project) -> Project:
    """The project as if nothing had been frozen: names are read from the sources alone."""
    return replace(project, contract_roots=())


def contract_roots(project: Project) -> tuple[tuple[str, str], ...]:
    """(folder, package prefix) of the contracts; the folder where they would be written if there are none yet."""
    if project.contract_roots:
        return project.contract_roots
    configured = project.settings.contracts
    if configured:
        return tuple((os.path.normpath(os.path.join(project.root, one.path)), one.package or "") for one in configured)
    return ((os.path.join(project.base or project.root, DEFAULT_ROOT), ""),)


def contract_path(project: Project, module: str, is_package: bool) -> str:
    """Where the contract of ``module`` lies: under the root whose prefix fits best."""
    best: tuple[int, str] | None = None
    parts = module.split(".")
    for folder, package in contract_roots(project):
        prefix = package.split(".") if package else []
        if parts[: len(prefix)] != prefix:
            continue
        rest = parts[len(prefix) :]
        path = os.path.join(folder, *rest, "__init__") if is_package else os.path.join(folder, *rest)
        if not rest and not is_package:
            continue
        if best is None or len(prefix) > best[0]:
            best = (len(prefix), f"{path}.pyi")
    if best is None:
        folder = contract_roots(project)[0][0]
        path = os.path.join(folder, *parts)
        return os.path.join(path, "__init__.pyi") if is_package else f"{path}.pyi"
    return best[1]


def places(project: Project) -> list[Place]:
    """Every module of the project's own packages, ordered by name; tests, scripts and generated trees left out."""
    finder = Finder(project)
    found: dict[str, Place] = {}
    folders = dict(project.package_folders)
    for root in project.source_roots:
        for package in sorted(project.own_packages):
            base = folders.get(package, os.path.join(root, package))
            if os.path.isdir(base):
                for name, path, is_package in _below(base, package):
                    _add(project, finder, found, name, path, is_package)
            elif os.path.isfile(f"{base}.py"):
                _add(project, finder, found, package, f"{base}.py", False)
    return [found[name] for name in sorted(found)]


def _add(project: Project, finder: Finder, found: dict[str, Place], name: str, path: str, is_package: bool) -> None:
    if (
        name in found
        or name.rpartition(".")[2] in _NOT_FROZEN
        or (finder.is_test_path(path) and _is_test(project, path))
    ):
        return
    found[name] = Place(name, path, contract_path(project, name, is_package), is_package)


def _is_test(project: Project, path: str) -> bool:
    """Whether what looks like a test is one: where the project says in which folders its tests are, a module elsewhere that merely is
    called ``duplicate_test`` is none."""
    inside = os.path.relpath(path, project.root).split(os.sep)
    if os.path.basename(path) == "conftest.py" or not TEST_FOLDERS.isdisjoint(inside[:-1]):
        return True
    folders = [os.path.normpath(os.path.join(project.root, one)) for one in project.settings.tests]
    folders += [os.path.normpath(os.path.join(project.base or project.root, one)) for one in project.pytest.testpaths]
    return not folders or any(path.startswith(folder + os.sep) for folder in folders)


def _below(folder: str, package: str) -> Iterator[tuple[str, str, bool]]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        stem, extension = os.path.splitext(name)
        if extension == ".py" and stem.isidentifier() and os.path.isfile(path):
            if stem == "__init__":
                yield package, path, True
            else:
                yield f"{package}.{stem}", path, False
        elif name.isidentifier() and name != "__pycache__" and os.path.isdir(path):
            yield from _below(path, f"{package}.{name}")
