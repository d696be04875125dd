"""Variables and fields: their types, and their values where both sides write a literal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from llmlint.contracts.outline import last_name
from llmlint.contracts.symbols import Class, Module
from llmlint.model.position import Truth
from llmlint.semantics.drift.found import Drift, short
from llmlint.semantics.drift.types import Types


class Declarations:
    """Compares what two modules or classes declare under one name."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def compare(
        self, name: str, node: Any, contract: Module, cls: Class | None, annotation: ast.expr | None, value: ast.expr | None,
        source: Module, twin: Class | None, their_annotation: ast.expr | None, their_value: ast.expr | None, where: Truth,
    ) -> Iterator[Drift]:  # fmt: skip
        """A variable or field: its type, and its value where both write a literal."""
        word, types = "is", (annotation, their_annotation)
        if None in types and value is not None and is_alias(annotation, value):
            word, types = "stands for", (value, their_value)
        here, there = types
        if here is not None and there is not None and not self._types.agree(contract, cls, here, source, twin, there):
            both = f"'{name}' {word} {ast.unparse(here)} in the contract and {ast.unparse(there)} in the source"
            yield Drift(node, "type", name, both, where)
            return
        mine, theirs = literal(value), literal(their_value)
        if mine is not None and theirs is not None and differ(mine, theirs):
            assert value is not None
            assert their_value is not None
            yield Drift(
                node, "value", name,
                f"'{name}' is {short(value)} in the contract and {short(their_value)} in the source", where,
            )  # fmt: skip


def is_alias(annotation: ast.expr | None, value: ast.expr) -> bool:
    """Whether what is assigned is a type, as it is written: ``Rows = list[dict[str, int]]``."""
    if annotation is not None and last_name(annotation) != "TypeAlias":
        return False
    return isinstance(value, ast.Subscript) or (isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr))


def literal(node: ast.expr | None) -> tuple[str, Any] | None:
    """A literal as (type, value); None for what is none, and for ``...``, which stands for any."""
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return None if value is ... or "Ellipsis" in repr(value) else (type(value).__name__, value)


def differ(mine: tuple[str, Any], theirs: tuple[str, Any]) -> bool:
    """Whether two literals are different values; ``1``, ``1.0`` and ``True`` are one."""
    return bool(mine[1] != theirs[1]) or (mine[0] != theirs[0] and not {mine[0], theirs[0]} <= {"int", "float", "bool"})
