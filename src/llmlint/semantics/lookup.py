"""Names: from the innermost scope to the builtins, and what is bound nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import Any, ClassVar, Final

from llmlint.contracts.library import leaves_to_builtins
from llmlint.contracts.symbols import Class, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.evaluation import Evaluation
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import (
    UndefinedName,
)
from llmlint.semantics.scope import Scope
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Value,
    union,
)

_MODULE_NAMES: Final = frozenset(
    {
        "__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__", "__debug__",
        "__annotations__", "__dict__", "__class__", "__module__", "__qualname__", "__cached__", "reveal_type", "reveal_locals",
        "WindowsError", "exit", "quit", "copyright", "credits", "license", "__import__", "_", "__build_class__",
    }
)  # fmt: skip


_ASSIGNED: Final = re.compile(r"^[ \t]+(\w+)[ \t]*=(?!=)", re.MULTILINE)
_UNDEFINED: Final = re.compile(r"#[^#]*\bnoqa\b(?!\s*:)|#[^#]*\bnoqa:[\w\s,]*\bF821\b", re.IGNORECASE)


class Lookup(Evaluation):
    """Evaluates names."""

    def _name(self, node: ast.Name) -> Value:
        name = node.id
        found = self.scope.names.get(name)
        if found is not None:
            return found
        return self._outer(node, name)

    def _outer(self, node: ast.Name, name: str) -> Value:
        scope = self.scope
        nonlocals = scope.nonlocals
        crossed = False
        current: Scope | None = scope
        while current is not None and current is not self.top:
            if current is not scope:
                if not current.is_class:
                    values = current.history.get(name)
                    if values is not None:
                        if nonlocals is not None and name in nonlocals:
                            return UNKNOWN
                        if not crossed:
                            return current.names.get(name) or union(values)
                        return union(values)
            elif current.is_class and current.cls is not None:
                found = self._class_name(current.cls, name, node if current is scope else None)
                if found is not None:
                    return found
            if current.node is not None and not current.is_class:
                crossed = True
            current = current.parent
        if scope is self.top and self._is_bound_anew(node, name):
            return UNKNOWN
        if name in self._shadowed_builtins() and _is_assigned_in(scope.node, name):
            return UNKNOWN  # a variable of the function that nothing has bound on the way to here, an earlier turn of a loop perhaps
        value = self.globals.get(name)
        if value is None:
            value = self._global_name(node, name)
        return value

    def _shadowed_builtins(self) -> frozenset[str]:
        """The names of builtins that the module's functions (or classes) assign."""
        found: frozenset[str] | None = self.module.memo.get("<shadowed builtins>")
        if found is None:
            found = frozenset(_ASSIGNED.findall(self.module.text)) & frozenset(self._builtin_names())
            self.module.memo["<shadowed builtins>"] = found
        return found

    def _is_bound_anew(self, node: ast.Name, name: str) -> bool:
        """Whether the module binds the name to something else behind ``node``, a use of it while the module is executed."""
        bindings = self.module.table.get(name, ())
        return len(bindings) > 1 and not all(_is_before(binding.node, node) for binding in bindings)

    def _class_name(self, cls: Class, name: str, node: ast.Name | None) -> Value | None:
        """A name of a class body, as ``node`` in that body sees it: bound before it."""
        member = self.world.classes.body(cls).get(name)
        if member is None:
            return None
        if node is not None and not any(_is_before(binding, node) for binding in member.bindings):
            return None
        if node is not None and member.annotation is not None and isinstance(member.value, ast.Call):
            return UNKNOWN  # `size: int = attrs.field()`: what the annotation says of the objects is not yet so
        return self.world.member_values.of_class(member, ClassValue(cls))

    def _global_name(self, node: ast.Name, name: str) -> Value:
        world = self.world
        module = self.module
        entry = None if leaves_to_builtins(module, name) else world.library.entry(module, name)
        value: Value | None = None
        if isinstance(entry, Module):
            entry = None  # a submodule is no name of the module's own scope until something imports it
        if entry is not None:
            bindings = getattr(entry, "bindings", None)
            if bindings is None and name in self._builtin_names():
                entry = None  # the module may have any name, but hardly binds a builtin's anew
        if entry is not None:
            value = world.names.value(entry.module, name) if bindings is not None else UNKNOWN  # type: ignore[union-attr]
        if value is None:
            builtins = world.library.module("builtins")
            if builtins is not None and builtins is not module and name in builtins.table:
                value = world.names.value(builtins, name)
        if value is None:
            if name not in _MODULE_NAMES:
                self._undefined(node, name)
                return UNKNOWN
            value = UNKNOWN
        if type(value) is Mock:
            value = self.mocks.local(value)
        self.globals[name] = value
        return value

    def _builtin_names(self) -> Collection[str]:
        builtins = self.world.library.module("builtins")
        return builtins.table if builtins is not None else ()

    def _undefined(self, node: ast.Name, name: str) -> None:
        if not self.judging or self.probing("NameError") or self.hooks is None:
            return
        if not self._builtin_names():
            return  # typeshed comes with mypy, which is missing: what Python itself has is not known
        scope: Scope | None = self.scope
        while scope is not None and scope.node is not None:
            if not (scope.is_class and scope is not self.scope) and name in _bound_in(scope.node):
                return
            if any(_names(decorator, name) for decorator in getattr(scope.node, "decorator_list", ())):
                return  # `@needs_builtin("buffer")`
            scope = scope.parent
        if not self.hooks.may_be_undefined(name):
            return
        if "noqa" in self.module.text and _UNDEFINED.search(self.module.rows(node.lineno, node.lineno)):
            return  # it is meant, and other linters are told so
        fixture = self.hooks.is_fixture(name, self.scope.cls)

        scope = self.scope

        def names() -> list[str]:
            # Asked when the file is over: the scope at hand is another one by then.
            known: dict[str, None] = {}
            current: Scope | None = scope
            while current is not None:
                known.update(dict.fromkeys(current.names))
                current = current.parent
            known.update(dict.fromkeys(self.module.table))
            builtins = self.world.library.module("builtins")
            known.update(dict.fromkeys(builtins.table if builtins is not None else ()))
            return [item for item in known if not item.startswith("_")]

        self.emit(UndefinedName(node, name, fixture, names))

    expressions: ClassVar[dict[type, Any]] = {
        **Evaluation.expressions,
        ast.Name: _name,
    }


