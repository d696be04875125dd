"""Bodies of functions in installed packages, and of classes in stubs: dropped when a module has been read, parsed again when somebody
asks for one.

The trees of installed packages and of typeshed are most of what a run would hold in memory, and most of what they define is never
looked into; so most of it is not even parsed the first time (``bodiless.py``).
"""

from __future__ import annotations

import ast
from typing import Final, cast

from llmlint.contracts.bodiless import WORTH, Deferred
from llmlint.contracts.lines import Lines
from llmlint.contracts.walking import statements_in


class _Lazy(ast.stmt):
    """What functions and classes have in common. ``_lines`` is the text that the body stands in, until it is asked for."""

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


class _LazyClass(_Lazy, ast.ClassDef):
    __slots__ = ()


_KINDS: Final[dict[Deferred, dict[type, type]]] = {
    "functions": {ast.FunctionDef: _LazyFunction, ast.AsyncFunctionDef: _LazyAsyncFunction},
    "classes": {ast.ClassDef: _LazyClass},
}


def shed(tree: ast.Module, text: str, what: Deferred = "functions") -> None:
    """Drop the bodies of the functions and methods of a module, or those of a stub's classes, until they are asked for."""
    kinds = _KINDS[what]
    lines: Lines | None = None
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        node = stack.pop()
        lazy = kinds.get(type(node))
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
    """The body of a function or a class from its text."""
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
    if not isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        # What it does is not known. (It is no function by its lines alone where they end as on old systems, too.)
        node.__dict__["_unread"] = True
        unknown = "def __getattr__(self, name): ..." if isinstance(node, ast.ClassDef) else "return eval('')"
        anything = ast.parse(unknown).body
        for part in ast.walk(anything[0]):
            if isinstance(part, (ast.stmt, ast.expr)):
                part.lineno = part.end_lineno = node.lineno
        return anything
    return found.body
