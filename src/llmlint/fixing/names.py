"""Renaming: an attribute, a keyword, an imported name, a part of a dotted string, a parameter with its uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Remedy
from llmlint.model.position import Span

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_PLAIN = re.compile(r"""(?P<open>[bBuU]?(?P<quote>"{3}|'{3}|"|'))(?P<text>[^\\'"\n]*)(?P=quote)""")


def rename_to(new: str | None, node: ast.AST | Span, old: str, *, safe: bool) -> Remedy | None:
    """The remedy that writes ``new`` for the name ``old``, which ``node`` uses or brings in; None without a new name.

    ``node`` is what names it: an attribute, a keyword argument, a string (also one with ``old`` as a part of a dotted path),
    a name, the alias of an import or a parameter (the two with every use of the name).
    """
    if new is None or new == old or not new.isidentifier():
        return None
    return Remedy(f"Rename to '{new}'", partial(rename, node=node, old=old, new=new), safe)


def rename(file: Rewrite, node: ast.AST | Span, old: str, new: str) -> None:
    """Writes ``new`` for ``old``.

    Raises:
        Unfixable: the name is not written there as it is, or what else bears it cannot be told.
    """
    match node:
        case ast.keyword(arg=name) if name == old:
            span = file.source.span(node)
            file.rename(Span(span.row, span.column, span.row, span.column + len(old)), old, new)
        case ast.Attribute(attr=name) if name == old:
            span = file.source.span(node)
            file.rename(Span(span.end_row, span.end_column - len(old), span.end_row, span.end_column), old, new)
        case ast.Name():
            file.rename(node, old, new)
        case ast.Constant(value=str()):
            _rename_in_string(file, node, old, new)
        case ast.Call(args=[_, ast.Constant(value=str()) as name, *_]):
            _rename_in_string(file, name, old, new)
        case ast.Subscript(slice=ast.Constant(value=str()) as key):
            _rename_in_string(file, key, old, new)
        case ast.alias(name=name) if name == old:
            _rename_import(file, node, old, new)
        case ast.arg(arg=name) if name == old:
            _rename_parameter(file, node, old, new)
        case ast.expr():
            _rename_keyword_of(file, node, old, new)
        case _:
            raise Unfixable(f"'{old}' is not written there")


def _rename_in_string(file: Rewrite, node: ast.Constant, old: str, new: str) -> None:
    span = file.source.span(node)
    found = _PLAIN.fullmatch(file.text(span))
    if found is None:
        raise Unfixable("the string has escapes, or is written in parts")
    places = [match.start() for match in re.finditer(rf"(?<![\w]){re.escape(old)}(?![\w])", found["text"])]
    if len(places) != 1:
        raise Unfixable(f"'{old}' is not once in the string")
    column = span.column + len(found["open"]) + places[0]
    file.rename(Span(span.row, column, span.row, column + len(old)), old, new)


def rewrite_string(file: Rewrite, node: ast.expr, old: str, new: str) -> None:
    """Writes ``new`` for the whole of the string ``old``, in its own quotes.

    Raises:
        Unfixable: the string has escapes, or is written in parts.
    """
    span = file.source.span(node)
    found = _PLAIN.fullmatch(file.text(span))
    if found is None or found["text"] != old:
        raise Unfixable("the string has escapes, or is written in parts")
    column = span.column + len(found["open"])
    file.rename(Span(span.row, column, span.row, column + len(old)), old, new)


def _rename_import(file: Rewrite, node: ast.alias, old: str, new: str) -> None:
    span = file.source.span(node)
    file.rename(Span(span.row, span.column, span.row, span.column + len(old)), old, new)
    if node.asname is None:
        # Other imports may bring in the same name; who binds it otherwise means something else by it.
        if any(name != "import" for name in binders(file.source.tree, old)):
            raise Unfixable(f"'{old}' is bound elsewhere in the file")
        _rename_uses(file, file.source.tree, old, new)


def _rename_parameter(file: Rewrite, node: ast.arg, old: str, new: str) -> None:
    function = _function_of(file.source.tree, node)
    arguments = function.args
    others = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    if any(other is not None and other.arg == new for other in others):
        raise Unfixable(f"'{new}' is a parameter already")
    if sum(1 for _ in binders(function, old)) > 1 or any(True for _ in binders(function, new)):
        raise Unfixable(f"'{old}' or '{new}' is bound in the function as well")
    if _mentioned(function, new):
        raise Unfixable(f"the function already means something by '{new}'")
    span = file.source.span(node)
    file.rename(Span(span.row, span.column, span.row, span.column + len(old)), old, new)
    body = function.body if isinstance(function.body, list) else [function.body]
    for statement in body:
        _rename_uses(file, statement, old, new)


def _rename_uses(file: Rewrite, tree: ast.AST, old: str, new: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            file.rename(node, old, new)
        elif isinstance(node, ast.Global | ast.Nonlocal) and old in node.names:
            raise Unfixable(f"'{old}' is declared global")


def _rename_keyword_of(file: Rewrite, value: ast.expr, old: str, new: str) -> None:
    """The keyword (or the key of a dictionary) under which ``value`` is given."""
    for node in ast.walk(file.source.tree):
        if isinstance(node, ast.keyword) and node.value is value and node.arg == old:
            rename(file, node, old, new)
            return
        if isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values, strict=True):
                if item is value and isinstance(key, ast.Constant) and isinstance(key.value, str):
                    _rename_in_string(file, key, old, new)
                    return
    raise Unfixable(f"'{old}' is not written there")


def _function_of(tree: ast.AST, parameter: ast.arg) -> Function:
    for node in ast.walk(tree):
        if isinstance(node, Function) and any(child is parameter for child in ast.walk(node.args)):
            return node
    raise Unfixable("a parameter of no function")


def _mentioned(tree: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def binders(tree: ast.AST, name: str) -> Iterator[str]:
    """How a name is bound anywhere below ``tree``: ``import``, ``parameter``, ``assignment``, ``definition``, ``except``."""
    for node in ast.walk(tree):
        match node:
            case ast.alias(name=imported, asname=given) if (given or imported) == name:
                yield "import"
            case ast.arg(arg=bound) if bound == name:
                yield "parameter"
            case ast.Name(id=bound, ctx=ast.Store() | ast.Del()) if bound == name:
                yield "assignment"
            case ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound) | ast.ClassDef(name=bound) if (
                bound == name
            ):
                yield "definition"
            case ast.ExceptHandler(name=bound) | ast.MatchAs(name=bound) | ast.MatchStar(name=bound) if bound == name:
                yield "except"
