"""Every node below one, as ``ast.walk`` gives them, at a third of its cost and in no promised order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, cast

_NO_NODES: Final = frozenset(
    {
        "ctx", "id", "attr", "arg", "op", "ops", "type_comment", "kind", "module", "level", "asname", "rest", "kwd_attrs", "simple",
        "conversion", "is_async", "lineno", "tag",
    }
)  # fmt: skip
"""Fields that hold text, numbers, contexts or operators."""


class _Fields(dict[type, tuple[str, ...]]):
    """By a kind of node: the names of its fields that hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = tuple(name for name in kind._fields if name not in _NO_NODES)
        if kind.__name__ != "TypeAlias":  # the name of a `type` statement is a node, every other name is text
            names = tuple(name for name in names if name != "name")
        self[kind] = names
        return names


_fields: Final = _Fields(
    {ast.Constant: (), ast.MatchSingleton: (), ast.Name: (), ast.alias: (), ast.Global: (), ast.Nonlocal: ()}
)

_GAPPED: Final = frozenset({ast.Dict, ast.arguments})
"""Whose lists have gaps: the key of ``**rest`` in a display, the default of a keyword that has none."""


def walk(node: ast.AST, *, leaves: bool = True) -> Iterator[ast.AST]:
    """The node and everything below it, but contexts and operators; without ``leaves`` only what may have nodes below itself: no names,
    constants and imported names."""
    stack: list[ast.AST | None] = [node]
    fields = _fields
    while stack:
        item = stack.pop()
        if item is None:
            continue
        inner = fields[type(item)]
        if inner or leaves:
            yield item
        for name in inner:
            value = getattr(item, name, None)
            if value is not None:
                if type(value) is list:
                    stack.extend(value)
                else:
                    stack.append(value)


def pairs(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Every node below one, with the node that it is a part of."""
    stack: list[ast.AST] = [node]
    while stack:
        outer = stack.pop()
        for name in _fields[type(outer)]:
            value = getattr(outer, name, None)
            for inner in value if type(value) is list else (value,):
                if inner is not None:
                    yield outer, inner
                    stack.append(inner)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, last first: as a stack wants them."""
    found: list[ast.AST | None] = []
    for name in _fields[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found.extend(value)
        elif value is not None:
            found.append(value)
    found.reverse()
    if type(node) in _GAPPED:
        return [item for item in found if item is not None]
    return cast("list[ast.AST]", found)


def statements_in(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements that stand right below a statement, in all of its blocks."""
    for name in ("body", "orelse", "finalbody"):
        yield from getattr(node, name, ())
    for name in ("handlers", "cases"):
        for part in getattr(node, name, ()):
            yield from part.body
