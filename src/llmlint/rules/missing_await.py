"""Using a coroutine as if it were its result."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.nouns import AwaitProblem

_WORDS = {
    "value": "is used as a value without 'await': it is a coroutine, not its result",
    "statement": "is never awaited, so nothing of it runs",
    "attribute": "is asked for an attribute without 'await': it is a coroutine, not its result",
    "subscript": "is subscripted without 'await': it is a coroutine, not its result",
    "compare": "is compared without 'await': a coroutine equals nothing else",
    "assert": "is asserted without 'await': a coroutine is always true",
    "with": "is an asynchronous context manager and needs 'async with'",
    "for": "is an asynchronous iterator and needs 'async for'",
    "await": "is never awaited",
}
_PENDING = {
    "subscript": "is subscripted without 'await': it is not what it will give",
    "compare": "is compared without 'await': it is not what it will give, and equals no value",
}
"""Of tasks and other futures."""
_FAILING = ("attribute", "subscript", "with", "for")
"""Forms in which the line cannot pass; in the others a test may, by accident, have passed until now."""


def check(problem: AwaitProblem) -> Iterator[Finding]:
    if problem.kind == "missing-await":
        pending = problem.callee.kind == "instance" and problem.form in _PENDING
        yield Finding(
            at=problem.node,
            message=f"the {problem.callee.name} {_PENDING[problem.form]}"
            if pending
            else f"'{problem.callee.name}' {_WORDS[problem.form]}",
            symbol=problem.callee.symbol,
            truth=problem.callee.truth,
            remedy=_remedy(problem),
        )


def _remedy(problem: AwaitProblem) -> Remedy | None:
    node, safe = problem.node, problem.form in _FAILING
    if problem.form in ("with", "for"):
        return Remedy(f"Write 'async {problem.form}'", partial(make_asynchronous, node=node), safe)
    if problem.form in ("attribute", "subscript") and isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    # A coroutine that was kept in a variable may be awaited elsewhere, and only once.
    return Remedy("Add 'await'", partial(add_await, node=node), safe) if isinstance(node, ast.Call) else None


def add_await(file: Rewrite, node: ast.expr) -> None:
    """Awaits the value of an expression, in parentheses where what follows would bind more tightly."""
    import libcst as cst

    call = file.find(node, cst.Call)
    _in_coroutine(file, call)
    outer = file.parent(call)
    tighter = (
        (isinstance(outer, cst.Attribute | cst.Subscript) and outer.value is call)
        or (isinstance(outer, cst.Call) and outer.func is call)
        or isinstance(outer, cst.Await)
    )
    left, right = (call.lpar, call.rpar) if call.lpar else ((), ())
    if tighter and not left:
        left, right = (cst.LeftParen(),), (cst.RightParen(),)
    file.replace(call, cst.Await(call.with_changes(lpar=(), rpar=()), lpar=left, rpar=right))


def make_asynchronous(file: Rewrite, node: ast.expr | ast.stmt) -> None:
    """Makes the ``with`` or ``for`` that ``node`` is the subject of an asynchronous one."""
    import libcst as cst

    subject = file.expression(node)
    _in_coroutine(file, subject)
    outer = file.parent(subject)
    statement = file.parent(outer) if isinstance(outer, cst.WithItem) else outer
    if isinstance(statement, cst.With) and len(statement.items) > 1:
        raise Unfixable("the other managers of this 'with' may not be asynchronous")
    if not isinstance(statement, cst.With | cst.For | cst.CompFor):
        raise Unfixable("neither a 'with' nor a 'for'")
    file.replace(statement, statement.with_changes(asynchronous=cst.Asynchronous()))


def _in_coroutine(file: Rewrite, node: object) -> None:
    import libcst as cst

    around = file.enclosing(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef))  # type: ignore[arg-type]
    if not isinstance(around, cst.FunctionDef) or around.asynchronous is None:
        raise Unfixable("the function around it is not asynchronous")
