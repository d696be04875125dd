"""Values written as types: what a type checker is told that a fixture or a mock is."""

from __future__ import annotations

from typing import Final

from llmlint.contracts.symbols import Class, Module
from llmlint.project.module_name import module_name
from llmlint.semantics.special_values import Request
from llmlint.semantics.values import (
    Callable,
    ClassValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Value,
    is_none,
)
from llmlint.semantics.world import World

PREFIX: Final = "_llmlint_"
"""How every name begins that a shadow brings along."""

_READABLE: Final = frozenset({"contract", "stub", "typeshed", "source"})

_TUPLE: Final = "builtins.tuple"

_VARIADIC: Final = frozenset({"builtins.tuple", "typing.Generator"})


class TypeTexts:
    """Writes types for one file, and remembers which modules it has to import for them."""

    def __init__(self, world: World, module: Module) -> None:
        self._world = world
        self._module = module
        self.imports: dict[str, str] = {}
        """Module → the private name that it is imported under."""

    def text(self, value: Value, *, annotated: bool) -> str | None:
        """The type of a value; None where it is not known, or cannot be written.

        Args:
            value: What is known of it.
            annotated: Whether somebody wrote the type down, so that its arguments are meant: a list that was seen built may
                hold other things later.
        """
        if isinstance(value, Union):
            return self._union(value, annotated=annotated)
        if isinstance(value, Special):
            return self.text(value.value, annotated=annotated)
        if isinstance(value, Request):
            return self.text(value.plain, annotated=annotated)
        if isinstance(value, Instance):
            return "None" if is_none(value) else self._instance(value, annotated=annotated)
        if isinstance(value, ClassValue):
            name = self.class_name(value.cls)
            # A class that has parameters stands for all its specializations.
            if name is None or self._world.annotations.parameters(value.cls):
                return None
            return f"{self.imported('builtins')}.type[{name}]"
        if isinstance(value, Callable) and annotated and value.signature is None:
            result = self.text(value.result, annotated=True)
            typing = self.imported("typing")
            return f"{typing}.Callable[..., {result}]" if result else None
        if isinstance(value, ModuleValue):
            return f"{self.imported('types')}.ModuleType"
        return None

    def class_name(self, cls: Class) -> str | None:
        """How a class is named in the file; None where it is out of reach."""
        if cls.scope is not None or not cls.qualname.isascii():
            return None
        if cls.module is self._module or cls.module.path == self._module.path:
            return cls.qualname if cls.outer is not None or self._is_plain(cls) else None
        alias = self.module_alias(cls.module)
        return f"{alias}.{cls.qualname}" if alias else None

    def module_alias(self, module: Module) -> str | None:
        """The private name of a module; None where a type checker does not find it under its name."""
        if module.kind not in _READABLE or not all(part.isidentifier() for part in module.name.split(".")):
            return None
        if module.by_test and (module.name == "conftest" or module_name(module.path) != module.name):
            return None
        return self.imported(module.name)

    def imported(self, module: str) -> str:
        """The private name of a module that there certainly is."""
        return self.imports.setdefault(module, PREFIX + module.replace("_", "__").replace(".", "_"))

    @property
    def footer(self) -> tuple[str, ...]:
        """The lines that import what was used."""
        return tuple(f"import {module} as {alias}" for module, alias in sorted(self.imports.items()))

    def _is_plain(self, cls: Class) -> bool:
        """Whether the name of a class of the file itself is bound by nothing else."""
        return len(self._module.table.get(cls.name, ())) == 1

    def _union(self, value: Union, *, annotated: bool) -> str | None:
        texts = [self.text(member, annotated=annotated) for member in value.members]
        known = list(dict.fromkeys(text for text in texts if text is not None))
        if len(known) < len(set(texts)) or not known:
            return None
        if len(known) == 1:
            return known[0]
        if not annotated:
            # One of several at different times: each use would have to fit all of them.
            return None
        return f"{self.imported('typing')}.Union[{', '.join(known)}]"

    def _instance(self, value: Instance, *, annotated: bool) -> str | None:
        cls = value.cls
        if cls.symbol == "builtins.object":
            return None
        name = self.class_name(cls)
        if name is None:
            return None
        if cls.symbol == _TUPLE:
            return f"{name}[{self.imported('typing')}.Any, ...]"
        parameters = self._world.annotations.parameters(cls)
        if not parameters:
            return name
        whatever = f"{self.imported('typing')}.Any"
        if annotated and len(value.args) == len(parameters):
            written = [self.text(one, annotated=True) or whatever for one in value.args]
        else:
            written = [whatever] * len(parameters)
        return f"{name}[{', '.join(written)}]"
