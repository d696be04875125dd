"""The diagnostics under the name of their file."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.result import RunResult
from llmlint.report.place import shown
from llmlint.report.style import Style, printable
from llmlint.report.wording import mark, sentence


def grouped(result: RunResult, cwd: str, style: Style) -> Iterator[str]:
    """A heading a file, then a line a diagnostic, then an empty line; columns count from 1."""
    for file in result.files:
        if not file.diagnostics:
            continue
        yield f"{style.bold(printable(shown(file.path, cwd)))}:\n"
        places = [f"{diagnostic.span.row}:{diagnostic.span.column + 1}" for diagnostic in file.diagnostics]
        broad = max(map(len, places))
        for place, diagnostic in zip(places, file.diagnostics, strict=True):
            code = style.severity(diagnostic.severity, diagnostic.selector) + mark(diagnostic)
            yield f"  {place:<{broad}} {code} {printable(sentence(diagnostic, cwd))}\n"
        yield "\n"
