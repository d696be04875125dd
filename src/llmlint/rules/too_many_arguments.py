"""Passing more arguments than the callee takes."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import CallUse


def check(call: CallUse) -> Iterator[Finding]:
    for problem in call.problems:
        if problem.kind == "too-many":
            takes = problem.takes or 0
            count = f"{takes} positional argument{'' if takes == 1 else 's'}" if takes else "no positional argument"
            given = "" if problem.given is None else f", not {problem.given}"
            message = f"{call.signature} takes {count}{given}"
        elif problem.kind == "duplicate":
            message = f"call of {call.signature} gives '{problem.name}' twice"
        else:
            continue
        yield Finding(at=problem.at, message=message, symbol=call.callee.symbol, truth=call.callee.truth)
