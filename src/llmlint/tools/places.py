"""From what a tool says of places to spans."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from llmlint.model.position import Span
from llmlint.project.source import SourceError, read_text, split_lines


class Texts:
    """The lines of the files that tools speak of, each read once."""

    def __init__(self, buffers: Mapping[str, str] | None = None) -> None:
        """Args:
        buffers: Texts that count for their paths, whatever the files hold.
        """
        self._lines = {path: split_lines(text.removeprefix("\ufeff")) for path, text in (buffers or {}).items()}

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file; none where it cannot be read."""
        if path not in self._lines:
            try:
                self._lines[path] = split_lines(read_text(path).removeprefix("\ufeff"))
            except SourceError:
                self._lines[path] = []
        return self._lines[path]


def one_based(row: int, column: int, end_row: int, end_column: int, lines: Sequence[str]) -> Span:
    """A span whose columns count from 1, kept inside the text."""
    return inside(Span(row, column - 1, end_row, end_column - 1), lines)


def inside(span: Span, lines: Sequence[str]) -> Span:
    """A span that ends after it begins, and where the text has something."""
    row = max(span.row, 1)
    end_row = max(span.end_row, row)
    column = max(span.column, 0)
    end_column = max(span.end_column, 0)
    if row <= len(lines):
        column = min(column, len(lines[row - 1]))
    if end_row <= len(lines):
        end_column = min(end_column, len(lines[end_row - 1]))
    end_row, end_column = max((end_row, end_column), (row, column))
    return Span(row, column, end_row, end_column)


def command_of(prefix: str | None, name: str) -> str | None:
    """The executable ``name`` of an environment, if it has one."""
    if prefix is None:
        return None
    for folder, suffix in (("bin", ""), ("Scripts", ".exe")):
        path = os.path.join(prefix, folder, name + suffix)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def installed_version(site: Sequence[str], name: str) -> tuple[int, ...] | None:
    """The version of a distribution, by the name of its ``dist-info`` folder."""
    for folder in site:
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        for entry in entries:
            stem, kind = os.path.splitext(entry)
            found, _, version = stem.partition("-")
            if kind == ".dist-info" and found.lower() == name:
                return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    return None
