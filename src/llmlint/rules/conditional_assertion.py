"""A test whose assertions all stand where it may never come."""

import ast
from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.paths import conditional
from llmlint.semantics.proof.tests import Test

_WORDS = {
    ast.For: "a loop that has no round if there is nothing to loop over",
    ast.AsyncFor: "a loop that has no round if there is nothing to loop over",
    ast.While: "a loop that may not be entered",
    ast.Try: "a handler that runs only if something is raised",
    ast.If: "a branch that may not be taken",
    ast.Match: "cases that may not be met",
}


def check(test: Test) -> Iterator[Finding]:
    branch = conditional(test)
    if branch is not None:
        yield Finding(
            at=test.definition,
            message=f"every assertion of '{test.name}' stands in {_WORDS[type(branch)]} (line {branch.lineno}): "
            "then the test passes without one",
            symbol=test.function.symbol,
        )
