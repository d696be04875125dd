"""All modules of one session, each read once."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from llmlint.contracts.bodiless import Deferred
from llmlint.contracts.finder import Finder, Location, Locations
from llmlint.contracts.lazy_bodies import shed
from llmlint.contracts.reader import read
from llmlint.contracts.symbols import Module
from llmlint.contracts.syntax_trees import parse, parse_text
from llmlint.project.declaration import normalize
from llmlint.project.project import Project


class ReadProblem(NamedTuple):
    """A module that could not be read: its path, the row (from 1), the column (from 0) and the parser's words."""

    path: str
    row: int
    column: int
    message: str


class Modules:
    """Modules by name. A module is read when it is first asked for, and once."""

    def __init__(self, project: Project, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Nothing is read yet.

        Args:
            project: Whose names are looked up.
            texts: What stands for files (absolute paths): the buffers of an editor.
        """
        self.project = project
        self._texts = texts
        self.finder = Finder(project)
        self._found: dict[tuple[str, tuple[str, ...]], Module | None] = {}
        self._by_path: dict[tuple[str, str], Module] = {}
        self.problems: dict[str, ReadProblem] = {}

    @property
    def files_read(self) -> tuple[str, ...]:
        """The files that modules were read from so far."""
        return tuple(path for path, _ in self._by_path)

    def module(self, name: str, roots: tuple[str, ...] = ()) -> Module | None:
        """The module of a dotted name: its stub if it has one (the source is the stub's ``implementation``), else its source."""
        key = (name, roots)
        try:
            return self._found[key]
        except KeyError:
            pass
        self._found[key] = None
        locations = self.finder.find(name, roots)
        if locations is None:
            return None
        try:
            if roots and self._same_without(name, locations):
                module = self.module(name)
            else:
                module = self._build(name, locations, roots)
        except BaseException:
            del self._found[key]  # what could not be read is not what does not exist
            raise
        self._found[key] = module
        return module

    def location(self, name: str, roots: tuple[str, ...] = ()) -> Location | None:
        """The file that ``module`` would read, without reading it; None also for what is no file (namespace packages)."""
        found = self.finder.find(name, roots)
        return (found.stub or found.source) if found is not None else None

    def _same_without(self, name: str, locations: Locations) -> bool:
        return self.finder.find(name) == locations

    def _build(self, name: str, locations: Locations, roots: tuple[str, ...]) -> Module:
        stub = self._load(name, locations.stub, locations, roots) if locations.stub else None
        if stub is not None:
            if locations.source:
                stub.implementation = partial(self._load, name, locations.source, locations, roots)
            return stub
        source = self._load(name, locations.source, locations, roots) if locations.source else None
        if source is not None:
            return source
        own = any(self._is_own(folder) for folder in locations.folders)
        folder = locations.folders[0] if locations.folders else ""
        by_test = own and bool(folder) and self.finder.is_test_path(os.path.join(folder, "__init__.py"))
        kind = "extension" if locations.opaque else "namespace"
        module = Module(name, folder, kind, is_package=True, own=own, by_test=by_test)  # type: ignore[arg-type]
        module.paths = locations.folders
        module.roots = roots
        if locations.opaque:
            module.open = "it is compiled or generated"
        elif not by_test and self._is_shared(name.partition(".")[0]):
            module.open = "other distributions have modules in it"
        elif by_test and self.is_of_dependency(name.partition(".")[0]):
            module.open = "a package of that name is no more than not installed here"
        return module

    def _is_shared(self, top: str) -> bool:
        """Whether distributions that are not to be seen here may have modules in a namespace package (PEP 420).

        That is so where the project depends on one that is named after the namespace (``opentelemetry-api``) and not installed, or is
        such a one itself and the environment is not known.
        """
        project, environment = self.project, self.project.environment
        prefix = f"{normalize(top)}-"
        named = project.dependencies if environment.known else project.dependencies | project.distributions
        return any(name.startswith(prefix) and name not in environment.distributions for name in named)

    def is_of_dependency(self, top: str) -> bool:
        """Whether a dependency that is not installed here bears the name: its package goes before a folder of tests (PEP 420), and
        before what the project has in its place where it is missing."""
        return normalize(top) in self.project.dependencies - self.project.environment.distributions

    def _is_own(self, path: str) -> bool:
        project = self.project
        if any(path.startswith(root + os.sep) for root in project.environment.site):
            return False
        return path.startswith(project.root + os.sep) or any(path.startswith(r + os.sep) for r in project.source_roots)

    def _load(self, name: str, location: Location, locations: Locations, roots: tuple[str, ...]) -> Module | None:
        key = (location.path, name)
        found = self._by_path.get(key)
        if found is not None:
            return found
        try:
            written = self._texts.get(location.path)
            if written is not None:
                tree, text = parse_text(location.path, written)
            else:
                tree, text = parse(location.path, keep=not location.own, without=_left_out(location))
        except SyntaxError as error:
            self.problems[location.path] = ReadProblem(
                location.path, error.lineno or 1, max((error.offset or 1) - 1, 0), error.msg
            )
            if location.path.endswith(".pyi"):
                return None
            tree, text = ast.Module([], []), ""
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            self.problems[location.path] = ReadProblem(location.path, 1, 0, str(error) or type(error).__name__)
            if location.path.endswith(".pyi"):
                return None
            tree, text = ast.Module([], []), ""
        module = Module(
            name,
            location.path,
            location.kind,
            is_package=location.is_package,
            own=location.own,
            by_test=location.by_test,
        )
        module.paths = locations.folders
        module.roots = roots
        read(module, tree, text)
        if (without := _left_out(location)) is not None:
            shed(tree, text, without)
        if location.path in self.problems:
            module.open = "it cannot be read"
        self._by_path[key] = module
        return module

    def adopt(self, path: str, text: str, tree: ast.Module) -> Module:
        """The module of a file that is being linted, from its text as it stands now (an editor's buffer, perhaps)."""
        folder = os.path.dirname(path)
        parts = [os.path.splitext(os.path.basename(path))[0]]
        while "__init__.py" in self.finder.listing(folder) and os.path.dirname(folder) != folder:
            parts.insert(0, os.path.basename(folder))
            folder = os.path.dirname(folder)
        is_package = parts[-1] == "__init__"
        if is_package:
            parts.pop()
        by_test = self.finder.is_test_path(path) or os.path.basename(path) == "conftest.py"
        if not by_test:
            parts = [*self._above(folder), *parts]
        name = ".".join(parts)
        module = Module(name, path, "source", is_package=is_package, own=True, by_test=by_test)
        module.roots = self._test_roots(os.path.dirname(path), folder)
        module.paths = (os.path.dirname(path),) if is_package else ()
        read(module, tree, text)
        return module

    def _above(self, folder: str) -> list[str]:
        """The namespace packages (PEP 420) of the project's sources that a folder is, from its import root down."""
        for root in self.project.source_roots:
            if folder.startswith(root + os.sep):
                parts = folder[len(root) + 1 :].split(os.sep)
                return parts if parts[0] in self.project.own_packages and all(map(str.isidentifier, parts)) else []
        return []

    def _test_roots(self, folder: str, base: str) -> tuple[str, ...]:
        """The import roots that pytest's ``prepend`` mode gives a test: its own base, and the base of each conftest above it.

        Source: pytest, "Import modes". Roots that every module of the project has anyway are left out.
        """
        roots = [base]
        current = folder
        root = self.project.root
        while current.startswith(root):
            if "conftest.py" in self.finder.listing(current) and "__init__.py" not in self.finder.listing(current):
                roots.append(current)
            if current == root or os.path.dirname(current) == current:
                break
            current = os.path.dirname(current)
        known = {*self.project.source_roots, *self.project.test_roots}
        return tuple(path for path in dict.fromkeys(roots) if path not in known)

    def submodule(self, module: Module, name: str) -> Module | None:
        """``module.name`` where ``module`` is a package with such a submodule (whoever imports it)."""
        if not module.is_package:
            return None
        return self.module(f"{module.name}.{name}" if module.name else name, module.roots)

    def modules(self) -> Sequence[Module]:
        """Every module read so far."""
        return list(self._by_path.values())


def _left_out(location: Location) -> Deferred | None:
    """Whose bodies need not be read at once: nobody looks into most of what others define."""
    if location.own:
        return None
    return "functions" if location.kind == "source" else "classes"
