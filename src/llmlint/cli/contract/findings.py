"""Printing diagnostics in the formats of ``llmlint check``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from llmlint.cli.contract.common import write
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult, RunResult


def report(found: Sequence[Diagnostic], checked: int, options: dict[str, Any]) -> None:
    """Print diagnostics, which are sorted by path."""
    from llmlint.project.source import SourceError, read_text, split_lines
    from llmlint.report.style import Style

    files: list[FileResult] = []
    for path, group in groupby(found, key=lambda one: one.path):
        diagnostics = tuple(group)
        try:
            lines = split_lines(read_text(path))
        except SourceError:
            lines = []
        quoted = [(row, lines[row - 1]) for row in sorted({one.span.row for one in diagnostics}) if row <= len(lines)]
        files.append(FileResult(path, diagnostics, tuple(quoted)))
    result = RunResult(tuple(files), checked)
    cwd, style = os.getcwd(), Style(False)
    match options["output_format"]:
        case "json":
            from llmlint.report.machine import as_json

            text = "".join(as_json(result, cwd))
        case "json-lines":
            from llmlint.report.machine import as_json_lines

            text = "".join(as_json_lines(result, cwd))
        case "concise":
            from llmlint.report.concise import concise

            text = "".join(concise(result, cwd, style))
        case "grouped":
            from llmlint.report.grouped import grouped

            text = "".join(grouped(result, cwd, style))
        case _:
            from llmlint.report.full import full

            text = "".join(full(result, cwd, style))
    write(text, options["output_file"])
