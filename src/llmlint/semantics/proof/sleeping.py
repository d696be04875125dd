"""Where a test waits for time to pass."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

from llmlint.contracts.library import Variable
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Function, FunctionNode, Module
from llmlint.model.record import record
from llmlint.semantics.proof.body import last_name, own_nodes
from llmlint.semantics.proof.helpers import helper
from llmlint.semantics.values import ClassValue, FunctionValue, Value

if TYPE_CHECKING:
    from llmlint.semantics.proof.following import Following
    from llmlint.semantics.proof.tests import TestModule
    from llmlint.semantics.world import World

_SLEEPS: Final = frozenset({"time.sleep", "asyncio.tasks.sleep", "asyncio.sleep"})
_TIMES: Final = re.compile(
    r"(?:^|_)(?:m?ttl|px|lease|countdown|eta)(?:_|$)|expir|timeout|lifetime|max_?age|retention|seconds$|delay|period|interval"
)
"""What parameters are called that say after what time something happens."""
_LIMITS: Final = ("timeout", "fail_after", "move_on", "raises", "assertraises", "freeze", "travel", "suppress")


@record
class Sleep:
    """A fixed time for which tests have to wait."""

    at: ast.Call
    """The sleep; where it stands in another file, the call of what sleeps."""
    seconds: float
    function: Function
    """What sleeps."""
    by: Literal["test", "fixture", "helper"]
    row: int


def sleeps(module: TestModule) -> Iterator[Sleep]:
    """Each statement that sleeps in the tests of a file, its fixtures, and the helpers that these call. Polling is none, nor a
    sleep that something cuts short, nor one in which a time is to run out that the test has set.
    """
    tests = {test.function for test in module.tests}
    told: set[Function] = set()
    fixtures = [function for function, _ in module.functions if module.is_frame(function) and function not in tests]
    for function in (*(test.function for test in module.tests), *fixtures):
        for sleep, seconds in _own(function, module.callees, module.following):
            yield Sleep(sleep, seconds, function, "test" if function in tests else "fixture", sleep.lineno)
        for statement in _plain(function.node):
            call = _called(statement)
            found = helper(call, module.module, module.callees, module.following) if call is not None else None
            if call is None or found is None or found in tests or found in told:
                continue
            own = found.module is module.module
            if own:
                told.add(found)
            for sleep, seconds in _own(found, module.callees if own else {}, module.following):
                yield Sleep(sleep if own else call, seconds, found, "helper", sleep.lineno)
                if not own:
                    break


def _own(
    function: Function, callees: Mapping[ast.AST, Value], following: Following
) -> Iterator[tuple[ast.Call, float]]:
    if not any(last_name(call.func) == "sleep" for call in following.body(function).own.calls):
        return
    for statement in _plain(function.node):
        call = _called(statement)
        if call is None or len(call.args) != 1:
            continue
        callee = callees.get(call)
        if callee is None and not callees:
            # Of a file that is not judged now, what names are imported from is known.
            if following.world.library.origin(function.module, call.func) not in _SLEEPS:
                continue
        elif not isinstance(callee, FunctionValue) or callee.function.symbol not in _SLEEPS:
            continue
        seconds = _seconds(function.module, following.world, call.args[0])
        if seconds and not _sets_a_time(function, call, callees, following.world):
            yield call, seconds


def _sets_a_time(function: Function, sleep: ast.Call, callees: Mapping[ast.AST, Value], world: World) -> bool:
    """Whether a call before the sleep is given a number of which its parameter says that it is a time (``ttl=1``)."""
    for call in world.following.body(function).own.calls:
        name = last_name(call.func)
        if call.lineno >= sleep.lineno or name == "sleep":
            continue
        for keyword in call.keywords:
            if keyword.arg and _TIMES.search(keyword.arg) and _is_number(keyword.value):
                return True
        if any(_is_number(argument) for argument in call.args):
            if name.startswith("expire"):
                return True
            names = _parameters(callees.get(call), world)
            if any(_TIMES.search(name) and _is_number(given) for name, given in zip(names, call.args, strict=False)):
                return True
    return False


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _parameters(callee: Value | None, world: World) -> list[str]:
    """The names of what a callee takes by position, ``self`` left out."""
    if isinstance(callee, FunctionValue):
        function, bound = callee.function, callee.receiver is not None
    elif isinstance(callee, ClassValue):
        made = world.classes.member(callee.cls, "__init__", on_class=True)
        functions = tuple(made.functions()) if made is not None else ()
        if not functions:
            return []
        function, bound = functions[0], True
    else:
        return []
    arguments = function.node.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][bound:]


def _called(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement is, awaited or not."""
    if not isinstance(statement, ast.Expr):
        return None
    call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return call if isinstance(call, ast.Call) else None


@per_node
def _plain(function: FunctionNode) -> list[ast.stmt]:
    """The statements of a function that are not part of polling, and stand under no limit of time."""
    return list(_plain_statements(function.body))


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


def _seconds(module: Module, world: World, node: ast.expr) -> float:
    """The value of a constant; 0 where it is none."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, (int, float)) else 0
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult, ast.Div)):
        left, right = _seconds(module, world, node.left), _seconds(module, world, node.right)
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
        symbol = world.library.symbol(module, node.id)
        if isinstance(symbol, Variable) and isinstance(symbol.binding.value, ast.Constant):
            return _seconds(module, world, symbol.binding.value)
    return 0
