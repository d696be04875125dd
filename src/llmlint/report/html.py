"""One self-contained page: files by weight, a filter by rule, each finding's source beside what decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult, RunResult
from llmlint.report.context import Context
from llmlint.report.html_style import SCRIPT, STYLE
from llmlint.report.markdown import weight
from llmlint.report.place import shown
from llmlint.report.wording import count, hint

_AROUND = 2
"""Lines of source before and after a finding."""

_NAMES = {"error": "error", "warning": "warning", "info": "remark"}

_MOST = 5000
"""Findings that the page shows: a browser is slow with more."""


def html(result: RunResult, context: Context) -> Iterator[str]:
    """The page; it loads nothing from anywhere."""
    diagnostics = result.diagnostics
    files = sorted((file for file in result.files if file.diagnostics), key=lambda file: (-weight(file), file.path))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>llmlint</title>\n'
    yield f"<style>{STYLE}</style>\n</head>\n<body>\n"
    yield from _head(result)
    yield '<main>\n<nav aria-label="filters">\n'
    yield from _filters(diagnostics)
    yield from _files(files, context)
    yield '</nav>\n<div id="findings">\n'
    if not diagnostics:
        yield "<p class=clean>All checks passed.</p>\n"
    left = _MOST
    for number, file in enumerate(files):
        yield from _file(file, number, context, left)
        left = max(left - len(file.diagnostics), 0)
    if len(diagnostics) > _MOST:
        yield f"<p class=clean>{len(diagnostics) - _MOST:,} more findings are not shown.</p>\n"
    yield f"<p id=none hidden>No finding matches.</p>\n</div>\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _head(result: RunResult) -> Iterator[str]:
    found = Counter(diagnostic.severity for diagnostic in result.diagnostics)
    faulty = sum(1 for file in result.files if file.diagnostics)
    yield "<header>\n<h1>llmlint</h1>\n<ul class=sums>\n"
    for severity in ("error", "warning", "info"):
        words = f"<b>{found[severity]:,}</b> {_NAMES[severity]}{'' if found[severity] == 1 else 's'}"
        # Each is a filter; what there is none of, nothing filters.
        off = "" if found[severity] else " disabled"
        yield f"<li class={severity}><button type=button aria-pressed=true value={severity}{off}>{words}</button></li>\n"
    yield f"<li><b>{faulty:,}</b> of {result.checked:,} files</li>\n</ul>\n"
    yield "<label class=search>Search <input id=search type=search autocomplete=off></label>\n</header>\n"


def _filters(diagnostics: tuple[Diagnostic, ...]) -> Iterator[str]:
    rules = Counter((one.source != "llmlint", one.selector, one.name, one.severity) for one in diagnostics)
    yield "<fieldset id=rules><legend>Rules <button type=button id=all>all</button> <button type=button id=no>none</button></legend>\n"
    for (_, selector, name, severity), number in sorted(rules.items(), key=lambda item: (item[0][0], item[0][1])):
        label = f"{escape(selector)} <span>{escape(name)}</span>" if not selector.endswith(name) else escape(selector)
        yield (
            f'<label class={severity}><input type=checkbox value="{escape(selector)}" checked> {label}'
            f" <i>{number:,}</i></label>\n"
        )
    yield "</fieldset>\n"


def _files(files: list[FileResult], context: Context) -> Iterator[str]:
    heaviest = max(map(weight, files), default=1)
    yield "<section id=files><h2>Files by weight</h2>\n<ol>\n"
    for number, file in enumerate(files):
        share = max(round(100 * weight(file) / heaviest), 1)
        name = escape(shown(file.path, context.cwd))
        yield (
            f'<li><a href="#f{number}"><span class=bar style="width:{share}%"></span><span class=name>{name}</span>'
            f"<i>{len(file.diagnostics):,}</i></a></li>\n"
        )
    yield "</ol></section>\n"


def _file(file: FileResult, number: int, context: Context, left: int) -> Iterator[str]:
    if not left:
        return
    name = escape(shown(file.path, context.cwd))
    yield f'<section class=file id="f{number}"><h2>{name} <i>{count(len(file.diagnostics), "finding")}</i></h2>\n'
    for diagnostic in file.diagnostics[:left]:
        yield from _finding(diagnostic, context)
    yield "</section>\n"


def _finding(diagnostic: Diagnostic, context: Context) -> Iterator[str]:
    span = diagnostic.span
    words = " ".join(
        [diagnostic.code, diagnostic.name, diagnostic.message, shown(diagnostic.path, context.cwd)]
    ).lower()
    yield f'<article class={diagnostic.severity} data-rule="{escape(diagnostic.selector)}" data-words="{escape(words)}">\n'
    also = f" <small>also: {escape(', '.join(diagnostic.also))}</small>" if diagnostic.also else ""
    code = escape(diagnostic.selector)
    if diagnostic.url:
        code = f'<a href="{escape(diagnostic.url)}" rel="noreferrer">{code}</a>'
    yield f"<h3><span class=code>{code}</span> {escape(diagnostic.message)}{also}</h3>\n"
    if help_text := hint(diagnostic):
        yield f"<p class=help>{escape(help_text)}</p>\n"
    for note in diagnostic.notes:
        yield f"<p class=note>{escape(note)}</p>\n"
    yield "<div class=sides>\n"
    yield from _source(
        diagnostic.path, span.row, context, (span.column, span.end_column if span.end_row == span.row else None)
    )
    if diagnostic.truth is not None:
        yield from _source(diagnostic.truth.path, diagnostic.truth.row, context, None)
    yield "</div>\n</article>\n"


def _source(path: str, row: int, context: Context, marked: tuple[int, int | None] | None) -> Iterator[str]:
    lines = context.lines(path)
    kind = "the test" if marked is not None else ("the contract" if path.endswith(".pyi") else "the source")
    first, last = max(row - _AROUND, 1), min(row + (_AROUND if marked else 3 * _AROUND), len(lines))
    yield f"<figure><figcaption>{kind}: {escape(shown(path, context.cwd))}:{row}</figcaption><pre>"
    for number in range(first, last + 1):
        text = lines[number - 1]
        shown_line = escape(text)
        if number == row and marked is not None:
            start, end = marked
            end = len(text.rstrip()) if end is None else max(end, start + 1)
            shown_line = f"{escape(text[:start])}<mark>{escape(text[start:end]) or ' '}</mark>{escape(text[end:])}"
        at = " class=at" if number == row else ""
        yield f"<span{at}><i>{number}</i>{shown_line}\n</span>"
    yield "</pre></figure>\n"
