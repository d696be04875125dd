"""Bodies of functions in installed packages: dropped when a module has been read, parsed again when somebody asks for one.

The trees of installed packages are most of what a run would hold in memory, and most of their functions are never looked into; so
most of these are not even parsed the first time (``bodiless.py``).
"""

from __future__ import annotations

import ast
from typing import Final, cast

from llmlint.contracts.bodiless import WORTH
from llmlint.contracts.lines import Lines
from llmlint.contracts.walking import statements_in


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
            if (node.end_lineno or 0) - node.lineno >= WORTH:
                lines = lines or Lines(text)
                node.__class__ = lazy
                del node.__dict__["body"]
                node.__dict__["_lines"] = lines
        elif not isinstance(node, _Lazy):  # of which the last session that read this tree has dropped the body
            stack.extend(statements_in(node))


def is_unread(function: ast.stmt) -> bool:
    """Whether the body of a function could not be read: it is in a syntax that is newer than the Python that runs this."""
    return "_unread" in function.__dict__


def _parsed(lines: Lines, node: ast.stmt) -> list[ast.stmt]:
    """The body of a function from its text."""
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
        # What it does is not known. (It is no function by its lines alone where they end as on old systems, too.)
        node.__dict__["_unread"] = True
        anything = ast.parse("return eval('')").body
        for part in ast.walk(anything[0]):
            if isinstance(part, (ast.stmt, ast.expr)):
                part.lineno = part.end_lineno = node.lineno
        return anything
    return found.body
