"""The format for people: the line, what is wrong with it, where that is written, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult, RunResult
from llmlint.report.place import shown
from llmlint.report.style import Style, printable, width
from llmlint.report.wording import hint, mark, truth


def full(result: RunResult, cwd: str, style: Style) -> Iterator[str]:
    """The diagnostics, each a block that an empty line ends."""
    for file in result.files:
        for diagnostic in file.diagnostics:
            yield from _block(diagnostic, file, cwd, style)
            yield "\n"


def _block(diagnostic: Diagnostic, file: FileResult, cwd: str, style: Style) -> Iterator[str]:
    span = diagnostic.span
    line = dict(file.lines).get(span.row)
    number = str(span.row)
    margin = " " * len(number)
    head = style.severity(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.selector}]")
    # mypy's codes are names themselves.
    name = f"{style.dim(diagnostic.name + ':')} " if diagnostic.name != diagnostic.code else ""
    yield f"{head} {name}{style.bold(printable(diagnostic.message))}{mark(diagnostic)}\n"
    yield f"{margin}{style.frame('-->')} {printable(shown(diagnostic.path, cwd))}:{span.row}:{span.column + 1}\n"
    gutter = style.frame("|")
    if line is not None and line.strip():
        yield f"{margin} {gutter}\n"
        yield f"{style.frame(number)} {gutter} {printable(line)}".rstrip() + "\n"
        yield f"{margin} {gutter} {_carets(diagnostic, line, style)}\n"
    notes = []
    if place := truth(diagnostic, cwd):
        notes.append(f"{style.bold(place[0] + ':')} {printable(place[1])}")
    if words := hint(diagnostic):
        notes.append(f"{style.help('help:')} {printable(words)}")
    notes += [f"{style.bold('note:')} {printable(note)}" for note in diagnostic.notes]
    if diagnostic.also:
        notes.append(f"{style.dim('also:')} {', '.join(diagnostic.also)}")
    if notes and line is not None:
        yield f"{margin} {gutter}\n"
    for note in notes:
        yield f"{margin} {style.frame('=')} {note}\n"


def _carets(diagnostic: Diagnostic, line: str, style: Style) -> str:
    span = diagnostic.span
    end = span.end_column if span.end_row == span.row else len(line.rstrip())
    before = width(printable(line[: span.column]))
    under = width(printable(line[span.column : end]))
    return " " * before + style.severity(diagnostic.severity, "^" * max(under, 1))
