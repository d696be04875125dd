"""Positions of the protocol: rows from 0, columns in the units that client and server agreed on (LSP 3.17, ``PositionEncodingKind``)."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from llmlint.model.position import Span

_UNITS = {types.PositionEncodingKind.Utf8: ("utf-8", 1), types.PositionEncodingKind.Utf16: ("utf-16-le", 2)}


class Positions:
    """Converts places in one text."""

    def __init__(self, lines: Sequence[str], encoding: types.PositionEncodingKind | str) -> None:
        """Args:
        lines: The text's, as ``project.source.split_lines`` cuts it: at line feeds and carriage returns only, as the protocol does.
        encoding: What was agreed on.
        """
        self._lines = lines
        self._codec = _UNITS.get(types.PositionEncodingKind(encoding))

    def range(self, span: Span) -> types.Range:
        """A span as the client counts; what lies behind the end of a line or the text is brought back to it."""
        return types.Range(self._position(span.row, span.column), self._position(span.end_row, span.end_column))

    def place(self, position: types.Position) -> tuple[int, int]:
        """Row (from 1) and column (in code points) of a position; within the text."""
        row = min(position.line + 1, max(len(self._lines), 1))
        line = self._line(row)
        if position.line + 1 > row:
            return row, len(line)
        if line.isascii() or self._codec is None:
            return row, min(position.character, len(line))
        codec, width = self._codec
        data = line.encode(codec, "surrogatepass")[: position.character * width]
        return row, len(data.decode(codec, "ignore"))

    def _position(self, row: int, column: int) -> types.Position:
        row = max(row, 1)
        line = self._line(row)
        column = min(column, len(line))
        if not line.isascii() and self._codec is not None:
            codec, width = self._codec
            column = len(line[:column].encode(codec, "surrogatepass")) // width
        return types.Position(row - 1, column)

    def _line(self, row: int) -> str:
        return self._lines[row - 1].rstrip("\r\n") if row <= len(self._lines) else ""
