"""Asking for a fixture that the settings do not allow here."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.permitted import refused
from llmlint.semantics.proof.tests import Test


def check(test: Test) -> Iterator[Finding]:
    for node, name, folder, allowed in refused(test):
        yield Finding(
            at=node,
            message=f"'{name}' is none of the fixtures that the settings allow the tests in '{folder}'",
            symbol=name,
            suggestion=nearest(name, allowed),
        )
