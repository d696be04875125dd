"""Awaiting what is not awaitable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.nouns import AwaitProblem

_WORDS = {
    "with": "is not an asynchronous context manager: use 'with', not 'async with'",
    "for": "is not an asynchronous iterator: use 'for', not 'async for'",
}


def check(problem: AwaitProblem) -> Iterator[Finding]:
    if problem.kind != "needless-await":
        return
    change = make_synchronous if problem.form in _WORDS else remove_await
    yield Finding(
        at=problem.node,
        message=f"'{problem.callee.name}' "
        + _WORDS.get(problem.form, "is not asynchronous: what it returns cannot be awaited"),
        symbol=problem.callee.symbol,
        truth=problem.callee.truth,
        remedy=Remedy(
            f"Write '{problem.form}'" if problem.form in _WORDS else "Remove 'await'",
            partial(change, node=problem.node),
            safe=True,
        ),
    )


def remove_await(file: Rewrite, node: ast.expr | ast.stmt) -> None:
    """Leaves what is awaited; of the parentheses, those that it needs alone."""
    import libcst as cst

    awaited = file.expression(node)
    if not isinstance(awaited, cst.Await):
        outer = file.parent(awaited)
        if not isinstance(outer, cst.Await):
            raise Unfixable("nothing is awaited there")
        awaited = outer
    inner = awaited.expression
    if awaited.lpar and file.span(awaited).row != file.span(awaited).end_row:
        inner = inner.with_changes(lpar=awaited.lpar, rpar=awaited.rpar)
    file.replace(awaited, inner)


def make_synchronous(file: Rewrite, node: ast.expr | ast.stmt) -> None:
    """Takes ``async`` from the ``with`` or ``for`` that ``node`` is the subject of."""
    import libcst as cst

    subject = file.expression(node)
    outer = file.parent(subject)
    statement = file.parent(outer) if isinstance(outer, cst.WithItem) else outer
    if isinstance(statement, cst.With) and len(statement.items) > 1:
        raise Unfixable("the other managers of this 'with' may be asynchronous")
    if not isinstance(statement, cst.With | cst.For | cst.CompFor):
        raise Unfixable("neither a 'with' nor a 'for'")
    file.replace(statement, statement.with_changes(asynchronous=None))
