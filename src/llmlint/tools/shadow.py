"""Copies of tests in which a type checker sees what the tests mean, and the way back from their columns."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.model.diagnostic import Edit
from llmlint.model.record import record
from llmlint.model.result import Shadow
from llmlint.project.source import split_lines


@record
class Place:
    """A column of a copy in the original."""

    column: int
    inserted: bool
    """Whether the copy has something there that the original has not."""


def shadowed(text: str, shadow: Shadow) -> str:
    """``text`` with the shadow's edits and footer; every row stays where it is."""
    lines = split_lines(text)
    for edit in sorted(shadow.edits, key=lambda edit: edit.span, reverse=True):
        span = edit.span
        line = lines[span.row - 1]
        lines[span.row - 1] = line[: span.column] + edit.text + line[span.end_column :]
    return "\n".join([*lines, *shadow.footer]) + ("\n" if shadow.footer else "")


def original_place(edits: Sequence[Edit], row: int, column: int) -> Place:
    """Where a column of the copy stands in the original.

    Args:
        edits: Those of the file, in order.
        row: From 1.
        column: From 0, in code points.
    """
    shift = 0
    for edit in edits:
        span = edit.span
        if span.row != row:
            continue
        start = span.column + shift
        if column < start:
            break
        if column < start + len(edit.text):
            return Place(span.column, inserted=True)
        shift += len(edit.text) - (span.end_column - span.column)
    return Place(max(column - shift, 0), inserted=False)
