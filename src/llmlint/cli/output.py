"""Where reports go: ``--output-format full --output-format sarif:report.sarif``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.main import Failure
from llmlint.model.record import record

if TYPE_CHECKING:
    from llmlint.model.result import RunResult
    from llmlint.report.context import RuleText

FORMATS = (
    "full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson", "pylint", "azure",
    "markdown", "html", "agent", "lsp",
)  # fmt: skip
"""As in ``report.formats``, which is not imported for ``--help``."""

_REPOSITORY = {"github": "GITHUB_WORKSPACE", "sarif": "GITHUB_WORKSPACE", "gitlab": "CI_PROJECT_DIR"}
"""By format: the environment variable in which the host that reads it names the folder of the repository."""


@record
class Output:
    """A report that is asked for."""

    format: str
    file: str | None
    """None: standard output."""


class OutputType(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic in newer versions of click only
    """``FORMAT`` or ``FORMAT:FILE``."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, Output):
            return value
        name, separator, file = str(value).partition(":")
        if name not in FORMATS:
            self.fail(f"{name!r} is not one of {', '.join(FORMATS)}.", param, ctx)
        if separator and not file:
            self.fail(f"{value!r} names no file.", param, ctx)
        return Output(name, file or None)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "FORMAT[:FILE]"


def outputs(given: Sequence[Output], output_file: str | None) -> list[Output]:
    """The reports to write.

    Args:
        given: The values of ``--output-format``.
        output_file: The value of ``--output-file``, where the one without a file goes.

    Raises:
        Failure: two go to the same place.
    """
    found = [Output(one.format, one.file or output_file) for one in given or (Output("full", None),)]
    seen: set[str | None] = set()
    for one in found:
        if one.file in seen:
            where = one.file or "standard output"
            raise Failure(f"two reports go to {where}; write FORMAT:FILE")
        seen.add(one.file)
    return found


def rule_texts() -> Mapping[str, RuleText]:
    """Our rules by code, for the formats that carry them."""
    from llmlint.app import pages_of
    from llmlint.report.context import RuleText

    return {
        page.code: RuleText(page.code, page.name, page.sentence, page.text, page.severity) for page in pages_of(None)
    }


def write(text: str, file: str | None, *, aside: bool = False) -> None:
    """Writes a report to a file, or to standard output (``aside``: to standard error)."""
    if file is None:
        stream = sys.stderr if aside else sys.stdout
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        stream.write(text)
        stream.flush()
        return
    try:
        with open(file, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as target:
            target.write(text)
    except OSError as error:
        raise Failure(f"{file}: cannot be written: {error.strerror}") from None


def report(result: RunResult, cwd: str, options: dict[str, Any], *, fixed: bool, aside: bool) -> None:
    """Writes every report that is asked for; tables and the closing line follow one that people read, or go to standard error."""
    from llmlint import __version__
    from llmlint.report import formats, summary
    from llmlint.report.context import Context
    from llmlint.report.style import Style

    wanted = outputs(options["output_format"], options["output_file"])
    for one in wanted:
        people = one.format in formats.FOR_PEOPLE
        style = Style(_colored(options, one))
        judged = {(file.path, row): line for file in result.files for row, line in file.lines}
        context = Context(_folder(one.format, cwd), __version__, style, rule_texts, judged)
        text = "".join(formats.render(one.format, result, context))
        tables = ""
        if people or (one is wanted[0] and not any(other.format in formats.FOR_PEOPLE for other in wanted)):
            if options["show_unresolved"]:
                tables += "".join(summary.unresolved(result, cwd, style))
            if options["statistics"]:
                tables += "".join(summary.statistics(result, style))
        if people and not options["quiet"]:
            tables += summary.closing(result, style)
            tables += summary.fixable(result, style, fixed=fixed, unsafe=options["unsafe_fixes"])
        if people:
            write(text + tables, one.file, aside=aside)
        else:
            write(text, one.file, aside=aside)
            sys.stderr.write(tables)


def _folder(name: str, cwd: str) -> str:
    """The folder that paths of a report are relative to: where a pipeline says that the repository is, if its host reads the report."""
    root = os.environ.get(_REPOSITORY.get(name, ""), "")
    if not os.path.isabs(root):
        return cwd
    root = os.path.realpath(root)
    return root if cwd.startswith(root.rstrip(os.sep) + os.sep) else cwd


def _colored(options: dict[str, Any], output: Output) -> bool:
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if output.file is not None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
