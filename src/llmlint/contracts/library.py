"""All modules of one session, each read once, and the names in them."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from llmlint.contracts.finder import Finder, Location, Locations
from llmlint.contracts.lazy_bodies import shed
from llmlint.contracts.per_node import per_node
from llmlint.contracts.reader import local_imports, read, words_of_inner_imports
from llmlint.contracts.symbols import (
    ASSIGN,
    CLASS,
    FROM,
    FUNCTION,
    IMPORT,
    Binding,
    Class,
    Function,
    Module,
)
from llmlint.contracts.syntax_trees import parse, parse_text
from llmlint.project.declaration import normalize
from llmlint.project.project import Project


class Entry(NamedTuple):
    """What a module binds to a name."""

    module: Module
    """The module whose text binds it (a star import or an implementation may be followed)."""
    bindings: list[Binding]
    off_contract: bool
    """Only the implementation has it."""


class Variable(NamedTuple):
    """A module-level name that is neither a module, a class nor a function."""

    module: Module
    name: str
    binding: Binding

    @property
    def symbol(self) -> str:
        """Dotted: ``typing.TypedDict``."""
        return f"{self.module.name}.{self.name}"


class Open:
    """Anything may stand there."""


OPEN: Final = Open()

Symbol = Module | Class | Function | Variable


class ReadProblem(NamedTuple):
    """A module that could not be read: its path, the row (from 1), the column (from 0) and the parser's words."""

    path: str
    row: int
    column: int
    message: str


def leaves_to_builtins(module: Module, name: str) -> bool:
    """Whether a stub of typeshed does not bind a name that its own text uses.

    What the source behind it has is nothing to that, and need not be read.
    """
    return module.kind == "typeshed" and name not in module.table and not module.stars


