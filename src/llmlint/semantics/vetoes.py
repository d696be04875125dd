"""Second thoughts: reasons why a name that was not found may exist all the same."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import CLASS, Class, Member, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.text_index import COMPUTED, TextIndex
from llmlint.semantics.values import PROXY, ClassValue, Instance, ModuleValue, Super, Union, Value, is_none

if TYPE_CHECKING:
    from llmlint.semantics.world import World


_HOOK = re.compile(
    r"@(?:abc\.)?abstract\w+\s+(?:async\s+)?def (_\w+)\("
    r"|\bdef (_\w+)\([^()]*\)[^:\n]*:\s*\n(?:\s*\"\"\"[^\"]*\"\"\"\s*\n)?\s*raise NotImplementedError"
)
"""A private method that is left to subclasses, as it is written."""
_STORES = re.compile(r"\.(\w+)\s*=(?!=)")
_ON_ITSELF = re.compile(r"\b(?:self|cls)\Z")
_ARGNAMES = re.compile(r"""parametrize\(\s*(?:argnames\s*=\s*)?[\[(]?\s*((?:["'][^"'\n]*["'][\s,]*)+)""")

_OF_ANOTHER_PLATFORM = frozenset(
    {"msvcrt", "nt", "winreg", "winsound", "_winapi", "_msi", "_overlapped", "asyncio.windows_events"}
)
"""Modules of Windows, of which typeshed has what is documented."""
_SET_BY_METACLASS = ("_is_protocol", "_is_runtime_protocol", "_abc_", "_member_", "_value2member_map_")
"""Private names that the metaclasses of typing, abc and enum set on the classes that they make, of which typeshed does not tell."""
_BASES_OF_FILES = frozenset({"io.IOBase", "io.RawIOBase", "io.BufferedIOBase", "io.TextIOBase"})
"""Abstract in their documentation alone (https://docs.python.org/3/library/io.html#class-hierarchy)."""
_LOOKS = frozenset(
    {
        "isinstance", "issubclass", "raises", "assertRaises", "assertRaisesRegex", "warns", "assertIsInstance", "cast", "object",
        "super", "patch", "getattr", "hasattr", "len", "spec", "create_autospec", "Mock", "MagicMock", "AsyncMock",
    }
)  # fmt: skip
"""What a class may be handed to, and is no other class for that."""


_RUNNERS = frozenset(
    {
        "run", "create_task", "gather", "wait", "wait_for", "run_until_complete", "ensure_future", "shield", "start_soon", "as_completed",
        "append", "add", "await", "if", "while", "return", "print", "str", "bool", "list", "tuple", "isinstance", "len", "dict",
    }
)  # fmt: skip
"""What awaits a coroutine that it is handed, or can do nothing with it."""


class Vetoes:
    """Asked only where there is a candidate; reads whole folders, once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._packages: dict[str, TextIndex] = {}
        self._astroid: dict[tuple[str, str, str], bool] = {}
        self._parametrized: frozenset[str] | None = None
        self._hooks: frozenset[str] | None = None
        self._binding: dict[str, re.Pattern[str]] = {}
        self._calls: dict[str, list[ast.Call]] = {}

    def confirm(self, value: Value, name: str, tests: list[Module]) -> bool:
        """Whether it stands that ``value`` has no ``name``; ``tests`` are the test modules that may have added it."""
        if isinstance(value, Union):
            return all(self.confirm(member, name, tests) for member in value.members if not is_none(member))
        if isinstance(value, Super):
            if self.subclass_exists(value.cls) or self.world.is_mixin(value.cls):
                return False
            value = Instance(self.world.classes.bases(value.cls)[0], exact=True)
        for module in tests:
            if name in foreign_stores(module) or name in _stored_by_text(module):
                return False
        if isinstance(value, ModuleValue):
            return self._confirm_module(value.module, name)
        if isinstance(value, (Instance, ClassValue)):
            return self._confirm_class(value, name, tests)
        return False

    def _confirm_module(self, module: Module, name: str) -> bool:
        documented = module.kind == "typeshed" and not name.startswith("_")
        if module.open or (module.implementation is not None and module.implementation.open and not documented):
            return False
        if module.own and self.stored_in_project(name):
            return False
        for source in (module, module.implementation):
            if source is None or source.is_stub or documented:
                continue  # typeshed lists what the standard library makes by computation as well
            if f'"{name}"' in source.text or f"'{name}'" in source.text:
                return False  # names that are spelt as strings are names that code may make
            if re.search(rf"[(,]\s*{re.escape(name)}=(?!=)", source.text):
                return False  # and so are keywords
        if module.kind == "typeshed":
            if module.name in _OF_ANOTHER_PLATFORM or not self._absent_at_runtime(module.name, name):
                return False
            if not documented and module.implementation is None:
                return False  # typeshed leaves out what is private
        if name in module.table:
            return True  # bound for type checkers alone, which astroid does not tell apart
        return not self._astroid_finds(module, None, name)

    def _confirm_class(self, value: Instance | ClassValue, name: str, tests: list[Module]) -> bool:
        cls = value.cls
        if isinstance(value, Instance) and value.via is PROXY:
            return False
        if self.stored_in_project(name, foreign_only=not cls.own, tests=cls.module.by_test):
            return False
        quoted = (f'"{name}"', f"'{name}'")
        if cls.module.by_test and any(text in cls.module.text for text in quoted):
            return False
        if cls.own and self._quoted_by(tests, quoted) and any(_computes(module) for module in tests):
            return False
        if cls.own and cls.name in self._own[0].set_on:
            return False
        if self.world.classes.named_by_callers(cls) and (not cls.own or self._given_by_name(name)):
            return False
        if cls.module.by_test and not value.exact:
            kin = self._kin(cls)
            if "globals()" in cls.module.text or not _handed_over(cls.module).isdisjoint(kin):
                return False  # classes are made of it
            if not self._own[1].set_on.isdisjoint(kin):
                return False
        if not cls.own and cls.module.kind != "typeshed" and self.world.classes.shape(cls).kind != "namedtuple":
            package = self._package(cls.module)
            if name in package.stored or name in package.computed:
                return False
        if isinstance(value, Instance) and value.via and self.stored_in_project(value.via, foreign_only=True):
            return False
        if isinstance(value, Instance) and value.via and "." in value.via and self.set_from_elsewhere(value.via):
            return False
        if isinstance(value, Instance) and value.via and any(value.via in foreign_stores(module) for module in tests):
            return False
        if not value.exact and self.subclass_has(cls, name):
            return False
        if not value.exact and self._has_unseen_kin(cls):
            return False
        if not value.exact and _stored_by_fake(tests, name):
            return False
        if not value.exact and cls.own and self._inherited_abroad(cls, tests):
            return False
        if name.startswith(_SET_BY_METACLASS):
            return False
        for base in self.world.classes.mro(cls):
            if base.module.name in _OF_ANOTHER_PLATFORM:
                return False
            if base.module.kind == "typeshed":
                if not self._absent_at_runtime(base.module.name, f"{base.qualname}.{name}"):
                    return False
                if base.implementation is not None and self.world.classes.open(base.implementation):
                    return False
        if isinstance(value, ClassValue) and self.world.classes.member(cls, name) is not None:
            return True  # only instances have it: astroid does not tell the two apart
        return not self._astroid_finds(cls.module, cls, name)

    @staticmethod
    def _quoted_by(tests: list[Module], quoted: tuple[str, str]) -> bool:
        """Whether the tests in scope spell the name as a string: they may set it by computation."""
        return any(text in module.text for module in tests for text in quoted)

    def _has_unseen_kin(self, cls: Class) -> bool:
        """Whether what is annotated as ``cls`` may be of a class that nothing here inherits from it: a protocol, an abstract
        class or an exception of somebody else."""
        if "protocol" in cls.memo:
            return True
        if cls.own:
            return False
        if cls.symbol in _BASES_OF_FILES:
            return True
        abstract = self.abstract(cls) if cls.module.name == "builtins" else self._leaves_abstract(cls)
        return abstract or self.world.classes.derives(cls, "builtins.BaseException")

    def _inherited_abroad(self, cls: Class, tests: list[Module]) -> bool:
        """Whether a package of somebody else that the tests import has classes that (by its text) inherit from ``cls`` or a subclass."""
        seen: set[str] = set()
        top = cls.module.name.partition(".")[0]
        kin = {cls.name, *(name for _, name, _, _ in _below({cls.name}, self._own))}
        for module in tests:
            for bindings in module.table.values():
                for binding in bindings:
                    if not binding.module or binding.module in seen:
                        continue
                    seen.add(binding.module)
                    found = self.world.library.module(binding.module, module.roots)
                    if found is None or found.own or found.by_test or found.kind == "typeshed" or top not in found.text:
                        continue
                    if not kin.isdisjoint(self._package(found).subclasses):
                        return True
        return False

    def _leaves_abstract(self, cls: Class) -> bool:
        """Whether a method of ``cls`` or of a base is abstract and not made concrete on the way."""
        seen: set[str] = set()
        for base in self.world.classes.mro(cls):
            for name, member in self.world.classes.body(base).items():
                if name not in seen:
                    seen.add(name)
                    if _is_abstract(member):
                        return True
        return False

    def abstract(self, cls: Class) -> bool:
        """Whether ``cls`` or a base is a protocol or has abstract methods."""
        for base in self.world.classes.mro(cls):
            if "protocol" in base.memo:
                return True
            if any(map(_is_abstract, self.world.classes.body(base).values())):
                return True
        return False

    def _absent_at_runtime(self, module: str, dotted: str) -> bool:
        """For the standard library, which llmlint itself runs on: whether the running one lacks the name as well.

        Only modules that are loaded anyway are asked; nothing is imported.
        """
        import sys

        found: object = sys.modules.get(module)
        if found is None:
            return True
        for part in dotted.split("."):
            if not hasattr(found, part):
                return True
            found = getattr(found, part)
        return False

    # -- the project's text ------------------------------------------------------------------------------------------------

    @cached_property
    def _own(self) -> tuple[TextIndex, TextIndex]:
        """The texts of the project's sources, and those of its tests."""
        sources: dict[str, str] = {}
        tests: dict[str, str] = {}
        project = self.world.project
        for root in dict.fromkeys((*project.source_roots, project.root)):
            for path in self.world.python_files(root):
                target = tests if self.world.library.finder.is_test_path(path) else sources
                target[path] = self.world.text(path)
        return TextIndex(sources), TextIndex(tests)

    def _package(self, module: Module) -> TextIndex:
        """The texts of the package (of somebody else) that ``module`` belongs to."""
        key = f"{module.kind}:{module.name.partition('.')[0]}"
        found = self._packages.get(key)
        if found is None:
            texts: dict[str, str] = {}
            top = self.world.library.module(module.name.partition(".")[0])
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

    def stored_in_project(self, name: str, foreign_only: bool = False, tests: bool = False) -> bool:
        """Whether the project's sources (with ``tests`` its tests, too) store an attribute of that name on anything but ``self``.

        Without ``foreign_only``, a string of that name in a file that calls ``setattr`` counts as well.
        """
        for index in self._own if tests else self._own[:1]:
            if name in index.stored or (not foreign_only and name in index.computed):
                return True
        return False

    def subclass_has(self, cls: Class, name: str) -> bool:
        """Whether a class that (by its text) inherits from ``cls`` mentions ``name`` where it is defined."""
        key = ("subclass has", name)
        found = cls.memo.get(key)
        if found is None:
            found = cls.memo[key] = self._subclass_has(cls, name)
        return bool(found)

    def _subclass_has(self, cls: Class, name: str) -> bool:
        indexes = [*self._own] if cls.own else [*self._own, self._package(cls.module)]
        names = {cls.name}
        for index in indexes:
            names |= index.aliases.get(cls.name, frozenset())
        for index, subclass, path, bases in _below(names, indexes):
            if (subclass, path) == (cls.name, cls.module.path):
                continue
            if index.defines(path, subclass, name):
                return True
            if (bases > 1 or "__getattr" in index.texts[path]) and self._inherits_elsewhere(path, subclass, name):
                return True
        return False

    def set_anew(self, cls: Class, name: str) -> bool:
        """Whether a class of the tests that inherits from ``cls`` sets the attribute itself."""
        key = ("set anew", name)
        found = cls.memo.get(key)
        if found is None:
            found = cls.memo[key] = self._set_anew(cls, name)
        return bool(found)

    def _set_anew(self, cls: Class, name: str) -> bool:
        classes = self.world.classes
        for index, subclass, path, _ in _below({cls.name}, self._own[1:]):
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

    def _inherits_elsewhere(self, path: str, name: str, member: str) -> bool:
        """Whether a subclass with several bases gets the member from another of them."""
        module = self.world.module_at(path)
        if module is None:
            return True
        bindings = [binding for binding in module.table.get(name, ()) if binding.form == CLASS]
        for binding in bindings:
            found = module.class_at(binding.node)
            if self.world.classes.open(found) or self.world.classes.member(found, member) is not None:
                return True
        return not bindings

    def _kin(self, cls: Class) -> set[str]:
        """The names of a class of the tests and of those that (by its text) inherit from it."""
        return {cls.name, *(name for _, name, _, _ in _below({cls.name}, self._own[1:]))}

    def subclass_exists(self, cls: Class) -> bool:
        """Whether some class of the project (by its text) inherits from ``cls``."""
        return any(cls.name in index.subclasses for index in self._own)

    def asks_subclasses_for(self, name: str) -> bool:
        """Whether some class of the project's sources leaves a method of that private name to its subclasses."""
        if self._hooks is None:
            texts = (t for t in self._own[0].texts.values() if "NotImplementedError" in t or "abstract" in t)
            found = (match for text in texts for match in _HOOK.findall(text))
            self._hooks = frozenset(name for names in found for name in names if name)
        return name in self._hooks

    def parametrized(self, name: str) -> bool:
        """Whether some test of the project parametrizes an argument of that name."""
        if self._parametrized is None:
            texts = self._own[1].texts.values()
            written = (match for text in texts if "parametrize" in text for match in _ARGNAMES.findall(text))
            self._parametrized = frozenset(word for names in written for word in re.findall(r"\w+", names))
        return name in self._parametrized

    def imported(self, name: str) -> bool:
        """Whether the project's sources import a top-level module of that name, or its tests do under a condition: it is an optional
        one that is not installed here."""
        own = name in self.world.project.own_packages
        return self.imported_by_sources(name) or (not own and name in self._own[1].imported_inside)

    def imported_by_sources(self, name: str) -> bool:
        """Whether the project's sources import a top-level module of that name, which is none of its own."""
        return name not in self.world.project.own_packages and name in self._own[0].imported

    def set_from_elsewhere(self, dotted: str) -> bool:
        """Whether code of the project or of the module's own package stores something else in that variable of a module."""
        owner, _, name = dotted.rpartition(".")
        module = self.world.library.module(owner)
        if module is None:
            return False
        stored = re.compile(rf"\b{re.escape(owner.rpartition('.')[2])}\.{re.escape(name)}\s*=(?!=)")
        indexes = self._own if module.own else (*self._own, self._package(module))
        return any(name in index.stored and any(map(stored.search, index.texts.values())) for index in indexes)

    def only_handed_on(self, name: str) -> bool:
        """Whether all that the project's sources do with what methods of that name give is to hand it to objects of their own, which
        others await."""
        called = re.compile(rf"\.{re.escape(name)}\(")
        handed = re.compile(rf"(\w+)\((?:[^()\n]*,)?\s*[\w.]+\.{re.escape(name)}\(")
        calls = awaits = 0
        for text in self._own[0].texts.values():
            if name in text:
                calls += len(called.findall(text))
                awaits += sum(receiver not in _RUNNERS for receiver in handed.findall(text))
        return 0 < calls == awaits

    def imported_by_name(self, path: str) -> bool:
        """Whether some file of the project imports a module of that file's name, or names it as a plugin."""
        stem = os.path.splitext(os.path.basename(path))[0]
        return stem == "__init__" or any(stem in index.module_names for index in self._own)

    def provided_below(self, module: Module, name: str) -> bool:
        """Whether those who ask for a fixture of ``module`` may define one of that name: in its classes, below the conftest's folder.

        pytest looks for what a fixture asks for from where the test stands, not from where the fixture does.
        """
        folder = os.path.dirname(module.path) + os.sep
        below = os.path.basename(module.path) == "conftest.py"
        defined = re.compile(
            rf"fixture\b[^\n]*\n(?:[ \t]*[@\w)][^\n]*\n)*?[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b"
        )
        texts = self._own[1].texts
        return any(
            name in text and defined.search(text) is not None
            for path, text in texts.items()
            if path == module.path or (below and path.startswith(folder))
        )

    def named_in(self, module: Module, name: str) -> bool:
        """Whether the text of a module names ``name`` in a string, as a patch does."""
        return re.search(rf"""[\w.]*\b{re.escape(name)}["']""", module.text) is not None

    def asked_in_project(self, name: str) -> bool:
        """Whether the project's sources ask by ``getattr`` or ``hasattr`` for an attribute of that name."""
        return name in self._own[0].asked

    def mentioned_in_project(self, name: str) -> bool:
        """Whether the project's sources mention an attribute (or a string) of that name at all."""
        return name in self._own[0].mentioned

    def calls_of(self, method: str) -> list[ast.Call]:
        """The calls of methods of that name in the project's sources, but for those through ``super()``."""
        found = self._calls.get(method)
        if found is None:
            found = self._calls[method] = [
                node
                for path, text in self._own[0].texts.items()
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

    def called_through(self, cls: str, method: str) -> bool:
        """Whether the project's sources call a method through a class of that name (``Cart.add(cart, …)``)."""
        text = f"{cls}.{method}("
        return any(text in source for source in self._own[0].texts.values())

    def looked_up_in_project(self, module: Module, name: str) -> bool:
        """Whether the project's sources ask ``module`` for the name when they run."""
        return self._own[0].looks_up(module.name.rpartition(".")[2], name)

    def _given_by_name(self, name: str) -> bool:
        """Whether the project or its tests spell the name as anything but an attribute: as a keyword, a key, a parameter."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
        texts = (text for index in self._own for text in index.texts.values())
        return any(name in text and word.search(text) is not None for text in texts)

    def spelt(self, name: str, but: str) -> bool:
        """Whether the project or its tests spell the word, or an option or a variable of that name, outside of the file ``but``."""
        forms = re.escape(name).replace("_", "[-_]")
        word = re.compile(rf"\b(?:{forms}|{forms.upper()})\b")
        longest = max(re.split(r"[-_]", name), key=len)
        return any(
            (longest in text or longest.upper() in text) and word.search(text) is not None
            for index in self._own
            for path, text in index.texts.items()
            if path != but
        )

    # -- astroid -----------------------------------------------------------------------------------------------------------

    def _astroid_finds(self, module: Module, cls: Class | None, name: str) -> bool:
        """The second opinion of astroid, where the truth was derived from source alone."""
        source = module if not module.is_stub else module.implementation
        if cls is not None and cls.module.is_stub:
            self.world.library.canonical(cls)
            source = cls.implementation.module if cls.implementation is not None else None
        if source is None or source.kind == "namespace" or source.by_test or not source.path.endswith(".py"):
            return False
        if cls is not None and cls.scope is not None:
            return False
        key = (source.path, cls.qualname if cls is not None else "", name)
        found = self._astroid.get(key)
        if found is None:
            from llmlint.contracts.second_opinion import has_member

            found = self._astroid[key] = self._written(source, cls, name) and has_member(
                source.path, source.name, key[1], name
            )
        return found

    def _written(self, source: Module, cls: Class | None, name: str) -> bool:
        """Whether the name is bound or quoted anywhere in what astroid would read: what is not, it cannot find."""
        if name not in self._binding:
            word = re.escape(name)
            self._binding[name] = re.compile(
                rf"""\b(?:def|class|import|as|for)\s+(?:[\w.]+\.)?{word}\b|\b{word}[ \t]*(?::[^=\n]+)?=(?!=)|^[ \t]*{word}[ \t]*:"""
                rf"""|\b{word}\s*[,)]|["']{word}["']|["'][^"'\n]*\s{word}\b""",
            )
        binding = self._binding[name]
        if cls is None:
            return bool(source.stars or source.open) or _on_a_line(source.text, name, binding)
        for base in self.world.classes.mro(cls):
            self.world.library.canonical(base)
            for each in (base, base.implementation):
                if each is not None and _on_a_line(each.module.text, name, binding):
                    return True
        return False


def _on_a_line(text: str, name: str, pattern: re.Pattern[str]) -> bool:
    """Whether the pattern matches in a line that has the name."""
    at = text.find(name)
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if pattern.search(text, text.rfind("\n", 0, at) + 1, end):
            return True
        at = text.find(name, end)
    return False


def _computes(module: Module) -> bool:
    """Whether the module sets attributes by computed names."""
    return "setattr(" in module.text and COMPUTED.search(module.text) is not None


def _stored_by_fake(tests: list[Module], name: str) -> bool:
    """Whether a class of the tests has an attribute of that name: an object of it may stand where another was declared."""
    return any(name in module.text and name in _of_classes(module) for module in tests)


def _of_classes(module: Module) -> frozenset[str]:
    """What the classes of a module define or store on ``self``."""
    found = module.memo.get("<of classes>")
    if found is None:
        names: set[str] = set()
        for cls in walk(module.tree) if module.tree is not None and "class " in module.text else ():
            if not isinstance(cls, ast.ClassDef):
                continue
            for node in walk(cls):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    names.add(node.name)
                elif isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store):
                    names.add(node.attr if isinstance(node, ast.Attribute) else node.id)
        found = module.memo["<of classes>"] = frozenset(names)
    return found


def _is_abstract(member: Member) -> bool:
    return any(
        (getattr(decorator, "id", "") or getattr(decorator, "attr", "")).startswith("abstract")
        for node in member.bindings
        for decorator in getattr(node, "decorator_list", ())
    )


def _below(names: set[str], indexes: Sequence[TextIndex]) -> Iterator[tuple[TextIndex, str, str, int]]:
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


def _handed_over(module: Module) -> frozenset[str]:
    """Names that a module hands to calls, as what they take: a class among them may be made into another one, which has more."""
    found: frozenset[str] | None = module.memo.get("<handed over>")
    if found is None:
        names: set[str] = set()
        for node in walk(module.tree) if module.tree is not None else ():
            if isinstance(node, ast.Call):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called not in _LOOKS:
                    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                        items = argument.elts if isinstance(argument, (ast.Tuple, ast.List)) else [argument]
                        names.update(item.id for item in items if isinstance(item, ast.Name))
        found = module.memo["<handed over>"] = frozenset(names)
    return found


def _stored_by_text(module: Module) -> frozenset[str]:
    """The attribute names that a module's text stores on anything but ``self``: code that it keeps as text, to run it later, too."""
    found: frozenset[str] | None = module.memo.get("<stored by text>")
    if found is None:
        text = module.text
        found = module.memo["<stored by text>"] = frozenset(
            match[1]
            for match in _STORES.finditer(text)
            if not _ON_ITSELF.search(text, max(match.start() - 5, 0), match.start())
        )
    return found


def foreign_stores(module: Module, but: frozenset[ast.AST] | None = None) -> frozenset[str]:
    """The attribute names that a module stores on anything but ``self``, or names in ``setattr``, ``patch`` and their kin.

    What is stored at the nodes ``but`` does not count.
    """
    if but is not None:
        return _foreign_stores(module, but)
    key = "<foreign stores>"
    found = module.memo.get(key)
    if found is None:
        found = module.memo[key] = _foreign_stores(module)
    return found


def _foreign_stores(module: Module, but: frozenset[ast.AST] = frozenset()) -> frozenset[str]:
    names: set[str] = set()
    if module.tree is None:
        return frozenset()
    for node in walk(module.tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Store) and not (
                isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            ):
                if node not in but:
                    names.add(node.attr)
        elif isinstance(node, ast.Call):
            function = node.func
            name = (
                function.id
                if isinstance(function, ast.Name)
                else function.attr
                if isinstance(function, ast.Attribute)
                else ""
            )
            if name in ("setattr", "__setattr__"):
                # monkeypatch.setattr and setattr alike: the name that is given may exist from then on.
                raising = next((k for k in node.keywords if k.arg == "raising"), None)
                if isinstance(function, ast.Attribute) and function.attr == "setattr" and raising is None:
                    continue
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif any(k.arg == "create" and getattr(k.value, "value", True) is not False for k in node.keywords):
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif name in ("SimpleNamespace", "type", "update"):
                names.update(k.arg for k in node.keywords if k.arg)
    return frozenset(names)
