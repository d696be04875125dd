"""The functions of the tests' own that tests, fixtures and set-ups call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Function, FunctionNode, Module
from llmlint.semantics.proof.body import own_nodes
from llmlint.semantics.values import FunctionValue, Value

if TYPE_CHECKING:
    from llmlint.semantics.proof.following import Following
    from llmlint.semantics.proof.tests import TestModule

_DEPTH: Final = 3
"""How far helpers are followed through the helpers that they call."""


def helper(call: ast.Call, module: Module, callees: Mapping[ast.AST, Value], following: Following) -> Function | None:
    """The one function of the tests that a call runs; None where that is another's, one of several, a generator, or not known."""
    value = callees.get(call)
    if value is None and isinstance(call.func, ast.Name):
        symbol = following.world.library.resolve(module, call.func) if call.func.id in module.table else None
        function = symbol if isinstance(symbol, Function) else None
    else:
        function = value.function if isinstance(value, FunctionValue) and len(value.functions) == 1 else None
    if function is None or not function.module.by_test:
        return None
    info = following.world.functions.info(function)
    if info.fixture is not None or info.opaque or _yields(function):
        return None
    return function


def called(module: TestModule, calls: Iterable[ast.Call]) -> Iterator[tuple[ast.Call, Function]]:
    """The calls of helpers among some calls of a file, with the helper."""
    for call in calls:
        found = helper(call, module.module, module.callees, module.following)
        if found is not None:
            yield call, found


def reached(function: Function, following: Following, depth: int = _DEPTH) -> Iterator[Function]:
    """A helper, and the helpers that it calls in turn, each once."""
    seen = {function}
    pending = [(function, depth)]
    while pending:
        current, left = pending.pop()
        yield current
        if left == 0:
            continue
        for call in following.body(current).own.calls:
            found = helper(call, current.module, {}, following)
            if found is not None and found not in seen:
                seen.add(found)
                pending.append((found, left - 1))


def _yields(function: Function) -> bool:
    return _yields_itself(function.node)


@per_node
def _yields_itself(node: FunctionNode) -> bool:
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in own_nodes(node.body))
