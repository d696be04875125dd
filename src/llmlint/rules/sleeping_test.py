"""A test that waits for time to pass."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.sleeping import sleeps
from llmlint.semantics.proof.tests import Test


def check(test: Test) -> Iterator[Finding]:
    for call, seconds in sleeps(test):
        yield Finding(
            at=call,
            message=f"the test sleeps for {seconds:g} s: wait for what is meant to happen, or set the clock",
            symbol=test.function.symbol,
        )
