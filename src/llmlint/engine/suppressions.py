"""Comments that silence findings: ``# llmlint: ignore[LLM203, unknown-attribute] -- why``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from llmlint.engine.pages import Page
from llmlint.engine.selection import Selection
from llmlint.fixing.comments import drop_suppression
from llmlint.model.diagnostic import Diagnostic, Finding, Remedy
from llmlint.model.position import Span
from llmlint.model.settings import TOOLS
from llmlint.project.source import split_lines
from llmlint.semantics.nearest import nearest

_DIRECTIVE = re.compile(r"#\s*llmlint:(?P<rest>.*)", re.DOTALL)
_FORM = re.compile(r"\s*(?P<verb>ignore-file|ignore)(?:\s*\[(?P<codes>[^\]#]*)\])?\s*(?:--.*|#.*)?", re.DOTALL)
_CLOSING = re.compile(r"\s*[)\]}]+:?\s*#")
_OWN = ("LLM901", "LLM902")
_FOREIGN = re.compile(r"(?P<tool>[a-z][a-z-]*):[\w./-]+")
_HEADED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith,
    ast.Try, ast.TryStar, ast.Match,
)  # fmt: skip


@dataclass(slots=True)
class _Suppression:
    """One code of one comment (or a comment without codes)."""

    code: str | None
    """None: whatever is found."""
    written: str
    """The code or name as written."""
    whole_file: bool
    row: int
    """Where what it silences stands, or the statement begins that contains it."""
    span: Span
    used: bool = False


@dataclass(slots=True)
class Suppressions:
    """The suppressions of one file."""

    entries: list[_Suppression] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    """Comments that name no known rule or cannot be read (LLM902)."""
    first_rows: dict[int, int] = field(default_factory=dict)
    """Row → the first row of the statement that it belongs to, where that is another."""

    def filter(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """The diagnostics that no suppression silences; those that silence something are marked as used."""
        for diagnostic in diagnostics:
            if not self.entries or not self._silence(diagnostic):
                yield diagnostic

    def unused(self, selection: Selection) -> Iterator[Finding]:
        """The suppressions that silenced nothing (LLM901), among those whose rules were run."""
        codes = selection.codes
        for entry in self.entries:
            if entry.used or entry.code == "LLM901":
                continue
            if entry.code is None:
                if selection.complete:
                    yield Finding(entry.span, "this suppression hides nothing", remedy=_removal(entry))
            elif entry.code in codes:
                yield Finding(
                    entry.span,
                    f"nothing here is found by '{entry.written}', so its suppression hides nothing",
                    remedy=_removal(entry),
                )

    def unused_of(self, tools: Collection[str]) -> Iterator[Finding]:
        """The suppressions of tools' codes that silenced nothing (LLM901), among those of ``tools``, which were run."""
        for entry in self.entries:
            if not entry.used and entry.code is not None and entry.code.partition(":")[0] in tools:
                yield Finding(
                    entry.span, f"nothing here is found by '{entry.written}', so its suppression hides nothing"
                )

    def used_without_code(self) -> Iterator[Span]:
        """The comments without codes that silenced something."""
        for entry in self.entries:
            if entry.used and entry.code is None:
                yield entry.span

    def _silence(self, diagnostic: Diagnostic) -> bool:
        span = diagnostic.span
        rows = {span.row, self.first_rows.get(span.row, span.row)}
        silenced = False
        # A suppression that names no code does not hide that it hides nothing.
        codes = (diagnostic.code,) if diagnostic.code in _OWN else (None, diagnostic.selector)
        for entry in self.entries:
            if (entry.whole_file or entry.row in rows) and entry.code in codes:
                entry.used = silenced = True
        return silenced


def _removal(entry: _Suppression) -> Remedy:
    return Remedy("Remove it", partial(drop_suppression, span=entry.span, written=entry.written), safe=True)


def read_suppressions(text: str, tree: ast.Module | None, pages: Sequence[Page]) -> Suppressions:
    """The suppressions in a file's comments.

    Costs nothing where the text does not say ``llmlint:``. In a file that cannot be tokenized to its end, those before the
    fault count.

    Args:
        text: The file's text.
        tree: Its tree, to find the first lines of long statements; None where it does not parse.
        pages: Every rule there is.
    """
    suppressions = Suppressions()
    if "llmlint:" not in text:
        return suppressions
    names = {page.name: page.code for page in pages}
    codes = frozenset(names.values())
    for row, column, comment in _comments(text):
        for match in _DIRECTIVE.finditer(comment):
            span = Span(row, column + match.start(), row, column + len(comment.rstrip()))
            _read(match["rest"], span, names, codes, suppressions)
    if suppressions.entries and tree is not None:
        suppressions.first_rows = first_rows(tree)
        _follow_formatters(suppressions, split_lines(text))
    return suppressions


def _follow_formatters(suppressions: Suppressions, lines: Sequence[str]) -> None:
    """Let a comment behind the closing bracket of a statement speak for the statement.

    That is where black and ruff put a comment when they divide the line that it stood on.
    """
    firsts = suppressions.first_rows
    for entry in suppressions.entries:
        first = firsts.get(entry.row)
        if first is not None and firsts.get(entry.row + 1) != first and _CLOSING.match(lines[entry.row - 1]):
            entry.row = first


def _read(rest: str, span: Span, names: dict[str, str], codes: Collection[str], suppressions: Suppressions) -> None:
    form = _FORM.fullmatch(rest)
    if form is None:
        suppressions.problems.append(
            Finding(
                span,
                "cannot be read; it is 'llmlint: ignore[CODE, ...] -- why' or 'llmlint: ignore-file[CODE, ...] -- why'",
            )
        )
        return
    whole_file = form["verb"] == "ignore-file"
    if form["codes"] is None:
        suppressions.entries.append(_Suppression(None, "", whole_file, span.row, span))
        return
    written = [code.strip() for code in form["codes"].split(",") if code.strip()]
    if not written:
        suppressions.problems.append(Finding(span, f"'{form['verb']}[]' names no rule"))
    for name in written:
        code = names.get(name, name)
        if code in codes:
            suppressions.entries.append(_Suppression(code, name, whole_file, span.row, span))
        elif foreign := _FOREIGN.fullmatch(name):
            if foreign["tool"] in TOOLS:
                suppressions.entries.append(_Suppression(name, name, whole_file, span.row, span))
        else:
            near = nearest(name, [*names, *codes])
            suppressions.problems.append(Finding(span, f"there is no rule '{name}'", suggestion=near))


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Row, column (code points) and text of every comment that may be a directive."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readline):
            if token.type == tokenize.COMMENT and "llmlint:" in token.string:
                yield token.start[0], token.start[1], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def first_rows(tree: ast.Module) -> dict[int, int]:
    """Row → the first row of the statement (or of its head) that it belongs to, where that is another."""
    rows: dict[int, int] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        if isinstance(node, _HEADED):
            # Only the header: a comment on `if x:` does not speak for its body.
            body = node.cases[0].pattern if isinstance(node, ast.Match) else node.body[0]
            last = min(last, _top(body) - 1)
            for decorator in getattr(node, "decorator_list", ()):
                rows.update(
                    dict.fromkeys(range(decorator.lineno + 1, (decorator.end_lineno or 0) + 1), decorator.lineno)
                )
        for row in range(first + 1, last + 1):
            rows[row] = first
    return rows


def _top(node: ast.stmt | ast.pattern) -> int:
    """The row on which a statement begins, its decorators counted."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
