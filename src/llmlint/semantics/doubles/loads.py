"""How many mocks and patches feed a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.symbols import Class, Function
from llmlint.contracts.walking import walk
from llmlint.semantics.doubles.context import COUNTED, Context
from llmlint.semantics.nouns import MockLoad
from llmlint.semantics.patch_targets import Replacement

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator

_SETUP: Final = frozenset({"setUp", "asyncSetUp", "setup_method", "setup"})


class MockLoads:
    """Counts, test by test; what fixtures bring is told once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.module = context.module
        self.evaluator = context.evaluator
        self.world = context.world
        self.mocks = context.mocks
        self._counts: dict[Function, int] = {}
        self._loads: dict[tuple[frozenset[Function], Class | None], list[tuple[Function, int, int, int]]] = {}
        """The tests by the fixtures that feed them mocks: each with what it adds and what these make, near and shared."""
        self._made_for: dict[tuple[tuple[str, ...], Class | None], dict[Function, int]] = {}
        self._calls: dict[ast.AST | None, list[ast.Call]] = {}
        for call, inside in self.mocks.made.items():
            self._calls.setdefault(inside, []).append(call)

    def count(self, function: Function, cls: Class | None, replacements: list[Replacement]) -> None:
        """Count what feeds one test."""
        # What is replaced again and again, a clock, is one thing.
        replaced = {_what(item) for item in replacements if item.form in COUNTED}
        own = len(replaced) + self._built(self.evaluator, function.node)
        made = self._made(function, cls)
        set_up = self._set_up(function, cls)
        near = sum(count for fixture, count in made.items() if fixture.module is self.module) + set_up
        key = (frozenset(made), cls if set_up else None)
        self._loads.setdefault(key, []).append((function, own, near, sum(made.values()) + set_up - near))

    def report(self) -> None:
        """The load of each test; what the fixtures alone bring is said once, of the first test that asks for them."""
        for loads in self._loads.values():
            for index, (function, own, near, shared) in enumerate(loads):
                if own or (near + shared and index == 0):
                    self.evaluator.emit(MockLoad(function.node, own, near, shared, len(loads) if index == 0 else 0))

    def _made(self, function: Function, cls: Class | None) -> dict[Function, int]:
        """The fixtures that feed a test mocks, and how many each makes; tests with the same parameters have the same."""
        arguments = function.node.args
        names = tuple(item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
        found = self._made_for.get((names, cls))
        if found is None:
            found = self._made_for[names, cls] = {}
            for fixture in self._fixtures(names, cls):
                module = fixture.module
                evaluator = self.evaluator if module is self.module else self.world.inference.quiet(module)
                count = self._made_by(evaluator, fixture)
                if count:
                    found[fixture] = count
        return found

    def _made_by(self, evaluator: Evaluator, fixture: Function) -> int:
        """What a fixture patches and builds."""
        count = self._counts.get(fixture)
        if count is None:
            count = self._built(evaluator, fixture.node)
            count += sum(
                1
                for item in evaluator.patches.replacements.values()
                if item.form in COUNTED and (item.inside is fixture.node or item.node in fixture.node.decorator_list)
            )
            self._counts[fixture] = count
        return count

    def _built(self, evaluator: Evaluator, node: ast.AST) -> int:
        """The mocks that a function builds, those left out that a patch puts in place."""
        mocks = evaluator.mocks
        own = self._calls.get(node, []) if evaluator is self.evaluator else mocks.made
        found = [
            call for call in own if mocks.made[call] is node and call not in mocks.joined and call not in mocks.parts
        ]
        if not found:
            return 0
        patches = [item.node for item in evaluator.patches.replacements.values() if item.inside is node]
        return sum(1 for call in found if not any(_holds(patch, call) for patch in patches))

    def _fixtures(self, names: Sequence[str], cls: Class | None) -> Iterator[Function]:
        """The fixtures of those names, those that they ask for included."""
        seen: set[Function] = set()
        pending: list[tuple[str, Function | None]] = [(name, None) for name in names]
        while pending:
            name, above = pending.pop()
            found = self.world.fixtures.find(name, self.module, cls, above)
            if found is None or found.function in seen:
                continue
            fixture = found.function
            seen.add(fixture)
            yield fixture
            arguments = fixture.node.args
            pending.extend(
                (argument.arg, fixture if fixture.name == argument.arg else None)
                for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
            )

    def _set_up(self, function: Function, cls: Class | None) -> int:
        """What the set-up of the test's class makes: its patches, and those mocks that the test mentions."""
        if cls is None:
            return 0
        count = 0
        text = ""
        body = self.world.classes.body(cls)
        for name in _SETUP:
            member = body.get(name)
            for method in member.functions() if member is not None else ():
                count += sum(1 for item in self.context.inside.get(method.node, ()) if item.form in COUNTED)
                for statement in walk(method.node):
                    if isinstance(statement, ast.Assign) and statement.value in self.mocks.made:
                        target = dotted(statement.targets[0])
                        text = text or self.module.text_of(function.node)
                        if target and re.search(rf"{re.escape(target)}\b", text):
                            count += (
                                statement.value not in self.mocks.joined and statement.value not in self.mocks.parts
                            )
        return count


def _what(item: Replacement) -> tuple[str, str]:
    """What a patch replaces, as it is written."""
    first = item.node.args[0] if item.node.args else item.node
    return item.name, ast.unparse(first)


def _holds(outer: ast.expr, inner: ast.expr) -> bool:
    """Whether an expression stands inside another one."""
    start, end = (outer.lineno, outer.col_offset), (outer.end_lineno or 0, outer.end_col_offset or 0)
    return start <= (inner.lineno, inner.col_offset) and (inner.end_lineno or 0, inner.end_col_offset or 0) <= end
