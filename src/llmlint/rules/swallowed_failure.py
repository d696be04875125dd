"""A failing assertion that something catches."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.swallowing import swallowed
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for found in swallowed(module):
        catch = f"'except {found.caught}'" if found.caught else "this bare 'except'"
        outcome = "skips the test" if found.skips else "lets the test pass"
        yield Finding(
            at=found.at,
            message=f"{catch} catches the AssertionError of line {found.check.node.lineno} and {outcome}",
        )
