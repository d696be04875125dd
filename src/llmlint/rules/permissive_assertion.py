"""An assertion that success and failure meet alike."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.checks import stated
from llmlint.semantics.proof.permitting import permissive
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for found in module.checks:
        for condition in stated(found):
            both = permissive(condition)
            if both:
                yield Finding(at=condition, message=f"this accepts success and failure alike: {both} both pass")