def _is_before(binding: ast.AST, node: ast.Name) -> bool:
    """Whether a statement of a class body has bound its names when ``node`` is evaluated."""
    at = node.lineno, node.col_offset
    if (getattr(binding, "lineno", 0), getattr(binding, "col_offset", 0)) > at:
        return False  # its own decorators stand above a definition
    if isinstance(binding, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return (binding.end_lineno or 0, binding.end_col_offset or 0) <= at
    return True


def _is_assigned_in(node: ast.AST | None, name: str) -> bool:
    """Whether a statement of a function's own body assigns the name, which makes it a local one all over the function."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    pending: list[ast.AST] = [*node.body]
    found = False
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Global | ast.Nonlocal) and name in inner.names:
            return False
        if isinstance(inner, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            found = found or any(isinstance(target, ast.Name) and target.id == name for target in targets)
        elif not isinstance(inner, ast.expr | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(inner))
    return found


def _names(decorator: ast.expr, name: str) -> bool:
    """Whether a decorator is told the name as a string: it asks whether there is such a thing."""
    return isinstance(decorator, ast.Call) and any(
        isinstance(argument, ast.Constant) and argument.value == name for argument in decorator.args
    )


def _bound_in(node: ast.AST) -> set[str]:
    """Every name that a function's or class's own body binds, parameters included."""
    names: set[str] = set()
    inside = {
        id(target) for inner in walk(node) if isinstance(inner, ast.comprehension) for target in walk(inner.target)
    }  # the variables of comprehensions
    for inner in walk(node):
        if id(inner) in inside:
            continue
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            names.add(inner.id)
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, ast.arg):
            names.add(inner.arg)
        elif isinstance(inner, ast.alias):
            names.add(inner.asname or inner.name.partition(".")[0])
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            names.add(inner.name)
        elif isinstance(inner, (ast.MatchAs, ast.MatchStar)) and inner.name:
            names.add(inner.name)
        elif isinstance(inner, ast.MatchMapping) and inner.rest:
            names.add(inner.rest)
        elif isinstance(inner, (ast.Global, ast.Nonlocal)):
            names.update(inner.names)
        else:
            names.update(getattr(p, "name", "") for p in getattr(inner, "type_params", ()))
    return names
