"""The names of a stub: which the module has, which are needed, and how they get there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from llmlint.contracts.outline import Entry, Outline, checked
from llmlint.contracts.published import published
from llmlint.contracts.symbols import Module
from llmlint.lifecycle.freeze.slices import Slices
from llmlint.lifecycle.freeze.types import Types

if TYPE_CHECKING:
    from llmlint.semantics.world import World

BUILTINS: Final = frozenset(dir(builtins))


class Names:
    """What the writers of all kinds of statements share: the module, and what its stub needs."""

    def __init__(self, world: World, module: Module, text: str, demanded: Collection[str] = ()) -> None:
        assert module.tree is not None
        self._world = world
        self._module = module
        self._tree = module.tree
        self._slices = Slices(text)
        self._outline = Outline(module.tree.body)
        self._published = published(module, self._outline)
        for name in demanded:
            # Another contract imports it from here, so that it is published, whatever its name.
            if name in self._outline.by_name and name not in self._published:
                imported = any(entry.alias is not None for entry in self._outline.by_name[name])
                self._published[name] = "re-export" if imported else "own"
        self._used: set[str] = set()
        self._dotted: set[str] = set()
        self._local_names: set[str] = set()
        """Names of the class bodies around what is being written."""
        self._extra: dict[tuple[str, str], str] = {}
        self._types = Types(world, module, self._need, self._used.add)
        self._pieces: dict[int, dict[str, list[str]]] = {}
        self._order = {name: index for index, name in enumerate(self._outline.by_name)}
        self._wanted: set[str] = set()
        self._ifs: dict[int, ast.If] = {}
        self._abstract: dict[int, ast.expr] = {}
        self._shadowed: frozenset[str] = frozenset()
        """Builtins that a class being written has attributes of the same name as."""
        self._builtins = False

    def _chosen(self, name: str) -> list[Entry]:
        entries = self._outline.by_name.get(name, [])
        if entries and all(isinstance(entry.node, ast.Import) for entry in entries):
            return entries  # `import a.b` and `import a.c` bind `a` together
        if name == "__all__":
            return entries
        return self._outline.chosen(name)

    def _check(self, node: ast.If) -> str:
        """The condition of a check of the version, the platform or ``TYPE_CHECKING``, as a type checker sees it."""
        test = checked(node.test)
        return self._slices.of(node.test) if test is None or test is node.test else ast.unparse(test)

    def _need(self, module: str, name: str) -> str:
        """The name under which the stub has ``module.name``: as the source imports it, or by an import of the stub's own."""
        for local, bindings in self._module.table.items():
            binding = bindings[-1]
            if len(bindings) == 1 and binding.module == module and binding.name == name and not binding.typing:
                if local in self._outline.by_name:
                    self._used.add(local)
                    return local
        key = (module, name)
        if key not in self._extra:
            taken = name in self._outline.by_name or name in self._extra.values()
            self._extra[key] = f"_{name}" if taken else name
        return self._extra[key]

    def _is_available(self, name: str) -> bool:
        """Whether the stub has or may have the name without publishing something private for it."""
        entries = self._outline.by_name.get(name)
        if entries is None:
            return name in BUILTINS
        if any(entry.alias is not None for entry in entries):
            return True
        return name in self._published

    def _is_builtin_type(self, name: str) -> bool:
        """Whether a name is a class of ``builtins``, and in this module at most bound to itself (``str = str``)."""
        return isinstance(getattr(builtins, name, None), type) and all(
            isinstance(entry.value, ast.Name) and entry.value.id == name
            for entry in self._outline.by_name.get(name, ())
        )
