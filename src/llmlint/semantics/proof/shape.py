"""The shape of a test: what it does, without what does not matter: its own names, messages, docstrings, annotations."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import walk
from llmlint.semantics.proof.body import last_name, without_docstring

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test

_UNSAID: Final = frozenset({"ctx", "kind", "type_comment", "annotation", "returns", "simple", "lineno"})
"""Fields that make no difference to what runs."""
_NAMING: Final = frozenset({"name", "arg", "id", "rest"})
"""Fields in which a name is bound."""
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Shape:
    """One walk over a test. Tests of equal texts differ at most in names that they chose themselves."""

    def __init__(self, node: FunctionNode, fixtures: Iterable[str]) -> None:
        self._parts: list[str] = []
        self._slots: list[int] = []
        """Which of the parts are names."""
        self._bound: set[str] = set()
        self._given = {*fixtures, "self", "cls"}
        self._kept: set[int] = set()
        """Names that are bound in the bodies of inner classes: they are what is tested."""
        self.relative = False
        """Whether it imports something by its place among packages."""
        self._write([*node.decorator_list, node.args, *without_docstring(node)])

    @cached_property
    def text(self) -> str:
        """Equal for tests of one shape."""
        parts, numbers, bound = list(self._parts), dict[str, str](), self._bound
        for slot in self._slots:
            name = parts[slot]
            if name in bound:
                parts[slot] = numbers.setdefault(name, f"${len(numbers)}")
        return "\n".join(parts)

    @property
    def free(self) -> set[str]:
        """The names in it that it neither binds nor is given."""
        return {self._parts[slot] for slot in self._slots} - self._bound - self._given

    def _write(self, nodes: Iterable[ast.AST]) -> None:
        parts, slots, bound, kept = self._parts, self._slots, self._bound, self._kept
        stack = list(nodes)
        stack.reverse()
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name:
                slots.append(len(parts))
                parts.append(node.id)  # type: ignore[attr-defined]
                if type(node.ctx) is not ast.Load and id(node) not in kept:  # type: ignore[attr-defined]
                    bound.add(node.id)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                parts.append(repr(node.value))  # type: ignore[attr-defined]
            elif kind is ast.Attribute:
                parts.append(f".{node.attr}")  # type: ignore[attr-defined]
                stack.append(node.value)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call):
                keywords = [keyword for keyword in node.keywords if not _is_message(node, keyword)]
                parts.append(f"({len(node.args)} {' '.join(str(keyword.arg) for keyword in keywords)}")
                stack.extend(keyword.value for keyword in reversed(keywords))
                stack.extend(reversed(node.args))
                stack.append(node.func)
            elif isinstance(node, ast.Assert):
                parts.append("assert")
                stack.append(node.test)
            elif isinstance(node, ast.Expr):
                parts.append(";")
                stack.append(node.value)
            elif isinstance(node, ast.Assign):
                parts.append(f"={len(node.targets)}")
                stack.append(node.value)
                stack.extend(reversed(node.targets))
            elif isinstance(node, ast.Compare):
                parts.append(" ".join([type(op).__name__ for op in node.ops]))
                stack.extend(reversed(node.comparators))
                stack.append(node.left)
            elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                parts.append(f"{kind.__name__}{len(node.elts)}")
                stack.extend(reversed(node.elts))
            elif isinstance(node, ast.Subscript):
                parts.append("[]")
                stack += (node.slice, node.value)
            else:
                self._describe(node, stack)

    def _describe(self, node: ast.AST, stack: list[ast.AST]) -> None:
        """Says of any node what it is, and lays its parts on the stack."""
        parts = self._parts
        parts.append(type(node).__name__)
        if isinstance(node, ast.ClassDef):
            self._kept.update(_names_of(node))
        elif isinstance(node, ast.ImportFrom) and node.level:
            self.relative = True
        below: list[ast.AST] = []
        for field in node._fields:
            if field in _UNSAID:
                continue
            value = getattr(node, field, None)
            if value is None:
                parts.append("-")
            elif isinstance(value, list):
                parts.append(str(len(value)))
                below += [item for item in value if isinstance(item, ast.AST)]
                parts.extend(str(item) for item in value if not isinstance(item, ast.AST))
            elif isinstance(value, (ast.operator, ast.unaryop, ast.boolop)):
                parts.append(type(value).__name__)
            elif isinstance(value, ast.AST):
                below.append(value)
            elif field in _NAMING and not isinstance(node, ast.alias):
                self._slots.append(len(parts))
                parts.append(value)
                if value not in self._given and id(node) not in self._kept:
                    self._bound.add(value)
            else:
                parts.append(repr(value))
                if isinstance(node, ast.alias) and field == "name" and not node.asname:
                    # An imported name is not chosen, and what it stands for is said here.
                    self._imported(value)
        stack.extend(reversed(below))

    def _imported(self, name: str) -> None:
        self._given.add(name.partition(".")[0])


def shape_of(test: Test) -> Shape:
    """The shape of a test, made once."""
    made, fixtures = _shapes(test.node), test.fixtures
    if fixtures not in made:
        made.clear()
        made[fixtures] = Shape(test.node, fixtures)
    return made[fixtures]


@per_node
def _shapes(node: FunctionNode) -> dict[tuple[str, ...], Shape]:  # noqa: ARG001 - it is to be filled
    """The shape of a function, by the fixtures that it was last given."""
    return {}


def _is_message(call: ast.Call, keyword: ast.keyword) -> bool:
    return keyword.arg == "msg" and last_name(call.func).startswith("assert")


def _names_of(node: ast.ClassDef) -> Collection[int]:
    """The nodes that bind an attribute of an inner class: those names are what is tested."""
    found: set[int] = set()
    for statement in node.body:
        found.add(id(statement))
        if not isinstance(statement, _DEFINITIONS):
            found.update(id(inner) for inner in walk(statement))
    return found
