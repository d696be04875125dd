"""Tests that are defined again under the same name, so that the first is gone before pytest looks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import Class, FunctionNode
from llmlint.contracts.walking import walk
from llmlint.model.record import record

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import TestModule


@record
class Shadowed:
    """A test (or a class of tests) that a later statement of the same scope replaces."""

    first: FunctionNode | ast.ClassDef
    later: ast.stmt
    name: str
    tests: int
    """How many tests are lost."""


def shadowed(module: TestModule) -> Iterator[Shadowed]:
    """Every test of the file that is replaced, in the order of the source."""
    if module.role != "test":
        return
    yield from _in(module, module.source.tree.body, None)
    for cls in module.classes:
        if cls.scope is None and module.collects(cls):
            yield from _in(module, cls.node.body, cls)


def _in(module: TestModule, statements: list[ast.stmt], cls: Class | None) -> Iterator[Shadowed]:
    bound: dict[str, int] = {}
    for index, statement in enumerate(statements):
        for name in _binds(statement):
            earlier = bound.get(name)
            if earlier is not None:
                first = statements[earlier]
                lost = _tests(module, first, cls)
                if lost and not _needed(name, statements[earlier + 1 : index], statement):
                    yield Shadowed(first, statement, name, lost)  # type: ignore[arg-type]
            bound[name] = index
        if isinstance(statement, ast.Delete):
            for target in statement.targets:
                bound.pop(getattr(target, "id", ""), None)


def _binds(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds for certain."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0]


def _tests(module: TestModule, node: ast.stmt, cls: Class | None) -> int:
    """How many tests a definition holds that pytest would collect; 0 where something may have taken it before."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        function = module.module.function_at(node, cls)
        info = module.world.functions.info(function)
        if info.opaque or info.kind == "property" or info.overload or module.is_frame(function):
            return 0
        return int(module.is_test(function, cls))
    if isinstance(node, ast.ClassDef) and not node.decorator_list:
        found = module.module.class_at(node, cls)
        if not module.collects(found) or any(keyword.arg for keyword in node.keywords):
            return 0
        return sum(
            module.is_test(module.module.function_at(inner, found), found)
            for inner in node.body
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef))
        )
    return 0


def _needed(name: str, between: list[ast.stmt], later: ast.stmt) -> bool:
    """Whether something reads the first before it is replaced, or on its replacement."""
    parts: list[ast.AST] = [*between]
    if isinstance(later, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts += [*later.decorator_list, later.args]
    elif isinstance(later, ast.ClassDef):
        parts += [*later.bases, *later.decorator_list, *later.keywords]
    else:
        parts.append(later)
    return any(
        isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)
        for part in parts
        for node in walk(part)
    )
