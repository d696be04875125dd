"""Markers: which of them pytest, the settings, the conftests and the plugins know."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FROM

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Module
    from llmlint.semantics.proof.tests import TestModule
    from llmlint.semantics.world import World

BUILTIN: Final = frozenset(
    {"parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "tryfirst", "trylast"}
)
_REFUSED: Final = frozenset({"parameterize", "parametrise", "parameterise"})
"""What pytest itself takes for misspelt, whoever registers it (``_pytest.mark.structures.MarkGenerator``)."""
_USE: Final = re.compile(r"\bmark\s*\.\s*(\w+)")
_LINE: Final = re.compile(r"""addinivalue_line\s*\(\s*["']markers["']\s*,\s*([frbu]*)["']{1,3}\s*([\w-]*)""")
_WORD: Final = re.compile(r"""["']\s*(\w+)\s*(?:\([^"'\n]*\))?\s*:""")


def unknown_markers(module: TestModule) -> Iterator[tuple[ast.Attribute, str, list[str]]]:
    """The first use of each marker that nothing knows, with the names that are known."""
    used = set(_USE.findall(module.source.text)) - BUILTIN
    if not used or module.role not in ("test", "conftest"):
        return
    world = module.world
    known = _registered(world, module.module)
    used = used & _REFUSED if known is None else used - known
    if not used:
        return
    seen: set[str] = set()
    origin = world.library.origin
    for node in sorted(
        (node for node in ast.walk(module.source.tree) if isinstance(node, ast.Attribute) and node.attr in used),
        key=lambda node: (node.lineno, node.col_offset),
    ):
        if node.attr not in seen and origin(module.module, node) == f"pytest.mark.{node.attr}":
            seen.add(node.attr)
            yield node, node.attr, sorted(BUILTIN | (known or set()))


def known_markers(module: TestModule) -> list[str]:
    """The markers that a file may use: pytest's own, and as far as they can be told those that are registered for it."""
    project = module.world.project
    found = _registered(module.world, module.module) or {*project.pytest.markers, *project.settings.markers}
    return sorted(BUILTIN | found)


def _registered(world: World, module: Module) -> set[str] | None:
    """The markers that are registered for a file; None where that cannot be told."""
    project, fixtures, library = world.project, world.fixtures, world.library
    if not world.plugins_known:
        return None  # a plugin that is declared and merely not installed here may register any
    names = {*project.pytest.markers, *project.settings.markers}
    sources = list(fixtures.sources(module))
    for source in sources:
        if "<markers>" not in source.memo:
            source.memo["<markers>"] = _of_text(source.text)
        found = source.memo["<markers>"]
        if found is None:
            return None
        names |= found
    for conftest in fixtures.chain(module):
        for bindings in conftest.table.values():
            for binding in bindings:
                imported = library.module(binding.module, conftest.roots) if binding.form == FROM else None
                if imported is not None:
                    names |= _of_file(world, imported.path)
    for folder in sorted(
        {os.path.dirname(plugin.path) for plugin in fixtures.plugins()} - set(project.environment.site)
    ):
        for item in library.finder.listing(folder):
            if item.endswith(".py"):
                names |= _of_file(world, os.path.join(folder, item))
    if any("pytest_plugins" in source.table for source in sources):
        plugins = [plugin for source in sources for plugin in fixtures.named_plugins(source)]
        if not plugins:
            return None
    return names


def _of_file(world: World, path: str) -> set[str]:
    """The markers that a file registers, as far as it can be told."""
    if path not in world.markers:
        world.markers[path] = _of_text(world.text(path)) or set()
    return world.markers[path]


def _of_text(text: str) -> set[str] | None:
    """The markers that a module registers; None where it computes their names."""
    if "markers" not in text:
        return set()
    found: set[str] = set()
    lines = 0
    for match in _LINE.finditer(text):
        lines += 1
        if match[2]:
            found.add(match[2])
        elif "f" in match[1]:
            return None
    if text.count("addinivalue_line") > lines:
        # A loop over names, a constant, a line that is put together: every word in quotes may be one.
        found |= set(_WORD.findall(text)) | set(re.findall(r"""["'](\w+)["']""", text))
    return found
