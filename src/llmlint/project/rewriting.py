"""Parsing a text of which most is as it was, as somebody writes it: what did not change keeps its nodes.

A statement of a module, or of a class body, is parsed by itself as it is parsed among others, if its rows are whole: what could reach
over them (a bracket, a string, a block, a backslash that is left open) is no program by itself. So the rows between the last
statement before a change and the first behind it are parsed alone, and put between the old statements. Whatever is
not certain is left to a parser that reads everything.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from llmlint.project.source import SourceFile, split_lines

_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_POSITIONED: Final = "positioned"
"""The attribute of a statement under which the nodes below it are kept that have a place."""


def rewritten(before: SourceFile, text: str) -> SourceFile | None:
    """A file with another text; None where all of it has to be parsed.

    The tree of ``before`` is used up unless the answer is None: nodes behind the change are moved to their new rows.

    Args:
        before: The file as it was.
        text: What it holds now.
    """
    old, new = before.lines, split_lines(text)
    if "\0" in text or "FLUFL" in text or text.startswith("\ufeff"):
        return None
    first = _common(old, new)
    if first == len(old) == len(new):
        return SourceFile(before.path, text, before.tree, before.role, new)
    last = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - first)
    change = _Change(old, new, first, len(old) - last, len(new) - len(old))
    body = change.block(before.tree.body, 0, len(old), inner=False)
    if body is None:
        return None
    change.move()
    _graft(before.tree.body, body, old, new)
    return SourceFile(before.path, text, ast.Module(body, []), before.role, new)


def grafted(before: SourceFile, after: SourceFile) -> SourceFile:
    """A file that was parsed as a whole, with the nodes of those definitions that read as they did before.

    The tree of ``before`` is used up: nodes are moved to their new rows.
    """
    _graft(before.tree.body, after.tree.body, before.lines, after.lines)
    return after


def _graft(old: list[ast.stmt], new: list[ast.stmt], before: Sequence[str], after: Sequence[str]) -> None:
    """Puts old definitions in the place of new ones of the same text (whose trees are the same), in ``new`` itself."""
    there = {id(one) for one in new}
    left = [one for one in old if isinstance(one, _DEFINITIONS) and id(one) not in there]
    if not left:
        return
    known: dict[tuple[int, str], list[ast.stmt]] = {}
    for one in left:
        known.setdefault(_reading(one, before), []).append(one)
    ids = {id(one) for one in old}
    made = [(at, one) for at, one in enumerate(new) if isinstance(one, _DEFINITIONS) and id(one) not in ids]
    others: list[ast.ClassDef] = []
    for at, one in made:
        same = known.get(_reading(one, after))
        if same:
            new[at] = same.pop(0)
            _lower(new[at], one.lineno - new[at].lineno)
        elif isinstance(one, ast.ClassDef):
            others.append(one)
    changed = {one.name: one for same in known.values() for one in same if isinstance(one, ast.ClassDef)}
    for whole in others:
        if (was := changed.pop(whole.name, None)) is not None:
            _graft(was.body, whole.body, before, after)


def _reading(statement: ast.stmt, lines: Sequence[str]) -> tuple[int, str]:
    """The text of a definition, and where it begins in its row."""
    return statement.col_offset, "\n".join(lines[_top(statement) - 1 : statement.end_lineno])


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


class _Change:
    """Rows of a text that became others. Rows count from 1."""

    def __init__(self, old: Sequence[str], new: Sequence[str], first: int, last: int, longer: int) -> None:
        """Args:
        old: The lines as they were.
        new: The lines as they are.
        first: The last row before the change.
        last: The last of the old rows that changed; ``first``, where some were only put in.
        longer: How many rows the new text has more.
        """
        self._old, self._new = old, new
        self._first, self._last, self._longer = first, last, longer
        self._moved: list[ast.stmt] = []
        self._ends: list[ast.ClassDef] = []
        """Classes, made anew, that end behind the change."""

    def block(self, body: list[ast.stmt], low: int, high: int, *, inner: bool) -> list[ast.stmt] | None:
        """The statements of a module or class body, those that did not change as they were.

        Args:
            body: The statements as they were.
            low: The last row before the body.
            high: The last of the old rows that may belong to it.
            inner: Whether it is the body of a class.
        """
        before = 0
        while before < len(body) and (body[before].end_lineno or 0) <= self._first:
            before += 1
        behind = len(body)
        while behind > before and _top(body[behind - 1]) > self._last:
            behind -= 1
        moved, ends = len(self._moved), len(self._ends)
        # What is put behind a statement may be the end of it.
        for start in (before, before - 1) if before else (before,):
            found = self._between(body, start, behind, low, high, inner)
            if found is not None:
                return found
            del self._moved[moved:], self._ends[ends:]
        return None

    def _between(
        self, body: list[ast.stmt], start: int, stop: int, low: int, high: int, inner: bool
    ) -> list[ast.stmt] | None:
        until = _top(body[stop]) - 1 if stop < len(body) else high
        if stop < len(body) and (not self._begins(body[stop]) or (stop and (body[stop - 1].end_lineno or 0) > until)):
            return None
        written = body[start] if stop - start == 1 else None
        if isinstance(written, ast.ClassDef):
            low = _top(written.body[0]) - 1
            if self._first >= low and self._begins(written.body[0]) and not _goes_on(self._old[low - 1]):
                whole = self._class(written, low, until)
                if whole is None:
                    return None  # to parse the whole class is hardly less than to parse everything
                self._moved += body[stop:]
                return [*body[:start], whole, *body[stop:]]
        since = (body[start - 1].end_lineno or 0) if start else low
        if start < len(body) and start and _top(body[start]) <= since:
            return None
        if since and _goes_on(self._old[since - 1]):
            return None
        parsed = self._parsed(since, until, body[0] if inner else None, inner=inner)
        if parsed is None or (inner and not parsed and not start and stop == len(body)):
            return None
        self._moved += body[stop:]
        return [*body[:start], *parsed, *body[stop:]]

    def _class(self, old: ast.ClassDef, low: int, until: int) -> ast.ClassDef | None:
        """A class whose head, down to the row ``low``, did not change."""
        body = self.block(old.body, low, until, inner=True)
        if body is None:
            return None
        whole = ast.ClassDef(**{name: getattr(old, name) for name in old._fields})
        whole.lineno, whole.col_offset = old.lineno, old.col_offset
        whole.body = body
        end = body[-1]
        behind = any(end is one for one in self._ends) or (end is old.body[-1] and _top(end) > self._last)
        if behind:
            self._ends.append(whole)
        if behind or end is old.body[-1]:
            whole.end_lineno, whole.end_col_offset = old.end_lineno, old.end_col_offset
            return whole
        whole.end_lineno, whole.end_col_offset = end.end_lineno, end.end_col_offset
        row = self._new[(end.end_lineno or 1) - 1].encode(errors="surrogatepass")
        # A semicolon behind its last statement would belong to the class.
        return None if row[end.end_col_offset or 0 :].lstrip().startswith(b";") else whole

    def _begins(self, statement: ast.stmt) -> bool:
        """Whether nothing stands before a statement in its row."""
        row = self._old[_top(statement) - 1]
        start = row.lstrip(" \t")
        if getattr(statement, "decorator_list", ()):
            return start.startswith("@")
        return len(row) - len(start) == statement.col_offset

    def _parsed(self, since: int, until: int, beside: ast.stmt | None, *, inner: bool) -> list[ast.stmt] | None:
        """The statements of the new rows that stand for the old ones behind ``since`` and up to ``until``."""
        rows = self._new[since : until + self._longer]
        if any("\f" in row for row in rows):
            return None
        if all(not row.strip() or row.lstrip().startswith("#") for row in rows):
            return []
        # The end of a file is no end of a line.
        text = "\n".join(rows) + ("\n" if until + self._longer < len(self._new) else "")
        head = "\n" * (since - 1) + "class _:\n" if inner else "\n" * since
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(head + text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if not inner:
            return tree.body
        around = tree.body[0]
        if len(tree.body) != 1 or not isinstance(around, ast.ClassDef) or beside is None:
            return None
        indent = self._old[beside.lineno - 1][: beside.col_offset]
        for statement in around.body:
            row = self._new[statement.lineno - 1][: statement.col_offset]
            if row != indent and not row.strip() or statement.col_offset < len(indent):
                return None
        return around.body

    def move(self) -> None:
        """Lays what stands behind the change on its new rows."""
        longer = self._longer
        if not longer:
            return
        for whole in self._ends:
            whole.end_lineno = (whole.end_lineno or 0) + longer
        for statement in self._moved:
            _lower(statement, longer)


def _lower(statement: ast.stmt, rows: int) -> None:
    """Lays a statement so many rows further down."""
    if rows:
        statement.lineno += rows
        statement.end_lineno = (statement.end_lineno or 0) + rows
        for node in _positioned(statement):
            node.lineno += rows  # type: ignore[attr-defined]
            node.end_lineno += rows  # type: ignore[attr-defined]


def _positioned(statement: ast.stmt) -> list[ast.AST]:
    """The nodes below a statement that have a place."""
    found: list[ast.AST] | None = statement.__dict__.get(_POSITIONED)
    if found is None:
        found = []
        pending: list[ast.AST] = [statement]
        while pending:
            node = pending.pop()
            for name in node._fields:
                value = getattr(node, name, None)
                parts = value if type(value) is list else (value,)
                for part in parts:
                    if isinstance(part, ast.AST):
                        pending.append(part)
                        if hasattr(part, "lineno"):
                            found.append(part)
        statement.__dict__[_POSITIONED] = found
    return found


def _goes_on(row: str) -> bool:
    """Whether a row may be continued by the next one."""
    return row.rstrip().endswith("\\")


def _top(statement: ast.stmt) -> int:
    """The row on which a statement begins, its decorators counted."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])
