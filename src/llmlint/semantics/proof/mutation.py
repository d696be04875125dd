"""Statements that change something in place: what they change, and how."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FunctionNode
from llmlint.model.record import record
from llmlint.semantics.proof.body import nodes_of

MUTATING: Final = frozenset(
    {
        "append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "discard", "clear", "sort",
        "reverse", "appendleft", "popleft", "difference_update", "intersection_update",
    }
)  # fmt: skip
"""Methods of the built-in collections (and of ``collections``) that change them."""


@record
class Change:
    """One change."""

    node: ast.expr | ast.stmt
    target: ast.expr
    """What is changed: ``X`` of ``X.append(1)``, ``X[0] = 1``, ``X.a = 1`` and, if the name is rebound, of ``X = 1``."""
    how: str
    """A method's name, ``item``, ``attribute``, ``delete`` or ``rebind``."""


def changes(nodes: Iterable[ast.AST]) -> Iterator[Change]:
    """Every change that some nodes make."""
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            if isinstance(node, ast.AnnAssign) and node.value is None:
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from _stored(node, target)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, (ast.Subscript, ast.Attribute)):
                    yield Change(target, target.value, "delete")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
            yield Change(node, node.func.value, node.func.attr)


@per_node
def changes_of(node: FunctionNode) -> list[Change]:
    """Every change that a function makes, inner functions and classes left out."""
    return list(changes(nodes_of(node)))


def _stored(node: ast.stmt, target: ast.expr) -> Iterator[Change]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for item in target.elts:
            yield from _stored(node, item)
    elif isinstance(target, ast.Subscript):
        yield Change(target, target.value, "item")
    elif isinstance(target, ast.Attribute):
        yield Change(target, target.value, "attribute")
    elif isinstance(target, ast.Name):
        yield Change(target, target, "rebind")
