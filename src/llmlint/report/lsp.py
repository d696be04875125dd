"""``textDocument/publishDiagnostics`` parameters of the Language Server Protocol 3.17, a file each, as one array."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.wording import hint

_SEVERITIES = {"error": 1, "warning": 2, "info": 3}
_UNNECESSARY = 1
_TAGGED = frozenset({"F401", "F841", "LLM901", "LLM314"})


def lsp(result: RunResult, context: Context) -> Iterator[str]:
    """One array of PublishDiagnosticsParams; positions count from 0, columns in UTF-16 code units."""
    params = [
        {"uri": _uri(file.path), "diagnostics": [_diagnostic(one, context) for one in file.diagnostics]}
        for file in result.files
    ]
    yield json.dumps(params, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic, context: Context) -> dict[str, Any]:
    words = hint(diagnostic)
    record: dict[str, Any] = {
        "range": _range(diagnostic.path, diagnostic.span, context),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": diagnostic.code,
        "source": diagnostic.source,
        "message": "\n".join([diagnostic.message + (f"; {words}" if words else ""), *diagnostic.notes]),
        "data": {"name": diagnostic.name, "symbol": diagnostic.symbol, "also": list(diagnostic.also)},
    }
    if diagnostic.url:
        record["codeDescription"] = {"href": diagnostic.url}
    if diagnostic.code in _TAGGED:
        record["tags"] = [_UNNECESSARY]
    if diagnostic.truth is not None:
        path, row = diagnostic.truth
        span = Span(row, 0, row, len(context.line(path, row)))
        location = {"uri": _uri(path), "range": _range(path, span, context)}
        record["relatedInformation"] = [{"location": location, "message": "what decided"}]
    return record


def _uri(path: str) -> str:
    return Path(os.path.abspath(path)).as_uri()


def _range(path: str, span: Span, context: Context) -> dict[str, Any]:
    return {
        "start": {"line": span.row - 1, "character": _unit(path, span.row, span.column, context)},
        "end": {"line": span.end_row - 1, "character": _unit(path, span.end_row, span.end_column, context)},
    }


def _unit(path: str, row: int, column: int, context: Context) -> int:
    line = context.line(path, row)
    return column if line.isascii() else len(line[:column].encode("utf-16-le", errors="surrogatepass")) // 2
