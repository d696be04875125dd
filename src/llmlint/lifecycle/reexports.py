"""What public modules publish of private ones: ``from ._cart import Cart as Cart`` makes it theirs to promise."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from llmlint.contracts.layout import Place
from llmlint.contracts.reader import absolute
from llmlint.lifecycle.promises import Promise, Reader


def with_private_homes(reader: Reader, promises: Sequence[Promise], every: Sequence[Place]) -> list[Promise]:
    """The promises, and those of the private modules that they re-export from, each with what is re-exported alone.

    Raises Unreadable.
    """
    places = {place.module: place for place in every if place.private}
    there = {promise.module for promise in promises}
    wanted: dict[str, set[str]] = {}
    homes: dict[str, Promise] = {}
    waiting = [(promise, set(promise.exports)) for promise in promises] if places else []
    while waiting:
        promise, names = waiting.pop()
        for module, name in _origins(promise, names):
            if module not in places or module in there or name in wanted.setdefault(module, set()):
                continue
            if module not in homes:
                homes[module] = reader.read(places[module])
            wanted[module].add(name)
            waiting.append((homes[module], {name}))
    found = [_only(homes[module], names) for module, names in wanted.items() if module in homes]
    return sorted(
        [*promises, *(one for one in found if one.functions or one.classes or one.variables)],
        key=lambda one: one.module,
    )


def _origins(promise: Promise, names: set[str]) -> list[tuple[str, str]]:
    """Where names come from that a module imports: (module, its name there)."""
    place = promise.place
    package = place.module if place.is_package else place.module.rpartition(".")[0]
    return [
        (absolute(node.module, node.level, package) or "", alias.name)
        for node in ast.walk(promise.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name) in names
    ]


def _only(promise: Promise, names: set[str]) -> Promise:
    return replace(
        promise,
        variables=tuple(one for one in promise.variables if one.name in names),
        functions=tuple(one for one in promise.functions if one.name in names),
        classes=tuple(one for one in promise.classes if one.name in names),
    )
