"""What one mention of a mock in a test is there for."""

from __future__ import annotations

import ast
from typing import Final

from llmlint.semantics.doubles.flow import Flow
from llmlint.semantics.mocks.assertions import API

_NOT_CALLED: Final = frozenset({"assert_not_called", "assert_not_awaited"})
_CONFIGURES: Final = frozenset({"configure_mock", "reset_mock", "mock_add_spec"})


def use_of(flow: Flow, load: ast.Name) -> str:
    """What one mention of a mock does: ``configures`` it, asserts that it was ``not called``, ``reads`` it, or is ``used``."""
    node: ast.AST = load
    parent = flow.parents.get(node)
    while isinstance(parent, (ast.Attribute, ast.Call, ast.Subscript)) and _carries(parent, node):
        if isinstance(parent, ast.Call) and isinstance(node, ast.Attribute):
            statement = flow.parents.get(parent)
            if isinstance(statement, ast.Expr) and node.attr in _CONFIGURES:
                return "configures"
            if isinstance(statement, ast.Expr) and node.attr in _NOT_CALLED:
                return "not called"
        node, parent = parent, flow.parents.get(parent)
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return "configures"
    if node is load:
        return "used"
    if isinstance(node, ast.Attribute) and node.attr not in API:
        return "reads"
    return "used"


def _carries(parent: ast.AST, node: ast.AST) -> bool:
    """Whether ``node`` is what the attribute, call or subscript is one of."""
    return getattr(parent, "func", None) is node or getattr(parent, "value", None) is node
