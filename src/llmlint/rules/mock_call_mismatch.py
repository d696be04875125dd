"""LLM304: a call of a mock, or an assertion about one, that the real signature could not have taken."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import MockCall, Problem

_STRANGE = ("unknown-keyword", "unheard-keyword")


def check(use: MockCall) -> Iterator[Finding]:
    if not use.problems:
        return
    renamed = {problem.near for problem in use.problems if problem.kind == "unknown-keyword" and problem.near}
    problems = [problem for problem in use.problems if not (problem.kind == "missing" and problem.name in renamed)]
    unknown = next((problem for problem in problems if problem.kind in _STRANGE and problem.name), None)
    doing = "is called" if use.assertion is None else f"'{use.assertion}' expects a call"
    subject = f"the mock of '{use.callee.name}' {doing}" if use.assertion is None else f"{doing} of '{use.callee.name}'"
    yield Finding(
        at=problems[0].at,
        message=f"{subject} {' and '.join(describe(problem) for problem in problems)}; it is '{use.signature}'",
        symbol=use.callee.symbol,
        truth=use.callee.truth,
        suggestion=None if unknown is None else unknown.near or nearest(unknown.name or "", use.parameters),
    )


def describe(problem: Problem) -> str:
    """One way in which the arguments do not bind, to follow 'a call of f …'."""
    match problem.kind:
        case "unknown-keyword" | "dropped-keyword":
            return f"with '{problem.name}', which it does not take"
        case "unheard-keyword":
            return f"with '{problem.name}', which nothing in the project or its tests hands to it"
        case "missing":
            return f"without '{problem.name}'"
        case "too-many":
            return f"with {problem.given} positional arguments where it takes {problem.takes}"
        case "duplicate":
            return f"with '{problem.name}' twice"
        case "positional-only-by-keyword":
            return f"with '{problem.name}' by keyword, which it takes by position only"
