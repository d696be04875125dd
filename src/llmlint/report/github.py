"""Workflow commands of GitHub Actions, which show findings beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.wording import sentence

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def github(result: RunResult, context: Context) -> Iterator[str]:
    """A command a diagnostic (https://docs.github.com/actions, "Workflow commands"); columns count from 1."""
    for diagnostic in result.diagnostics:
        span = diagnostic.span
        properties = {
            "title": f"{diagnostic.source} ({diagnostic.code})",
            "file": shown(diagnostic.path, context.cwd),
            "line": str(span.row),
            "endLine": str(span.end_row),
        }
        if span.row == span.end_row:
            # GitHub takes columns only where they are of one line.
            properties |= {"col": str(span.column + 1), "endColumn": str(max(span.end_column, span.column + 1))}
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        text = "\n".join([f"{diagnostic.selector} {sentence(diagnostic, context.cwd)}", *diagnostic.notes])
        yield f"::{_LEVELS[diagnostic.severity]} {given}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
