"""An assertion that cannot fail."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.tests import TestModule
from llmlint.semantics.proof.truisms import truisms


def check(module: TestModule) -> Iterator[Finding]:
    for condition, reason, whole in truisms(module):
        yield Finding(at=condition, message=f"this {'' if whole else 'part of the '}assertion cannot fail: {reason}")
