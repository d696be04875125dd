"""The body of a function in one walk: what it calls, asserts and names, its inner functions told apart."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import children

Scoped = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef

_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

_SCOPE_KINDS: Final = frozenset(_SCOPES)


class Nodes:
    """The nodes of one kind of scope, in the order of the source."""

    __slots__ = ("asserts", "attributes", "calls", "names", "raises", "statements", "strings")

    def __init__(self) -> None:
        self.asserts: list[ast.Assert] = []
        self.calls: list[ast.Call] = []
        self.raises: list[ast.Raise] = []
        self.names: list[ast.Name] = []
        """Loaded ones."""
        self.attributes: list[ast.Attribute] = []
        """Loaded ones."""
        self.strings: list[ast.Constant] = []
        self.statements = 0


class Body:
    """What a body is made of. ``own`` runs when the function is called, ``inner`` stands in its functions, lambdas and classes."""

    __slots__ = ("bound", "inner", "own", "scopes")

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        self.own = Nodes()
        self.inner = Nodes()
        self.scopes: list[Scoped] = []
        """Inner functions, lambdas and classes, outermost first."""
        self.bound: set[str] = set()
        """The names that it binds, its inner functions and classes theirs as well; parameters left out."""
        self._walk(list(statements), self.own)

    def _walk(self, stack: list[ast.AST] | list[ast.stmt], nodes: Nodes) -> None:
        pending: list[ast.AST] = list(reversed(stack))
        inner: list[ast.AST] = []
        while pending:
            node = pending.pop()
            kind = type(node)
            if kind is ast.Name:
                if type(node.ctx) is ast.Load:  # type: ignore[attr-defined]
                    nodes.names.append(node)  # type: ignore[arg-type]
                else:
                    self.bound.add(node.id)  # type: ignore[attr-defined]
                continue
            if kind is ast.Constant:
                if type(node.value) is str:  # type: ignore[attr-defined]
                    nodes.strings.append(node)  # type: ignore[arg-type]
                continue
            if kind is ast.Call:
                nodes.calls.append(node)  # type: ignore[arg-type]
            elif kind is ast.Attribute:
                if type(node.ctx) is ast.Load:  # type: ignore[attr-defined]
                    nodes.attributes.append(node)  # type: ignore[arg-type]
                pending.append(node.value)  # type: ignore[attr-defined]
                continue
            elif kind is ast.Assert:
                nodes.asserts.append(node)  # type: ignore[arg-type]
            elif kind is ast.Raise:
                nodes.raises.append(node)  # type: ignore[arg-type]
            if isinstance(node, ast.stmt):
                nodes.statements += 1
            if isinstance(node, _SCOPES):
                self.scopes.append(node)
                if not isinstance(node, ast.Lambda):
                    self.bound.add(node.name)
                inner.append(node)
                continue
            pending.extend(children(node))
        for node in inner:
            body = node.body if isinstance(node, ast.Lambda) else None
            around = [child for child in children(node) if not isinstance(child, ast.stmt) and child is not body]
            self._walk(list(reversed(around)), nodes)
            within: list[ast.AST] = [body] if body is not None else list(node.body)  # type: ignore[attr-defined]
            self._walk(within, self.inner)


@per_node
def body_of(node: FunctionNode) -> Body:
    """The body of a function, its docstring left out."""
    return Body(without_docstring(node))


@per_node
def nodes_of(node: FunctionNode) -> list[ast.AST]:
    """Every node of a function's statements in the order of the source, its docstring, inner functions and classes left out."""
    return list(own_nodes(without_docstring(node)))


def without_docstring(node: FunctionNode | ast.ClassDef) -> list[ast.stmt]:
    """The statements of a body behind its docstring."""
    body = node.body
    return body[1:] if body and is_text(body[0]) else body


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is no more than a string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def own_nodes(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of some statements, in the order of the source, without what stands in inner functions and classes."""
    pending: list[ast.AST] = list(reversed(list(statements)))
    while pending:
        node = pending.pop()
        yield node
        if type(node) not in _SCOPE_KINDS:
            pending.extend(children(node))


def last_name(node: ast.expr) -> str:
    """The last part of a dotted expression, or of the function that a call calls; '' if there is none."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
