"""``raises`` blocks: what is expected, and what stands inside."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from llmlint.contracts.walking import walk
from llmlint.model.record import record
from llmlint.semantics.mocks.values import Mock, MockMethod
from llmlint.semantics.proof.body import last_name, own_nodes
from llmlint.semantics.proof.checks import form_of
from llmlint.semantics.values import ClassValue, FunctionValue, Special, Value

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test


@record
class Expectation:
    """``with pytest.raises(E):``, ``with self.assertRaises(E):`` or the function form of either."""

    call: ast.Call
    exception: ast.expr | None
    matched: bool
    """Whether the message (or the exception itself) is looked at: ``match``, ``check``, a regex, or by what follows."""
    block: ast.With | ast.AsyncWith | None
    """The ``with``; None for the function form."""


def expectations(test: Test) -> Iterator[Expectation]:
    """Every ``raises`` of a test."""
    callees = test.module.callees
    blocks: dict[ast.Call, tuple[ast.With | ast.AsyncWith, ast.expr | None]] = {}
    for node in test.nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if isinstance(item.context_expr, ast.Call):
                    blocks[item.context_expr] = node, item.optional_vars
    for call in test.body.own.calls:
        if form_of(call, callees.get(call)) != "raises":
            continue
        block, target = blocks.get(call, (None, None))
        name = last_name(call.func)
        matched = any(keyword.arg in ("match", "check", "expected_regex", None) for keyword in call.keywords)
        matched = matched or "Regex" in name or "Message" in name
        if isinstance(target, ast.Name):
            matched = matched or _looked_at(test, target.id)
        elif target is not None:
            matched = True
        exception = call.args[0] if call.args else None
        for keyword in call.keywords:
            if keyword.arg in ("expected_exception", "exception"):
                exception = keyword.value
        if block is None and len(call.args) < 2 and "callable" not in {keyword.arg for keyword in call.keywords}:
            continue  # kept in a name, handed to a parametrization
        yield Expectation(call, exception, matched, block)


def _looked_at(test: Test, name: str) -> bool:
    return any(node.id == name for node in (*test.body.own.names, *test.body.inner.names))


def statements_that_may_raise(expected: Expectation, callees: Mapping[ast.AST, Value]) -> list[ast.stmt]:
    """The statements in a ``raises`` block that run code which may fail, those of inner blocks counted one by one.

    Where the block itself raises at last, what stands before it is the scene that the exception is raised in: none is counted.
    """
    found: list[ast.stmt] = []
    pending = list(reversed(expected.block.body)) if expected.block is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Raise):
            return []
        if isinstance(node, ast.Try) and node.handlers:
            continue  # it looks after what it raises itself
        if isinstance(node, (ast.With, ast.AsyncWith)):
            if any(_may_raise(inner, callees) for item in node.items for inner in own_nodes([item.context_expr])):
                found.append(node)  # a manager of the project's is a scene of its own
            else:
                pending.extend(reversed(node.body))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.decorator_list:
                found.append(node)
        elif isinstance(node, (ast.Pass, ast.Global, ast.Nonlocal, ast.Assert)):
            continue
        elif any(_may_raise(inner, callees) for inner in own_nodes([node])):
            found.append(node)
    return found


def _may_raise(node: ast.AST, callees: Mapping[ast.AST, Value]) -> bool:
    """Whether a node runs code of the project or of a third party; the standard library and mocks are taken for safe."""
    return isinstance(node, ast.Call) and not _harmless(callees.get(node))


def _harmless(callee: Value | None) -> bool:
    if isinstance(callee, Special):
        return callee.path.partition(".")[0] in (
            "builtins",
            "unittest",
            "mocker",
            "monkeypatch",
            "copy",
            "functools",
            "typing",
        )
    if isinstance(callee, FunctionValue):
        module = callee.function.module
        return module.kind == "typeshed" or module.name.startswith("_pytest.")
    if isinstance(callee, ClassValue):
        return callee.cls.module.kind == "typeshed"
    return isinstance(callee, (Mock, MockMethod))


def names_its_own(test: Test, broad: str) -> bool:
    """Whether a test (or a function in it) makes or hands over the broad exception itself: then it is the one that is meant."""
    expected = {
        id(inner)
        for call in test.body.own.calls
        if last_name(call.func) in _EXPECTING
        for argument in call.args[:2]
        for inner in walk(argument)
    }
    handlers = {
        id(inner)
        for node in walk(test.node)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for inner in walk(node.type)
    }
    names = (*test.body.own.names, *test.body.inner.names)
    return any(name.id == broad and id(name) not in expected and id(name) not in handlers for name in names)


_EXPECTING: Final = frozenset({"raises", "assertRaises", "assertRaisesRegex", "isinstance"})
