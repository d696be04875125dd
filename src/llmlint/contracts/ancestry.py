"""The bases of a class and their order, and what its body binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.class_syntax import is_classvar, shown
from llmlint.contracts.library import Library, Variable
from llmlint.contracts.reader import Table
from llmlint.contracts.symbols import ASSIGN, CLASS, FUNCTION, Class, Function, FunctionNode, Member, MemberKind

PROPERTY_LIKE: Final = frozenset(
    {
        "property",
        "functools.cached_property",
        "cached_property",
        "cached_property.cached_property",
        "abc.abstractproperty",
        "werkzeug.utils.cached_property",
        "django.utils.functional.cached_property",
        "enum.property",
        "types.DynamicClassAttribute",
        "pydantic.computed_field",
    }
)
"""Decorators that make an attribute of a method."""

_SPECIAL: Final = {
    "typing.Generic": "generic",
    "typing.Protocol": "protocol",
    "typing_extensions.Protocol": "protocol",
    "typing.TypedDict": "typeddict",
    "typing_extensions.TypedDict": "typeddict",
    "typing._TypedDict": "typeddict",
    "mypy_extensions.TypedDict": "typeddict",
}


class Ancestry:
    """Reads class statements: their bases in C3 order and the names of their bodies."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._object: Class | None = None

    def builtin(self, name: str) -> Class | None:
        """A class of ``builtins``."""
        return self.named("builtins", name)

    def named(self, module: str, name: str) -> Class | None:
        """The class ``module.name``, imports followed."""
        found = self.library.module(module)
        symbol = self.library.symbol(found, name) if found is not None else None
        return symbol if isinstance(symbol, Class) else None

    def decorator(self, scope: Class | Function, node: ast.expr) -> str:
        """The dotted name of a decorator: as resolved, else as imported; '' where it is no dotted name."""
        module = scope.module
        if isinstance(node, ast.Name) and node.id in ("property", "staticmethod", "classmethod"):
            if node.id not in module.table or module.name == "builtins":
                return node.id
        origin = self.library.origin(module, node)
        if origin.endswith((".cached_property", ".computed_field")):
            return "functools.cached_property"
        return origin

    def body(self, cls: Class) -> dict[str, Member]:
        """The members that the class's own body binds."""
        found = cls.own_members
        if found is None:
            found = cls.own_members = self._read_body(cls)
        return found

    def _read_body(self, cls: Class) -> dict[str, Member]:
        table = Table(cls.module.package)
        table.body(cls.node.body)
        if table.stars:
            cls.own_open = "its body has a star import"
        members: dict[str, Member] = {}
        enum = self._looks_like_enum(cls)
        for name, bindings in table.names.items():
            last = bindings[-1]
            kind: MemberKind
            if last.form == FUNCTION:
                kind = "property" if self._is_property(cls, last.node) else "method"
            elif last.form == CLASS:
                kind = "nested class"
            elif last.form == ASSIGN and last.annotation is not None:
                kind = "class variable" if is_classvar(last.annotation) else "field"
            elif last.form == ASSIGN and enum and not name.startswith("_"):
                kind = "enum member"
            else:
                kind = "class variable"
            if enum and kind == "field" and not name.startswith("_") and cls.module.is_stub and last.value is None:
                kind = "enum member" if name != "_value_" else "field"
            member = Member(name, kind, cls, last.node, last.annotation, last.value)
            member.bindings = [binding.node for binding in bindings]
            members[name] = member
        return members

    def _looks_like_enum(self, cls: Class) -> bool:
        return any(base.symbol == "enum.Enum" for base in self.mro(cls))

    def _is_property(self, cls: Class, node: FunctionNode) -> bool:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
                return True
            if self.decorator(cls, decorator) in PROPERTY_LIKE:
                return True
        return False

    def bases(self, cls: Class) -> tuple[Class, ...]:
        """The direct bases that are known; ``cls.open`` says why the others are not."""
        if cls.bases is None:
            cls.bases = ()
            cls.bases = tuple(self._read_bases(cls))
        return cls.bases

    def _read_bases(self, cls: Class) -> Iterator[Class]:
        library = self.library
        for node in cls.node.bases:
            if isinstance(node, ast.Starred):
                cls.own_open = "its bases are computed"
                cls.memo["unseen base"] = True
                continue
            if isinstance(node, ast.Call):
                origin = library.origin(cls.module, node)
                if origin in ("collections.namedtuple", "typing.NamedTuple"):
                    cls.memo["namedtuple"] = node
                    base = self.named("typing", "NamedTuple")
                    if base is not None:
                        yield base
                    continue
                cls.own_open = cls.own_open or "a base is computed"
                cls.memo["unseen base"] = True
                continue
            symbol = library.resolve(cls.module, node, cls.outer) if cls.scope is None else cls.scope.symbol(node)
            if not isinstance(symbol, Class) and isinstance(node, ast.Name) and cls.scope is None:
                symbol = self._typed_base(cls, node.id) or symbol
                if isinstance(symbol, Class):
                    cls.memo["typed base"] = True
            if isinstance(symbol, Class):
                if symbol is cls or self._describe_each_other(symbol, cls):
                    cls.own_open = cls.own_open or "it inherits from itself"
                else:
                    yield symbol
                continue
            if isinstance(symbol, Variable):
                special = _SPECIAL.get(symbol.symbol)
                if special == "typeddict":
                    cls.memo["typeddict"] = True
                    base = self.builtin("dict")
                    if base is not None:
                        yield base
                    continue
                if special == "protocol":
                    cls.memo["protocol"] = True
                    continue
                if special == "generic":
                    continue
                value = symbol.binding.value
                if isinstance(value, ast.Call):
                    origin = library.origin(symbol.module, value)
                    if origin in ("collections.namedtuple", "typing.NamedTuple"):
                        cls.memo["namedtuple"] = value
                        base = self.named("typing", "NamedTuple")
                        if base is not None:
                            yield base
                        continue
            cls.own_open = cls.own_open or f"its base {shown(node)} is not known"
            cls.memo["unseen base"] = True

    @staticmethod
    def _describe_each_other(one: Class, other: Class) -> bool:
        """Whether one of them stands behind the other; what cannot be so is not read to find out."""
        mine, theirs = one.module, other.module
        beside = mine.is_stub != theirs.is_stub and mine.name.partition(".")[0] == theirs.name.partition(".")[0]
        if one.name != other.name and not beside:
            return False
        return one.implementation is other or other.implementation is one

    def _typed_base(self, cls: Class, name: str) -> Class | None:
        """What a base is for type checkers, where it is ``object`` when the program runs: a mixin says so what it is mixed into."""
        bindings = cls.module.table.get(name, ())
        typed = [binding for binding in bindings if binding.typing]
        real = [binding for binding in bindings if not binding.typing]
        if len(typed) != 1 or len(real) != 1 or typed[0].value is None or real[0].value is None:
            return None
        top = self.library.resolve(cls.module, real[0].value)
        meant = self.library.resolve(cls.module, typed[0].value)
        return meant if top is self.top() and isinstance(meant, Class) else None

    def mro(self, cls: Class) -> tuple[Class, ...]:
        """The method resolution order (C3, https://docs.python.org/3/howto/mro.html), ``object`` last.

        Where the bases are inconsistent or circular, a depth-first order stands in. ``cls.open`` is set, for the class and
        whatever it inherits from.
        """
        if cls.mro is not None:
            return cls.mro
        cls.mro = (cls,)  # a base that comes back here is circular
        cls.memo["ordering"] = True
        bases = self.bases(cls)
        if any("ordering" in base.memo for base in bases):
            cls.own_open = cls.own_open or "it inherits from itself"
        sequences: list[list[Class]] = [list(self.mro(base)) for base in bases]
        sequences.append(list(bases))
        merged = _merge(sequences)
        if merged is None:
            merged = list(dict.fromkeys(item for sequence in sequences for item in sequence))
        merged = [item for item in merged if item is not cls]
        top = self.top()
        if top is not None and top is not cls:
            merged = [item for item in merged if item is not top]
            merged.append(top)
        cls.mro = (cls, *merged)
        del cls.memo["ordering"]
        return cls.mro

    def top(self) -> Class | None:
        """``builtins.object``."""
        if self._object is None:
            self._object = self.builtin("object")
        return self._object

    def derives(self, cls: Class, symbol: str) -> bool:
        """Whether ``cls`` is, or inherits from, the class with that dotted name."""
        return any(base.symbol == symbol for base in self.mro(cls))

    def is_subclass(self, cls: Class, other: Class) -> bool:
        """Whether ``other`` stands in the method resolution order of ``cls``."""
        return any(base is other or base.symbol == other.symbol for base in self.mro(cls))

    def metaclass(self, cls: Class) -> Class | None:
        """The metaclass, where one is named along the method resolution order."""
        for base in self.mro(cls):
            for keyword in base.node.keywords:
                if keyword.arg == "metaclass":
                    symbol = (
                        self.library.resolve(base.module, keyword.value, base.outer)
                        if base.scope is None
                        else base.scope.symbol(keyword.value)
                    )
                    return symbol if isinstance(symbol, Class) else None
        return None


def _merge(sequences: list[list[Class]]) -> list[Class] | None:
    result: list[Class] = []
    sequences = [sequence for sequence in sequences if sequence]
    while sequences:
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            return None
        result.append(head)
        sequences = [rest for sequence in sequences if (rest := sequence[1:] if sequence[0] is head else sequence)]
    return result
