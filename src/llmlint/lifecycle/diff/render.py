"""A report of changes as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from llmlint.lifecycle.diff.changes import Change, Report
from llmlint.model.position import Truth

_TESTS_SHOWN = 5


def as_text(report: Report, *, tests: bool) -> str:
    """For a terminal: breaking changes are marked with ``!``."""
    lines: list[str] = []
    for module, changes in groupby(report.changes, key=_module):
        lines.append(module)
        for change in changes:
            mark = "!" if change.breaking else " "
            lines.append(f"  {mark} {change.kind:<20} {_inner(change)}: {change.why}{_place(change)}")
            if tests:
                lines += [f"      {line}" for line in _tests(report, change)]
        lines.append("")
    lines.append(_closing(report, tests=tests))
    return "\n".join(lines) + "\n"


def as_markdown(report: Report, *, tests: bool) -> str:
    """For a pull request."""
    lines = ["# Changes of the public surface", "", _closing(report, tests=tests), ""]
    for title, breaking in (("Breaking", True), ("Not breaking", False)):
        found = [change for change in report.changes if change.breaking is breaking]
        if not found:
            continue
        lines += [f"## {title}", "", "| symbol | change | why |", "|---|---|---|"]
        lines += [f"| `{change.symbol}` | {change.kind} | {_escaped(change.why)} |" for change in found]
        lines.append("")
    if tests and (concerned := _all_tests(report)):
        lines += ["## Tests concerned", ""]
        lines += [f"- `{test}`" for test in concerned]
        lines.append("")
    return "\n".join(lines)


def as_json(report: Report, *, tests: bool) -> str:
    """For programs: see ``docs/contracts.md``."""
    document = {
        "breaking": report.breaking,
        "changes": [
            {
                "symbol": change.symbol,
                "kind": change.kind,
                "breaking": change.breaking,
                "why": change.why,
                "parameter": change.parameter or None,
                "before": change.before or None,
                "after": change.after or None,
                "old": _record(change.old),
                "new": _record(change.new),
                **({"tests": report.tests.get(change.symbol, [])} if tests else {}),
            }
            for change in report.changes
        ],
        "problems": report.problems,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _record(truth: Truth | None) -> dict[str, Any] | None:
    return {"filename": truth.path, "row": truth.row} if truth is not None else None


def _module(change: Change) -> str:
    return _split(change)[0]


def _split(change: Change) -> tuple[str, str]:
    """Module and name below it: by the file that the change stands in."""
    if change.kind.startswith("module-"):
        return change.symbol, change.symbol
    parts = change.symbol.split(".")
    for end in range(len(parts) - 1, 0, -1):
        stem = "/".join(parts[:end])
        truth = change.old or change.new
        if truth is not None and truth.path.rpartition(".")[0].removesuffix("/__init__").endswith(stem):
            return ".".join(parts[:end]), ".".join(parts[end:])
    return ".".join(parts[:-1]), parts[-1]


def _inner(change: Change) -> str:
    return _split(change)[1]


def _place(change: Change) -> str:
    truth = change.new or change.old
    return f" ({truth.path}:{truth.row})" if truth is not None else ""


def _tests(report: Report, change: Change) -> Iterator[str]:
    found = report.tests.get(change.symbol, [])
    yield from found[:_TESTS_SHOWN]
    if len(found) > _TESTS_SHOWN:
        yield f"… and {len(found) - _TESTS_SHOWN} more"


def _all_tests(report: Report) -> list[str]:
    breaking = {change.symbol for change in report.changes if change.breaking}
    return sorted({test for symbol, tests in report.tests.items() if symbol in breaking for test in tests})


def _closing(report: Report, *, tests: bool) -> str:
    number = len(report.changes)
    if not number:
        return "The public surface is the same."
    text = f"{number} change{'s' if number != 1 else ''}, {report.breaking} of them breaking."
    if tests:
        concerned = len(_all_tests(report))
        text += f" {concerned} test{'s' if concerned != 1 else ''} use{'s' if concerned == 1 else ''} what breaks."
    return text


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
