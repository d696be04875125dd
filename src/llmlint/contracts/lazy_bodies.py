"""Bodies of functions in installed packages: dropped when a module has been read, parsed again when somebody asks for one.

The trees of installed packages are most of what a run would hold in memory, and most of their functions are never looked into.
"""

from __future__ import annotations

import ast
from typing import Final, cast

from llmlint.contracts.lines import Lines

_WORTH: Final = 3
"""So many rows a function has at least, to be worth parsing its body again."""


class _Lazy(ast.stmt):
    """What both kinds of function have in common. ``_lines`` is the text that the body stands in, until it is asked for."""

    __slots__ = ()

    @property
    def body(self) -> list[ast.stmt]:
        kept = self.__dict__
        found = kept.get("_body")
        if found is None:
            found = kept["_body"] = _parsed(kept.pop("_lines"), self)
        return cast("list[ast.stmt]", found)

    @body.setter
    def body(self, statements: list[ast.stmt]) -> None:
        self.__dict__["_body"] = statements


class _LazyFunction(_Lazy, ast.FunctionDef):
    __slots__ = ()


class _LazyAsyncFunction(_Lazy, ast.AsyncFunctionDef):
    __slots__ = ()


_KINDS: Final[dict[type, type]] = {ast.FunctionDef: _LazyFunction, ast.AsyncFunctionDef: _LazyAsyncFunction}


def shed(tree: ast.Module, text: str) -> None:
    """Drop the bodies of the functions and methods of a module, until they are asked for."""
    lines: Lines | None = None
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        node = stack.pop()
        lazy = _KINDS.get(type(node))
        if lazy is not None:
            if (node.end_lineno or 0) - node.lineno >= _WORTH:
                lines = lines or Lines(text)
                node.__class__ = lazy
                del node.__dict__["body"]
                node.__dict__["_lines"] = lines
        elif isinstance(node, (ast.ClassDef, ast.If, ast.Try)):
            stack.extend(node.body)
            if not isinstance(node, ast.ClassDef):
                stack.extend(node.orelse)


def _parsed(lines: Lines, node: ast.stmt) -> list[ast.stmt]:
    """The body of a function from its text; ``pass`` where its lines alone are no function (line ends of old systems)."""
    text = lines.between(node.lineno, node.end_lineno or node.lineno)
    indented = text[:1] in (" ", "\t")
    # Empty rows above it put every node where it belongs; to move the nodes costs more than their parsing.
    above = "\n" * (node.lineno - 1 - indented)
    try:
        tree = ast.parse(f"{above}if 1:\n{text}" if indented else above + text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.Module([], [])
    outer = tree.body[0] if tree.body else None
    found = outer.body[0] if isinstance(outer, ast.If) else outer
    if not isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [ast.Pass(lineno=node.lineno, col_offset=0, end_lineno=node.lineno, end_col_offset=0)]
    return found.body
