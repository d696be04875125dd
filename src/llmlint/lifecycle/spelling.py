"""What stands in a file of tests as it is written: its functions, and what they ask for, call, import, assert and expect."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import walk

_ASKS: Final = frozenset({"usefixtures", "getfixturevalue"})


class Part:
    """A function, or one piece of what stands outside of functions: one look at every node."""

    __slots__ = ("asserts", "calls", "ends", "imports")

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self.calls: list[ast.Call] = []
        self.asserts: list[ast.Assert] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.ends: dict[int, int | None] = {}
        """The last row of a ``with`` block, by the identity of each expression that it enters."""
        for root in nodes:
            for node in walk(root, leaves=False):
                kind = type(node)
                if kind is ast.Call:
                    self.calls.append(cast("ast.Call", node))
                elif kind is ast.Assert:
                    self.asserts.append(cast("ast.Assert", node))
                elif kind is ast.With or kind is ast.AsyncWith:
                    block = cast("ast.With", node)
                    self.ends.update((id(item.context_expr), block.end_lineno) for item in block.items)
                elif kind is ast.ImportFrom or kind is ast.Import:
                    self.imports.append(cast("ast.Import | ast.ImportFrom", node))


class Outline:
    """The functions of a file, each the outermost one in its class, and everything else; no name is followed."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions: list[tuple[str, FunctionNode, Part]] = []
        """By their names, dotted in the file (``TestCart.test_add``)."""
        self.asked: dict[str, frozenset[str]] = {}
        """By function: the fixtures and helpers that it asks for or calls, by name."""
        outside: list[ast.AST] = []
        marks = frozenset(_marked(_pytestmarks(tree.body)))
        stack: list[tuple[str, frozenset[str], ast.stmt]] = [("", marks, node) for node in reversed(tree.body)]
        while stack:
            prefix, around, node = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = prefix + node.name
                part = Part((node,))
                self.functions.append((name, node, part))
                self.asked[name] = around.union(_asked(node, part))
            elif isinstance(node, ast.ClassDef):
                outside += (*node.decorator_list, *node.bases, *node.keywords)
                inner = around.union(_marked([*node.decorator_list, *_pytestmarks(node.body)]))
                stack += [(f"{prefix}{node.name}.", inner, one) for one in reversed(node.body)]
            elif isinstance(node, ast.If):
                outside.append(node.test)
                stack += [(prefix, around, one) for one in reversed([*node.body, *node.orelse])]
            else:
                outside.append(node)
        self.outside = Part(outside)
        """What stands in no function."""
        self._spans = [
            (min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno, name)
            for name, node, _ in self.functions
        ]
        self._around: dict[int, str] = {}

    def around(self, row: int) -> str:
        """The function that a row belongs to; empty at the top."""
        if row not in self._around:
            self._around[row] = next((name for first, last, name in self._spans if first <= row <= last), "")
        return self._around[row]


def called(node: ast.Call) -> str:
    """The last name of what is called; empty where it has none."""
    function = node.func
    if type(function) is ast.Attribute:
        return function.attr
    return function.id if type(function) is ast.Name else ""


def _asked(node: FunctionNode, part: Part) -> set[str]:
    """The fixtures and helpers that a function asks for or calls, by name."""
    names = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for call in part.calls:
        name = called(call)
        names.add(name)
        if name in _ASKS:
            names.update(_texts(call))
    return names


def _marked(expressions: Iterable[ast.expr]) -> Iterator[str]:
    """The fixtures that ``usefixtures`` names in decorators of a class, or in ``pytestmark``."""
    for expression in expressions:
        for inner in walk(expression, leaves=False):
            if isinstance(inner, ast.Call) and called(inner) == "usefixtures":
                yield from _texts(inner)


def _pytestmarks(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "pytestmark" for one in node.targets
        ):
            yield node.value


def _texts(node: ast.Call) -> Iterator[str]:
    return (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
