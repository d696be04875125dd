"""Globs over the files of a project, as ``exclude`` and ``per-file-ignores`` write them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_PIECE = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[!?\]?[^\]]*\]|[^*?\[]+|\[")


class PathGlobs:
    """Matches a path against any of some globs, which are relative to ``root`` unless absolute.

    ``*`` and ``?`` stay within a folder, ``**`` crosses folders. A glob without ``/`` matches the name of the file or of any
    folder above it; a glob with ``/`` matches the path from the root, or a folder that holds it.
    """

    def __init__(self, globs: Iterable[str], root: str) -> None:
        self._root = root
        names: list[str] = []
        paths: list[str] = []
        absolute: list[str] = []
        for written in globs:
            glob = os.path.expanduser(written).replace(os.sep, "/").rstrip("/").removeprefix("./")
            if os.path.isabs(glob):
                absolute.append(_regex(glob))
            elif "/" in glob:
                paths.append(_regex(glob))
            elif glob:
                names.append(_regex(glob))
        expressions = [f"(?:.*/)?(?:{'|'.join(names)})(?:/.*)?"] if names else []
        expressions += [f"(?:{'|'.join(paths)})(?:/.*)?"] if paths else []
        self._relative = re.compile("|".join(expressions), re.DOTALL) if expressions else None
        self._absolute = re.compile(f"(?:{'|'.join(absolute)})(?:/.*)?", re.DOTALL) if absolute else None

    def __bool__(self) -> bool:
        return self._relative is not None or self._absolute is not None

    def match(self, path: str) -> bool:
        """Whether the absolute ``path``, a file or a folder, is meant."""
        if self._absolute is not None and self._absolute.fullmatch(path.replace(os.sep, "/")):
            return True
        if self._relative is None:
            return False
        prefix = self._root if self._root.endswith(os.sep) else self._root + os.sep
        relative = path[len(prefix) :] if path.startswith(prefix) else os.path.relpath(path, self._root)
        return bool(self._relative.fullmatch(relative.replace(os.sep, "/")))


def _regex(glob: str) -> str:
    pieces: list[str] = []
    for piece in _PIECE.findall(glob):
        if piece == "**/":
            pieces.append("(?:.*/)?")
        elif piece == "/**":
            pieces.append("(?:/.*)?")
        elif piece == "**":
            pieces.append(".*")
        elif piece == "*":
            pieces.append("[^/]*")
        elif piece == "?":
            pieces.append("[^/]")
        elif piece[0] == "[" and len(piece) > 2:
            inside = piece[1:-1].replace("\\", r"\\")
            pieces.append(f"[^{inside[1:]}]" if inside[0] == "!" else f"[{inside}]")
        else:
            pieces.append(re.escape(piece))
    expression = "".join(pieces)
    try:
        re.compile(expression)
    except re.error:
        return re.escape(glob)
    return expression
