"""Giving a model a field that it silently drops."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import CallUse


def check(call: CallUse) -> Iterator[Finding]:
    unfilled = {problem.name for problem in call.problems if problem.kind == "missing"}
    for problem in call.problems:
        if problem.kind != "dropped-keyword" or problem.name is None or problem.near in unfilled:
            continue  # in the place of a required field, the call fails: LLM204
        near = problem.near or nearest(problem.name, call.parameters)
        given = {keyword.arg for keyword in call.node.keywords}
        yield Finding(
            at=problem.at,
            message=f"'{call.callee.name}' has no field '{problem.name}' and silently drops it",
            symbol=f"{call.callee.symbol}.{problem.name}",
            truth=call.callee.truth,
            suggestion=near,
            remedy=None if near in given else rename_to(near, problem.at, problem.name, safe=False),
        )
