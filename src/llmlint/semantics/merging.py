"""Dictionaries of a function that its ``**kwargs`` are put into: what spreads them spreads those as well.

``defaults = {"name": "cup"}; defaults.update(kwargs); return Item(**defaults)``
"""

from __future__ import annotations

import ast
import collections
from typing import Final, NamedTuple

from llmlint.contracts.symbols import FunctionNode

_DICT: Final = "dict"


class Merged(NamedTuple):
    """Where ``**kwargs`` are, besides in their own name."""

    names: frozenset[str]
    """The names that hold them, their own included."""
    calls: tuple[ast.Call, ...]
    """Calls that a merged dictionary is spread into where it is made: ``Item(**{"name": "cup", **kwargs})``."""
    done: frozenset[ast.Name]
    """Mentions of the names that are part of the merging."""


def merging(node: FunctionNode, name: str, parents: dict[ast.AST, ast.AST]) -> Merged | None:
    """What ``**kwargs`` are merged into; None where that depends on the way through the function."""
    mentions: dict[str, list[ast.Name]] = collections.defaultdict(list)
    for inner in parents:
        if isinstance(inner, ast.Name):
            mentions[inner.id].append(inner)
    names, todo = {name}, [name]
    calls: list[ast.Call] = []
    done: set[ast.Name] = set()
    while todo:
        for mention in mentions[todo.pop()]:
            found = _merged(mention, parents)
            if found is None:
                continue
            done.add(mention)
            if isinstance(found, ast.Call):
                calls.append(found)
                continue
            statement, into = found
            if not _always(statement, node, name, parents):
                return None
            stores = [one for one in mentions[into] if not isinstance(one.ctx, ast.Load)]
            if into != name and not _made_once(stores, parents):
                return None
            made_anew = [one for one in stores if parents[one] is statement]
            if into == name and len(stores) != len(made_anew):
                return None
            done.update(stores)
            done.update(one for one in mentions[into] if _updated(one, parents) is statement)
            if into not in names:
                names.add(into)
                todo.append(into)
    return Merged(frozenset(names), tuple(calls), frozenset(done))


def _merged(mention: ast.Name, parents: dict[ast.AST, ast.AST]) -> ast.Call | tuple[ast.stmt, str] | None:
    """What a mention is merged into: the call that the result is spread into, or the statement and the name that holds it."""
    if not isinstance(mention.ctx, ast.Load):
        return None
    outer = parents[mention]
    if isinstance(outer, ast.Call) and outer.args == [mention] and not outer.keywords:
        into = outer.func.value if isinstance(outer.func, ast.Attribute) and outer.func.attr == "update" else None
        statement = parents[outer]
        if isinstance(into, ast.Name) and isinstance(statement, ast.Expr):
            return statement, into.id
    if isinstance(outer, ast.AugAssign) and isinstance(outer.op, ast.BitOr) and isinstance(outer.target, ast.Name):
        return outer, outer.target.id
    made = _display(mention, parents)
    if made is None:
        return None
    while (larger := _display(made, parents)) is not None:
        made = larger
    outer = parents[made]
    if isinstance(outer, ast.keyword) and outer.arg is None:
        call = parents[outer]
        return call if isinstance(call, ast.Call) else None
    if isinstance(outer, ast.Assign) and len(outer.targets) == 1 and isinstance(outer.targets[0], ast.Name):
        return outer, outer.targets[0].id
    if isinstance(outer, ast.AnnAssign) and isinstance(outer.target, ast.Name):
        return outer, outer.target.id
    return None


def _display(part: ast.expr, parents: dict[ast.AST, ast.AST]) -> ast.expr | None:
    """The dictionary that takes over everything that ``part`` has: ``{**part}``, ``part | other``, ``dict(other, **part)``."""
    outer = parents[part]
    if isinstance(outer, ast.Dict):
        return outer if any(key is None and value is part for key, value in _items(outer)) else None
    if isinstance(outer, ast.BinOp):
        return outer if isinstance(outer.op, ast.BitOr) else None
    call = parents.get(outer) if isinstance(outer, ast.keyword) and outer.arg is None else outer
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == _DICT:
        return call
    return None


def _items(node: ast.Dict) -> list[tuple[ast.expr | None, ast.expr]]:
    return list(zip(node.keys, node.values, strict=True))


def _updated(mention: ast.Name, parents: dict[ast.AST, ast.AST]) -> ast.AST | None:
    """The statement that updates the dictionary of that name."""
    outer = parents[mention]
    call = parents.get(outer) if isinstance(outer, ast.Attribute) and outer.attr == "update" else None
    return parents.get(call) if isinstance(call, ast.Call) else None


def _always(statement: ast.stmt, node: FunctionNode, name: str, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether the statement is run whenever there are keywords: it stands in the body itself, or below ``if kwargs:`` there."""
    outer = parents[statement]
    if isinstance(outer, ast.If) and statement in outer.body and getattr(outer.test, "id", None) == name:
        outer = parents[outer]
    return outer is node


def _made_once(stores: list[ast.Name], parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a name is given a dictionary once, by its display, and at most grows after that."""
    made = [parents[one] for one in stores if not isinstance(parents[one], ast.AugAssign)]
    value = getattr(made[0], "value", None) if len(made) == 1 else None
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == _DICT
    return isinstance(value, (ast.Dict, ast.BinOp))
