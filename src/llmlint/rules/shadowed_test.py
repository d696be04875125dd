"""A test that a later definition of the same name replaces."""

import ast
from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.shadowing import shadowed
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for found in shadowed(module):
        what = "the tests in it never run" if isinstance(found.first, ast.ClassDef) else "that test never runs"
        yield Finding(
            at=module.head(found.later),
            message=f"'{found.name}' is already defined in line {found.first.lineno}; {what}",
            symbol=found.name,
        )
