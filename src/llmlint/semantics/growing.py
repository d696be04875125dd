"""Containers that are added to after they were written down."""

from __future__ import annotations

import ast
from typing import Final

from llmlint.contracts.walking import walk

GROWING: Final = frozenset({"builtins.list", "builtins.set", "collections.deque"})
"""What is added to item by item; a dict knows its keys besides."""
_GROWS: Final = frozenset({"append", "appendleft", "extend", "extendleft", "insert", "add", "update", "setdefault"})


def grown_in(node: ast.AST) -> frozenset[str]:
    """The names that something is put into below a node."""
    found: set[str] = set()
    for inner in walk(node):
        target: ast.AST | None = None
        if isinstance(inner, ast.Call):
            if isinstance(inner.func, ast.Attribute) and inner.func.attr in _GROWS:
                target = inner.func.value
        elif isinstance(inner, ast.Subscript):
            target = inner.value if isinstance(inner.ctx, ast.Store) else None
        elif isinstance(inner, ast.AugAssign):
            target = inner.target
        if isinstance(target, ast.Name):
            found.add(target.id)
    return frozenset(found)
