"""Markdown for a comment on a pull request: how much of what, then the findings, file by file, folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult, RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.wording import count, hint, truth

LIMIT = 65_000
"""Characters: GitHub takes 65,536 in a comment."""

_MARKS = {"error": "🔴", "warning": "🟡", "info": "🔵"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~])")

_MOST_RULES = 20
"""How many rules the table names."""


def markdown(result: RunResult, context: Context) -> Iterator[str]:
    """The comment; it says what it left out where it would be too long."""
    diagnostics = result.diagnostics
    if not diagnostics:
        yield f"### llmlint: nothing found\n\n{count(result.checked, 'file')} checked.\n"
        return
    severities: Counter[str] = Counter(diagnostic.severity for diagnostic in diagnostics)
    told = ", ".join(f"{_MARKS[one]} {count(severities[one], one)}" for one in _MARKS if severities[one])
    head = f"### llmlint: {told}\n\n"
    rules = Counter((one.selector, one.name) for one in diagnostics)
    head += "| rule | findings |\n| --- | ---: |\n"
    ordered = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    for (selector, name), number in ordered[:_MOST_RULES]:
        named = f"`{selector}`" if selector.endswith(name) else f"`{selector}` {name}"
        head += f"| {named} | {number} |\n"
    if more := ordered[_MOST_RULES:]:
        head += f"| … and {count(len(more), 'more rule')} | {sum(number for _, number in more)} |\n"
    yield head + "\n"
    used = len(head)
    faulty = sorted((file for file in result.files if file.diagnostics), key=lambda file: (-weight(file), file.path))
    for index, file in enumerate(faulty):
        block = _block(file, context, unfolded=len(faulty) == 1)
        if used + len(block) > LIMIT:
            rest = faulty[index:]
            number = sum(len(one.diagnostics) for one in rest)
            yield f"… and {count(number, 'finding')} in {count(len(rest), 'more file')}.\n"
            return
        used += len(block)
        yield block


def weight(file: FileResult) -> int:
    """How much a file's findings weigh: an error as much as five warnings."""
    return sum({"error": 10, "warning": 2, "info": 1}[diagnostic.severity] for diagnostic in file.diagnostics)


def _block(file: FileResult, context: Context, *, unfolded: bool) -> str:
    lines = dict(file.lines)
    name = _escaped(shown(file.path, context.cwd))
    opened = " open" if unfolded else ""
    text = f"<details{opened}><summary><b>{name}</b>: {count(len(file.diagnostics), 'finding')}</summary>\n\n"
    for diagnostic in file.diagnostics:
        text += _item(diagnostic, lines.get(diagnostic.span.row, ""), context)
    return text + "\n</details>\n\n"


def _item(diagnostic: Diagnostic, line: str, context: Context) -> str:
    text = f"- {_MARKS[diagnostic.severity]} line {diagnostic.span.row}: **{diagnostic.selector}** {_escaped(diagnostic.message)}"
    if place := truth(diagnostic, context.cwd):
        text += f" ({place[0]}: `{place[1]}`)"
    if words := hint(diagnostic):
        text += f"; {_escaped(words)}"
    if diagnostic.also:
        text += f" <sub>also: {', '.join(diagnostic.also)}</sub>"
    text += "\n"
    if line.strip():
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", line)), 3)
        text += f"  {fence}python\n  {line.strip()}\n  {fence}\n"
    return text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("@", "@\u200b")
