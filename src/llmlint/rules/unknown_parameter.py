"""Parametrizing what the function does not take."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import ParametrizeProblem


def check(problem: ParametrizeProblem) -> Iterator[Finding]:
    if problem.kind == "unknown-argument":
        yield Finding(
            at=problem.node,
            message=f"'{problem.function}' takes no argument '{problem.name}' to parametrize",
            symbol=problem.name,
            suggestion=nearest(problem.name, problem.names),
        )
    else:
        values = "value" if problem.given == 1 else "values"
        yield Finding(
            at=problem.node,
            message=f"this row has {problem.given} {values}, but parametrize names {problem.expected}: {problem.name}",
            symbol=problem.name,
        )
