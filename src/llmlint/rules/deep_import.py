"""Importing a name past the package that publishes it."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.tests import TestModule
from llmlint.semantics.shortcuts import shortcuts


def check(module: TestModule) -> Iterator[Finding]:
    for found in shortcuts(module):
        yield Finding(
            at=found.node,
            message=f"'{found.name}' is published by '{found.package}', and imported past it from '{found.module}'",
            symbol=f"{found.module}.{found.name}",
            truth=found.truth,
            suggestion=f"from {found.package} import {found.name}",
        )
