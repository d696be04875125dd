"""Passing a keyword that the callee does not take."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import CallUse


def check(call: CallUse) -> Iterator[Finding]:
    unfilled = {problem.name for problem in call.problems if problem.kind == "missing"}
    for problem in call.problems:
        dropped = problem.kind == "dropped-keyword" and problem.near is not None and problem.near in unfilled
        if problem.name is None or not (problem.kind == "unknown-keyword" or dropped):
            continue
        near = problem.near or nearest(problem.name, call.parameters)
        given = {keyword.arg for keyword in call.node.keywords}
        yield Finding(
            at=problem.at,
            message=f"{call.signature} takes no keyword '{problem.name}'",
            symbol=call.callee.symbol,
            truth=call.callee.truth,
            suggestion=near,
            remedy=None
            if near in given
            else rename_to(near, problem.at, problem.name, safe=unmistakable(problem.name, near, call.parameters)),
        )
