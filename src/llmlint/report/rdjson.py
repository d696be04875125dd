"""reviewdog's Diagnostic Format (rdjson); columns count from 1 in UTF-8 bytes, as its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.wording import sentence

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def rdjson(result: RunResult, context: Context) -> Iterator[str]:
    """One DiagnosticResult."""
    document = {
        "source": {"name": "llmlint"},
        "severity": "WARNING",
        "diagnostics": [_diagnostic(diagnostic, context) for diagnostic in result.diagnostics],
    }
    yield json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic, context: Context) -> dict[str, Any]:
    code: dict[str, str] = {"value": diagnostic.code}
    if diagnostic.url:
        code["url"] = diagnostic.url
    record: dict[str, Any] = {
        "message": "\n".join([sentence(diagnostic, context.cwd), *diagnostic.notes]),
        "location": {
            "path": shown(diagnostic.path, context.cwd),
            "range": _range(diagnostic.path, diagnostic.span, context),
        },
        "severity": _SEVERITIES[diagnostic.severity],
        "source": {"name": diagnostic.source},
        "code": code,
    }
    fix = diagnostic.fix
    if fix is not None and len(fix.edits) == 1:
        # Each suggestion stands for itself there: a fix of several edits cannot be offered.
        edit = fix.edits[0]
        record["suggestions"] = [{"range": _range(diagnostic.path, edit.span, context), "text": edit.text}]
    return record


def _range(path: str, span: Span, context: Context) -> dict[str, Any]:
    return {
        "start": {"line": span.row, "column": _byte(path, span.row, span.column, context)},
        "end": {"line": span.end_row, "column": _byte(path, span.end_row, span.end_column, context)},
    }


def _byte(path: str, row: int, column: int, context: Context) -> int:
    line = context.line(path, row)
    return column + 1 if line.isascii() else len(line[:column].encode(errors="surrogatepass")) + 1
