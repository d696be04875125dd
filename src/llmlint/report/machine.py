"""JSON in ruff's shape, with what only llmlint knows beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from llmlint.model.diagnostic import Diagnostic, Fix
from llmlint.model.position import Span
from llmlint.model.result import RunResult
from llmlint.report.place import shown


def as_json(result: RunResult, cwd: str) -> Iterator[str]:
    """One array of objects."""
    records = [record(diagnostic, cwd) for diagnostic in result.diagnostics]
    yield json.dumps(records, indent=2, ensure_ascii=False) + "\n"


def as_json_lines(result: RunResult, cwd: str) -> Iterator[str]:
    """One object a line."""
    for diagnostic in result.diagnostics:
        yield json.dumps(record(diagnostic, cwd), ensure_ascii=False) + "\n"


def record(diagnostic: Diagnostic, cwd: str) -> dict[str, Any]:
    """A diagnostic as a JSON object: rows and columns count from 1, in code points; the end is behind the last one."""
    start, end = _locations(diagnostic.span)
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "source": diagnostic.source,
        "message": diagnostic.message,
        "filename": shown(diagnostic.path, cwd),
        "location": start,
        "end_location": end,
        "symbol": diagnostic.symbol,
        "truth": diagnostic.truth and {"filename": shown(diagnostic.truth.path, cwd), "row": diagnostic.truth.row},
        "suggestion": diagnostic.suggestion,
        "side": diagnostic.side,
        "fix": diagnostic.fix and _fix(diagnostic.fix),
        "url": diagnostic.url,
        "also": list(diagnostic.also),
        "notes": list(diagnostic.notes),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = []
    for edit in fix.edits:
        start, end = _locations(edit.span)
        edits.append({"content": edit.text, "location": start, "end_location": end})
    return {"applicability": fix.applicability, "message": fix.message, "edits": edits}


def _locations(span: Span) -> tuple[dict[str, int], dict[str, int]]:
    start = {"row": span.row, "column": span.column + 1}
    return start, {"row": span.end_row, "column": span.end_column + 1}
