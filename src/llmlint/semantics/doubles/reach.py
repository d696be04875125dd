"""Whom a patch reaches: who looks up the name that it replaces, and who has a binding of his own."""

from __future__ import annotations

import ast

from llmlint.contracts.symbols import FROM, Class, Function, Module
from llmlint.contracts.walking import walk
from llmlint.model.position import Truth
from llmlint.semantics.doubles.context import Context
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import MissedPatch, Outcome, UnusedMock
from llmlint.semantics.patch_targets import Replacement
from llmlint.semantics.values import ClassValue, FunctionValue, ModuleValue, Special, Value


class PatchReach:
    """Judges the patches of one file's tests by whom they reach."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.evaluator = context.evaluator
        self.world = context.world
        self._misses = context.wants(MissedPatch)
        self._unused = context.wants(UnusedMock)

    def judge(self, function: Function, cls: Class | None, replacements: list[Replacement]) -> None:
        """Emit what reaches nobody."""
        if self._misses:
            self._missed(function, replacements)
        if self._unused:
            self._unused_patches(function, cls, replacements)

    def _missed(self, function: Function, replacements: list[Replacement]) -> None:
        for item in replacements:
            owner = item.target.owner
            if not isinstance(owner, ModuleValue) or item.form == "mocker.spy":
                continue
            defining = owner.module
            if not self._is_defined(item.target.value, defining) or self._sees(defining, item.name):
                continue
            found = self._holder(function, defining, item.name)
            if found is None:
                continue
            user, binding, row = found
            flow = self.context.flow(function.node)
            if any(
                isinstance(node, ast.Attribute) and node.attr == item.name and isinstance(node.ctx, ast.Load)
                for node in walk(function.node)
                if not any(outer is item.node for outer in flow.around(node))
            ):
                continue
            self.evaluator.emit(
                MissedPatch(item.at, f"{defining.name}.{item.name}", user.name, binding, Truth(user.path, row))
            )

    def _is_defined(self, value: Value, module: Module) -> bool:
        """Whether the module itself defines what is patched there."""
        if isinstance(value, Special):
            value = value.value
        if isinstance(value, FunctionValue):
            return value.function.owner is None and value.function.module.name == module.name
        return isinstance(value, ClassValue) and value.cls.module.name == module.name

    def _sees(self, defining: Module, name: str) -> bool:
        """Whether somebody in the project looks the name up where it is patched."""
        source = defining.implementation or defining
        if source.own and source.tree is not None and not source.is_stub:
            for node in walk(source.tree):
                if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                    return True
        elif not defining.own and defining.kind != "typeshed" and source.tree is not None and not source.is_stub:
            return True  # somebody else's module: what of it the project reaches is not followed
        return self.world.project_text.looked_up(defining, name)

    def _holder(self, function: Function, defining: Module, name: str) -> tuple[Module, str, int] | None:
        """The module that the test exercises and that imported the name."""
        holders: list[tuple[Module, str, int]] = []
        for module in self._exercised(function):
            if module is defining or module.is_stub:
                return None
            for bound, bindings in module.table.items():
                for binding in bindings:
                    if binding.form == FROM and binding.name == name and binding.module == defining.name:
                        if len(bindings) == 1 and not binding.conditional:
                            holders.append((module, bound, binding.node.lineno))
        return holders[0] if holders else None

    def _exercised(self, function: Function) -> list[Module]:
        """The project's modules whose functions and classes the test calls."""
        found: dict[Module, None] = {}
        for node in walk(function.node):
            if isinstance(node, ast.Call):
                callee = self.evaluator.callee(node)
                called: Function | Class | None = None
                if isinstance(callee, FunctionValue):
                    called = callee.function
                elif isinstance(callee, ClassValue):
                    called = callee.cls
                if called is not None and called.module.own and not called.module.by_test:
                    source = called.module.implementation or called.module
                    found[source] = None
        return list(found)

    def _unused_patches(self, function: Function, cls: Class | None, replacements: list[Replacement]) -> None:
        for item in replacements:
            if (
                not isinstance(item.value, Mock)
                or item.form == "mocker.spy"
                or item.target.outcome is not Outcome.FOUND
            ):
                continue
            bound = self._bound_to(function, cls, item)
            if bound is None or bound.startswith("_") or self.context.flow(function.node).loads.get(bound):
                continue
            owner = item.target.owner
            if self._has_effect(function, owner, item):
                continue
            self.evaluator.emit(UnusedMock(item.at, bound, True))

    def _bound_to(self, function: Function, cls: Class | None, item: Replacement) -> str | None:
        """The name that a patch's mock is bound to."""
        flow = self.context.flow(function.node)
        parent = flow.parents.get(item.node)
        if isinstance(parent, ast.withitem) and isinstance(parent.optional_vars, ast.Name):
            return parent.optional_vars.id
        if (
            isinstance(parent, ast.Assign)
            and isinstance(parent.targets[0], ast.Name)
            and item.form.startswith("mocker")
        ):
            return parent.targets[0].id
        return None

    def _has_effect(self, function: Function, owner: Value | None, item: Replacement) -> bool:
        """Whether somebody may look up what is replaced."""
        if not isinstance(owner, (ModuleValue, ClassValue)):
            return True
        module = owner.module if isinstance(owner, ModuleValue) else owner.cls.module
        source = module.implementation or module
        if not source.own or source.by_test or source.is_stub or source.tree is None:
            return True
        if any(isinstance(node, ast.Attribute) and node.attr == item.name for node in ast.walk(function.node)):
            return True
        if isinstance(owner, ModuleValue):
            return self.world.project_text.looked_up(source, item.name) or any(
                isinstance(node, ast.Name) and node.id == item.name and isinstance(node.ctx, ast.Load)
                for node in ast.walk(source.tree)
            )
        if self.world.project_text.mentioned(item.name):
            return True
        return item.name.startswith("__")
