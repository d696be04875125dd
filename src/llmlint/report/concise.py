"""One line a diagnostic: ``path:row:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.result import RunResult
from llmlint.report.place import shown
from llmlint.report.style import Style, printable
from llmlint.report.wording import mark, sentence


def concise(result: RunResult, cwd: str, style: Style) -> Iterator[str]:
    """The lines; columns count from 1."""
    for diagnostic in result.diagnostics:
        span = diagnostic.span
        place = f"{style.bold(printable(shown(diagnostic.path, cwd)))}:{span.row}:{span.column + 1}:"
        code = style.severity(diagnostic.severity, diagnostic.selector) + mark(diagnostic)
        yield f"{place} {code} {printable(sentence(diagnostic, cwd))}\n"
