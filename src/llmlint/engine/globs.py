"""Globs of ``per-file-ignores``."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable


def matcher(glob: str, root: str) -> Callable[[str], bool]:
    """Tells whether an absolute path matches ``glob``: by its path below ``root``, by a folder of it, or by its name.

    ``*`` also matches ``/``, and a leading ``!`` turns the answer round, as in ruff.
    """
    positive = not glob.startswith("!")
    pattern = glob.removeprefix("!").removeprefix("./").rstrip("/")
    expression = re.compile(f"{fnmatch.translate(pattern)}|{fnmatch.translate(pattern + '/*')}")

    def match(path: str) -> bool:
        relative = os.path.relpath(path, root).replace(os.sep, "/")
        # With a slash before it, `**/name` also names the root's own.
        candidates = [relative, f"/{relative}", path.replace(os.sep, "/")]
        if "/" not in pattern:
            candidates.append(os.path.basename(path))
        return any(map(expression.match, candidates)) is positive

    return match
