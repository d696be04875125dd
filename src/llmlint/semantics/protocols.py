"""What iterating over, awaiting, entering and subscripting a value gives."""

from __future__ import annotations

import re
from typing import Final

from llmlint.contracts.shapes import Field
from llmlint.contracts.symbols import Class
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.callables import Callables
from llmlint.semantics.values import (
    NOTHING,
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Union,
    Value,
    is_none,
    union,
)

ELEMENT_PROTOCOLS: Final = frozenset(
    {
        "Iterable", "Iterator", "Collection", "Sequence", "MutableSequence", "Container", "Reversible", "AbstractSet", "Set",
        "MutableSet", "list", "List", "set", "frozenset", "deque", "Generator", "tuple", "SupportsNext", "SupportsIter",
    }
)  # fmt: skip

AWAITABLES: Final = frozenset(
    {"Awaitable", "Coroutine", "Future", "Task", "_FutureLike", "_CoroutineLike", "CoroutineType"}
)

_VALIDATES: Final = frozenset({"__get_pydantic_core_schema__", "__get_validators__"})
_GIVES_ITSELF: Final = re.compile(r"GenericAlias|super\(|return cls\b")
"""In ``__class_getitem__``: what comes of it has what the class has."""


class Protocols(Callables):
    """Evaluates what Python itself calls: ``__iter__``, ``__await__``, ``__enter__``, ``__getitem__``."""

    def element(self, value: Value) -> Value:
        """What iterating over ``value`` gives."""
        if isinstance(value, Instance):
            if value.items is not None:
                return union(value.items) if value.items else UNKNOWN
            if isinstance(value.literal, str):
                return Instance(value.cls)
            if is_none(value):
                return UNKNOWN
            found = self._method_result(value, "__iter__")
            if isinstance(found, Instance):
                if found.cls.symbol in ("typing.Iterator", "typing.Generator") and found.args:
                    return found.args[0]
                return self._method_result(found, "__next__")
            return UNKNOWN
        if isinstance(value, ClassValue) and self.world.classes.shape(value.cls).kind == "enum":
            return Instance(value.cls, exact=True)
        if isinstance(value, Union):
            return union(self.element(member) for member in value.members if not is_none(member))
        return UNKNOWN

    def async_element(self, value: Value) -> Value:
        """What ``async for`` over ``value`` gives."""
        if isinstance(value, Instance):
            found = self._method_result(value, "__aiter__")
            if isinstance(found, Instance):
                if found.cls.symbol in ("typing.AsyncIterator", "typing.AsyncGenerator") and found.args:
                    return found.args[0]
                return self.awaited(self._method_result(found, "__anext__"))
        return UNKNOWN

    def awaited(self, value: Value) -> Value:
        """What ``await value`` gives."""
        if isinstance(value, Coroutine):
            return value.result
        if isinstance(value, Instance):
            if value.cls.symbol in ("typing.Awaitable", "typing.Coroutine") and value.args:
                return value.args[-1]
            found = self._method_result(value, "__await__")
            if isinstance(found, Instance) and len(found.args) >= 3:
                return found.args[2]
            return UNKNOWN
        if isinstance(value, Union):
            return union(self.awaited(member) for member in value.members)
        return UNKNOWN

    def entered(self, value: Value, asynchronous: bool) -> Value:
        """What ``with value as x`` binds ``x`` to."""
        if isinstance(value, Union):
            return union(self.entered(member, asynchronous) for member in value.members)
        if not isinstance(value, Instance):
            return UNKNOWN
        found = self._method_result(value, "__aenter__" if asynchronous else "__enter__")
        return self.awaited(found) if asynchronous else found

    def subscript(self, value: Value, key: Value) -> Value:
        """``value[key]``."""
        if isinstance(value, Instance):
            if value.items is not None and isinstance(key, Instance) and isinstance(key.literal, int):
                index = int(key.literal)
                if -len(value.items) <= index < len(value.items):
                    return value.items[index]
                return UNKNOWN
            if value.keys is not None and isinstance(key, Instance) and key.literal is not NOTHING:
                return value.keys.get(key.literal, UNKNOWN)
            if self.world.classes.shape(value.cls).kind == "typeddict":
                field = self.typed_key(value, key)
                return (
                    self.world.member_values.annotated(field.annotation, field.owner)
                    if field and field.annotation
                    else UNKNOWN
                )
            if value.cls.symbol in ("builtins.list", "builtins.tuple") and isinstance(key, Instance):
                if key.cls.symbol == "builtins.slice":
                    return Instance(value.cls, value.args)
            found = self.world.attributes.get(value, "__getitem__").value
            if isinstance(found, FunctionValue):
                return self.result(found, Arguments((key,)))
            return UNKNOWN
        if isinstance(value, ClassValue):
            if self.world.classes.shape(value.cls).kind == "enum":
                return Instance(value.cls, exact=True)
            if self.makes_another(value.cls):
                return UNKNOWN
            return ClassValue(value.cls, (), value.exact)
        if isinstance(value, Union):
            return union(self.subscript(member, key) for member in value.members if not is_none(member))
        return UNKNOWN

    def makes_another(self, cls: Class) -> bool:
        """Whether subscribing the class runs code of its own, which may give another one (``Partial[Cart]``), or a model that has a
        field of it is given what it makes (``Link[Cart]``)."""
        found: bool | None = cls.memo.get("makes another")
        if found is None:
            found = cls.memo["makes another"] = self._subscribes_to_another(cls)
        return found

    def _subscribes_to_another(self, cls: Class) -> bool:
        classes = self.world.classes
        if classes.shape(cls).kind == "pydantic":
            return False
        meta = classes.metaclass(cls)
        if meta is not None and not meta.module.is_stub and "__getitem__" in classes.body(meta):
            return True
        for base in classes.mro(cls):
            if base.module.name.partition(".")[0] != "pydantic" and not _VALIDATES.isdisjoint(classes.body(base)):
                return True
            member = classes.body(base).get("__class_getitem__")
            if member is not None:
                texts = [base.module.text_of(function.node) for function in member.functions()]
                return not base.module.is_stub and not any(map(_GIVES_ITSELF.search, texts))
        return False

    def typed_key(self, value: Instance, key: Value) -> Field | None:
        """The field of a TypedDict that a literal key names."""
        if not isinstance(key, Instance) or not isinstance(key.literal, str):
            return None
        for field in self.world.classes.shape(value.cls).fields:
            if field.name == key.literal:
                return field
        return None

    def _method_result(self, value: Value, name: str) -> Value:
        found = self.world.attributes.get(value, name).value
        if isinstance(found, FunctionValue):
            return self.result(found, Arguments())
        return UNKNOWN
