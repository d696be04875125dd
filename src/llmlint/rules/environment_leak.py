"""Changing the process for the tests that run afterwards."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.leaking import leaks
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for leak in leaks(module):
        yield Finding(
            at=leak.node,
            message=f"{leak.what} stays changed for the tests after this one: nothing puts it back",
            suggestion=leak.instead,
        )
