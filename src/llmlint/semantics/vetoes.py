"""Second thoughts: reasons why a name that was not found may exist all the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import FROM, Class, Function, Member, Module
from llmlint.contracts.walking import walk
from llmlint.semantics import running
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.privacy import is_private
from llmlint.semantics.project_text import inheriting
from llmlint.semantics.stored_names import computes, foreign_stores, handed_over, stored_by_fake, stored_by_text
from llmlint.semantics.values import PLAIN, PROXY, ClassValue, Instance, ModuleValue, Super, Union, Value, is_none

if TYPE_CHECKING:
    from llmlint.semantics.world import World


_OF_ANOTHER_PLATFORM = frozenset(
    {"msvcrt", "nt", "winreg", "winsound", "_winapi", "_msi", "_overlapped", "asyncio.windows_events"}
)
"""Modules of Windows, of which typeshed has what is documented."""
_SET_BY_METACLASS = ("_is_protocol", "_is_runtime_protocol", "_abc_", "_member_", "_value2member_map_")
"""Private names that the metaclasses of typing, abc and enum set on the classes that they make, of which typeshed does not tell."""
_PUTS_MODULE = re.compile(r"sys\.modules\[[^\]\n]+\]\s*=(?!=)")
_BASES_OF_FILES = frozenset({"io.IOBase", "io.RawIOBase", "io.BufferedIOBase", "io.TextIOBase"})
"""Abstract in their documentation alone (https://docs.python.org/3/library/io.html#class-hierarchy)."""


_MANGLED = re.compile(r"_[A-Za-z]\w*?__\w+$")
_CHANGES_CLASS = re.compile(r"\b(?!self\b|cls\b)\w+\.__class__\s*=(?!=)")
_NAMES_MODULES = re.compile(r"""\bsetattr\(\s*module\s*,\s*(?![\s"'])""")
"""What gives the module that uses it a name that is worked out (``HistoricalRecords``)."""
_NAMES_OTHERS = re.compile(r"""\bsetattr\(\s*(?:model|instance|obj|target|owner)\s*,\s*(?![\s"'])""")
"""What gives an object that was handed over a name that is worked out."""

_AS_WRITTEN = frozenset(
    {
        "_pytest._code.code.ExceptionInfo", "_pytest.capture.CaptureFixture", "_pytest.logging.LogCaptureFixture",
        "_pytest.monkeypatch.MonkeyPatch", "_pytest.recwarn.WarningsRecorder", "_pytest.tmpdir.TempPathFactory",
    }
)  # fmt: skip
"""Classes of pytest on whose objects it stores nothing from elsewhere, whatever it stores on others."""


class Vetoes:
    """Asked only where there is a candidate, for what they read may be whole folders."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.text = world.project_text
        self._astroid: dict[tuple[str, str], frozenset[str]] = {}

    def confirm(self, value: Value, name: str, tests: list[Module]) -> bool:
        """Whether it stands that ``value`` has no ``name``; ``tests`` are the test modules that may have added it."""
        if isinstance(value, Union):
            return all(self.confirm(member, name, tests) for member in value.members if not is_none(member))
        if isinstance(value, Super):
            if self.text.subclass_exists(value.cls) or self.world.is_mixin(value.cls):
                return False
            value = Instance(self.world.classes.bases(value.cls)[0], exact=True)
        for module in tests:
            if name in foreign_stores(module) or name in stored_by_text(module):
                return False
        if isinstance(value, ModuleValue):
            return self._confirm_module(value.module, name) and not self._handed_with(value.module, name, tests)
        if isinstance(value, (Instance, ClassValue)):
            return self._confirm_class(value, name, tests)
        return False

    def _confirm_module(self, module: Module, name: str) -> bool:
        if module.own and module.kind == "stub" and module.implementation is None:
            return False  # it is compiled, and its authors tell what others may use
        documented = module.kind == "typeshed" and not name.startswith("_")
        may_have = self.world.library.may_have
        if may_have(module, name) or (
            not documented and module.implementation and may_have(module.implementation, name)
        ):
            return False
        if module.own and (self.text.stored_on(module, name) or self.text.makes_submodule(module, name)):
            return False
        if module.own and self._set_by_computation(module):
            return False
        if not module.own and module.kind != "typeshed" and self.text.stored_on(module, name):
            return False  # by another module of its package (`mail.outbox`)
        if module.kind == "typeshed" and self.text.spelt_on(module, name):
            return False
        for source in (module, module.implementation):
            if source is None or source.is_stub or documented:
                continue  # typeshed lists what the standard library makes by computation as well
            if f'"{name}"' in source.text or f"'{name}'" in source.text:
                return False  # names that are spelt as strings are names that code may make
            if re.search(rf"[(,]\s*{re.escape(name)}=(?!=)", source.text):
                return False  # and so are keywords
        if self.is_filled(module) or (module.kind == "source" and self._takers(module, _NAMES_MODULES)):
            return False
        if module.kind == "typeshed":
            if module.name in _OF_ANOTHER_PLATFORM or running.has(module.name, name):
                return False
            if not documented and module.implementation is None:
                return False  # typeshed leaves out what is private
        if name in module.table:
            return True  # bound for type checkers alone, which astroid does not tell apart
        return not self._astroid_finds(module, None, name)

    @staticmethod
    def _handed_with(module: Module, name: str, tests: list[Module]) -> bool:
        """Whether a test hands the module to something together with the name, which may set it: ``replaced(shop, "open", fake)``."""
        last = re.escape(module.name.rpartition(".")[2])
        call = re.compile(
            rf"""\b(?!(?:get|set|has|del)attr\b|(?:object|spy)\b)\w+\(\s*(?:\w+\.)*{last}\s*,\s*["']{re.escape(name)}["']"""
        )
        return any(name in test.text and call.search(test.text) is not None for test in tests)

    def _set_by_computation(self, module: Module) -> bool:
        """Whether the project's sources set attributes of the module by names that they work out."""
        found = module.memo.get("<set on>")
        if found is None:
            word = re.escape(module.name.rpartition(".")[2])
            pattern = re.compile(rf"""\bsetattr\(\s*(?!self\.|cls\.)(?:\w+\.)*{word},\s*(?!["'])""")
            texts = self.text.own[0].texts.values()
            found = module.memo["<set on>"] = any("setattr(" in text and pattern.search(text) for text in texts)
        return bool(found)

    def is_filled(self, module: Module) -> bool:
        """Whether a package imports a module of its own that puts something in its place (``tlz``)."""
        if module.by_test or module.kind == "typeshed" or not module.is_package:
            return False
        found = module.memo.get("<filled>")
        if found is None:
            found = module.memo["<filled>"] = any(map(_fills_modules, self._parts_imported(module)))
        return bool(found)

    def _parts_imported(self, module: Module) -> Iterator[Module]:
        """The package's own modules that its ``__init__`` imports."""
        for bindings in module.table.values():
            for binding in bindings:
                if not binding.module.startswith(module.name):
                    continue
                for name in (binding.module, f"{binding.module}.{binding.name}"):
                    part = self.world.library.module(name, module.roots) if name != module.name else None
                    if part is not None and part is not module:
                        yield part

    def _confirm_class(self, value: Instance | ClassValue, name: str, tests: list[Module]) -> bool:
        cls = value.cls
        if isinstance(value, Instance) and value.via is PROXY:
            return False
        if _MANGLED.match(name):
            return False  # of which class is said in it, and what stands here may be one of another
        if self.text.stored(name, foreign_only=not cls.own, tests=cls.module.by_test) and (
            cls.module.by_test or not self.world.store_owners.only_others(cls, name)
        ):
            return False
        quoted = (f'"{name}"', f"'{name}'")
        if cls.module.by_test and any(text in cls.module.text for text in quoted):
            return False
        if cls.own and self._quoted_by(tests, quoted) and any(computes(module) for module in tests):
            return False
        if cls.own and (cls.name in self.text.own[0].set_on or _is_filled_in(cls)):
            return False
        if cls.module.kind == "source" and _is_filled_when_made(cls):
            return False
        if cls.own and not value.exact and is_private(name) and self.text.stored_on_self(name):
            # An annotation may name the wrong one of two classes; nobody guesses another one's private names.
            return False
        if self.world.classes.named_by_callers(cls) and (not cls.own or self.text.given_by_name(name)):
            return False
        if self.world.classes.named_by_parameter(cls) and any(
            text in base.module.text for base in self.world.classes.mro(cls) for text in quoted
        ):
            return False
        if cls.module.by_test and not value.exact:
            kin = self.text.kin(cls)
            if "globals()" in cls.module.text or not handed_over(cls.module).isdisjoint(kin):
                return False  # classes are made of it
            if not self.text.own[1].set_on.isdisjoint(kin):
                return False
        if (cls.own or cls.module.by_test) and self._named_by_others(cls, tests):
            return False
        if is_private(name) and cls.module.is_stub and not cls.own and cls.module.kind != "typeshed":
            if cls.implementation is None:
                return False  # a stub without a source that is found tells what is public
        if not cls.own and cls.module.kind != "typeshed" and not self._is_sealed(cls):
            package = self.text.package(cls.module)
            if name in package.stored or name in package.computed:
                return False
        if isinstance(value, Instance) and value.via and self.text.stored(value.via, foreign_only=True):
            return False
        if isinstance(value, Instance) and value.via and "." in value.via and self.text.set_from_elsewhere(value.via):
            return False
        if isinstance(value, Instance) and value.via and any(value.via in foreign_stores(module) for module in tests):
            return False
        if not value.exact and self.text.subclass_has(cls, name):
            return False
        if not value.exact and name.startswith("_") and self._has_kin_with(cls, name):
            return False
        if not value.exact and self.has_unseen_kin(cls):
            if not self._is_a_slip(cls, name) and not (isinstance(value, Instance) and self.borne_out(value, name)):
                return False
        if not value.exact and stored_by_fake(tests, name):
            return False
        if not value.exact and not cls.own and self.text.namesake_has(cls, name):
            return False
        if not value.exact and cls.module.kind != "typeshed" and self._inherited_abroad(cls, tests):
            return False
        if name.startswith(_SET_BY_METACLASS):
            return False
        # Whoever is asked for that, a running class or astroid, tells what its metaclass has.
        of_classes = name == "__call__"
        for base in self.world.classes.mro(cls):
            if base.module.name in _OF_ANOTHER_PLATFORM:
                return False
            if base.module.kind == "typeshed" and not of_classes:
                there = running.has(base.module.name, f"{base.qualname}.{name}")
                if there or (there is None and is_private(name) and base.implementation is None):
                    return False  # written in C, it may be, and typeshed leaves out what is private
                if base.implementation is not None and self.world.classes.open(base.implementation):
                    return False
        if self.world.classes.member(cls, name) is not None:
            return True  # only instances have it, or it is a key of typed dictionaries: astroid tells nothing apart
        return of_classes or not self._astroid_finds(cls.module, cls, name)

    def _is_sealed(self, cls: Class) -> bool:
        """Whether its own package stores nothing in objects of the class but what it declares."""
        return self.world.classes.shape(cls).kind == "namedtuple" or cls.symbol in _AS_WRITTEN

    def _named_by_others(self, cls: Class, tests: list[Module]) -> bool:
        """Whether objects of the class are handed to what gives the objects that it takes names that it works out (``Machine(self)``)."""
        module = cls.module
        takers = self._takers(module)
        if module.by_test:
            plain = all(base.module.by_test or base.symbol == "builtins.object" for base in self.world.classes.mro(cls))
            return self._changes_classes or (plain and (bool(takers) or any(map(self._takers, tests))))
        if takers and module.tree is not None:
            for node in walk(cls.node):
                if isinstance(node, ast.Call) and _root(node.func) in takers:
                    given = [*node.args, *(keyword.value for keyword in node.keywords)]
                    if any(isinstance(one, ast.Name) and one.id == "self" for one in given):
                        return True
        return False

    @cached_property
    def _changes_classes(self) -> bool:
        """Whether the project's sources put objects into other classes (``target.__class__ = made``)."""
        texts = self.text.own[0].texts.values()
        return any(".__class__" in text and _CHANGES_CLASS.search(text) is not None for text in texts)

    def _takers(self, module: Module, naming: re.Pattern[str] = _NAMES_OTHERS) -> frozenset[str]:
        """Names that a module imports from where attributes of what is handed over are set by computed names."""
        key = f"<takers {naming.pattern}>"
        found = module.memo.get(key)
        if found is None:
            names: set[str] = set()
            for name, bindings in module.table.items():
                if any(binding.form == FROM for binding in bindings):
                    symbol = self.world.library.symbol(module, name)
                    source = symbol.module if isinstance(symbol, Class | Function) else None
                    if source is not None and source.name in ("unittest.mock", "mock.mock"):
                        continue  # what `configure_mock` is handed are mocks
                    if source is not None and source.is_stub:
                        source = source.implementation
                    if source is not None and not source.by_test and source.kind != "typeshed":
                        if "setattr(" in source.text and naming.search(source.text):
                            names.add(name)
            found = module.memo[key] = frozenset(names)
        return found

    @staticmethod
    def _quoted_by(tests: list[Module], quoted: tuple[str, str]) -> bool:
        """Whether the tests in scope spell the name as a string: they may set it by computation."""
        return any(text in module.text for module in tests for text in quoted)

    def _has_kin_with(self, cls: Class, name: str) -> bool:
        """Whether a class that shares a base of the project with ``cls`` has the private name.

        An annotation may be of one of two kin while the program gives the other; nobody guesses the private names of one for the other's.
        """
        return any(base.own and self.text.subclass_has(base, name) for base in self.world.classes.mro(cls)[1:])

    def has_unseen_kin(self, cls: Class) -> bool:
        """Whether what is annotated as ``cls`` may be of a class that nothing here inherits from it: a protocol, an abstract
        class or an exception of somebody else."""
        if "protocol" in cls.memo or _is_described(cls):
            return True
        if cls.own or self._is_final(cls):
            return False
        if cls.symbol in _BASES_OF_FILES:
            return True
        abstract = self.abstract(cls) if cls.module.name == "builtins" else self.leaves_abstract(cls)
        return abstract or self.world.classes.derives(cls, "builtins.BaseException")

    def _is_final(self, cls: Class) -> bool:
        """Whether nothing may inherit from the class (PEP 591): what is written in another language says so in its stub."""
        origins = (self.world.library.origin(cls.module, decorator) for decorator in cls.node.decorator_list)
        return any(origin in ("typing.final", "typing_extensions.final") for origin in origins)

    def _is_a_slip(self, cls: Class, name: str) -> bool:
        """Whether the name is one slip of the finger away from one that a builtin class has: no subclass has both."""
        if cls.symbol not in PLAIN:
            return False
        names = [
            member
            for base in self.world.classes.mro(cls)
            for member in self.world.classes.body(base)
            if not member.startswith("_")
        ]
        return unmistakable(name, nearest(name, names), names)

    def borne_out(self, value: Instance, name: str) -> bool:
        """Whether what is said to be a builtin is one, and nothing that inherits from it and has the name."""
        said = value.said
        if isinstance(said, Module):
            if said.kind == "typeshed":
                return not said.name.startswith("email")  # whose headers are texts with attributes of their own
            return not self.text.subclass_abroad_has(value.cls, name, said)
        if isinstance(said, Class):
            classes = self.world.classes
            if classes.open(said) is not None or classes.named_by_callers(said) or classes.named_by_parameter(said):
                return False
            return value.via is not None and not self.text.subclass_has(said, value.via)
        return False

    def _inherited_abroad(self, cls: Class, tests: list[Module]) -> bool:
        """Whether a package of somebody else that the tests import has classes that (by its text) inherit from ``cls`` or a subclass."""
        seen: set[str] = set()
        top = cls.module.name.partition(".")[0]
        kin = {cls.name, *(name for _, name, _, _ in inheriting({cls.name}, self.text.own))}
        for module in tests:
            for bindings in module.table.values():
                for binding in bindings:
                    if not binding.module or binding.module in seen:
                        continue
                    seen.add(binding.module)
                    found = self.world.library.module(binding.module, module.roots)
                    if found is None or found.own or found.by_test or found.kind == "typeshed" or top not in found.text:
                        continue
                    if not kin.isdisjoint(self.text.package(found).subclasses):
                        return True
        return False

    def leaves_abstract(self, cls: Class) -> bool:
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
        if not self._written(source, cls, name):
            return False
        key = (source.path, cls.qualname if cls is not None else "")
        found = self._astroid.get(key)
        if found is None:
            from llmlint.contracts.second_opinion import members

            found = self._astroid[key] = members(source.path, source.name, key[1])
        return name in found

    def _written(self, source: Module, cls: Class | None, name: str) -> bool:
        """Whether the name is bound or quoted anywhere in what astroid would read: what is not, it cannot find."""
        binding = _binding(name)
        if cls is None:
            return bool(source.stars or source.open) or _on_a_line(source.text, name, binding)
        for base in self.world.classes.mro(cls):
            self.world.library.canonical(base)
            for each in (base, base.implementation):
                if each is not None and _on_a_line(each.module.text, name, binding):
                    return True
        return False


@lru_cache(256)
def _binding(name: str) -> re.Pattern[str]:
    """What binds or quotes a name."""
    word = re.escape(name)
    return re.compile(
        rf"""\b(?:def|class|import|as|for)\s+(?:[\w.]+\.)?{word}\b|\b{word}[ \t]*(?::[^=\n]+)?=(?!=)|^[ \t]*{word}[ \t]*:"""
        rf"""|\b{word}\s*[,)]|["']{word}["']|["'][^"'\n]*\s{word}\b""",
    )


def _is_described(cls: Class) -> bool:
    """Whether nothing but a docstring tells what a class has whose objects others make (``class Handler(abc.ABC)``)."""
    body = getattr(cls.node, "body", [])
    return (
        len(body) == 1
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
        and "Attributes:" in body[0].value.value
    )


def _is_filled_in(cls: Class) -> bool:
    """Whether the module hands its class to a function of its own that sets attributes on it (``_fill(cdata)`` and ``setattr(cls, …)``)."""
    text = cls.module.text
    if "setattr(cls," not in text:
        return False
    handed = re.findall(rf"^(\w+)\({re.escape(cls.name)}[,)]", text, re.MULTILINE)
    return any(re.search(rf"^def {name}\(cls\b", text, re.MULTILINE) is not None for name in handed)


def _is_filled_when_made(cls: Class) -> bool:
    """Whether the module sets attributes by computed names on objects that it makes of its class (``style = Style()``, ``setattr(style, …)``)."""
    found = cls.memo.get("filled when made")
    if found is None:
        text = cls.module.text if "setattr(" in cls.module.text else ""
        made = re.findall(rf"\b(\w+)\s*=\s*{re.escape(cls.name)}\(", text)
        found = cls.memo["filled when made"] = any(
            re.search(rf"""\bsetattr\(\s*{name}\s*,\s*(?![\s"'])""", text) is not None for name in dict.fromkeys(made)
        )
    return bool(found)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


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


def _is_abstract(member: Member) -> bool:
    return any(
        (getattr(decorator, "id", "") or getattr(decorator, "attr", "")).startswith("abstract")
        for node in member.bindings
        for decorator in getattr(node, "decorator_list", ())
    )


def _fills_modules(module: Module) -> bool:
    """Whether the module finds modules itself, or puts them where Python looks for those that are imported."""
    if "sys.meta_path" in module.text:
        return True
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)] if module.tree is not None else []
    for match in _PUTS_MODULE.finditer(module.text) if "sys.modules[" in module.text else ():
        row = module.text.count("\n", 0, match.start()) + 1
        if not any(node.lineno <= row <= (node.end_lineno or row) for node in classes):
            return True  # a method puts there what its objects load, and none is there when the package is imported
    return False
