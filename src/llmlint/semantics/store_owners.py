"""On objects of which classes the project's sources store an attribute.

The text tells which names are stored on anything but ``self`` (``text_index``), and that is enough for most questions. Where it alone
stands against a finding, what each such store is made on is worked out: an attribute of orders is none of a response.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.dotted import root_name
from llmlint.contracts.symbols import Class, FunctionNode, Module
from llmlint.semantics.values import ClassValue, Instance, ModuleValue, Value, is_none, members_of

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_MOST: Final = 12
"""So many stores of one name are looked at."""


class _Store(NamedTuple):
    receiver: ast.expr
    function: FunctionNode | None
    """The function around it; None for a module's own statement."""
    cls: ast.ClassDef | None
    """The class whose method that is."""


class StoreOwners:
    """Asked only where a finding depends on it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def only_others(self, cls: Class, name: str) -> bool:
        """Whether every store of the attribute in the project's sources is made on an object that is known to be of another class."""
        key = ("<stored on others>", name)
        return self.world.answers.once(cls.memo, key, False, lambda: self._only_others(cls, name))

    def _only_others(self, cls: Class, name: str) -> bool:
        index = self.world.project_text.own[0]
        if name in index.computed:
            return False
        mention = re.compile(rf"\b{re.escape(name)}\b")
        seen = 0
        for path, text in index.texts.items():
            if name not in text or mention.search(text) is None:
                continue
            module = self._module(path)
            if module is None or module.tree is None:
                return False
            for store in _stores(module.tree, name):
                seen += 1
                if seen > _MOST or store is None or not self._is_of_another(module, store, cls):
                    return False
        return True

    def _module(self, path: str) -> Module | None:
        """The module of a file, by the name that the project imports it under."""
        project = self.world.project
        for root in dict.fromkeys((*project.source_roots, project.root)):
            if not path.startswith(root + os.sep):
                continue
            parts = os.path.splitext(os.path.relpath(path, root))[0].split(os.sep)
            found = self.world.library.module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
            for module in (found, found.implementation if found is not None else None):
                if module is not None and module.path == path:
                    return module
        return None

    def _related(self, one: Class, other: Class) -> bool:
        """Whether one of them inherits from the other, under whatever names their modules are imported."""
        for lower, upper in ((one, other), (other, one)):
            for base in self.world.classes.mro(lower):
                if base.symbol == upper.symbol or (base.name, base.module.path) == (upper.name, upper.module.path):
                    return True
        return False

    def _is_of_another(self, module: Module, store: _Store, cls: Class) -> bool:
        for value in self._receivers(module, store):
            for member in members_of(value):
                if is_none(member) or isinstance(member, ModuleValue):
                    continue
                if not isinstance(member, (Instance, ClassValue)) or member.cls.symbol == "builtins.object":
                    return False
                if self._related(member.cls, cls) or self.world.classes.open(member.cls):
                    return False
        return True

    def _receivers(self, module: Module, store: _Store) -> list[Value]:
        """What the attribute is stored on: of a variable, every value that it has in the function."""
        evaluator = self.world.inference.quiet(module)
        if store.function is None:
            return [evaluator.standalone(store.receiver, None)]
        owner = module.class_at(store.cls) if store.cls is not None else None
        function = module.function_at(store.function, owner)
        frame = evaluator.run(function, None, {}, owner.scope if owner is not None else None)
        if isinstance(store.receiver, ast.Name):
            return frame.history.get(store.receiver.id) or [evaluator.in_frame(frame, store.receiver)]
        if len(frame.history.get(root_name(store.receiver), ())) > 1:
            return [evaluator.in_frame(frame, ast.Name("?", ast.Load(), lineno=1, col_offset=0))]
        return [evaluator.in_frame(frame, store.receiver)]


def _stores(tree: ast.Module, name: str) -> Iterator[_Store | None]:
    """Where an attribute of that name is stored, on ``self`` as well; None for a place of which it is not asked on what."""

    def visit(
        node: ast.AST, function: FunctionNode | None, cls: ast.ClassDef | None, deep: bool
    ) -> Iterator[_Store | None]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from visit(child, child, cls, deep or function is not None)
            elif isinstance(child, ast.Lambda):
                yield from visit(child, function, cls, True)
            elif isinstance(child, ast.ClassDef):
                yield from visit(child, function, child, deep or cls is not None or function is not None)
            else:
                receiver = _stored_on(child, name)
                if receiver is not None:
                    yield None if deep else _Store(receiver, function, cls)
                yield from visit(child, function, cls, deep)

    yield from visit(tree, None, None, False)


def _stored_on(node: ast.AST, name: str) -> ast.expr | None:
    if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
        return node.value
    called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and len(node.args) == 3 and called in ("setattr", "__setattr__"):
        spelt = node.args[1]
        return node.args[0] if isinstance(spelt, ast.Constant) and spelt.value == name else None
    return None
