"""What a value is called in a finding: its kind, its names, where the truth on it is read."""

from __future__ import annotations

import ast
from dataclasses import replace

from llmlint.contracts.classes import Classes
from llmlint.contracts.library import Library
from llmlint.contracts.symbols import Class, Function
from llmlint.semantics.nouns import Blueprint, Owner
from llmlint.semantics.values import (
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Super,
    Union,
    Value,
    is_none,
)


class Owners:
    """Describes values for those who speak of them."""

    def __init__(self, library: Library, classes: Classes) -> None:
        self.library = library
        self.classes = classes

    def of(self, value: Value) -> Owner | None:
        """The value as findings speak of it."""
        if isinstance(value, Special):
            value = value.value
        if isinstance(value, Union):
            for member in value.members:
                if not is_none(member):
                    return self.of(member)
            return None
        library, classes = self.library, self.classes
        if isinstance(value, ModuleValue):
            module = value.module

            def module_names() -> list[str]:
                return [name for name in library.names(module) if not name.startswith("_") and name != "TYPE_CHECKING"]

            return Owner("module", module.name, module.name, module.truth, module_names, module.own, module.by_test)
        if isinstance(value, (Instance, ClassValue)):
            cls = value.cls

            def class_names() -> list[str]:
                return [name for name in classes.members(cls) if not name.startswith("_")] + [
                    field.name for field in classes.shape(cls).fields
                ]

            shape = classes.shape(cls).kind
            on_class = isinstance(value, ClassValue)
            kind = "enum" if on_class and shape == "enum" else "class" if on_class else "instance"
            if shape == "typeddict" and not on_class:
                kind = "typed dict"
            place = (cls.module.own, cls.module.by_test)
            return Owner(kind, cls.qualname, cls.symbol, cls.truth, class_names, *place, lambda: self.blueprint(cls))  # type: ignore[arg-type]
        if isinstance(value, Super):
            owner = self.of(Instance(value.cls))
            return owner and replace(owner, kind="super")
        if isinstance(value, FunctionValue):
            function = value.function
            return self.of_function(function)
        if isinstance(value, Coroutine) and value.function is not None:
            return self.of_function(value.function)
        return None

    def blueprint(self, cls: Class) -> Blueprint | None:
        """What a spec of the class would know; None where the class is local to a function or another class."""
        if cls.outer is not None or cls.scope is not None:
            return None
        classes, real = self.classes, cls.implementation or cls
        shape = classes.shape(real)
        unknown: list[str] = []
        special: list[str] = []
        for name, member in classes.members(real).items():
            if name.startswith("_"):
                continue
            made = isinstance(member.value, ast.Call)
            if member.kind == "instance attribute":
                # A slot is a descriptor of the class.
                (unknown if member.method is not None else special).append(name)
            elif member.kind == "field" and (member.value is None or made or shape.kind == "pydantic"):
                unknown.append(name)
            elif member.kind != "method" or any(function.node.decorator_list for function in member.functions()):
                special.append(name)
        unknown += [
            field.name for field in shape.fields if field.default is None and field.name not in (*unknown, *special)
        ]
        return Blueprint(tuple(unknown), tuple(special))

    def of_function(self, function: Function) -> Owner:
        """A function as findings speak of it."""
        name = f"{function.owner.qualname}.{function.name}" if function.owner else function.name
        module = function.module
        return Owner("function", name, function.symbol, function.truth, tuple, module.own, module.by_test)
