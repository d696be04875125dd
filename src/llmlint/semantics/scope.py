"""Scopes: what the names of a function, a class body or a comprehension are bound to while it is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from llmlint.contracts.symbols import Class, Function, FunctionNode, Module
from llmlint.semantics.values import ClassValue, FunctionValue, ModuleValue, Special, Union, Value

if TYPE_CHECKING:
    from llmlint.contracts.library import Symbol

Body = FunctionNode | ast.Lambda | ast.ClassDef | None


class Scope:
    """One scope of the chain. The module's own names are not here: they are looked up lazily, whatever their order."""

    __slots__ = (
        "cls",
        "deferred",
        "evaluate",
        "function",
        "history",
        "is_class",
        "module",
        "names",
        "node",
        "nonlocals",
        "parent",
        "receiver",
        "replaced",
        "results",
        "returns",
        "self_name",
        "stored",
        "stores",
        "yields",
    )

    def __init__(
        self, module: Module, node: Body, parent: Scope | None, cls: Class | None = None, is_class: bool = False
    ) -> None:
        self.module = module
        self.node = node
        self.parent = parent
        self.cls = cls
        """The class whose body or method this is."""
        self.is_class = is_class
        self.names: dict[str, Value] = {}
        self.history: dict[str, list[Value]] = {}
        """Every value that a name was ever bound to: what a closure may see."""
        self.stored: dict[tuple[str, str], Value] = {}
        """What the test assigned to an attribute of a local name."""
        self.replaced: set[str] = parent.replaced if parent is not None else set()
        """Names of attributes that the test replaces from here on."""
        self.nonlocals: set[str] | None = None
        self.returns: list[Value] = []
        self.yields: list[Value] = []
        self.stores: dict[str, list[Value]] = {}
        """What a method assigns to attributes of its first parameter."""
        self.results: dict[Any, tuple[Value, Value]] = {}
        """What functions that close over this scope return and yield, kept by ``inference``."""
        self.deferred: list[Callable[[], None]] = []
        """Bodies of inner functions, evaluated when this one is over."""
        self.evaluate: Callable[[Scope, ast.expr], Value] | None = parent.evaluate if parent is not None else None
        """Evaluates an expression in a scope; set on the outermost one."""
        self.function: Function | None = None
        self.receiver: Value | None = None
        self.self_name: str | None = None

    def bind(self, name: str, value: Value) -> None:
        """Bind a name, and keep what it was bound to."""
        if self.stored:
            for key in [key for key in self.stored if key[0] == name]:
                del self.stored[key]
        self.names[name] = value
        found = self.history.get(name)
        if found is None:
            self.history[name] = [value]
        elif found[-1] is not value:
            found.append(value)

    def symbol(self, node: ast.expr) -> Symbol | None:
        """The symbol of a dotted expression as this scope sees it (for the bases of a local class)."""
        value = self.evaluate(self, node) if self.evaluate is not None else None
        if isinstance(value, Special):
            value = value.value
        if isinstance(value, Union):
            # What is defined once for each Python (``if sys.version_info …``): the first one stands for all.
            classes = [member.cls for member in value.members if isinstance(member, ClassValue)]
            same = len(classes) == len(value.members) and len({cls.symbol for cls in classes}) == 1
            return classes[0] if same else None
        if isinstance(value, ClassValue):
            return value.cls
        if isinstance(value, ModuleValue):
            return value.module
        if isinstance(value, FunctionValue):
            return value.function
        return None
