"""A test that changes what other tests read."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.sharing import shared
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for found in shared(module):
        yield Finding(
            at=found.node,
            message=f"'{found.name}' (line {found.line}) stays changed, and '{found.reader}' reads it: the order of the tests decides",
        )
