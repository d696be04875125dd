"""The fixtures that the settings allow the tests of a folder."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test


def refused(test: Test) -> Iterator[tuple[ast.arg | ast.expr, str, str, tuple[str, ...]]]:
    """(where, fixture, folder, allowed) for each fixture that a test asks for and that its folder's list lacks.

    The list of the innermost folder counts; a name in it may be a glob. Parametrized arguments are no fixtures.
    """
    folder, allowed = _list(test)
    if folder is None:
        return
    for node, name in _asked(test):
        if name not in test.parameters and not any(fnmatchcase(name, pattern) for pattern in allowed):
            yield node, name, folder, allowed


def _list(test: Test) -> tuple[str | None, tuple[str, ...]]:
    project = test.module.world.project
    path = os.path.relpath(test.module.source.path, project.root).replace(os.sep, "/")
    best: tuple[str | None, tuple[str, ...]] = (None, ())
    for folder, allowed in project.settings.allowed_fixtures:
        plain = folder.strip("/").removeprefix("./")
        if plain in ("", ".") or path.startswith(f"{plain}/") or path == plain:
            if best[0] is None or len(plain) > len(best[0]):
                best = (plain, allowed)
    return best


def _asked(test: Test) -> Iterator[tuple[ast.arg | ast.expr, str]]:
    if test.unittest:
        return
    arguments = test.node.args
    given = {name for patch in test.patches for name in patch.named}
    skipped = sum(patch.injects for patch in test.patches)
    parameters = [*arguments.posonlyargs, *arguments.args]
    if test.cls is not None and test.module.world.functions.info(test.function).kind != "static":
        parameters = parameters[1:]
    parameters = parameters[skipped : len(parameters) - len(arguments.defaults)]
    required = [a for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None]
    for argument in (*parameters, *required):
        if argument.arg not in given:
            yield argument, argument.arg
    for mark in test.marks:
        if mark.name == "usefixtures":
            for node in mark.arguments.nodes:
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node, node.value
