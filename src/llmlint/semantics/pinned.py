"""Patches whose mock is asserted in full (how it was called, each time, or that it was not), and those whose mock nobody looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import walk
from llmlint.semantics.injecting import injected_parameters

_IN_FULL: Final = frozenset(
    {"assert_called_once_with", "assert_awaited_once_with", "assert_not_called", "assert_not_awaited"}
)


def is_pinned(tree: ast.Module, patch: ast.Call) -> bool:
    """Whether the function that a patch stands in, or decorates, asserts in full how its mock was called: then a call that the real one
    would not take fails the test as well.
    """
    function = _around(patch, tree.body)
    return function is not None and patch in _pinned(function)


def is_unread(tree: ast.Module, patch: ast.Call) -> bool:
    """Whether the function that a patch stands in, or decorates, never mentions its mock: something is kept from happening, no more."""
    function = _around(patch, tree.body)
    return function is not None and patch in _unread(function)


def _around(patch: ast.Call, statements: list[ast.stmt]) -> FunctionNode | None:
    """The outermost function that has a node in its body or its decorators."""
    for node in statements:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
        if first <= patch.lineno <= (node.end_lineno or 0):
            return _around(patch, node.body) if isinstance(node, ast.ClassDef) else node
    return None


@per_node
def _pinned(function: FunctionNode) -> frozenset[ast.AST]:
    asserted = set(_asserted(function))
    return frozenset(patch for patch, name in _named(function) if name in asserted) if asserted else frozenset()


@per_node
def _unread(function: FunctionNode) -> frozenset[ast.AST]:
    names = dict(_named(function))
    read = {node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    kept: set[ast.AST] = {node.context_expr for node in walk(function) if isinstance(node, ast.withitem)}
    kept.update(node.value for node in walk(function) if isinstance(node, ast.Expr))
    kept.update(names)
    return frozenset(node for node in kept if names.get(node, "") not in read)


def _asserted(function: FunctionNode) -> Iterator[str]:
    for node in walk(function):
        if isinstance(node, (ast.Assert, ast.Call)) and (uncalled := _uncalled(node)):
            yield uncalled
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _IN_FULL:
            if node.func.attr.startswith("assert_not") or not any(isinstance(one, ast.Starred) for one in node.args):
                yield dotted(node.func.value)


def _uncalled(node: ast.Assert | ast.Call) -> str:
    """The mock of ``assert not mock.called``, ``assert mock.call_count == 0`` and ``self.assertFalse(mock.called)``; '' of anything else."""
    match node:
        case ast.Assert(test=ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr="called", value=mock))):
            return dotted(mock)
        case ast.Assert(
            test=ast.Compare(
                left=ast.Attribute(attr="call_count", value=mock), ops=[ast.Eq()], comparators=[ast.Constant(value=0)]
            )
        ):
            return dotted(mock)
        case ast.Call(func=ast.Attribute(attr="assertFalse"), args=[ast.Attribute(attr="called", value=mock), *_]):
            return dotted(mock)
    return ""


def _named(function: FunctionNode) -> Iterator[tuple[ast.AST, str]]:
    """What is called in a function, or decorates it, and the name that holds what it gives."""
    yield from injected_parameters(function)
    for node in walk(function):
        if isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.context_expr, dotted(node.optional_vars)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            yield from ((node.value, dotted(target)) for target in node.targets)
