"""Results as JSON and back: what is read from a cache must not be able to run anything, as a pickle could."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from llmlint.model.diagnostic import Diagnostic, Edit, Fix
from llmlint.model.position import Span, Truth
from llmlint.model.result import FileResult, RecordedUse, Recurring, Shadow, UnresolvedUse

_RECURRING = fields(Recurring)


def encode(result: FileResult) -> list[Any]:
    """The fields of a result, in order."""
    return [
        result.path,
        [
            [_plain(getattr(diagnostic, field.name)) for field in fields(Diagnostic)]
            for diagnostic in result.diagnostics
        ],
        result.lines,
        result.notices,
        result.total,
        result.resolved,
        [[use.row, use.column, use.kind, use.text, use.reason] for use in result.unresolved],
        [[use.row, use.column, use.kind, use.resolved, use.reason] for use in result.uses],
        [_edits(result.shadow.edits), result.shadow.footer, result.shadow.probes],
        result.unfit,
        [[getattr(one, field.name) for field in _RECURRING] for one in result.recurring],
    ]


def decode(data: list[Any]) -> FileResult:
    """The result that was encoded.

    Raises:
        TypeError, ValueError: it is none.
    """
    path, diagnostics, lines, notices, total, resolved, unresolved, uses, (edits, footer, probes), *rest = data
    unfit, recurring = rest
    return FileResult(
        path,
        tuple(_diagnostic(values) for values in diagnostics),
        tuple((row, line) for row, line in lines),
        tuple(notices),
        tuple((kind, number) for kind, number in total),
        tuple((kind, number) for kind, number in resolved),
        tuple(UnresolvedUse(*use) for use in unresolved),
        tuple(RecordedUse(*use) for use in uses),
        Shadow(_edited(edits), tuple(footer), tuple((first, last) for first, last in probes)),
        unfit=bool(unfit),
        recurring=tuple(Recurring(*values) for values in recurring),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Fix):
        return [value.message, value.applicability, _edits(value.edits)]
    return value


def _edits(edits: Iterable[Edit]) -> list[Any]:
    return [[edit.span, edit.text] for edit in edits]


def _edited(edits: Iterable[Any]) -> tuple[Edit, ...]:
    return tuple(Edit(Span(*span), text) for span, text in edits)


def _diagnostic(values: list[Any]) -> Diagnostic:
    known = dict(zip((field.name for field in fields(Diagnostic)), values, strict=True))
    known["span"] = Span(*known["span"])
    if known["truth"] is not None:
        known["truth"] = Truth(*known["truth"])
    if known["fix"] is not None:
        message, applicability, edits = known["fix"]
        known["fix"] = Fix(message, applicability, _edited(edits))
    known["also"], known["notes"] = tuple(known["also"]), tuple(known["notes"])
    return Diagnostic(**known)
