"""The frozen contracts as mypy finds them: under the names of the modules that they describe, those left out that would mislead."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator

from llmlint.project.project import Project


def contract_folder(project: Project, unfit: Collection[str], folder: str) -> str | None:
    """A folder to stand first on mypy's path, with a link to every contract that mypy may trust; None where there is none.

    Args:
        project: Its contract roots, each with the package that it describes.
        unfit: Contracts that do not parse, or leave out what the program has: the source speaks for itself.
        folder: Where it may write.
    """
    wanted = dict(_contracts(project, unfit))
    if not wanted:
        return None
    # A package without a contract of its own is still a package, and mypy enters nothing else.
    for name in list(wanted):
        inner = name
        while inner := os.path.dirname(inner):
            if os.path.join(inner, "__init__.pyi") not in wanted and (package := _source(project, inner)):
                wanted[os.path.join(inner, "__init__.py")] = package
    text = "\n".join(f"{name} {path}" for name, path in sorted(wanted.items()))
    digest = hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=8).hexdigest()
    made = os.path.join(folder, "contracts", digest)
    if os.path.isdir(made):
        return made
    shutil.rmtree(os.path.join(folder, "contracts"), ignore_errors=True)
    partial = f"{made}.tmp{os.getpid()}"
    for name, path in wanted.items():
        link = os.path.join(partial, name)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        try:
            os.symlink(path, link)
        except OSError:  # a file system, or a Windows, without links
            shutil.copyfile(path, link)
    os.replace(partial, made)
    return made


def _source(project: Project, inner: str) -> str | None:
    """The ``__init__.py`` of a package of the project."""
    for root in project.source_roots:
        path = os.path.join(root, inner, "__init__.py")
        if os.path.isfile(path):
            return path
    return None


def _contracts(project: Project, unfit: Collection[str]) -> Iterator[tuple[str, str]]:
    for root, package in project.contract_roots:
        prefix = os.path.join(*package.split(".")) if package else ""
        if os.path.isfile(root):
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name.isidentifier())
            inner = os.path.join(prefix, os.path.relpath(folder, root))
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith(".pyi") and path not in unfit:
                    yield os.path.normpath(os.path.join(inner, name)), path
