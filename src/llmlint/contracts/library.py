"""The names in the modules of one session: followed through imports, star imports and aliases, from stubs to their sources."""

from __future__ import annotations

import ast
import sys
from functools import partial
from typing import Final, NamedTuple

from llmlint.contracts.lazy_names import refuses
from llmlint.contracts.modules import Modules
from llmlint.contracts.per_node import per_node
from llmlint.contracts.reader import LAZY, local_imports, words_of_inner_imports
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

_OF_PYTHON_2: Final = frozenset(
    {
        "BaseHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue", "SimpleHTTPServer", "SocketServer", "StringIO", "Tkinter",
        "UserDict", "UserList", "__builtin__", "anydbm", "cPickle", "cStringIO", "commands", "cookielib", "copy_reg", "dummy_thread",
        "exceptions", "htmlentitydefs", "httplib", "md5", "repr", "sets", "thread", "urllib2", "urlparse",
        "xmlrpclib",
    }
)  # fmt: skip
"""Modules that no Python of today has, and nobody installs for it."""


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


def leaves_to_builtins(module: Module, name: str) -> bool:
    """Whether a stub of typeshed does not bind a name that its own text uses.

    What the source behind it has is nothing to that, and need not be read.
    """
    return module.kind == "typeshed" and name not in module.table and not module.stars


class Library(Modules):
    """Names by module. What a module binds is followed to what it stands for."""

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
        opened: Open | None = OPEN if self.may_have(module, name) else None
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

    def may_have(self, module: Module, name: str) -> bool:
        """Whether an open module may have a name that nothing in it binds."""
        return bool(module.open) and not (module.open == LAZY and refuses(self, module, name))

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
        """Whether a conditional import is of a module that the known target environment does not have, and need not have."""
        if binding.form not in (IMPORT, FROM) or not binding.conditional or not self.project.environment.known:
            return False
        top = binding.module.partition(".")[0]
        if top not in self.project.own_packages and top not in _OF_PYTHON_2 and top not in sys.stdlib_module_names:
            return False  # it is merely not installed here, and what needs it is not run here
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


@per_node
def _nested(node: ast.ClassDef) -> dict[str, ast.ClassDef]:
    """The classes that a class body defines, by name: of several the first."""
    return {inner.name: inner for inner in reversed(node.body) if isinstance(inner, ast.ClassDef)}
