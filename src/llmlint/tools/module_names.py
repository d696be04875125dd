"""What mypy calls the files that it is given, and copies of those that it could not tell apart."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence

from llmlint.model.record import record
from llmlint.project.module_name import module_name
from llmlint.project.project import Project
from llmlint.tools.arguments import write_whole

PREFIX = "llmlint_twin_"
"""How the names of such copies begin."""


@record
class NamedFiles:
    """Files as mypy may be given them."""

    paths: tuple[str, ...]
    """What is handed over."""
    originals: Mapping[str, str]
    """The files behind copies, by the copy's path."""


def named_files(files: Sequence[str], project: Project, folder: str, texts: Mapping[str, str]) -> NamedFiles:
    """The files, those of them replaced by copies of a name of their own that would end mypy's run, or mislead it.

    mypy names a file by the packages that it stands in, and refuses two files of one name (each folder's ``conftest`` without
    an ``__init__.py``), a name that is none (``test-cart.py`` in a package), and one of the standard library's. A file of the name of one
    of the project's packages (data for a test) would be what all others import by that name.

    Args:
        files: Absolute.
        project: Whose packages there are.
        folder: Where copies are written.
        texts: What copies hold; by path.
    """
    taken: set[str] = set()
    paths, originals = [], {}
    for path in files:
        name = module_name(path)
        if name in taken or not _possible(name) or _hides(name, path, project):
            digest = hashlib.blake2b(path.encode(errors="surrogateescape"), digest_size=6).hexdigest()
            copy = os.path.join(folder, "twins", f"{PREFIX}{digest}.py")
            data = texts[path].encode(errors="surrogateescape")
            if not _holds(copy, data):
                write_whole(copy, data)
            originals[copy] = path
            paths.append(copy)
        else:
            taken.add(name)
            paths.append(path)
    return NamedFiles(tuple(paths), originals)


def _possible(name: str) -> bool:
    parts = name.split(".")
    return bool(name) and all(part.isidentifier() for part in parts) and parts[0] not in sys.stdlib_module_names


def _hides(name: str, path: str, project: Project) -> bool:
    return name in project.own_packages and not any(
        path in (os.path.join(root, f"{name}.py"), os.path.join(root, name, "__init__.py"))
        for root in project.source_roots
    )


def _holds(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == data
    except OSError:
        return False
