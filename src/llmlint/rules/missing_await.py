"""Using a coroutine as if it were its result."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
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


def check(problem: AwaitProblem) -> Iterator[Finding]:
    if problem.kind == "missing-await":
        yield Finding(
            at=problem.node,
            message=f"'{problem.callee.name}' {_WORDS[problem.form]}",
            symbol=problem.callee.symbol,
            truth=problem.callee.truth,
        )
