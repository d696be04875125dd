"""What decorators hand to the function below them, besides what its callers give: the mocks of patches, and what a wrapper adds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FROM, Function, FunctionNode, Module
from llmlint.contracts.walking import walk

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_BEFORE_NEW: Final = {"patch": 1, "object": 2}
"""How many positional arguments each form of patch takes before its ``new``."""


def injects(decorator: ast.expr, name: str = "") -> bool:
    """Whether a decorator is a patch that hands its mock on by position: where it does not itself say what stands there instead.

    Args:
        decorator: As it stands.
        name: The dotted name that it is imported under; how it is spelt, where that is not known.
    """
    if not isinstance(decorator, ast.Call):
        return False
    before = _BEFORE_NEW.get((name or dotted(decorator.func)).rpartition(".")[2])
    return before is not None and len(decorator.args) <= before and all(one.arg != "new" for one in decorator.keywords)


def injected_parameters(function: FunctionNode) -> Iterator[tuple[ast.expr, str]]:
    """Each patch above a function that hands its mock on, the lowest first, and the parameter that takes it."""
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
    if names[:1] in (["self"], ["cls"]):
        del names[0]
    return zip(filter(injects, reversed(function.decorator_list)), names, strict=False)


def hands_more(world: World, module: Module, function: Function) -> bool:
    """Whether a decorator of a function of ``module`` calls it with arguments of its own, before those that it was given."""
    for decorator in world.functions.info(function).opaque:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        found = [world.library.resolve(module, called, function.owner)]
        for binding in module.table.get(called.id, ()) if isinstance(called, ast.Name) else ():
            source = world.library.module(binding.module, module.roots) if binding.form == FROM else None
            if source is not None:  # and what the module makes of it: `served = partial(served, debug=True)`
                found.append(world.library.symbol(source, binding.name))
        if any(isinstance(one, Function) and _adds(world, one) for one in found):
            return True
    return False


def _adds(world: World, decorator: Function, depth: int = 2) -> bool:
    """Whether a decorator hands on more than its wrapper is given, or is made of one that does."""
    if decorator.module.is_stub:
        return False
    if _wrapper_adds(decorator.node):
        return True
    for node in walk(decorator.node) if depth else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            inner = world.library.resolve(decorator.module, node.func)
            if isinstance(inner, Function) and _adds(world, inner, depth - 1):
                return True
    return False


@per_node
def _wrapper_adds(decorator: FunctionNode) -> bool:
    """Whether the wrapper that a decorator makes calls a parameter of the decorator with more than what the wrapper is given."""
    wrapped = {decorator.args.args[0].arg} if decorator.args.args else set[str]()
    for node in walk(decorator):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node is not decorator and node.args.args:
            wrapped.add(node.args.args[0].arg)
    for node in walk(decorator):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wrapped:
            starred = [argument for argument in node.args if isinstance(argument, ast.Starred)]
            if starred and len(node.args) > 1:
                return True
    return False
