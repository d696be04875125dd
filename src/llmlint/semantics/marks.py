"""``pytest.mark``: what ``parametrize`` gives to which argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.nouns import ParametrizeProblem
from llmlint.semantics.values import UNKNOWN, Instance, Special, Value, union


class Mark(Value):
    """A mark with its arguments: ``pytest.mark.parametrize("a, b", rows)``."""

    __slots__ = ("arguments", "name", "node")

    def __init__(self, name: str, arguments: Arguments, node: ast.Call | None) -> None:
        self.name = name
        self.arguments = arguments
        self.node = node
        """The call; None for a mark that is not called."""


class ParameterSet(Value):
    """``pytest.param(a, b, …)``."""

    __slots__ = ("arguments",)

    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments


def marks_in(value: Value) -> Iterator[Mark]:
    """The marks of a ``pytestmark``."""
    if isinstance(value, Mark):
        yield value
    elif isinstance(value, Special) and value.path.startswith("pytest.mark."):
        yield Mark(value.path.removeprefix("pytest.mark."), Arguments(), None)
    elif isinstance(value, Instance) and value.items is not None:
        for item in value.items:
            yield from marks_in(item)


class Parametrization:
    """One ``parametrize``: its argument names, and what each is given."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        arguments = mark.arguments
        self.names = self._names()
        self.known = self.names is not None
        rows = arguments.positional[1] if len(arguments.positional) > 1 else arguments.keyword("argvalues")
        self.rows: tuple[Value, ...] | None = rows.items if isinstance(rows, Instance) else None
        self.indirect = self._indirect()

    def _names(self) -> tuple[str, ...] | None:
        arguments = self.mark.arguments
        first = arguments.positional[0] if arguments.positional else arguments.keyword("argnames")
        if not isinstance(first, Instance):
            return None
        if isinstance(first.literal, str):
            return tuple(name.strip() for name in first.literal.split(",") if name.strip())
        if first.items is not None:
            names: list[str] = []
            for item in first.items:
                if not isinstance(item, Instance) or not isinstance(item.literal, str):
                    return None
                names.append(item.literal)
            return tuple(names)
        return None

    def _indirect(self) -> frozenset[str]:
        value = self.mark.arguments.keyword("indirect")
        if value is None:
            return frozenset()
        if isinstance(value, Instance) and value.literal is False:
            return frozenset()
        if isinstance(value, Instance) and value.items is not None:
            return frozenset(
                item.literal for item in value.items if isinstance(item, Instance) and isinstance(item.literal, str)
            )
        return frozenset(self.names or ())

    def values(self) -> dict[str, Value]:
        """What each argument may be."""
        names = self.names or ()
        if self.rows is None:
            return dict.fromkeys(names, UNKNOWN)
        columns: list[list[Value]] = [[] for _ in names]
        for row in self.rows:
            if isinstance(row, ParameterSet):
                cells: list[Value] = list(row.arguments.positional)
            elif len(names) == 1:
                cells = [row]
            elif isinstance(row, Instance) and row.items is not None:
                cells = list(row.items)
            else:
                cells = []
            if len(names) == 1 and self._listed():
                cells = list(row.items) if isinstance(row, Instance) and row.items is not None else cells
            for index, column in enumerate(columns):
                column.append(cells[index] if index < len(cells) else UNKNOWN)
        return {name: union(column) if column else UNKNOWN for name, column in zip(names, columns, strict=True)}

    def _listed(self) -> bool:
        """Whether the names were given as a list or tuple: then even a single one takes rows (pytest's own rule)."""
        arguments = self.mark.arguments
        first = arguments.positional[0] if arguments.positional else arguments.keyword("argnames")
        return isinstance(first, Instance) and first.items is not None

    def row_problems(self, function: str) -> Iterator[ParametrizeProblem]:
        """Rows of the wrong length, as far as they are written out."""
        names = self.names
        node = self.mark.node
        if node is None:
            return
        values = (
            node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "argvalues"), None)
        )
        if names is None or not isinstance(values, (ast.List, ast.Tuple)):
            return
        if len(names) < 2 and not (self._listed()):
            return
        for row in values.elts:
            cells: list[ast.expr] | None = None
            if isinstance(row, (ast.Tuple, ast.List)):
                cells = row.elts
            elif isinstance(row, ast.Call) and getattr(row.func, "attr", getattr(row.func, "id", "")) == "param":
                cells = row.args
            if cells is None or any(isinstance(cell, ast.Starred) for cell in cells):
                continue
            if len(cells) != len(names):
                yield ParametrizeProblem(row, "row-length", ", ".join(names), function, len(names), len(cells))
