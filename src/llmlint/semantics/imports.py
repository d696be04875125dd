"""Imports: whether what a test imports exists, and whether it is public."""

from __future__ import annotations

import ast
import fnmatch
import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Entry, Open
from llmlint.contracts.reader import LAZY, absolute
from llmlint.contracts.symbols import FROM, IMPORT, Module
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.nouns import ImportUse, Outcome, Owner
from llmlint.semantics.privacy import first_private
from llmlint.semantics.scope import Scope
from llmlint.semantics.seams import tells_of_the_machine
from llmlint.semantics.values import ModuleValue

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator

_PLAIN: Final = frozenset({"_pytest", "__future__", "_typeshed", "__main__", "_collections_abc"})
"""Modules with an underscore that tests import as a matter of course."""
_DYNAMIC: Final = (
    "sys.path",
    "syspath_prepend",
    "sys.modules",
    "addsitedir",
    "meta_path",
    "path_hooks",
    "chdir",
    "PYTHONPATH",
    "# /// script",
)


class Imports:
    """The imports of one file."""

    def __init__(self, evaluator: Evaluator, chain: tuple[Module, ...]) -> None:
        self.evaluator = evaluator
        self.module = evaluator.module
        self.chain = chain
        self.base = frozenset(self.module.name.split("."))

    @cached_property
    def dynamic(self) -> bool:
        """Whether the tests change where modules are found."""
        texts = [self.module.text, *(conftest.text for conftest in self.chain)]
        return any(word in text for text in texts for word in _DYNAMIC)

    def uses(self, node: ast.Import | ast.ImportFrom, guarded: bool) -> Iterator[ImportUse]:
        """A noun for every imported name."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield self._module(alias, node, alias.name, guarded)
            return
        source = absolute(node.module, node.level, self.module.package)
        if source is None or node.module == "__future__":
            return
        module = self.evaluator.world.library.module(source, self.module.roots)
        if module is None or module.kind == "extension":
            yield self._module(node.names[0], node, source, guarded)
            return
        if (self._internal(source, module) or self._uncontracted(source, module)) and self._private(
            source, module
        ) is None:
            yield self._module(node.names[0], node, source, guarded)
        for alias in node.names:
            if alias.name != "*":
                yield self._name(alias, node, module, source, guarded)

    def _module(self, alias: ast.alias, node: ast.Import | ast.ImportFrom, name: str, guarded: bool) -> ImportUse:
        world = self.evaluator.world
        library = world.library
        found = library.module(name, self.module.roots)
        outcome, missing, owner = Outcome.FOUND, None, None
        subject = found
        if found is None:
            parts = name.split(".")
            parent: Module | None = None
            for index in range(1, len(parts) + 1):
                prefix = ".".join(parts[:index])
                here = library.module(prefix, self.module.roots)
                if here is None:
                    missing = prefix
                    break
                parent = here
            if parent is None:
                known = world.knows_top_level(parts[0]) and not self.dynamic
                if known and (_is_generated(parts[0], self.module) or parts[0].startswith("your_")):
                    known = False
                if known and not guarded and world.project_text.imported_by_sources(parts[0]):
                    known = False  # an optional one
                outcome = Outcome.MISSING if known else Outcome.UNKNOWN
            else:
                outcome = Outcome.MISSING
                subject = parent
                owner = world.owners.of(ModuleValue(parent))
                lazy = parent.open == LAZY  # which no import of a module asks
                if (
                    parent.path
                    == self.module.path  # `docs/shop.py` that imports the `shop` which is not installed here
                    or (parent.open and not lazy)
                    or parent.kind == "extension"
                    or (parent.kind == "typeshed" and parent.implementation is None and parent.is_package)
                ):
                    outcome = Outcome.UNKNOWN
                elif self.dynamic and parent.by_test:
                    outcome = Outcome.UNKNOWN
                elif missing is not None and missing.rpartition(".")[2].startswith("your"):
                    outcome = Outcome.UNKNOWN  # a guide's reader puts a name of their own there
                elif "__path__" in parent.text or "sys.modules" in parent.text or world.vetoes.is_filled(parent):
                    outcome = Outcome.UNKNOWN
                elif missing is not None and not self._really_missing(parent, missing.rpartition(".")[2]):
                    outcome = Outcome.UNKNOWN
                elif missing is not None and world.project_text.makes_submodule(parent, missing.rpartition(".")[2]):
                    outcome = Outcome.UNKNOWN
        elif self._uncontracted(name, found):
            outcome = Outcome.OFF_CONTRACT
        return ImportUse(
            alias,
            node,
            name,
            None,
            outcome,
            missing if outcome is Outcome.MISSING else None,
            owner,
            self._private(name, subject),
            subject is not None and subject.own,
            guarded or self._optional(name) or self.evaluator.probing("ModuleNotFoundError"),
            world.runs_tests,
            world.declared(name.partition(".")[0]),
            found is not None and self._internal(name, found),
        )

    def _uncontracted(self, name: str, module: Module) -> bool:
        """Whether the frozen contract of the package publishes modules, and this one is not among them."""
        if module.kind != "source" or not module.own or module.by_test:
            return False
        library = self.evaluator.world.library
        parent = library.module(name.rpartition(".")[0], self.module.roots) if "." in name else None
        if parent is None or parent.kind != "contract":
            return False
        stubs = library.finder.listing(os.path.dirname(parent.path))
        last = name.rpartition(".")[2]
        if last in stubs or f"{last}.pyi" in stubs:
            return False  # a folder of stubs without an __init__.pyi; a contract that does not parse (LLM505)
        return any(item != "__init__.pyi" and (item.endswith(".pyi") or "." not in item) for item in stubs)

    def _optional(self, name: str) -> bool:
        """Whether ``importorskip`` asked for the module before, or a decorator is told its name (``@skip_unless_package("docutils")``)."""
        top = name.partition(".")[0]
        scope: Scope | None = self.evaluator.scope
        while scope is not None:
            for decorator in getattr(scope.node, "decorator_list", ()):
                if any(isinstance(one, ast.Constant) and one.value in (top, name) for one in ast.walk(decorator)):
                    return True
            scope = scope.parent
        return top in self.evaluator.optional_imports or ("import", top) in self.evaluator.guards

    def _really_missing(self, parent: Module, name: str) -> bool:
        """A module that something else puts in ``sys.modules`` under a package's name is not missing."""
        entry = self.evaluator.world.library.entry(parent, name)
        return entry is None or isinstance(entry, Open)

    def _name(self, alias: ast.alias, node: ast.ImportFrom, module: Module, source: str, guarded: bool) -> ImportUse:
        evaluator = self.evaluator
        world = evaluator.world
        name = alias.name
        entry = world.library.entry(module, name)
        if (
            isinstance(entry, Entry)
            and entry.module.own
            and not entry.module.by_test
            and world.library.only_typed(entry)
        ):
            entry = None
        outcome = Outcome.FOUND
        missing = None
        owner: Owner | None = world.owners.of(ModuleValue(module))
        if entry is None:
            outcome = Outcome.UNKNOWN
            if not is_dunder(name) and not (self.dynamic and module.by_test and module.kind == "namespace"):
                probing = evaluator.probing("ImportError") or self._elsewhere(source, module, name)
                probing = probing or any(guard[1] in (name, "*") for guard in evaluator.guards)
                if not probing and evaluator.confirm(ModuleValue(module), name):
                    outcome, missing = Outcome.MISSING, name
        elif isinstance(entry, Open):
            outcome = Outcome.UNKNOWN
        elif isinstance(entry, Module):
            if self._uncontracted(f"{source}.{name}", entry):
                outcome = Outcome.OFF_CONTRACT
        elif isinstance(entry, Entry):
            if entry.off_contract and world.attributes.off_contract(module, entry, name):
                outcome = Outcome.OFF_CONTRACT
            elif module.own and not module.by_test and module.all is not None and not module.all_open:
                # What a module defines and its `__all__` leaves out may be documented all the same: few keep it up.
                borrowed = all(binding.form in (IMPORT, FROM) for binding in entry.bindings)
                borrowed = borrowed and not _is_handed_on(module, entry, name)
                if borrowed and name not in module.all and not is_dunder(name) and not name.startswith("_"):
                    outcome = Outcome.OFF_CONTRACT
        return ImportUse(
            alias,
            node,
            source,
            name,
            outcome,
            missing,
            owner,
            None if tells_of_the_machine(world, node, module) else self._private(f"{source}.{name}", module),
            module.own,
            guarded,
            world.runs_tests,
            world.declared(source.partition(".")[0]),
            isinstance(entry, Module) and self._internal(f"{source}.{name}", entry),
        )

    def _internal(self, name: str, module: Module) -> bool:
        """Whether the settings call the module internal, and the test is no part of its package."""
        globs = self.evaluator.world.project.settings.internal_modules
        if not any(fnmatch.fnmatchcase(name, glob) for glob in globs):
            return False
        package = module.package
        return not package or not f"{self.module.name}.".startswith(f"{package}.")

    def _elsewhere(self, source: str, module: Module, name: str) -> bool:
        """Whether another module of that dotted name, found without the file's own import roots, has the name."""
        library = self.evaluator.world.library
        other = library.module(source)
        return other is not None and other is not module and library.entry(other, name) is not None

    def _beside(self, module: Module, dotted: str) -> bool:
        """Whether the module is found in the test's own folder (or a conftest's) and nowhere else."""
        if dotted.partition(".")[0] in self.evaluator.world.project.own_packages:
            return False
        folder = os.path.dirname(os.path.dirname(module.path) if module.is_package else module.path)
        return folder in self.module.roots or folder == os.path.dirname(self.module.path)

    def _private(self, dotted: str, module: Module | None) -> str | None:
        if module is not None and (module.by_test or self._beside(module, dotted)):
            return None
        parts = dotted.split(".")
        if parts[0] in _PLAIN:
            return None
        mine = self.module.name.split(".")
        shared = 0
        while shared < min(len(parts), len(mine)) and parts[shared] == mine[shared]:
            shared += 1
        return first_private(parts[shared:])


def _is_generated(name: str, module: Module) -> bool:
    """Whether a module that is not there is what a compiler of protocol buffers makes in a step before the tests (grpcio-tools, grpclib)."""
    stem = name.removesuffix("_grpc")
    return name.endswith(("_pb2", "_pb2_grpc")) or (stem != name and f"{stem}_pb2" in module.text)


def _is_handed_on(module: Module, entry: Entry, name: str) -> bool:
    """Whether a module imports a name for others to have: by a star, or as itself (PEP 484, "Stub Files")."""
    if entry.module is not module:
        return True
    aliases = (alias for binding in entry.bindings for alias in getattr(binding.node, "names", ()))
    return any(alias.name == alias.asname == name for alias in aliases)
