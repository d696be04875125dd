"""A test that does what another one does."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.likeness import duplicates
from llmlint.semantics.proof.sameness import sames
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    repeating = list(duplicates(module))
    for later, earlier in repeating:
        yield Finding(
            at=later.definition,
            message=f"'{later.name}' repeats '{earlier.name}' (line {earlier.node.lineno}): the bodies differ in names at most",
            symbol=later.function.symbol,
        )
    for test, digest in sames(module, [later for later, _ in repeating]):
        yield Finding(
            at=test.definition,
            message=f"'{test.name}' repeats '{{earlier}}': the bodies differ in names at most",
            symbol=test.function.symbol,
            recurring=digest,
        )
