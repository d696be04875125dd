"""Importing a name past the package that publishes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.imports import moved_import
from llmlint.fixing.rewrite import Rewrite
from llmlint.model.diagnostic import Finding, Remedy
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
            # It is the same object, of a package that is imported on the way to it.
            remedy=Remedy(
                f"Import it from '{found.package}'", partial(shorten, node=found.node, package=found.package), safe=True
            ),
        )


def shorten(file: Rewrite, node: ast.alias, package: str) -> None:
    """Imports the name from the package."""
    moved_import(file, node, package)
