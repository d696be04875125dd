"""Where a test waits for time to pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Variable
from llmlint.semantics.proof.body import last_name, own_nodes
from llmlint.semantics.values import FunctionValue

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test

_SLEEPS: Final = frozenset({"time.sleep", "asyncio.tasks.sleep", "asyncio.sleep"})
_LIMITS: Final = ("timeout", "fail_after", "move_on", "raises", "assertraises", "freeze", "travel", "suppress")


def sleeps(test: Test) -> Iterator[tuple[ast.Call, float]]:
    """Each statement of a test that sleeps, and for how many seconds. Polling is none, nor a sleep that something cuts short."""
    if not any(last_name(call.func) == "sleep" for call in test.body.own.calls):
        return
    for statement in _plain_statements(test.statements):
        if not isinstance(statement, ast.Expr):
            continue
        call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if not isinstance(call, ast.Call) or len(call.args) != 1:
            continue
        callee = test.module.callees.get(call)
        if not isinstance(callee, FunctionValue) or callee.function.symbol not in _SLEEPS:
            continue
        seconds = _seconds(test, call.args[0])
        if seconds:
            yield call, seconds


def _plain_statements(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are not part of polling, and stand under no limit of time."""
    for statement in statements:
        if isinstance(statement, ast.While):
            continue
        if isinstance(statement, (ast.For, ast.AsyncFor)) and any(
            isinstance(node, (ast.Break, ast.Return)) for node in own_nodes(statement.body)
        ):
            continue
        if isinstance(statement, (ast.With, ast.AsyncWith)) and any(
            last_name(item.context_expr).lower().startswith(_LIMITS) for item in statement.items
        ):
            continue
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        yield statement
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if isinstance(inner, list):
                yield from _plain_statements(inner)


def _seconds(test: Test, node: ast.expr) -> float:
    """The value of a constant; 0 where it is none."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, (int, float)) else 0
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult, ast.Div)):
        left, right = _seconds(test, node.left), _seconds(test, node.right)
        if not left or not right:
            return 0
        return (
            left + right
            if isinstance(node.op, ast.Add)
            else left * right
            if isinstance(node.op, ast.Mult)
            else left / right
        )
    if isinstance(node, ast.Name):
        symbol = test.module.world.library.symbol(test.module.module, node.id)
        if isinstance(symbol, Variable) and isinstance(symbol.binding.value, ast.Constant):
            return _seconds(test, symbol.binding.value)
    return 0
