"""Changing the process for the tests that run afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.parameters import ask_for
from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.proof.leaking import leaks
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for leak in leaks(module):
        yield Finding(
            at=leak.node,
            message=f"{leak.what} stays changed for the tests after this one: nothing puts it back",
            suggestion=leak.instead,
            remedy=Remedy(f"Use '{leak.instead}'", partial(put_back, node=leak.node, what=leak.what)),
        )


def put_back(file: Rewrite, node: ast.expr | ast.stmt, what: str) -> None:
    """Has ``monkeypatch`` do it, which the test or fixture then asks for.

    Raises:
        Unfixable: ``monkeypatch`` has nothing that does the same, or cannot be asked for.
    """
    import libcst as cst

    statement = _statement(file.source.tree, node)
    call = _instead(file, statement, what)
    if call is None:
        raise Unfixable("monkeypatch has nothing that does the same")
    old = file.find(statement, cst.BaseSmallStatement)  # type: ignore[type-abstract]
    ask_for(file, old, "monkeypatch")
    file.replace(old, cst.Expr(cst.parse_expression(call), semicolon=old.semicolon))


def _instead(file: Rewrite, statement: ast.stmt, what: str) -> str | None:
    """The call that does the same until the test is over."""

    def text(node: ast.expr) -> str:
        return file.text(file.source.span(node))

    match what, statement:
        case "os.environ", ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
            return f"monkeypatch.setenv({text(key)}, {text(value)})"
        case "os.environ", ast.Delete(targets=[ast.Subscript(slice=key)]):
            return f"monkeypatch.delenv({text(key)})"
        case "os.environ", ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[key], keywords=[])):
            return f"monkeypatch.delenv({text(key)})"
        case "os.environ", ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[key, _], keywords=[])):
            return f"monkeypatch.delenv({text(key)}, raising=False)"
        case "sys.modules", ast.Assign(targets=[ast.Subscript(value=target, slice=key)], value=value):
            return f"monkeypatch.setitem({text(target)}, {text(key)}, {text(value)})"
        case "sys.modules", ast.Delete(targets=[ast.Subscript(value=target, slice=key)]):
            return f"monkeypatch.delitem({text(target)}, {text(key)})"
        case "sys.path", ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="insert"), args=[ast.Constant(value=0), path], keywords=[])
        ):
            return f"monkeypatch.syspath_prepend({text(path)})"
        case "the working directory", ast.Expr(value=ast.Call(args=[path], keywords=[])):
            return f"monkeypatch.chdir({text(path)})"
    return None


def _statement(tree: ast.Module, node: ast.expr | ast.stmt) -> ast.stmt:
    """The innermost statement that ``node`` is or stands in."""
    found: ast.stmt | None = None
    for statement in ast.walk(tree):
        # Outer ones come first.
        if isinstance(statement, ast.stmt) and any(inner is node for inner in ast.walk(statement)):
            found = statement
    if found is None or hasattr(found, "body"):
        raise Unfixable("in no plain statement")
    return found
