"""Calling without an argument that is required."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import CallUse


def check(call: CallUse) -> Iterator[Finding]:
    positional = [problem for problem in call.problems if problem.kind == "positional-only-by-keyword"]
    for problem in positional:
        yield Finding(
            at=problem.at,
            message=f"{call.signature} takes '{problem.name}' by position only",
            symbol=call.callee.symbol,
            truth=call.callee.truth,
        )
    if any(problem.kind in ("too-many", "duplicate") for problem in call.problems):
        return  # what is too much at one place is what lacks at the other: LLM206 alone
    told = {problem.near for problem in call.problems} | {problem.name for problem in positional}
    missing = [problem for problem in call.problems if problem.kind == "missing" and problem.name not in told]
    if missing:
        names = [f"'{problem.name}'" for problem in missing]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        yield Finding(
            at=missing[0].at,
            message=f"call of {call.signature} without the required {listed}",
            symbol=call.callee.symbol,
            truth=call.callee.truth,
        )
