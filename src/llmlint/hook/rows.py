"""Whether a finding stands on what an edit changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from llmlint.model.diagnostic import Diagnostic


def changed(found: Sequence[Diagnostic], text: str, rows: AbstractSet[int]) -> list[Diagnostic]:
    """Those findings that stand in a statement with a changed row; what is said of a whole test counts with its body.

    Args:
        found: What was found in ``text``.
        text: The file's.
        rows: Which changed.
    """
    if not found:
        return []
    wide = set(rows)
    names: dict[int, range] = {}
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(found)
    for first, last, of in _stretches(tree):
        if not wide.isdisjoint(range(first, last + 1)):
            wide.update(range(first, last + 1))
        if of is not None:
            names[of.lineno] = range(first, (of.end_lineno or of.lineno) + 1)
    return [
        one
        for one in found
        if any(row in wide for row in range(one.span.row, one.span.end_row + 1))
        or (one.span.row in names and not rows.isdisjoint(names[one.span.row]))
    ]


def _stretches(tree: ast.Module) -> Iterator[tuple[int, int, ast.stmt | None]]:
    """First and last rows of each statement; of a compound one those of its head, and of a function the function."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        body = getattr(node, "body", None)
        last = max(body[0].lineno - 1, node.lineno) if body else node.end_lineno or node.lineno
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield first, last, node if named else None