class Library:
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

    # -- modules -----------------------------------------------------------------------------------------------------

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
                tree, text = parse(location.path, keep=not location.own)
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
        if not location.own and location.kind == "source":
            shed(tree, text)
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
        name = ".".join(parts)
        by_test = self.finder.is_test_path(path) or os.path.basename(path) == "conftest.py"
        module = Module(name, path, "source", is_package=is_package, own=True, by_test=by_test)
        module.roots = self._test_roots(os.path.dirname(path), folder)
        module.paths = (os.path.dirname(path),) if is_package else ()
        read(module, tree, text)
        return module

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

    # -- names -------------------------------------------------------------------------------------------------------

    def entry(self, module: Module, name: str) -> Entry | Module | Open | None:
        """What ``module.name`` is: bindings, a submodule, OPEN if that cannot be decided, None if there is no such name."""
        return self._entry(module, name, False, set())

    def _entry(self, module: Module, name: str, off: bool, seen: set[str]) -> Entry | Module | Open | None:
        bindings = module.table.get(name)
        if bindings is not None:
            return Entry(module, bindings, off)
        key = f"{module.path}:{module.name}"
        if key in seen:
            return None
        seen.add(key)
        opened: Open | None = OPEN if module.open else None
        for star in reversed(module.stars):  # of two star imports the later one wins
            source = self.module(star, module.roots) if star != "?" else None
            if source is None:
                opened = OPEN
                continue
            if source.all is not None and not source.all_open:
                public = name in source.all
            else:
                public = not name.startswith("_") or source.all_open
            if public:
                found = self._entry(source, name, off, seen)
                if isinstance(found, Open):
                    opened = OPEN
                elif found is not None:
                    return OPEN if self._has_rival(module, star, name) else found
        inner = self.submodule(module, name)
        if inner is not None:
            return inner
        if module.implementation is not None:
            found = self._entry(module.implementation, name, off or module.kind == "contract", seen)
            if isinstance(found, Open) and module.kind == "typeshed" and not name.startswith("_"):
                return opened  # whatever the source does, typeshed is held to what is public there
            if found is not None:
                return found
        return opened

    def _has_rival(self, module: Module, star: str, name: str) -> bool:
        """Whether a star import of another branch brings the name as well: then it is not known which of them ran."""
        branches: list[frozenset[str]] = module.memo.get("<rival stars>", [])
        if not any(star in branch for branch in branches):
            return False
        rivals = {other for branch in branches if star not in branch for other in branch if other != "?"}
        others = (self.module(other, module.roots) for other in sorted(rivals))
        return any(other is not None and self._entry(other, name, False, set()) is not None for other in others)

    def only_typed(self, entry: Entry) -> bool:
        """Whether the name is bound for type checkers alone: the running module does not have it."""
        module = entry.module
        return not module.is_stub and not module.open and all(binding.typing for binding in entry.bindings)

    def names(self, module: Module) -> list[str]:
        """Every name that the module is known to have, without those of the implementation behind a contract."""
        found = dict.fromkeys(module.table)
        for star in module.stars:
            source = self.module(star, module.roots) if star != "?" else None
            if source is not None and source is not module:
                public = source.all if source.all is not None else [n for n in source.table if not n.startswith("_")]
                found.update(dict.fromkeys(public))
        for folder in module.paths:
            for item in self.finder.listing(folder):
                stem, _, extension = item.partition(".")
                if stem.isidentifier() and stem != "__init__" and extension in ("", "py", "pyi"):
                    found[stem] = None
        return list(found)

    # -- static names: what bases, decorators and aliases stand for --------------------------------------------------------

    def symbol(self, module: Module, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> Symbol | None:
        """The symbol that ``module.name`` stands for, imports and plain aliases followed; None if not one for certain."""
        if not seen:
            memo = module.memo
            known = ("symbol", name)
            if known not in memo:
                memo[known] = None
                memo[known] = self._symbol(module, name, seen)
            return memo[known]  # type: ignore[no-any-return]
        return self._symbol(module, name, seen)

    def _symbol(self, module: Module, name: str, seen: frozenset[tuple[str, str]]) -> Symbol | None:
        key = (module.path, name)
        if key in seen:
            return None
        entry = self.entry(module, name)
        if entry is None or isinstance(entry, Open):
            return None
        if isinstance(entry, Module):
            return entry
        seen = seen | {key}
        results: list[Symbol] = []
        bindings = entry.bindings
        if entry.module.is_stub or not any(b.conditional for b in bindings):
            functions = [b for b in bindings if b.form == FUNCTION]
            bindings = bindings[-1:] if not entry.module.is_stub else bindings[:1]
            if functions and bindings[0].form == FUNCTION:
                bindings = functions[:1]
        tried = [binding for binding in bindings if not binding.fallback]
        for binding in (*tried, *(binding for binding in bindings if binding.fallback)):
            if binding.fallback and results:
                continue  # `except ImportError: import b`, where what is tried first is there
            found = self._binding_symbol(entry.module, name, binding, seen)
            if found is None:
                if len(bindings) > 1 and self._not_installed(entry.module, binding):
                    continue  # `try: import a`, where `a` is not there
                return None
            if found not in results:
                results.append(found)
        return results[0] if len(results) == 1 else None

    def _not_installed(self, module: Module, binding: Binding) -> bool:
        """Whether a conditional import is of a module that the known target environment does not have."""
        if binding.form not in (IMPORT, FROM) or not binding.conditional or not self.project.environment.known:
            return False
        return binding.module != "?" and self.module(binding.module, module.roots) is None

    def _binding_symbol(
        self, module: Module, name: str, binding: Binding, seen: frozenset[tuple[str, str]]
    ) -> Symbol | None:
        if binding.form == CLASS:
            return self.canonical(module.class_at(binding.node))
        if binding.form == FUNCTION:
            return module.function_at(binding.node)
        if binding.form == IMPORT:
            return self.module(binding.module, module.roots)
        if binding.form == FROM:
            source = self.module(binding.module, module.roots)
            if source is None:
                return None
            if source is module:
                return self.submodule(module, binding.name)
            return self.symbol(source, binding.name, seen)
        if binding.form == ASSIGN:
            if isinstance(binding.value, (ast.Name, ast.Attribute, ast.Subscript)) and binding.annotation is None:
                found = self.resolve(module, binding.value, seen=seen)
                if found is not None:
                    return found
            return Variable(module, name, binding)
        return None

    def resolve(
        self,
        module: Module,
        node: ast.expr,
        outer: Class | None = None,
        seen: frozenset[tuple[str, str]] = frozenset(),
    ) -> Symbol | None:
        """The symbol of a dotted expression in the scope of ``module`` (and of the class body ``outer``)."""
        if isinstance(node, ast.Name):
            scope = outer
            while scope is not None:
                inner = self.nested(scope, node.id)
                if inner is not None:
                    return inner
                scope = scope.outer
            if leaves_to_builtins(module, node.id):
                builtins = self.module("builtins")
                if builtins is not None and node.id in builtins.table:
                    return self.symbol(builtins, node.id)
            found = self.symbol(module, node.id, seen)
            if found is None and not isinstance(self.entry(module, node.id), (Entry, Module)):
                builtins = self.module("builtins")
                if builtins is not None and builtins is not module:
                    return self.symbol(builtins, node.id)
            return found
        if isinstance(node, ast.Attribute):
            owner = self.resolve(module, node.value, outer, seen)
            if isinstance(owner, Module):
                return self.symbol(owner, node.attr, seen)
            if isinstance(owner, Class):
                return self.nested(owner, node.attr)
            return None
        if isinstance(node, ast.Subscript):
            return self.resolve(module, node.value, outer, seen)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.resolve(module, ast.parse(node.value, mode="eval").body, outer, seen)
            except (SyntaxError, ValueError, RecursionError):
                return None
        return None

    def origin(self, module: Module, node: ast.expr, met: frozenset[str] = frozenset()) -> str:
        """The dotted name that an expression is imported under (``attr.s``), without asking whether it exists; '' if none.

        Another name that the module itself gives to it (``cached = functools.cached_property``) is looked through.
        """
        if isinstance(node, ast.Call):
            node = node.func
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        base = node.id
        if node.id not in module.table:
            base = self._unlisted(module, node.id)
        for binding in module.table.get(node.id, ()):
            if binding.form == IMPORT:
                base = binding.module
            elif binding.form == FROM:
                base = f"{binding.module}.{binding.name}"
            else:
                base = f"{module.name}.{node.id}"
                if isinstance(binding.value, (ast.Name, ast.Attribute)) and not met & {node.id}:
                    base = self.origin(module, binding.value, met | {node.id}) or base
        return ".".join([base, *reversed(parts)])

    def _unlisted(self, module: Module, name: str) -> str:
        """Where a name comes from that the module itself does not bind: a star import, or imports inside of functions."""
        if module.stars:
            symbol = self.symbol(module, name)
            if isinstance(symbol, (Class, Function)):
                return symbol.symbol
        if name not in words_of_inner_imports(module):
            return name
        local: dict[str, set[str]] | None = module.memo.get("<local imports>")
        if local is None:
            local = module.memo["<local imports>"] = local_imports(module)
        found = local.get(name, ())
        return next(iter(found)) if len(found) == 1 else name

    def nested(self, outer: Class, name: str) -> Class | None:
        """The class that the body of ``outer`` defines under ``name``."""
        found = _nested(outer.node).get(name)
        return outer.module.class_at(found, outer) if found is not None else None

    def canonical(self, cls: Class) -> Class:
        """The class that describes ``cls``: for a class of a source behind a stub, the stub's class of the same name.

        The stub's class keeps the source's as its ``implementation``.
        """
        if cls.scope is not None:
            return cls
        known = cls.memo.get("canonical")
        if known is not None:
            return known  # type: ignore[no-any-return]
        cls.memo["canonical"] = cls
        module = cls.module
        if module.is_stub:
            cls.implementation = partial(self._described, cls)
            return cls
        if self._by_path.get((module.path, module.name)) is not module:
            return cls  # an adopted file: nothing describes it, and it need not be read once more to find out
        described = self.module(module.name, module.roots)
        if described is None or described is module or described.implementation is not module:
            return cls
        twin = self._twin(cls, described)
        if twin is None:
            return cls
        twin.memo["canonical"] = twin
        twin.implementation = cls
        cls.memo["canonical"] = twin
        return twin

    def _described(self, cls: Class) -> Class | None:
        """The class of the source that a stub's class describes."""
        twin = self._twin(cls, cls.module.implementation)
        if twin is not None:
            twin.memo["canonical"] = cls
        return twin

    def _twin(self, cls: Class, module: Module | None, seen: int = 0) -> Class | None:
        if module is None or seen > 8:
            return None
        if cls.outer is not None:
            outer = self._twin(cls.outer, module, seen + 1)
            return self.nested(outer, cls.name) if outer is not None else None
        bindings = module.table.get(cls.name)
        if bindings is None:
            # Defined elsewhere and imported (the C accelerator pattern, `from ._impl import X`): the source is that module's.
            entry = self._entry(module, cls.name, False, set())
            if not isinstance(entry, Entry):
                return None
            module, bindings = entry.module, entry.bindings
        for binding in reversed(bindings):
            if binding.form == CLASS:
                return module.class_at(binding.node)
        for binding in bindings:
            if binding.form == FROM and binding.module != module.name:
                source = self.module(binding.module, module.roots)
                if source is not None and source.implementation is None and binding.name in source.table:
                    return self._twin_named(source, binding.name)
        return None

    def _twin_named(self, module: Module, name: str) -> Class | None:
        for binding in module.table.get(name, ()):
            if binding.form == CLASS:
                return module.class_at(binding.node)
        return None

    def public(self, module: Module, name: str) -> bool:
        """Whether the module publishes ``name``: in ``__all__`` where it has one, else without a leading underscore."""
        if module.all is not None and not module.all_open:
            return name in module.all
        return not name.startswith("_")

    def modules(self) -> Sequence[Module]:
        """Every module read so far."""
        return list(self._by_path.values())


@per_node
def _nested(node: ast.ClassDef) -> dict[str, ast.ClassDef]:
    """The classes that a class body defines, by name: of several the first."""
    return {inner.name: inner for inner in reversed(node.body) if isinstance(inner, ast.ClassDef)}
