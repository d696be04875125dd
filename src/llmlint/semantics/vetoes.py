"""Second thoughts: reasons why a name that was not found may exist all the same."""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import CLASS, Class, Module
from llmlint.semantics.values import PROXY, ClassValue, Instance, ModuleValue, Super, Union, Value, is_none

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_CLASS = re.compile(r"^[ \t]*class\s+(\w+)\s*(?:\[[^\]]*\])?\s*\(([^)]*)\)", re.MULTILINE)


class Vetoes:
    """Asked only where there is a candidate; reads whole folders, once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._texts: dict[str, dict[str, str]] = {}
        self._bases: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._astroid: dict[tuple[str, str, str], bool] = {}

    def confirm(self, value: Value, name: str, tests: list[Module]) -> bool:
        """Whether it stands that ``value`` has no ``name``; ``tests`` are the test modules that may have added it."""
        if isinstance(value, Union):
            return all(self.confirm(member, name, tests) for member in value.members if not is_none(member))
        if isinstance(value, Super):
            return False
        for module in tests:
            if name in foreign_stores(module):
                return False
        if isinstance(value, ModuleValue):
            return self._confirm_module(value.module, name)
        if isinstance(value, (Instance, ClassValue)):
            return self._confirm_class(value, name, tests)
        return False

    def _confirm_module(self, module: Module, name: str) -> bool:
        if module.open or (module.implementation is not None and module.implementation.open):
            return False
        if module.own and self.stored_in_project(name):
            return False
        if module.kind == "typeshed" and module.implementation is None and not self._absent_at_runtime(module.name, name):
            return False
        return not self._astroid_finds(module, None, name)

    def _confirm_class(self, value: Instance | ClassValue, name: str, tests: list[Module]) -> bool:
        cls = value.cls
        if isinstance(value, Instance) and value.via is PROXY:
            return False
        if cls.own and self.stored_in_project(name, tests=cls.module.by_test):
            return False
        if not cls.own and cls.module.kind != "typeshed" and self._stored_in(self._package_texts(cls.module), name, False):
            return False
        if isinstance(value, Instance) and value.via and self.stored_in_project(value.via, foreign_only=True):
            return False
        if isinstance(value, Instance) and value.via and any(value.via in foreign_stores(module) for module in tests):
            return False
        if not value.exact and self.subclass_has(cls, name):
            return False
        if not value.exact and self._has_unseen_kin(cls):
            return False
        for base in self.world.classes.mro(cls):
            if base.module.kind == "typeshed" and not self._absent_at_runtime(base.module.name, f"{base.qualname}.{name}"):
                return False
        return not self._astroid_finds(cls.module, cls, name)

    def _has_unseen_kin(self, cls: Class) -> bool:
        """Whether what is annotated as ``cls`` may be of a class that nothing here inherits from it: a protocol, an abstract
        class or an exception of somebody else."""
        if "protocol" in cls.memo:
            return True
        return not cls.own and (self.abstract(cls) or self.world.classes.derives(cls, "builtins.BaseException"))

    def abstract(self, cls: Class) -> bool:
        """Whether ``cls`` or a base is a protocol or has abstract methods."""
        for base in self.world.classes.mro(cls):
            if "protocol" in base.memo:
                return True
            for member in self.world.classes.body(base).values():
                for node in member.bindings:
                    for decorator in getattr(node, "decorator_list", ()):
                        if (getattr(decorator, "id", "") or getattr(decorator, "attr", "")).startswith("abstract"):
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

    def _own_texts(self) -> dict[str, str]:
        found = self._texts.get("")
        if found is None:
            found = self._texts[""] = {}
            project = self.world.project
            for root in dict.fromkeys((*project.source_roots, project.root)):
                for path in self.world.python_files(root):
                    if path not in found:
                        found[path] = self.world.text(path)
        return found

    def stored_in_project(self, name: str, foreign_only: bool = False, tests: bool = False) -> bool:
        """Whether the project's sources (with ``tests`` its tests, too) store an attribute of that name on anything but ``self``."""
        return self._stored_in(self._own_texts(), name, foreign_only, tests)

    def _stored_in(self, texts: dict[str, str], name: str, foreign_only: bool, tests: bool = False) -> bool:
        word = re.escape(name)
        store = re.compile(rf"(?<!\bself)(?<!\bcls)\.{word}\s*(?::[^=\n]+)?(?:[-+*/|&]|//|\*\*)?=(?!=)|\bas\s+[\w.]+\.{word}\b")
        text_set = re.compile(rf"""setattr\((?:[^()]|\([^()]*\))*["']{word}["']""")
        dynamic = re.compile(rf"""["']{word}["']""")
        for path, text in texts.items():
            if name not in text or (not tests and self.world.library.finder.is_test_path(path)):
                continue
            if store.search(text) or text_set.search(text):
                return True
            if not foreign_only and "setattr(" in text and dynamic.search(text):
                return True
        return False

    def subclass_has(self, cls: Class, name: str) -> bool:
        """Whether a class that (by its text) inherits from ``cls`` mentions ``name`` where it is defined."""
        texts = self._own_texts() if cls.own else self._package_texts(cls.module)
        key = "" if cls.own else self._package_of(cls.module)
        index = self._bases.get(key)
        if index is None:
            index = self._bases[key] = {}
            for path, text in texts.items():
                for match in _CLASS.finditer(text):
                    for base in re.findall(r"[\w.]+", match.group(2)):
                        index.setdefault(base.rpartition(".")[2], []).append((match.group(1), path))
        word = re.compile(rf"\bdef {re.escape(name)}\b|\b{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)|^\s+{re.escape(name)}\s*:|__getattr", re.MULTILINE)
        aliases = re.compile(rf"\b{re.escape(cls.name)}\s+as\s+(\w+)")
        names = {cls.name}
        for source in (texts, self._own_texts()):
            for text in source.values():
                if cls.name in text:
                    names.update(aliases.findall(text))
        todo, seen = sorted(names), {cls.name}
        if not cls.own:
            own = self._own_texts()
            options = "|".join(re.escape(item) for item in sorted(names))
            inherits = re.compile(rf"class\s+\w+\s*\([^)]*\b(?:{options})\b")
            if any(inherits.search(text) and word.search(text) for text in own.values()):
                return True
        while todo:
            for subclass, path in index.get(todo.pop(), ()):
                if subclass in seen and subclass != cls.name:
                    continue
                if subclass == cls.name and path == cls.module.path:
                    continue
                seen.add(subclass)
                if word.search(texts[path]) or self._inherits_elsewhere(path, subclass, cls, name):
                    return True
                if subclass != cls.name:
                    todo.append(subclass)
        return False

    def _inherits_elsewhere(self, path: str, name: str, cls: Class, member: str) -> bool:
        """Whether a subclass with bases besides ``cls`` gets the member from one of them."""
        module = self.world.module_at(path)
        if module is None:
            return True
        for binding in module.table.get(name, ()):
            if binding.form == CLASS and len(binding.node.bases) > 1:
                found = module.class_at(binding.node)
                if self.world.classes.open(found) or self.world.classes.member(found, member) is not None:
                    return True
        return False

    def subclass_exists(self, cls: Class) -> bool:
        """Whether some class of the project (by its text) inherits from ``cls``."""
        return any(
            re.search(rf"class\s+\w+\s*\([^)]*\b{re.escape(cls.name)}\b", text) for text in self._own_texts().values() if cls.name in text
        )

    def mentioned_in_project(self, name: str) -> bool:
        """Whether the project's sources mention an attribute (or a string) of that name at all."""
        word = re.compile(rf"""\.{re.escape(name)}\b|["']{re.escape(name)}["']""")
        finder = self.world.library.finder
        return any(
            name in text and not finder.is_test_path(path) and word.search(text) for path, text in self._own_texts().items()
        )

    def _package_of(self, module: Module) -> str:
        return f"{module.kind}:{module.name.partition('.')[0]}"

    def _package_texts(self, module: Module) -> dict[str, str]:
        key = self._package_of(module)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = {}
            top = self.world.library.module(module.name.partition(".")[0])
            for source in (top, top.implementation if top is not None else None):
                if source is None or not source.path:
                    continue
                if source.is_package:
                    for path in self.world.python_files(os.path.dirname(source.path)):
                        found[path] = self.world.text(path)
                else:
                    found[source.path] = source.text
        return found

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

            found = self._astroid[key] = has_member(source.path, source.name, key[1], name)
        return found


def foreign_stores(module: Module) -> frozenset[str]:
    """The attribute names that a module stores on anything but ``self``, or names in ``setattr``, ``patch`` and their kin."""
    key = "<foreign stores>"
    found = module.memo.get(key)
    if found is None:
        found = module.memo[key] = _foreign_stores(module)
    return found  # type: ignore[no-any-return]


def _foreign_stores(module: Module) -> frozenset[str]:
    names: set[str] = set()
    if module.tree is None:
        return frozenset()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Store) and not (isinstance(node.value, ast.Name) and node.value.id == "self"):
                names.add(node.attr)
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
            if name in ("setattr", "__setattr__"):
                # monkeypatch.setattr and setattr alike: the name that is given may exist from then on.
                raising = next((k for k in node.keywords if k.arg == "raising"), None)
                if isinstance(function, ast.Attribute) and function.attr == "setattr" and raising is None:
                    continue
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif any(k.arg == "create" for k in node.keywords):
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif name in ("SimpleNamespace", "type", "update"):
                names.update(k.arg for k in node.keywords if k.arg)
    return frozenset(names)
