"""Long lists of arguments, handed over in a file as ruff and mypy take them (``@file``)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable


def write_arguments(arguments: Iterable[str], folder: str, name: str) -> str:
    """Writes one argument a line; returns the file, which is named by what it holds."""
    data = "".join(f"{argument}\n" for argument in arguments).encode(errors="surrogateescape")
    path = os.path.join(folder, "arguments", f"{name}-{hashlib.blake2b(data, digest_size=8).hexdigest()}.txt")
    if not os.path.exists(path):
        write_whole(path, data)
    return path


def write_whole(path: str, data: bytes) -> None:
    """Writes a file whole or not at all, its folder too."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
