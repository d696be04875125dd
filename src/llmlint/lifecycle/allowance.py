"""What allows each import of a test: the contract, the standard library, a dependency, the tests themselves, or nothing."""

from __future__ import annotations

import ast
import sys
from typing import Literal

from llmlint.contracts.library import Entry, Open
from llmlint.contracts.outline import is_private
from llmlint.contracts.symbols import Module
from llmlint.model.position import Truth
from llmlint.model.record import record
from llmlint.project.source import SourceFile
from llmlint.semantics.analysis import FileAnalysis
from llmlint.semantics.nouns import ImportUse, Outcome
from llmlint.semantics.world import World

By = Literal["contract", "source", "standard library", "test tool", "dependency", "tests", "nothing"]

_TEST_TOOLS = frozenset(
    {"pytest", "_pytest", "unittest", "mock", "hypothesis", "pytest_mock", "pytest_asyncio", "llmlint"}
)


@record
class Allowance:
    """One imported name, and what allows it."""

    row: int
    text: str
    """As a line of its own: ``from shop.cart import Cart``."""
    by: By
    reason: str
    """In words; for ``nothing``, why not."""
    truth: Truth | None = None
    """Where the contract (or source) has it."""

    @property
    def allowed(self) -> bool:
        """Whether anything allows it."""
        return self.by != "nothing"


def allowances(world: World, source: SourceFile) -> list[Allowance]:
    """What allows each name that a file imports, in the order of its lines."""
    analysis = FileAnalysis(world, source)
    nouns = [noun for noun in analysis.run().nouns if isinstance(noun, ImportUse)]
    found: list[Allowance] = []
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
            for alias in node.names:
                uses = [noun for noun in nouns if noun.node is alias]
                found.append(_judge(world, analysis.module, node, alias, uses))
    return sorted(found, key=lambda one: (one.row, one.text))


def _judge(
    world: World, module: Module, node: ast.Import | ast.ImportFrom, alias: ast.alias, uses: list[ImportUse]
) -> Allowance:
    text = _text(node, alias)
    from llmlint.contracts.reader import absolute

    if isinstance(node, ast.ImportFrom):
        dotted = absolute(node.module, node.level, module.package) or ""
        name: str | None = alias.name
    else:
        dotted, name = alias.name, None
    for use in uses:
        if use.outcome is Outcome.MISSING:
            what = use.name if use.name and not use.missing_part else use.missing_part or use.module
            return Allowance(node.lineno, text, "nothing", f"'{what}' does not exist")
        if use.internal:
            return Allowance(node.lineno, text, "nothing", f"the settings call '{use.module}' internal")
        if use.private_part is not None:
            return Allowance(node.lineno, text, "nothing", f"'{use.private_part}' is private")
        if use.outcome is Outcome.OFF_CONTRACT:
            return Allowance(
                node.lineno, text, "nothing", f"the contract of '{use.module}' does not publish '{use.name}'"
            )
    top = dotted.partition(".")[0]
    target = world.library.module(dotted, module.roots)
    if target is not None and (target.by_test or isinstance(node, ast.ImportFrom) and node.level):
        return Allowance(node.lineno, text, "tests", "the tests' own helpers", target.truth)
    if target is not None and target.own:
        return _own(world, target, name, node.lineno, text)
    if top in _TEST_TOOLS:
        return Allowance(node.lineno, text, "test tool", f"'{top}' is made for tests")
    if top in sys.stdlib_module_names:
        return Allowance(node.lineno, text, "standard library", "the standard library has it")
    if world.declared(top):
        return Allowance(node.lineno, text, "dependency", f"the project declares '{top}'")
    if target is not None:
        return Allowance(
            node.lineno, text, "dependency", f"'{top}' is installed, though the project does not declare it"
        )
    return Allowance(node.lineno, text, "nothing", f"'{top}' is not known here")


def _own(world: World, target: Module, name: str | None, row: int, text: str) -> Allowance:
    kind: By = "contract" if target.kind == "contract" else "source"
    words = f"the contract of '{target.name}'" if kind == "contract" else f"'{target.name}', which has no contract"
    if name is None or name == "*":
        return Allowance(row, text, kind, words, target.truth)
    entry = world.library.entry(target, name)
    if entry is None:
        return Allowance(row, text, "nothing", f"{words} does not have '{name}'", target.truth)
    if isinstance(entry, Module):
        by: By = "contract" if entry.kind == "contract" else "source"
        return Allowance(row, text, by, f"'{entry.name}' is a module of the project", entry.truth)
    if isinstance(entry, Open):
        return Allowance(row, text, kind, f"{words}, which makes names at run time", target.truth)
    assert isinstance(entry, Entry)
    if is_private(name):
        return Allowance(row, text, "nothing", f"'{name}' is private", target.truth)
    truth = Truth(entry.module.path, entry.bindings[0].node.lineno)
    return Allowance(row, text, kind, words, truth)


def _text(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    name = alias.name + (f" as {alias.asname}" if alias.asname else "")
    if isinstance(node, ast.Import):
        return f"import {name}"
    return f"from {'.' * node.level}{node.module or ''} import {name}"
