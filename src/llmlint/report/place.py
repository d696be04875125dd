"""Paths as a reader sees them."""

from __future__ import annotations

import os


def shown(path: str, cwd: str) -> str:
    """``path`` relative to ``cwd``, with ``/``.

    What lies outside and belongs to an environment is named from there (``site-packages/…``, ``typeshed/…``,
    ``python3.12/…``), so that output does not differ from machine to machine.
    """
    if not os.path.isabs(path):
        return _posix(path)
    try:
        relative = os.path.relpath(path, cwd)
    except ValueError:  # another drive
        return _posix(path)
    if not relative.startswith(".."):
        return _posix(relative)
    parts = _posix(path).split("/")
    for index in range(len(parts) - 2, 0, -1):
        part = parts[index]
        if part in ("site-packages", "dist-packages", "typeshed") or (
            part.startswith("python3.") and parts[index - 1] in ("lib", "lib64", "Lib")
        ):
            return "/".join(parts[index:])
    return _posix(relative)


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
