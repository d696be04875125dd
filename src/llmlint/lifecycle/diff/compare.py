"""Comparing two states of a module: both read, neither run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmlint.contracts.outline import Outline
from llmlint.contracts.published import published
from llmlint.contracts.symbols import ASSIGN, CLASS, FUNCTION, Class, Function, Module
from llmlint.lifecycle.diff.changes import Change
from llmlint.lifecycle.diff.classes import ClassChanges
from llmlint.lifecycle.diff.shapes import matched, shape
from llmlint.lifecycle.diff.sides import Side
from llmlint.model.position import Truth


class Comparer(ClassChanges):
    """Compares modules of an old and a new state."""

    def module(self, old: Module, new: Module) -> Iterator[Change]:
        """The changes of one module, in the order of the old state; what is new comes last."""
        mine, theirs = _names(old), _names(new)
        gone = [name for name in mine if name not in theirs]
        fresh = [name for name in theirs if name not in mine]
        pairs = self._renamed(old, new, gone, fresh)
        for name in mine:
            symbol = f"{old.name}.{name}"
            if name in pairs:
                other = pairs[name]
                yield Change(
                    symbol, "renamed", True, f"'{name}' is gone; '{other}' has its shape and is new",
                    _truth(old, name), _truth(new, other), name, other,
                )  # fmt: skip
            elif name in gone:
                yield Change(symbol, "removed", True, f"'{name}' is gone", _truth(old, name), new.truth, name)
            else:
                yield from self._name(old, new, name, symbol)
        for name in fresh:
            if name not in pairs.values():
                yield Change(
                    f"{new.name}.{name}", "added", False, f"'{name}' is new", None, _truth(new, name), "", name
                )

    def _renamed(self, old: Module, new: Module, gone: Sequence[str], fresh: Sequence[str]) -> dict[str, str]:
        """Guesses by shape: the only new definition that looks like what is gone."""
        mine = {name: found for name in gone if (found := shape(old, name))}
        theirs = {name: found for name in fresh if (found := shape(new, name))}
        return matched(mine, theirs)

    def _name(self, old: Module, new: Module, name: str, symbol: str) -> Iterator[Change]:
        one, two = _defined(self.old, old, name), _defined(self.new, new, name)
        if isinstance(one, list) and isinstance(two, list):
            yield from self.functions(symbol, one, two)
        elif isinstance(one, Class) and isinstance(two, Class):
            yield from self.classes(symbol, one, two)
        elif isinstance(one, tuple) and isinstance(two, tuple):
            yield from self._variable(symbol, old, new, one, two, _truth(old, name), _truth(new, name))
        elif one is not None and two is not None:
            yield Change(
                symbol, "kind", True, f"'{name}' was {_what(one)} and is {_what(two)}",
                _truth(old, name), _truth(new, name), _what(one), _what(two),
            )  # fmt: skip


def _names(module: Module) -> dict[str, str]:
    assert module.tree is not None
    return {
        name: how for name, how in published(module, Outline(module.tree.body)).items() if not name.startswith("__")
    }


def _truth(module: Module, name: str) -> Truth:
    bound = module.table.get(name)
    return Truth(module.path, getattr(bound[0].node, "lineno", 1) if bound else 1)


def _defined(side: Side, module: Module, name: str) -> list[Function] | Class | tuple[Any, Any] | None:
    """The functions, the class, or the (annotation, value) that stand behind a name; None for what cannot be compared."""
    bound = list(module.table.get(name, ()))
    forms = {binding.form for binding in bound}
    if forms == {FUNCTION}:
        return [module.function_at(binding.node) for binding in bound]
    if CLASS in forms:
        return module.class_at([binding.node for binding in bound if binding.form == CLASS][-1])
    if forms == {ASSIGN}:
        return bound[-1].annotation, bound[-1].value
    symbol = side.world.library.symbol(module, name)
    if isinstance(symbol, Function):
        return [symbol]
    return symbol if isinstance(symbol, Class) else None


def _what(found: object) -> str:
    return "a class" if isinstance(found, Class) else "a function" if isinstance(found, list) else "a variable"
