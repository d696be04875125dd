"""Calls of what does nothing: a hook that the project leaves empty can be called, and that is all there is to see."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Function, FunctionNode
from llmlint.semantics.values import FunctionValue, Value, members_of

if TYPE_CHECKING:
    from llmlint.semantics.world import World


def calls_only_what_does_nothing(world: World, nodes: Iterable[ast.AST], callees: Mapping[ast.AST, Value]) -> bool:
    """Whether what is called for its own sake among ``nodes`` (there is such a call) is the project's and has an empty body."""
    called = [call for node in nodes if isinstance(node, ast.Expr) and (call := _call(node.value)) is not None]
    return bool(called) and all(_does_nothing(world, callees.get(call)) for call in called)


def _call(node: ast.expr) -> ast.Call | None:
    inner = node.value if isinstance(node, ast.Await) else node
    return inner if isinstance(inner, ast.Call) else None


def _does_nothing(world: World, callee: Value | None) -> bool:
    functions = [
        source
        for value in members_of(callee)
        if isinstance(value, FunctionValue)
        for function in value.functions
        for source in _sources(world, function)
    ] if callee is not None else []  # fmt: skip
    return bool(functions) and all(one.module.own and _is_empty(one.node) for one in functions)


def _sources(world: World, function: Function) -> tuple[Function, ...]:
    """The function itself, or what a stub says it of."""
    if not function.module.is_stub:
        return (function,)
    owner = function.owner.implementation if function.owner is not None else None
    member = world.classes.body(owner).get(function.name) if owner is not None else None
    return tuple(member.functions()) if member is not None else (function,)


@per_node
def _is_empty(function: FunctionNode) -> bool:
    """Whether nothing but ``pass`` (or a bare ``return``) stands behind the docstring; ``...`` leaves the body to somebody else."""
    if function.decorator_list:
        return False
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        if len(body) == 1:
            return True
        body = body[1:]
    return all(
        isinstance(node, ast.Pass)
        or isinstance(node, ast.Return)
        and (node.value is None or isinstance(node.value, ast.Constant) and node.value.value is None)
        for node in body
    )
