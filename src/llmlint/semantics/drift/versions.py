"""Which statements of a module count for the target's Python: those under a check of another version do not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from llmlint.contracts.symbols import Module

_COMPARISONS: Final = {ast.Eq: eq, ast.NotEq: ne, ast.Lt: lt, ast.LtE: le, ast.Gt: gt, ast.GtE: ge}


class Versions:
    """Tells of the statements of modules whether they count."""

    def __init__(self, version: tuple[int, int]) -> None:
        """``version``: of the target's Python."""
        self._version = version
        self._gone: dict[str, frozenset[ast.AST]] = {}

    def counts(self, module: Module, node: ast.AST) -> bool:
        """Whether a statement of a module's body, or of the body of one of its classes, is there under the target's Python."""
        if module.tree is None or "version_info" not in module.text:
            return True
        if module.path not in self._gone:
            self._gone[module.path] = left_out(module.tree, self._version)
        return node not in self._gone[module.path]


def left_out(tree: ast.Module, version: tuple[int, int]) -> frozenset[ast.AST]:
    """The statements under checks of ``sys.version_info`` that do not hold for ``version``, those of class bodies included.

    What a check of the platform, or any other condition, says is not decided (typing specification, "Version and platform checking").
    """
    return frozenset(_left_out(tree.body, version, gone=False))


def _left_out(statements: Sequence[ast.stmt], version: tuple[int, int], *, gone: bool) -> Iterator[ast.AST]:
    for node in statements:
        if gone:
            yield node
        if isinstance(node, ast.If):
            true = holds(node.test, version)
            yield from _left_out(node.body, version, gone=gone or true is False)
            yield from _left_out(node.orelse, version, gone=gone or true is True)
        elif isinstance(node, ast.ClassDef):
            yield from _left_out(node.body, version, gone=gone)


def holds(test: ast.expr, version: tuple[int, int]) -> bool | None:
    """Whether a check of the version holds; None where that is not known."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = holds(test.operand, version)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        found = [holds(value, version) for value in test.values]
        deciding = isinstance(test.op, ast.Or)
        if deciding in found:
            return deciding
        return None if None in found else not deciding
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right = test.left, test.comparators[0]
    have: tuple[int, ...] | int = (*version, 0)
    if isinstance(left, ast.Subscript):
        part = left.slice
        if isinstance(part, ast.Constant) and isinstance(part.value, int) and part.value in (0, 1):
            have = version[part.value]
        elif ast.unparse(left.slice) == ":2":
            have = version
        else:
            return None
        left = left.value
    if not isinstance(left, ast.Attribute) or left.attr != "version_info":
        return None
    try:
        want = ast.literal_eval(right)
    except (ValueError, TypeError, SyntaxError):
        return None
    compare = _COMPARISONS.get(type(test.ops[0]))
    if compare is None or isinstance(have, int) != isinstance(want, int):
        return None
    if isinstance(want, tuple):
        if not want or not all(isinstance(part, int) for part in want):
            return None
        want = want[:2]
    return bool(compare(have, want))
