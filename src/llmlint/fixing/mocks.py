"""What a test does with a mock that it builds, and the other makers of the library that the mock comes from."""

from __future__ import annotations

import ast

from llmlint.contracts.dotted import dotted
from llmlint.fixing.imports import add_import
from llmlint.fixing.names import binders
from llmlint.fixing.rewrite import Rewrite, Unfixable

_MOCKS_OWN = frozenset(
    {
        "return_value", "side_effect", "called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls",
        "reset_mock", "configure_mock", "await_count", "await_args", "await_args_list",
    }
)  # fmt: skip


def names_used_on(tree: ast.AST, mock: ast.expr | str) -> set[str]:
    """The public attributes that are read below ``tree`` of the variables (or attributes) that hold a mock.

    What is first written may be read: a spec lets a test give a mock what the class does not have.

    Args:
        tree: Where to look.
        mock: What makes it, or the variable.
    """
    targets = {mock} if isinstance(mock, str) else {name for name in map(dotted, bound_to(tree, mock)) if name}
    read: set[str] = set()
    written: set[str] = set()
    for node in ast.walk(tree) if targets else ():
        if isinstance(node, ast.Attribute) and dotted(node.value) in targets:
            (written if isinstance(node.ctx, ast.Store) else read).add(node.attr)
    return {name for name in read - written - _MOCKS_OWN if not name.startswith("assert_")}


def bound_to(tree: ast.AST, made: ast.expr) -> list[ast.expr]:
    """What the value of an expression is bound to: by assignments and ``with … as``."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(value=value, targets=targets) if value is made:
                return targets
            case ast.AnnAssign(value=value, target=target) if value is made:
                return [target]
            case ast.NamedExpr(value=value, target=target) if value is made:
                return [target]
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target) if value is made:
                return [target]
    return []


def sibling(file: Rewrite, maker: ast.expr, name: str) -> str:
    """How the file writes ``name`` of the library that ``maker`` (``MagicMock``, ``mock.MagicMock``) comes from; imports it if
    need be.

    Raises:
        Unfixable: it cannot be told where the maker comes from, or the name means something else.
    """
    if isinstance(maker, ast.Attribute):
        return f"{ast.unparse(maker.value)}.{name}"
    if not isinstance(maker, ast.Name):
        raise Unfixable("the maker is computed")
    for node in file.source.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in ("unittest.mock", "mock"):
            for alias in node.names:
                if alias.name == name:
                    return alias.asname or name
            if any((alias.asname or alias.name) == maker.id for alias in node.names):
                if any(True for _ in binders(file.source.tree, name)):
                    raise Unfixable(f"'{name}' means something else in the file")
                add_import(file, node.module, name)
                return name
    raise Unfixable("it cannot be told where the maker comes from")
