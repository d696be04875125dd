"""Awaiting what is not awaitable."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import AwaitProblem

_WORDS = {
    "with": "is not an asynchronous context manager: use 'with', not 'async with'",
    "for": "is not an asynchronous iterator: use 'for', not 'async for'",
}


def check(problem: AwaitProblem) -> Iterator[Finding]:
    if problem.kind == "needless-await":
        yield Finding(
            at=problem.node,
            message=f"'{problem.callee.name}' "
            + _WORDS.get(problem.form, "is not asynchronous: what it returns cannot be awaited"),
            symbol=problem.callee.symbol,
            truth=problem.callee.truth,
        )
