"""Formats of one line a diagnostic that other programs read: pylint's and Azure Pipelines'."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.wording import sentence


def pylint(result: RunResult, context: Context) -> Iterator[str]:
    """``path:row: [CODE(name), ] message``, as pylint's ``parseable`` reporter writes it."""
    for diagnostic in result.diagnostics:
        place = f"{shown(diagnostic.path, context.cwd)}:{diagnostic.span.row}"
        name = diagnostic.selector + (f"({diagnostic.name})" if diagnostic.name != diagnostic.code else "")
        yield f"{place}: [{name}, ] {_one_line(sentence(diagnostic, context.cwd))}\n"


def azure(result: RunResult, context: Context) -> Iterator[str]:
    """``##vso[task.logissue …]`` (learn.microsoft.com, "Logging commands"), which knows errors and warnings."""
    for diagnostic in result.diagnostics:
        properties = {
            "type": "error" if diagnostic.severity == "error" else "warning",
            "sourcepath": shown(diagnostic.path, context.cwd),
            "linenumber": str(diagnostic.span.row),
            "columnnumber": str(diagnostic.span.column + 1),
            "code": diagnostic.selector,
        }
        given = "".join(f"{name}={_escaped(value)};" for name, value in properties.items())
        yield f"##vso[task.logissue {given}]{_one_line(sentence(diagnostic, context.cwd))}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    for character, code in (("%", "%AZP25"), (";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D")):
        text = text.replace(character, code)
    return text
