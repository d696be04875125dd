"""Assertions that a mock gives what the test told it to give."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.dotted import root_name
from llmlint.contracts.symbols import Function
from llmlint.semantics.doubles.context import Context
from llmlint.semantics.doubles.flow import Flow, is_test_case_assertion
from llmlint.semantics.doubles.uses import use_of
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import MockEcho
from llmlint.semantics.patch_targets import Replacement
from llmlint.semantics.values import Callable, ModuleValue

_COMPARING: Final = frozenset({"assertEqual", "assertIs", "assertDictEqual", "assertListEqual"})


class MockEchoes:
    """Finds them test by test."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.evaluator = context.evaluator
        self.mocks = context.mocks
        self._echoing = sorted(
            node.lineno for node in (*self.mocks.echoes, *self.evaluator.replaced_reads) if isinstance(node, ast.expr)
        )
        """The rows in which a test reads from a mock, or something that is replaced."""

    def judge(self, function: Function, replacements: list[Replacement]) -> None:
        first = bisect_left(self._echoing, function.node.lineno)
        if first == len(self._echoing) or self._echoing[first] > (function.node.end_lineno or 0):
            return
        flow = self.context.flow(function.node)
        for node in flow.assertions:
            sides: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                if len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.Is)):
                    sides = [node.left, node.comparators[0]]
            elif isinstance(node, ast.Call) and is_test_case_assertion(node) and len(node.args) >= 2:
                if node.func.attr in _COMPARING:  # type: ignore[attr-defined]
                    sides = node.args[:2]
            for side, other in ((sides[0], sides[1]), (sides[1], sides[0])) if sides else ():
                read, keys = self._read(flow, side)
                given = next(
                    (
                        item
                        for item in self._echoed(flow, read, replacements)
                        if self._same(flow, _part_of(flow.origin(item), keys) if keys else item, read, other)
                    ),
                    None,
                )
                if given is not None:
                    self.evaluator.emit(MockEcho(node, _short(read), given))
                    break

    def _read(self, flow: Flow, side: ast.expr) -> tuple[ast.expr, list[object]]:
        """What a side of an assertion reads, and the literal keys by which it takes a part of that."""
        keys: list[object] = []
        node = flow.origin(side)
        while (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node not in self.mocks.echoes
        ):
            keys.insert(0, node.slice.value)
            node = flow.origin(node.value)
        return node, keys

    def _echoed(self, flow: Flow, read: ast.expr, replacements: list[Replacement]) -> Iterator[ast.expr]:
        """The expressions of the values that the test may read back from a mock."""
        found = self.mocks.echoes.get(read)
        if found is not None:
            mock, name = found
            handed = name != "()" and (
                self._is_handed(flow, root_name(read)) or isinstance(mock.children.get(name), Mock)
            )
            if not handed and name in mock.sources:
                yield mock.sources[name]
        elif isinstance(read, ast.Call) and isinstance(read.func, ast.Attribute):
            receiver = self.evaluator.replaced_reads.get(read.func)
            for item in replacements if isinstance(receiver, ModuleValue) else ():
                owner = item.target.owner
                if item.name == read.func.attr and isinstance(owner, ModuleValue) and owner.module is receiver.module:  # type: ignore[union-attr]
                    if (
                        isinstance(item.value, Mock)
                        and "effect" not in item.value.actions
                        and "()" in item.value.sources
                    ):
                        yield item.value.sources["()"]
                    elif isinstance(item.value, Callable) and item.value.node is not None:
                        yield item.value.node.body

    def _same(self, flow: Flow, given: ast.expr | None, read: ast.expr, other: ast.expr) -> bool:
        if given is None:
            return False
        if isinstance(other, ast.Attribute) and other.attr == "return_value" and isinstance(read, ast.Call):
            if ast.dump(other.value) == ast.dump(read.func):
                return True
        ways = {ast.dump(given), ast.dump(flow.origin(given))}
        return ast.dump(other) in ways or ast.dump(flow.origin(other)) in ways

    def _is_handed(self, flow: Flow, name: str) -> bool:
        """Whether a mock leaves the test's hands, so that something else may have changed it."""
        return not name or any(use_of(flow, load) == "used" for load in flow.loads.get(name, ()))


def _part_of(node: ast.expr, keys: list[object]) -> ast.expr | None:
    """What the keys lead to in a display of dicts and lists."""
    for key in keys:
        found: ast.expr | None = None
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    found = value
        elif (
            isinstance(node, (ast.List, ast.Tuple)) and isinstance(key, int) and -len(node.elts) <= key < len(node.elts)
        ):
            found = node.elts[key]
        if found is None:
            return None
        node = found
    return node


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:57]}..."
