"""What mypy calls the files that it is given, and copies of those that it could not tell apart."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmlint.project.module_name import module_name
from llmlint.tools.arguments import write_whole

PREFIX = "llmlint_twin_"
"""How the names of such copies begin."""


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Files as mypy may be given them."""

    paths: tuple[str, ...]
    """What is handed over."""
    originals: Mapping[str, str]
    """The files behind copies, by the copy's path."""


def named_files(files: Sequence[str], folder: str, texts: Mapping[str, str]) -> NamedFiles:
    """The files, those of them replaced by copies of a name of their own that would end mypy's run.

    mypy names a file by the packages that it stands in, and refuses two files of one name (each folder's ``conftest`` without
    an ``__init__.py``), a name that is none (``test-cart.py`` in a package), and one of the standard library's.

    Args:
        files: Absolute.
        folder: Where copies are written.
        texts: What copies hold; by path.
    """
    taken: set[str] = set()
    paths, originals = [], {}
    for path in files:
        name = module_name(path)
        if name in taken or not _possible(name):
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


def _holds(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == data
    except OSError:
        return False
