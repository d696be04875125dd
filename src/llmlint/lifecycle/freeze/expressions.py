"""Annotations, defaults, values and docstrings, as they stand in the source or as little of them as a reader wants."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Final

from llmlint.contracts.outline import FunctionNode, is_private, last_name, names_in, names_in_annotation
from llmlint.lifecycle.freeze.names import Names

_LONGEST_VALUE: Final = 100


class Expressions(Names):
    """Writes parts of statements."""

    def _annotated(self, node: ast.AnnAssign, name: str, *, constants_only: bool) -> str:
        annotation = self._annotation(node.annotation)
        last = last_name(node.annotation)
        if node.value is None:
            return f"{name}: {annotation}"
        if last == "TypeAlias":
            self._used.update(names_in_annotation(node.value))
            return f"{name}: {annotation} = {self._slices.of(node.value)}"
        if last == "Final" and not isinstance(node.annotation, ast.Subscript):
            if isinstance(node.value, ast.Constant) and (text := self._constant(node.value)):
                return f"{name}: {annotation}{text}"
            inferred = self._types.variable(name, [node.value])
            return (
                f"{name}: {annotation}[{inferred}]"
                if inferred and inferred != "None"
                else f"{name}: {annotation} = ..."
            )
        if constants_only:
            return f"{name}: {annotation}{self._constant(node.value)}"
        return f"{name}: {annotation} = {self._value(node.value)}"

    def _constant(self, value: ast.expr | None) -> str:
        """`` = value`` where it is a plain constant, short enough to be read."""
        inner = value.operand if isinstance(value, ast.UnaryOp) else value
        if not isinstance(inner, ast.Constant) or inner.value is None or inner.value is ...:
            return ""
        assert value is not None
        text = self._slices.of(value)
        return f" = {text}" if len(text) <= _LONGEST_VALUE and "\n" not in text else ""

    def _annotation(self, node: ast.expr) -> str:
        names = set(names_in_annotation(node))
        self._used.update(names)
        if self._shadowed and not self._shadowed.isdisjoint(names):
            return self._unshadowed(node)
        return self._slices.of(node)

    def _unshadowed(self, node: ast.expr) -> str:
        """An annotation in which builtins that an attribute of the class hides are called by their full names."""
        self._builtins = True
        shadowed = self._shadowed

        class Full(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                if name.id in shadowed:
                    return ast.Attribute(ast.Name("builtins", ast.Load()), name.id, ast.Load())
                return name

        return ast.unparse(Full().visit(copy.deepcopy(node)))

    def _value(self, node: ast.expr) -> str:
        """A default as it stands; the literal behind a private constant; ``...`` where it is more than a reader wants."""
        if isinstance(node, ast.Name) and not self._is_available(node.id):
            entries = self._outline.by_name.get(node.id, [])
            if len(entries) == 1 and isinstance(entries[0].value, ast.Constant):
                node = entries[0].value
        if not self._is_simple(node):
            return "..."
        text = self._slices.of(node)
        if len(text) > _LONGEST_VALUE:
            return "..."
        self._used.update(names_in([node]))
        return text

    def _is_simple(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=value):
                return not isinstance(value, str) or "\n" not in value
            case ast.Name(id=name):
                return self._is_available(name) or name in self._local_names
            case ast.Attribute(value=inner, attr=name):
                return not is_private(name) and self._is_simple(inner) and isinstance(inner, (ast.Name, ast.Attribute))
            case ast.UnaryOp(operand=inner):
                return self._is_simple(inner)
            case ast.BinOp(left=left, right=right):
                return self._is_simple(left) and self._is_simple(right)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return all(self._is_simple(item) for item in items)
            case ast.Dict(keys=keys, values=items):
                return all(key is not None and self._is_simple(key) for key in keys) and all(
                    map(self._is_simple, items)
                )
            case ast.Subscript(value=inner, slice=index):
                return self._is_simple(inner) and self._is_simple(index)
            case ast.Call(func=function, args=items, keywords=keywords):
                return (
                    isinstance(function, (ast.Name, ast.Attribute))
                    and self._is_simple(function)
                    and all(map(self._is_simple, items))
                    and all(keyword.arg is not None and self._is_simple(keyword.value) for keyword in keywords)
                )
        return False

    def _docstring_of(self, node: ast.Module | ast.ClassDef | FunctionNode) -> str | None:
        if not node.body:
            return None
        return self._string(node.body[0])

    def _string(self, node: ast.stmt) -> str | None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return self._slices.docstring(node.value)
        return None

    def _following(self, node: ast.stmt, body: Sequence[ast.stmt] | None = None) -> str | None:
        """The string that documents an assignment: it stands right after it."""
        statements = self._tree.body if body is None else body
        for index, statement in enumerate(statements[:-1]):
            if statement is node and isinstance(node, (ast.Assign, ast.AnnAssign)):
                return self._string(statements[index + 1])
        return None
