"""The dotted name that a type checker gives to a file."""

from __future__ import annotations

import os


def module_name(path: str) -> str:
    """The name by the packages (folders with an ``__init__``) above a file; '' for the ``__init__`` of no package."""
    folder, base = os.path.split(path)
    stem = base.rpartition(".")[0]
    parts = [] if stem == "__init__" else [stem]
    while any(os.path.isfile(os.path.join(folder, f"__init__{kind}")) for kind in (".py", ".pyi")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
        if not name:
            break
    return ".".join(parts)
