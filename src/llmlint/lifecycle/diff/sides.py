"""The two states, and what is compared everywhere: types and values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from llmlint.contracts.outline import last_name
from llmlint.contracts.symbols import Class, Module
from llmlint.lifecycle.diff.changes import Change
from llmlint.model.position import Truth
from llmlint.semantics.drift.declared import is_alias, literal
from llmlint.semantics.drift.types import PROMOTED, Types, members
from llmlint.semantics.world import World


class Side:
    """One state: the meaning of its modules."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.types = Types(world, exact=True)


class Sides:
    """An old and a new state."""

    def __init__(self, old: World, new: World) -> None:
        self.old, self.new = Side(old), Side(new)

    def _variable(
        self, symbol: str, old: Module, new: Module, one: tuple[Any, Any], two: tuple[Any, Any], was: Truth, now: Truth,
        classes: tuple[Class | None, Class | None] = (None, None), kind: str = "value",
    ) -> Iterator[Change]:  # fmt: skip
        name = symbol.rpartition(".")[2]
        if one[0] is not None and two[0] is not None:
            relation = self._relation((old, classes[0], one[0]), (new, classes[1], two[0]))
            if relation != "same":
                before, after = ast.unparse(one[0]), ast.unparse(two[0])
                breaking = relation != "narrower"
                why = f"'{name}' was {before} and is {after}"
                yield Change(symbol, "type", breaking, why, was, now, before, after)
        elif one[1] is not None and two[1] is not None and is_alias(*one) and is_alias(*two):
            relation = self._relation((old, classes[0], one[1]), (new, classes[1], two[1]))
            if relation != "same":
                before, after = ast.unparse(one[1]), ast.unparse(two[1])
                why = f"'{name}' stood for {before} and stands for {after}"
                yield Change(symbol, "type", relation != "narrower", why, was, now, before, after)
        here, there = literal(one[1]), literal(two[1])
        if here is not None and there is not None and here != there:
            before, after = ast.unparse(one[1]), ast.unparse(two[1])
            breaking = kind != "value"
            yield Change(symbol, kind, breaking, f"'{name}' was {before} and is {after}", was, now, before, after)

    def _relation(self, one: tuple[Module, Class | None, ast.expr], two: tuple[Module, Class | None, ast.expr]) -> str:
        """``same``, ``wider`` (takes or gives more than before), ``narrower`` or ``other``."""
        before, after = self.old.types.normal(*one), self.new.types.normal(*two)
        if before == after or _unqualified(before) == _unqualified(after) == _unqualified(ast.unparse(one[2])):
            return "same"  # what has become of a name is said where that is defined
        if (after, before) in PROMOTED:
            return "narrower"
        if (before, after) in PROMOTED:
            return "wider"
        mine, theirs = set(members(before)), set(members(after))
        if mine < theirs or after in ("Any", "object"):
            return "wider"
        if theirs < mine or before in ("Any", "object"):
            return "narrower"
        return "other"


def _unqualified(text: str) -> str:
    """A normal text without the modules of its names."""
    return re.sub(r"\b(?:\w+\.)+", "", text)


def has_decorator(node: Any, decorator: str) -> bool:
    """Whether a definition has a decorator of that name, wherever it is imported from."""
    return any(last_name(one) == decorator for one in node.decorator_list)
