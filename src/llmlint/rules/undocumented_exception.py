"""Expecting an exception that the docstring of what is called does not list."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.promised import unpromised
from llmlint.semantics.proof.tests import Test


def check(test: Test) -> Iterator[Finding]:
    for found in unpromised(test):
        listed = ", ".join(f"'{name}'" for name in found.listed)
        yield Finding(
            at=found.node,
            message=f"'{found.callee}' does not say that it raises '{found.exception}'; its docstring lists {listed}",
            symbol=found.exception,
            truth=found.truth,
        )
