"""A test that waits for time to pass."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.position import Truth
from llmlint.semantics.proof.sleeping import sleeps
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for found in sleeps(module):
        asleep = found.function
        who = "the test" if found.by == "test" else f"the {found.by} '{asleep.name}'"
        yield Finding(
            at=found.at,
            message=f"{who} sleeps for {found.seconds:g} s: wait for what is meant to happen, or set the clock",
            symbol=asleep.symbol,
            truth=Truth(asleep.module.path, found.row) if asleep.module is not module.module else None,
        )
