"""What feeds what inside one function: names, what they are bound to, and the calls behind an expression."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import pairs

_MOCK_ASSERTIONS: Final = ("assert_",)
_INNER: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Flow:
    """Read once, where something asks; the order of statements is not kept."""

    def __init__(self, node: FunctionNode) -> None:
        self.node = node
        self.bound: dict[str, list[ast.expr | None]] = {}
        """What each name is bound to; None for what is not an expression of this function."""
        self.loads: dict[str, list[ast.Name]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.assertions: list[ast.expr] = []
        """The conditions of ``assert`` and the calls of ``self.assert…``."""
        for outer, inner in pairs(node):
            self.parents[inner] = outer
            self._note(inner)

    def _note(self, node: ast.AST) -> None:
        kind = type(node)
        if kind is ast.Name:
            if isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                self.loads.setdefault(node.id, []).append(node)  # type: ignore[attr-defined, arg-type]
        elif kind is ast.Assert:
            self.assertions.append(node.test)  # type: ignore[attr-defined]
        elif kind is ast.Call:
            if is_test_case_assertion(node):  # type: ignore[arg-type]
                self.assertions.append(node)  # type: ignore[arg-type]
        elif kind is ast.Assign:
            for target in node.targets:  # type: ignore[attr-defined]
                self._bind(target, node.value)  # type: ignore[attr-defined]
        elif kind is ast.AnnAssign or kind is ast.NamedExpr:
            if node.value is not None:  # type: ignore[attr-defined]
                self._bind(node.target, node.value)  # type: ignore[attr-defined]
        elif kind is ast.AugAssign:
            self._bind(node.target, node.value)  # type: ignore[attr-defined]
            self._bind(node.target, None)  # type: ignore[attr-defined]
        elif kind is ast.For or kind is ast.AsyncFor or kind is ast.comprehension:
            self._bind(node.target, node.iter)  # type: ignore[attr-defined]
            self._bind(node.target, None)  # type: ignore[attr-defined]
        elif kind is ast.withitem:
            if node.optional_vars is not None:  # type: ignore[attr-defined]
                self._bind(node.optional_vars, node.context_expr)  # type: ignore[attr-defined]

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.bound.setdefault(target.id, []).append(value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for part, item in zip(target.elts, value.elts, strict=True):
                    self._bind(part, item)
                return
            for part in target.elts:
                self._bind(part.value if isinstance(part, ast.Starred) else part, value)

    def origin(self, node: ast.expr) -> ast.expr:
        """The expression that a name stands for, where it is bound once; awaited ones as what is awaited."""
        for _ in range(8):
            if isinstance(node, ast.Await):
                node = node.value
                continue
            values = self.bound.get(node.id, ()) if isinstance(node, ast.Name) else ()
            if len(values) != 1 or values[0] is None or self._unpacks(node, values[0]):
                return node
            node = values[0]
        return node

    def _unpacks(self, name: ast.expr, value: ast.expr) -> bool:
        """Whether the name is bound to a part of the value, and not to the value itself."""
        statement = self.parents.get(value)
        if isinstance(statement, ast.Assign):
            return not any(isinstance(t, ast.Name) and t.id == getattr(name, "id", "") for t in statement.targets)
        return not isinstance(statement, (ast.AnnAssign, ast.NamedExpr))

    def sources(self, node: ast.expr) -> Iterator[ast.AST]:
        """Every node that feeds the expression, through the names of this function."""
        stack: list[ast.AST] = [node]
        seen: set[str] = set()
        while stack:
            item = stack.pop()
            yield item
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load) and item.id not in seen:
                seen.add(item.id)
                stack.extend(value for value in self.bound.get(item.id, ()) if value is not None)
            stack.extend(ast.iter_child_nodes(item))

    def asserted(self) -> Iterator[ast.expr]:
        """What the function asserts itself: conditions of ``assert``, arguments of ``self.assert…``."""
        for node in self.assertions:
            if isinstance(node, ast.Call) and is_test_case_assertion(node):
                yield from node.args
            else:
                yield node

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What the node stands in, innermost first."""
        found = self.parents.get(node)
        while found is not None:
            yield found
            found = self.parents.get(found)


def is_test_case_assertion(node: ast.Call) -> bool:
    """``self.assertEqual(…)`` and its like."""
    function = node.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr.startswith("assert")
        and not function.attr.startswith(_MOCK_ASSERTIONS)
        and isinstance(function.value, ast.Name)
        and function.value.id in ("self", "cls")
    )
