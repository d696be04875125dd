"""Assertions whose failure something catches, so that the test passes all the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import root_name
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Function, FunctionNode
from llmlint.contracts.walking import walk
from llmlint.model.record import record
from llmlint.semantics.proof.body import last_name, nodes_of, own_nodes
from llmlint.semantics.proof.checks import Check, checks_of
from llmlint.semantics.proof.helpers import helper

if TYPE_CHECKING:
    from llmlint.semantics.proof.following import Following
    from llmlint.semantics.proof.tests import TestModule

_CATCHING: Final = frozenset({"AssertionError", "Exception", "BaseException", "failureException"})
_TELLING: Final = frozenset(
    {"print", "print_exc", "debug", "info", "warning", "error", "exception", "log", "warn", "write"}
)


@record
class Swallowed:
    """A catch that an assertion's failure does not get past."""

    at: ast.excepthandler | ast.Call
    check: Check
    caught: str
    """As written: ``Exception``; '' for a bare ``except``."""
    skips: bool
    """Whether the test is skipped instead."""


_BLOCKS: Final = frozenset({ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try})


def swallowed(module: TestModule) -> Iterator[Swallowed]:
    """Every such catch in the functions of a file."""
    text = module.source.text
    if "except" not in text and "suppress" not in text:
        return
    for function, _ in module.functions:
        yield from _in_function(module, function)


@per_node
def _blocks(function: FunctionNode) -> list[ast.AST]:
    """The loops, ``with`` and ``try`` statements of a function."""
    return [node for node in nodes_of(function) if type(node) in _BLOCKS]


def _in_function(module: TestModule, function: Function) -> Iterator[Swallowed]:
    loops: list[ast.For | ast.AsyncFor | ast.While] = []
    for node in _blocks(function.node):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            loops.append(node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and last_name(call.func) == "suppress":
                    caught = _catches(call.args)
                    check = _check(module, node.body, caught) if caught is not None else None
                    if check is not None:
                        yield Swallowed(call, check, caught or "", False)
        elif isinstance(node, ast.Try):
            if any(_within(node, loop) for loop in loops):
                continue  # tried again until it holds
            found = _tried(module, function.node, node)
            if found is not None:
                yield found


def _within(node: ast.Try, loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    if not loop.lineno <= node.lineno <= (loop.end_lineno or loop.lineno):
        return False
    return bool(loop.orelse) or any(
        isinstance(inner, (ast.Break, ast.Return, ast.Continue)) or _call_named(inner, "sleep") for inner in walk(loop)
    )


def _call_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == name


def _tried(module: TestModule, function: FunctionNode, node: ast.Try) -> Swallowed | None:
    for handler in node.handlers:
        caught = _catches([handler.type]) if handler.type is not None else ""
        if caught is None:
            continue
        check = _check(module, node.body, caught)
        if check is None:
            return None
        silent = _does_nothing(handler)
        if silent is None or _may_fail(node.orelse) or _kept(function, node, check):
            return None
        if caught not in ("", "BaseException") and _expects_it(node, check):
            return None
        return Swallowed(handler, check, caught, silent == "skips")
    return None


def _catches(types: list[ast.expr] | list[ast.expr | None]) -> str | None:
    """The first of some exceptions that takes an ``AssertionError``; None without one."""
    for node in types:
        for one in node.elts if isinstance(node, ast.Tuple) else [node]:
            if isinstance(one, (ast.Name, ast.Attribute)) and last_name(one) in _CATCHING:
                return last_name(one)
    return None


def _check(module: TestModule, statements: list[ast.stmt], caught: str) -> Check | None:
    """The first check in some statements whose failure is an exception that ``caught`` takes."""
    asserts: list[ast.Assert] = []
    calls: list[ast.Call] = []
    for node in own_nodes(statements):
        if isinstance(node, ast.Assert):
            asserts.append(node)
        elif isinstance(node, ast.Call):
            calls.append(node)
        elif isinstance(node, (ast.With, ast.AsyncWith, ast.Try)):
            # What an inner block expects or catches is its own.
            if isinstance(node, ast.Try) or any(
                last_name(item.context_expr) in ("raises", "assertRaises", "assertRaisesRegex", "subTest")
                for item in node.items
            ):
                return None
    for check in (*checks_of(asserts, [], calls, module.callees), *_by_helpers(module, statements)):
        if check.form in ("assert", "method"):
            return check
        if check.form == "mock" and last_name(check.node.func).startswith("assert"):  # type: ignore[union-attr]
            return check
        if check.form == "fail" and (root_name(check.node) == "self" or caught in ("", "BaseException")):
            return check
    return None


def _by_helpers(module: TestModule, statements: list[ast.stmt]) -> Iterator[Check]:
    """The calls of helpers that are there to assert: they give nothing back, and end with an assertion."""
    for statement in statements:
        value = statement.value if isinstance(statement, ast.Expr) else None
        call = value.value if isinstance(value, ast.Await) else value
        if isinstance(call, ast.Call):
            found = helper(call, module.module, module.callees, module.following)
            if found is not None and _is_there_to_assert(found, module.following):
                yield Check(call, "method")


def _is_there_to_assert(function: Function, following: Following, depth: int = 2) -> bool:
    last = function.node.body[-1]
    while isinstance(last, (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.If)):
        last = last.body[-1]
    if isinstance(last, ast.Assert):
        return True
    value = last.value if isinstance(last, ast.Expr) else None
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(call, ast.Call):
        return False
    if any(check.form == "method" for check in checks_of([], [], [call], {})):
        return True
    inner = helper(call, function.module, {}, following) if depth else None
    return inner is not None and _is_there_to_assert(inner, following, depth - 1)


def _may_fail(statements: list[ast.stmt]) -> bool:
    return any(isinstance(node, (ast.Assert, ast.Raise, ast.Call)) for node in own_nodes(statements))


def _does_nothing(handler: ast.ExceptHandler) -> str | None:
    """'passes' or 'skips' where a handler lets the failure go; None where it does something with it."""
    how = "passes"
    for statement in handler.body:
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.Return) and statement.value is None:
            continue
        if not isinstance(statement, ast.Expr):
            return None
        value = statement.value
        if isinstance(value, ast.Constant):
            continue
        if not isinstance(value, ast.Call):
            return None
        name = last_name(value.func)
        if name == "skip" and root_name(value.func) in ("pytest", "skip"):
            how = "skips"
        elif name == "skipTest":
            how = "skips"
        elif name not in _TELLING:
            return None
    return how


def _expects_it(node: ast.Try, check: Check) -> bool:
    """Whether the assertion is to fail: else the body ends with what is no ``AssertionError`` (``pytest.fail``, in this form)."""
    last = node.body[-1]
    call = last.value if isinstance(last, ast.Expr) else None
    return isinstance(call, ast.Call) and call is not check.node and ast.unparse(call.func) == "pytest.fail"


def _kept(function: FunctionNode, node: ast.Try, check: Check) -> bool:
    """Whether the body notes behind the assertion that it came so far, and something reads that later."""
    noted = {
        name.id
        for name in own_nodes(node.body)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.lineno > check.node.lineno
    }
    end = node.end_lineno or node.lineno
    return bool(noted) and any(
        isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load) and name.id in noted and name.lineno > end
        for name in walk(function)
    )
