"""Changing the process for the tests that run afterwards."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial

from llmlint.fixing.parameters import ask_for
from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.model.position import Truth
from llmlint.semantics.proof.leaking import leaks
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for leak in leaks(module):
        by = f" by '{leak.helper.name}'" if leak.helper is not None else ""
        remedy = Remedy(f"Use '{leak.instead}'", partial(put_back, node=leak.node, what=leak.what))
        yield Finding(
            at=leak.node,
            message=f"{leak.what} stays changed{by} for the tests after this one: nothing puts it back",
            truth=Truth(leak.helper.module.path, leak.helper.node.lineno) if leak.helper is not None else None,
            suggestion=leak.instead if leak.helper is None else None,
            remedy=remedy if leak.helper is None else None,
        )


def put_back(file: Rewrite, node: ast.expr | ast.stmt, what: str) -> None:
    """Has ``monkeypatch`` do it, which the test or fixture then asks for.

    Raises:
        Unfixable: ``monkeypatch`` has nothing that does the same, or cannot be asked for.
    """
    import libcst as cst

    statement = _statement(file.source.tree, node)
    calls = _instead(file, statement, what)
    if not calls:
        raise Unfixable("monkeypatch has nothing that does the same")
    old = file.find(statement, cst.BaseSmallStatement)  # type: ignore[type-abstract]
    ask_for(file, old, "monkeypatch")
    if len(calls) == 1:
        file.replace(old, cst.Expr(cst.parse_expression(calls[0]), semicolon=old.semicolon))
        return
    span = file.source.span(statement)
    line = file.source.lines[span.row - 1]
    if line[: span.column].strip() or isinstance(old.semicolon, cst.Semicolon):
        raise Unfixable("more than one statement has to take the place of one among others on its line")
    file.edit(span, f"\n{line[: span.column]}".join(calls))


def _instead(file: Rewrite, statement: ast.stmt, what: str) -> list[str]:
    """The calls that do the same until the test is over; none where there are none."""

    def text(node: ast.expr) -> str:
        return file.text(file.source.span(node))

    match what, statement:
        case "os.environ", ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
            return [f"monkeypatch.setenv({text(key)}, {text(value)})"]
        case "os.environ", ast.Delete(targets=[ast.Subscript(slice=key)]):
            return [f"monkeypatch.delenv({text(key)})"]
        case "os.environ", ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[key], keywords=[])):
            return [f"monkeypatch.delenv({text(key)})"]
        case "os.environ", ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[key, _], keywords=[])):
            return [f"monkeypatch.delenv({text(key)}, raising=False)"]
        case "os.environ", ast.Expr(value=ast.Call(func=ast.Attribute(attr="update"), args=args, keywords=keywords)):
            return [f"monkeypatch.setenv({key}, {value})" for key, value in _pairs(args, keywords, text)]
        case "sys.modules", ast.Assign(targets=[ast.Subscript(value=target, slice=key)], value=value):
            return [f"monkeypatch.setitem({text(target)}, {text(key)}, {text(value)})"]
        case "sys.modules", ast.Delete(targets=[ast.Subscript(value=target, slice=key)]):
            return [f"monkeypatch.delitem({text(target)}, {text(key)})"]
        case "sys.modules", ast.Expr(
            value=ast.Call(func=ast.Attribute(value=target, attr="pop"), args=[key, *default], keywords=[])
        ):
            return [f"monkeypatch.delitem({text(target)}, {text(key)}{', raising=False' if default else ''})"]
        case "sys.path", ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="insert"), args=[ast.Constant(value=0), path], keywords=[])
        ):
            return [f"monkeypatch.syspath_prepend({text(path)})"]
        case "sys.path", ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Attribute(value=owner) as target, attr="append"), args=[path], keywords=[]
            )
        ):
            return [f'monkeypatch.setattr({text(owner)}, "path", [*{text(target)}, {text(path)}])']
        case (("sys.path" | "os.environ"), ast.Assign(targets=[ast.Attribute(value=owner, attr=name)], value=value)):
            return [f'monkeypatch.setattr({text(owner)}, "{name}", {text(value)})']
        case "the working directory", ast.Expr(value=ast.Call(args=[path], keywords=[])):
            return [f"monkeypatch.chdir({text(path)})"]
    return []


def _pairs(args: list[ast.expr], keywords: list[ast.keyword], text: Callable[[ast.expr], str]) -> list[tuple[str, str]]:
    """What ``update`` is told, as texts of keys and values; nothing where that is not written out."""
    found: list[tuple[str, str]] = []
    for one in args:
        if not isinstance(one, ast.Dict) or None in one.keys:
            return []
        found += [(text(key), text(value)) for key, value in zip(one.keys, one.values, strict=True) if key is not None]
    for keyword in keywords:
        if keyword.arg is None:
            return []
        found.append((f'"{keyword.arg}"', text(keyword.value)))
    return found


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
