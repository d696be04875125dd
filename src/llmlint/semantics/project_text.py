"""What the text of the project says of its names: read whole, once, and asked only where there is a candidate."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import CLASS, Class, FunctionNode, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.text_index import TextIndex

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_HOOK = re.compile(
    r"@(?:abc\.)?abstract\w+\s+(?:async\s+)?def (_\w+)\("
    r"|\bdef (_\w+)\([^()]*\)[^:\n]*:\s*\n(?:\s*\"\"\"[^\"]*\"\"\"\s*\n)?\s*raise NotImplementedError"
)
"""A private method that is left to subclasses, as it is written."""
_ARGNAMES = re.compile(r"""parametrize\(\s*(?:argnames\s*=\s*)?[\[(]?\s*((?:["'][^"'\n]*["'][\s,]*)+)""")
_RUNNERS = frozenset(
    {
        "run", "create_task", "gather", "wait", "wait_for", "run_until_complete", "ensure_future", "shield", "start_soon", "as_completed",
        "append", "add", "await", "if", "while", "return", "print", "str", "bool", "list", "tuple", "isinstance", "len", "dict",
    }
)  # fmt: skip
"""What awaits a coroutine that it is handed, or can do nothing with it."""


class ProjectText:
    """The texts of the project's sources and tests, and of the packages of others that a question concerns."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._packages: dict[str, TextIndex] = {}
        self._parametrized: frozenset[str] | None = None
        self._hooks: frozenset[str] | None = None
        self._calls: dict[str, list[ast.Call]] = {}
        self._keyed: dict[str, bool] = {}
        self._methods: dict[str, list[tuple[str, FunctionNode]]] = {}

    @cached_property
    def own(self) -> tuple[TextIndex, TextIndex]:
        """The texts of the project's sources, and those of its tests."""
        sources: dict[str, str] = {}
        tests: dict[str, str] = {}
        project = self.world.project
        for root in dict.fromkeys((*project.source_roots, project.root)):
            for path in self.world.python_files(root):
                target = tests if self.world.library.finder.is_test_path(path) else sources
                target[path] = self.world.text(path)
        return TextIndex(sources), TextIndex(tests)

    def package(self, module: Module) -> TextIndex:
        """The texts of the package (of somebody else) that ``module`` belongs to."""
        top = self._distribution(module)
        key = f"{module.kind}:{top.name if top is not None else ''}"
        found = self._packages.get(key)
        if found is None:
            texts: dict[str, str] = {}
            for source in (top, top.implementation if top is not None else None):
                if source is None or not source.path:
                    continue
                if source.is_package:
                    for path in self.world.python_files(os.path.dirname(source.path)):
                        texts[path] = self.world.text(path)
                else:
                    texts[source.path] = source.text
            found = self._packages[key] = TextIndex(texts)
        return found

    def _distribution(self, module: Module) -> Module | None:
        """The uppermost package above a module that is no namespace, which many distributions share (``opentelemetry``)."""
        parts = module.name.split(".")
        for count in range(1, len(parts) + 1):
            found = self.world.library.module(".".join(parts[:count]))
            if found is None or found.kind != "namespace":
                return found
        return None

    def stored(self, name: str, foreign_only: bool = False, tests: bool = False) -> bool:
        """Whether the project's sources (with ``tests`` its tests, too) store an attribute of that name on anything but ``self``.

        Without ``foreign_only``, a string of that name in a file that calls ``setattr`` counts as well.
        """
        for index in self.own if tests else self.own[:1]:
            if name in index.stored or (not foreign_only and name in index.computed):
                return True
        return False

    def used_by_sources(self, module: Module, name: str) -> bool:
        """Whether a source of the project that imports the module, by its own name, uses a name of it (``test_properties.test_id``)."""
        last = module.name.rpartition(".")[2]
        imported = re.compile(rf"\b(?:import|from)\b[^\n]*\b{re.escape(last)}\b")
        return any(
            name in text and last in text and imported.search(text) is not None for text in self.own[0].texts.values()
        )

    def stored_on_self(self, name: str) -> bool:
        """Whether a class of the project's sources stores an attribute of that name on its objects."""
        store = re.compile(rf"\bself\.{re.escape(name)}[ \t]*[:=](?!=)")
        return any(name in text and store.search(text) is not None for text in self.own[0].texts.values())

    def stored_on(self, module: Module, name: str) -> bool:
        """Whether the project's sources, or those of its package where it is of somebody else, may store an attribute of that name on a
        module: by its name, another one that it is imported under, or one of which only the program knows what it holds."""
        index = self.own[0] if module.own else self.package(module)
        if name in index.computed or name not in index.stored:
            return module.own and name in index.computed
        last = module.name.rpartition(".")[2]
        names = {last, *index.aliases.get(last, ())}
        word = re.escape(name)
        stores = re.compile(rf"(\w*)\.{word}[ \t]*(?::[^=\n]{{1,80}})?(?:[-+*/|&]|//|\*\*)?=(?!=)")
        others = re.compile(
            rf"""setattr[^\n]*["']{word}["']|\b(?:as|for)\s+[\w.]+\.{word}\b|\.{word}[ \t]*,[^=\n]*=(?!=)"""
        )
        for text in index.texts.values():
            if name not in text:
                continue
            if others.search(text) is not None:
                return True
            if any(not on or on in names or "mod" in on.lower() for on in stores.findall(text)):
                return True
        return False

    def spelt_on(self, module: Module, name: str) -> bool:
        """Whether the project's sources or its tests store an attribute of that name on a module that they name (``sys.ready = 1``)."""
        if not any(name in index.stored for index in self.own):
            return False
        store = re.compile(rf"\b{re.escape(module.name)}\.{re.escape(name)}[ \t]*=(?!=)")
        return any(name in text and store.search(text) for index in self.own for text in index.texts.values())

    def subclass_has(self, cls: Class, name: str) -> bool:
        """Whether a class that (by its text) inherits from ``cls`` mentions ``name`` where it is defined."""
        key = ("subclass has", name)
        found = cls.memo.get(key)
        if found is None:
            found = cls.memo[key] = self._subclass_has(cls, name, cls.module)
        return bool(found)

    def subclass_abroad_has(self, cls: Class, name: str, module: Module) -> bool:
        """Whether such a class is among those of the package (of somebody else) that ``module`` belongs to."""
        key = ("subclass has", name, module.name)
        found = cls.memo.get(key)
        if found is None:
            found = cls.memo[key] = self._subclass_has(cls, name, module)
        return bool(found)

    def _subclass_has(self, cls: Class, name: str, module: Module) -> bool:
        indexes = [*self.own] if module.own else [*self.own, self.package(module)]
        names = {cls.name}
        for index in indexes:
            names |= index.aliases.get(cls.name, frozenset())
        if any(not names.isdisjoint(index.bases_of_made) for index in indexes):
            return True
        for index, subclass, path, bases in inheriting(names, indexes):
            if (subclass, path) == (cls.name, cls.module.path):
                continue
            if index.defines(path, subclass, name):
                return True
            if (bases > 1 or "__getattr" in index.texts[path]) and self._inherits_elsewhere(path, subclass, cls, name):
                return True
        return False

    def namesake_has(self, cls: Class, name: str) -> bool:
        """Whether a class of the project that is called after one of somebody else (``BoxContainer``), and goes in its place without
        inheriting from it, has the name."""
        defined = re.compile(rf"^[ \t]*class[ \t]+(\w*{re.escape(cls.name)})\b", re.MULTILINE)
        return any(
            index.defines(path, other, name)
            for index in self.own
            for path, text in index.texts.items()
            if cls.name in text and name in text
            for other in defined.findall(text)
        )

    def set_anew(self, cls: Class, name: str) -> bool:
        """Whether a class of the tests that inherits from ``cls`` sets the attribute itself."""
        key = ("set anew", name)
        found = cls.memo.get(key)
        if found is None:
            found = cls.memo[key] = self._set_anew(cls, name)
        return bool(found)

    def _set_anew(self, cls: Class, name: str) -> bool:
        classes = self.world.classes
        for index, subclass, path, _ in inheriting({cls.name}, self.own[1:]):
            if path != cls.module.path:
                if index.defines(path, subclass, name):
                    return True
                continue
            for binding in cls.module.table.get(subclass, ()):
                if binding.form == CLASS:
                    below = cls.module.class_at(binding.node)
                    if below is not cls and (name in classes.body(below) or name in classes.instance(below)):
                        return True
        return False

    def _inherits_elsewhere(self, path: str, name: str, cls: Class, member: str) -> bool:
        """Whether a subclass of ``cls`` with several bases gets the member from another of them."""
        module = self.world.module_at(path)
        if module is None:
            return True
        bindings = [binding for binding in module.table.get(name, ()) if binding.form == CLASS]
        inherited: set[str] = set()
        for base in self.world.classes.mro(cls):
            if base.module.is_stub:
                self.world.library.canonical(base)
            # Python 3.13 defines `pathlib.Path` in `pathlib._local`.
            inherited.update(one.symbol for one in (base, base.implementation) if one is not None)
        for binding in bindings:
            below = module.class_at(binding.node)
            found = self.world.classes.member(below, member)
            if self.world.classes.open(below) or (found is not None and found.owner.symbol not in inherited):
                return True
        return not bindings

    def kin(self, cls: Class) -> set[str]:
        """The names of a class of the tests and of those that (by its text) inherit from it."""
        return {cls.name, *(name for _, name, _, _ in inheriting({cls.name}, self.own[1:]))}

    def subclass_exists(self, cls: Class) -> bool:
        """Whether some class of the project (by its text) inherits from ``cls``."""
        return any(cls.name in index.subclasses for index in self.own)

    def asks_subclasses_for(self, name: str) -> bool:
        """Whether some class of the project's sources leaves a method of that private name to its subclasses."""
        if self._hooks is None:
            texts = (t for t in self.own[0].texts.values() if "NotImplementedError" in t or "abstract" in t)
            found = (match for text in texts for match in _HOOK.findall(text))
            self._hooks = frozenset(name for names in found for name in names if name)
        return name in self._hooks

    def parametrized(self, name: str) -> bool:
        """Whether some test of the project parametrizes an argument of that name."""
        if self._parametrized is None:
            texts = self.own[1].texts.values()
            written = (match for text in texts if "parametrize" in text for match in _ARGNAMES.findall(text))
            self._parametrized = frozenset(word for names in written for word in re.findall(r"\w+", names))
        return name in self._parametrized

    def imported(self, name: str) -> bool:
        """Whether the project's sources import a top-level module of that name, or its tests do under a condition: it is an optional
        one that is not installed here."""
        own = name in self.world.project.own_packages
        return self.imported_by_sources(name) or (not own and name in self.own[1].imported_inside)

    def imported_by_sources(self, name: str) -> bool:
        """Whether the project's sources import a top-level module of that name, which is none of its own."""
        return name not in self.world.project.own_packages and name in self.own[0].imported

    def makes_submodule(self, package: Module, name: str) -> bool:
        """Whether something makes a module of that name in a package of the project that has none: its sources import it, or others
        that are not there and end alike (``cart_pb2``)."""
        if not package.own or package.by_test or not package.is_package:
            return False
        lacking: frozenset[str] | None = package.memo.get("<lacking submodules>")
        if lacking is None:
            lacking = package.memo["<lacking submodules>"] = frozenset(self._lacking(package))
        ending = name.rpartition("_")[2]
        return name in lacking or ("_" in name.strip("_") and any(other.endswith(f"_{ending}") for other in lacking))

    def _lacking(self, package: Module) -> Iterator[str]:
        dotted = re.escape(package.name)
        outside = re.compile(rf"\b(?:from|import)[ \t]+{dotted}\.(\w+)|\bfrom[ \t]+{dotted}[ \t]+import[ \t]+(\w+)")
        inside = re.compile(r"\bfrom[ \t]+\.(\w+)[ \t]+import\b|\bfrom[ \t]+\.[ \t]+import[ \t]+(\w+)")
        for path, text in self.own[0].texts.items():
            patterns = [outside] if package.name in text else []
            patterns += [inside] if os.path.dirname(path) in package.paths else []
            for pattern in patterns:
                for match in pattern.finditer(text):
                    name = match[1] or match[2]
                    if self.world.library.entry(package, name) is None:
                        yield name

    def set_from_elsewhere(self, dotted: str) -> bool:
        """Whether code of the project or of the module's own package stores something else in that variable of a module."""
        owner, _, name = dotted.rpartition(".")
        module = self.world.library.module(owner)
        if module is None:
            return False
        stored = re.compile(rf"\b{re.escape(owner.rpartition('.')[2])}\.{re.escape(name)}\s*=(?!=)")
        indexes = self.own if module.own else (*self.own, self.package(module))
        return any(name in index.stored and any(map(stored.search, index.texts.values())) for index in indexes)

    def only_handed_on(self, name: str) -> bool:
        """Whether all that the project's sources do with what methods of that name give is to hand it to objects of their own, which
        others await."""
        called = re.compile(rf"\.{re.escape(name)}\(")
        handed = re.compile(rf"(\w+)\((?:[^()\n]*,)?\s*[\w.]+\.{re.escape(name)}\(")
        calls = awaits = 0
        for text in self.own[0].texts.values():
            if name in text:
                calls += len(called.findall(text))
                awaits += sum(receiver not in _RUNNERS for receiver in handed.findall(text))
        return 0 < calls == awaits

    def never_called(self, name: str) -> bool:
        """Whether the project's sources hand a function of that name to somebody (``queue.add(send)(order)``) and never call it."""
        word = re.escape(name)
        called = re.compile(rf"(?<!def )(?<!def  )\b{word}\s*\(")
        handed = re.compile(rf"[(,=]\s*(?:\w+\.)*{word}\s*[,)]")
        texts = [text for text in self.own[0].texts.values() if name in text]
        return any(map(handed.search, texts)) and not any(map(called.search, texts))

    def imported_by_name(self, path: str) -> bool:
        """Whether some file of the project imports a module of that file's name, or names it as a plugin."""
        stem = os.path.splitext(os.path.basename(path))[0]
        return stem == "__init__" or any(stem in index.module_names for index in self.own)

    def provided_below(self, module: Module, name: str) -> bool:
        """Whether those who ask for a fixture of ``module`` may define one of that name: in its classes, below the conftest's folder.

        pytest looks for what a fixture asks for from where the test stands, not from where the fixture does.
        """
        folder = os.path.dirname(module.path) + os.sep
        below = os.path.basename(module.path) == "conftest.py"
        defined = re.compile(
            rf"fixture\b[^\n]*\n(?:[ \t]*[@\w)][^\n]*\n)*?[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b"
        )
        texts = self.own[1].texts
        return any(
            name in text and defined.search(text) is not None
            for path, text in texts.items()
            if path == module.path or (below and path.startswith(folder))
        )

    def asked(self, name: str) -> bool:
        """Whether the project's sources ask by ``getattr`` or ``hasattr`` for an attribute of that name."""
        return name in self.own[0].asked

    def mentioned(self, name: str) -> bool:
        """Whether the project's sources mention an attribute (or a string) of that name at all."""
        return name in self.own[0].mentioned

    def read_by_helpers(self, name: str) -> bool:
        """Whether a file of the tests that is no test module itself (a conftest, a plugin) reads an attribute of that name."""
        word = re.escape(name)
        reads = re.compile(rf"""\.{word}\b(?!\s*=(?!=))|attr\([^()\n]*["']{word}["']""")
        return any(
            name in text and not os.path.basename(path).startswith("test_") and reads.search(text) is not None
            for path, text in self.own[1].texts.items()
        )

    def calls_of(self, method: str) -> list[ast.Call]:
        """The calls of methods of that name in the project's sources, but for those through ``super()``."""
        found = self._calls.get(method)
        if found is None:
            found = self._calls[method] = [
                node
                for path, text in self.own[0].texts.items()
                if f".{method}(" in text
                and (module := self.world.module_at(path)) is not None
                and module.tree is not None
                for node in walk(module.tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == method
                and not isinstance(node.func.value, ast.Call)
            ]
        return found

    def methods_of(self, name: str) -> list[tuple[str, FunctionNode]]:
        """The methods of that name that the project's sources define, with the names of their classes."""
        if name not in self._methods:
            self._methods[name] = list(self._defined(name))
        return self._methods[name]

    def _defined(self, name: str) -> Iterator[tuple[str, FunctionNode]]:
        yield from (
            (cls.name, node)
            for path, text in self.own[0].texts.items()
            if f"def {name}(" in text and (module := self.world.module_at(path)) is not None and module.tree is not None
            for cls in walk(module.tree)
            if isinstance(cls, ast.ClassDef)
            for node in cls.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
        )

    def called_through(self, cls: str, method: str) -> bool:
        """Whether the project's sources call a method through a class of that name (``Cart.add(cart, …)``)."""
        text = f"{cls}.{method}("
        return any(text in source for source in self.own[0].texts.values())

    def looked_up(self, module: Module, name: str) -> bool:
        """Whether the project's sources ask ``module`` for the name when they run."""
        return self.own[0].looks_up(module.name.rpartition(".")[2], name)

    def given_by_name(self, name: str) -> bool:
        """Whether the project or its tests spell the name as anything but an attribute: as a keyword, a key, a parameter."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
        texts = (text for index in self.own for text in index.texts.values())
        return any(name in text and word.search(text) is not None for text in texts)

    def keyed(self, key: str) -> bool:
        """Whether the project or its tests put something under that key, in whichever dictionary."""
        found = self._keyed.get(key)
        if found is None:
            word = re.escape(key)
            puts = re.compile(rf"""["']{word}["']\s*(?:\]\s*=(?!=)|:)|\bsetdefault\(\s*["']{word}["']""")
            given = re.compile(rf"\b{word}\s*=(?!=)")
            among = re.compile(rf"\b(?:dict|update)\([^()]*\b{word}\s*=")  # slow: asked where the rest of it is there
            texts = [text for index in self.own for text in index.texts.values() if key in text]
            found = self._keyed[key] = any(puts.search(text) is not None for text in texts) or any(
                ("dict(" in text or "update(" in text)
                and given.search(text) is not None
                and among.search(text) is not None
                for text in texts
            )
        return found

    def spelt(self, name: str, but: str) -> bool:
        """Whether the project or its tests spell the word, or an option or a variable of that name, outside of the file ``but``."""
        forms = re.escape(name).replace("_", "[-_]")
        word = re.compile(rf"\b(?:{forms}|{forms.upper()})\b")
        longest = max(re.split(r"[-_]", name), key=len)
        return any(
            (longest in text or longest.upper() in text) and word.search(text) is not None
            for index in self.own
            for path, text in index.texts.items()
            if path != but
        )


def inheriting(names: set[str], indexes: Sequence[TextIndex]) -> Iterator[tuple[TextIndex, str, str, int]]:
    """The classes that (by their texts) inherit from one of those names, however far below, each once: the index that has it, its
    name, its file, how many bases it has."""
    todo, asked = sorted(names), set(names)
    seen: set[tuple[str, str]] = set()
    while todo:
        base = todo.pop()
        for index in indexes:
            for subclass, path, bases in index.subclasses.get(base, ()):
                if (subclass, path) not in seen:
                    seen.add((subclass, path))
                    yield index, subclass, path, bases
                    if subclass not in asked:
                        asked.add(subclass)
                        todo.append(subclass)
