"""Tests that were announced and not written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from llmlint.semantics.proof.body import is_text, last_name

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test

Skeleton = Literal["empty", "not implemented", "skipped"]


def skeleton(test: Test) -> tuple[Skeleton, ast.expr | ast.stmt | None] | None:
    """Why a test is only the shell of one, and the decorator or statement that says so; None if it is a test."""
    first = next((node for node in test.statements if not _says_nothing(node)), None)
    if first is None:
        return "empty", None
    if isinstance(first, ast.Raise) and first.exc is not None and last_name(first.exc) == "NotImplementedError":
        alone = all(node is first or _says_nothing(node) for node in test.statements)
        return ("not implemented", first) if alone else None
    for node, _ in test.decorations:
        if last_name(node) == "skip" and not _reason(node):
            return "skipped", node
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call):
        call = first.value
        if last_name(call.func) in ("skip", "skipTest") and last_name_of_owner(call) in ("pytest", "self"):
            if not _reason(call):
                return "skipped", first
    return None


def last_name_of_owner(call: ast.Call) -> str:
    """``pytest`` of ``pytest.skip()``; ``pytest`` as well for a bare ``skip()``."""
    return last_name(call.func.value) if isinstance(call.func, ast.Attribute) else "pytest"


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass) or is_text(node):
        return True
    if isinstance(node, ast.Return):
        return node.value is None or isinstance(node.value, ast.Constant) and node.value.value is None
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis


def _reason(node: ast.expr) -> bool:
    """Whether a skip says why; what is computed may."""
    if not isinstance(node, ast.Call):
        return False
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in ("reason", "msg", None))]
    return any(not (isinstance(one, ast.Constant) and not str(one.value or "").strip()) for one in given)
