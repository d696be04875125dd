"""Which names a module publishes."""

from __future__ import annotations

import ast
from typing import Literal

from llmlint.contracts.outline import Entry, Outline, is_private
from llmlint.contracts.symbols import Module

How = Literal["own", "re-export"]
"""Defined here, or imported to be imported from here."""

_HIDDEN_DUNDERS = frozenset(
    {"__doc__", "__file__", "__path__", "__name__", "__package__", "__spec__", "__loader__", "__slots__", "__test__"}
)
"""What every module has, or what only tools read."""


def published(module: Module, outline: Outline) -> dict[str, How]:
    """The names in source order.

    With an ``__all__`` that can be read, its names. Without, every name without a leading underscore that is defined here, and
    what is imported to be published: ``import x as x``, ``from a import b as b`` (PEP 484), and, in a package's ``__init__`` or a
    module that only gathers, what it imports from its own package.
    """
    declared = set(module.all) if module.all is not None and not module.all_open else None
    found: dict[str, How] = {}
    gathers = module.is_package or _only_gathers(outline)
    for name, entries in outline.by_name.items():
        if name in outline.deleted:
            continue
        if name.startswith("__") and name.endswith("__"):
            if name == "__all__":
                if declared is not None:
                    found[name] = "own"
            elif declared is not None and name in declared:
                found[name] = "own"
            elif name not in _HIDDEN_DUNDERS and not all(entry.alias is not None for entry in entries):
                found[name] = "own"
            continue
        imported = all(entry.alias is not None for entry in entries)
        if declared is not None:
            if name in declared:
                found[name] = "own"
            continue
        if is_private(name) or name.startswith("__"):
            continue
        if not imported:
            mixed = any(entry.alias is not None for entry in outline.chosen(name))
            found[name] = "re-export" if mixed else "own"
        elif any(_is_explicit(entry) for entry in entries):
            found[name] = "own"
        elif gathers and any(_is_from_own(entry, module) for entry in entries) and not _only_for_types(entries, module):
            found[name] = "re-export"
    return found


def _only_gathers(outline: Outline) -> bool:
    return bool(outline.entries) and all(
        entry.alias is not None or entry.name.startswith("_") for entry in outline.entries
    )


def _is_explicit(entry: Entry) -> bool:
    alias = entry.alias
    return alias is not None and alias.asname is not None and alias.asname == alias.name


def _is_from_own(entry: Entry, module: Module) -> bool:
    node = entry.node
    if not isinstance(node, ast.ImportFrom):
        return False
    top = module.name.partition(".")[0]
    return bool(node.level) or (node.module or "").partition(".")[0] == top


def _only_for_types(entries: list[Entry], module: Module) -> bool:
    bound = {id(entry.node) for entry in entries}
    return all(binding.typing for binding in module.table.get(entries[0].name, ()) if id(binding.node) in bound)
