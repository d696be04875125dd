"""For a model that is to mend the tests: what is wrong by its cause, what does exist, what to leave alone; in few tokens."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import RunResult
from llmlint.project.source import SourceError, read_source
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.truths import published
from llmlint.report.wording import count, hint

_PLACES = 12
"""Places of one cause that are listed; the rest is counted."""

_FIXTURE_RULE = "LLM208"


def agent(result: RunResult, context: Context) -> Iterator[str]:
    """Causes, the heaviest first: errors before warnings, then by how many places they have."""
    diagnostics = result.diagnostics
    if not diagnostics:
        yield "Nothing found.\n"
        return
    groups: dict[tuple[str, ...], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        groups.setdefault(_cause(diagnostic), []).append(diagnostic)
    yield f"{count(len(diagnostics), 'finding')}, {count(len(groups), 'cause')}.\n"
    yield from _rules_of_the_house(diagnostics, context)
    for group in sorted(groups.values(), key=_weight):
        yield "\n"
        yield from _group(group, context)


def within(report: str, limit: int, further: str) -> str:
    """The causes of a report for which there is room, the heaviest first.

    Args:
        report: All of it.
        limit: Characters.
        further: What to do about the others.
    """
    head, *causes = report.split("\n\n")
    text = head
    for index, cause in enumerate(causes):
        left = len(causes) - index
        rest = f"\n\n{count(left, 'more cause')}: {further}\n"
        if len(text) + len(cause) + 2 + (len(rest) if left > 1 else 0) > limit:
            return (text + rest)[: max(limit, len(rest))]
        text += f"\n\n{cause}"
    return text


def _cause(diagnostic: Diagnostic) -> tuple[str, ...]:
    what = diagnostic.symbol or re.sub(r"\d+", "#", diagnostic.message)
    return diagnostic.selector, what, diagnostic.suggestion or "", diagnostic.side


def _weight(group: Sequence[Diagnostic]) -> tuple[int, int, str, int, str]:
    first = group[0]
    return ("error", "warning", "info").index(first.severity), -len(group), first.path, first.span.row, first.code


def _rules_of_the_house(diagnostics: Sequence[Diagnostic], context: Context) -> Iterator[str]:
    sides = {diagnostic.side for diagnostic in diagnostics}
    truths = sorted({shown(one.truth.path, context.cwd) for one in diagnostics if one.truth is not None})
    contracts = [path for path in truths if path.endswith(".pyi")]
    sources = [path for path in truths if path.endswith(".py")]
    if "contract" not in sides and contracts:
        yield f"Do not edit contracts ({_few(contracts)}): they decide.\n"
    if "source" not in sides and sources:
        yield f"Do not edit sources to suit a test ({_few(sources)}).\n"
    yield "Do not delete assertions, add suppressions or skip tests to silence a finding.\n"


def _few(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _group(group: Sequence[Diagnostic], context: Context) -> Iterator[str]:
    first = group[0]
    yield f"{first.severity} {first.selector}: {first.message}\n"
    places: dict[str, list[str]] = {}
    for diagnostic in group[:_PLACES]:
        places.setdefault(shown(diagnostic.path, context.cwd), []).append(str(diagnostic.span.row))
    listed = "; ".join(f"{path}:{','.join(dict.fromkeys(rows))}" for path, rows in places.items())
    yield f"  at {listed}" + (f" and {len(group) - _PLACES} more" if len(group) > _PLACES else "") + "\n"
    if words := hint(first):
        yield f"  {words}\n"
    if first.truth is not None and (found := published(first.truth)):
        yield f"  exists ({shown(first.truth.path, context.cwd)}:{first.truth.row}): {found}\n"
    if first.code == _FIXTURE_RULE and (names := _fixtures(first.path)):
        yield f"  fixtures in scope: {', '.join(names)}\n"
    if first.side != "test":
        yield f"  change the {first.side}\n"
    yield from (f"  {note}\n" for note in first.notes)


def _fixtures(path: str) -> list[str]:
    """The fixtures that the file and the conftests above it define."""
    names: dict[str, None] = {}
    paths, folder = [path], os.path.dirname(path)
    while True:
        paths.append(os.path.join(folder, "conftest.py"))
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            break
        folder = parent
    for one in paths:
        if os.path.isfile(one):
            try:
                names.update(dict.fromkeys(_defined(read_source(one).tree.body)))
            except SourceError:
                continue
    return list(names)


def _defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _defined(node.body)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            made = decorator.func if isinstance(decorator, ast.Call) else decorator
            if getattr(made, "attr", getattr(made, "id", "")) == "fixture":
                given = [word.value for word in getattr(decorator, "keywords", ()) if word.arg == "name"]
                name = getattr(given[0], "value", node.name) if given else node.name
                yield str(name)
