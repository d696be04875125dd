"""Reading an attribute of a value: what it is, or that it does not exist."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.library import Entry, Open
from llmlint.contracts.symbols import (
    ASSIGN,
    CLASS,
    FROM,
    FUNCTION,
    IMPORT,
    Class,
    Member,
    Module,
)
from llmlint.model.position import Truth
from llmlint.semantics.nouns import Outcome
from llmlint.semantics.values import (
    OPEN,
    UNKNOWN,
    ClassValue,
    Instance,
    ModuleValue,
    Special,
    Super,
    Union,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World


class Attribute(NamedTuple):
    """What reading an attribute gives."""

    value: Value
    outcome: Outcome
    truth: Truth | None = None
    """For OFF_CONTRACT: where the implementation has it."""


_UNKNOWN: Final = Attribute(UNKNOWN, Outcome.UNKNOWN)
_OPEN: Final = Attribute(OPEN, Outcome.UNKNOWN)
_MISSING: Final = Attribute(UNKNOWN, Outcome.MISSING)
_OF_DICTIONARIES: Final = frozenset(dir(dict))
_OF_PRIVATE_NAMES: Final = frozenset({"pydantic._internal._model_construction.ModelMetaclass"})
"""Metaclasses whose `__getattr__` looks for private attributes and for nothing else."""
COROUTINE_API: Final = frozenset(
    {"close", "send", "throw", "cr_await", "cr_code", "cr_frame", "cr_running", "cr_origin"}
)


def is_dunder(name: str) -> bool:
    """``__x__``: the language's own names, never judged."""
    return name.startswith("__") and name.endswith("__")


class Attributes:
    """Looks attributes up on values, by the contract first and by the implementation behind it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values = world.member_values

    def get(self, value: Value, name: str) -> Attribute:
        """``value.name``."""
        kind = type(value)
        if kind is Instance:
            return self._instance(value, name)  # type: ignore[arg-type]
        if kind is Unknown:
            return Attribute(value, Outcome.UNKNOWN)
        if kind is ClassValue:
            return self._class(value, name)  # type: ignore[arg-type]
        if kind is ModuleValue:
            return self.of_module(value.module, name)  # type: ignore[attr-defined]
        if kind is Union:
            return self._union(value, name)  # type: ignore[arg-type]
        if kind is Special:
            return self.get(value.value, name)  # type: ignore[attr-defined]
        if kind is Super:
            return self._super(value, name)  # type: ignore[arg-type]
        return _UNKNOWN

    # -- modules ---------------------------------------------------------------------------------------------------------

    def of_module(self, module: Module, name: str) -> Attribute:
        """``module.name``."""
        entry = self.world.library.entry(module, name)
        if entry is None:
            if is_dunder(name):
                return _UNKNOWN
            return _MISSING
        if isinstance(entry, Open):
            return _OPEN
        if isinstance(entry, Module):
            return Attribute(self.world.names.of_module_object(entry), Outcome.FOUND)
        if entry.module.own and not entry.module.by_test and self.world.library.only_typed(entry):
            return _MISSING
        value = self._of_entry(entry, name)
        if entry.off_contract and self.off_contract(module, entry, name):
            row = getattr(entry.bindings[0].node, "lineno", 1)
            return Attribute(value, Outcome.OFF_CONTRACT, Truth(entry.module.path, row))
        return Attribute(value, Outcome.FOUND)

    def _of_entry(self, entry: Entry, name: str) -> Value:
        """What a module binds to a name. What a stub imports for its own use need not be what the module has (PEP 484)."""
        module, binding = entry.module, entry.bindings[-1]
        if module.is_stub and module.kind != "contract" and binding.form in (IMPORT, FROM):
            aliases = getattr(binding.node, "names", ())
            if not any(alias.asname == alias.name == name or alias.name == "*" for alias in aliases):
                if name not in (module.all or ()):
                    source = module.implementation
                    return self.world.names.value(source, name) if source and name in source.table else UNKNOWN
        return self.world.names.value(module, name)

    def off_contract(self, module: Module, entry: Entry, name: str) -> bool:
        """Whether the frozen contract of ``module`` speaks of that kind of member at all, and leaves ``name`` out."""
        if module.kind != "contract" or is_dunder(name):
            return False
        form = entry.bindings[-1].form
        if form in (IMPORT, FROM):
            return False
        declared = {(binding.form, other.isupper()) for other, all_of in module.table.items() for binding in all_of}
        if form in (FUNCTION, CLASS):
            return any(kind == form for kind, _ in declared)
        return (ASSIGN, name.isupper()) in declared  # generators keep constants and drop variables in lower case

    # -- instances -------------------------------------------------------------------------------------------------------

    def _instance(self, value: Instance, name: str) -> Attribute:
        classes = self.world.classes
        cls = value.cls
        member = classes.member(cls, name)
        if member is not None:
            if member.kind == "field" and classes.shape(cls).kind == "typeddict":
                return _MISSING if name not in _OF_DICTIONARIES else _UNKNOWN  # a key, and no attribute
            return Attribute(self.values.value(member, value), Outcome.FOUND)
        if is_none(value):
            return _UNKNOWN
        return self._absent(cls, name, value)

    def _absent(self, cls: Class, name: str, receiver: Value) -> Attribute:
        classes = self.world.classes
        if is_dunder(name):
            return _UNKNOWN
        if classes.open_class(cls) if isinstance(receiver, ClassValue) else classes.open(cls):
            return _OPEN
        shape = classes.shape(cls)
        if shape.kind == "namedtuple":
            if not shape.known:
                return _OPEN
            for field in shape.fields:
                if field.name == name:
                    found = (
                        UNKNOWN if field.annotation is None else self.values.annotated(field.annotation, field.owner)
                    )
                    return Attribute(found, Outcome.FOUND)
        if shape.kind == "pydantic" and (shape.extra == "allow" or shape.extra not in ("ignore", "forbid")):
            return _OPEN
        hidden = classes.hidden(cls, name)
        if hidden is not None:
            # What the implementation assigns is found in its own class, not in the contract's.
            twin = cls.implementation or hidden.owner
            source = Instance(twin) if isinstance(receiver, Instance) else ClassValue(twin)
            found = self.values.value(hidden, receiver if hidden.kind == "method" else source)
            contract = next((base for base in classes.mro(cls) if base.implementation is hidden.owner), None)
            if contract is None:
                contract = next((base for base in classes.mro(cls) if base.module.kind == "contract"), None)
            if contract is not None and contract.module.kind == "contract" and hidden.owner.module.own:
                if classes.publishes(contract, hidden.kind):
                    return Attribute(found, Outcome.OFF_CONTRACT, hidden.truth)
            return Attribute(found, Outcome.FOUND)
        if self._contract_is_silent(cls):
            return _OPEN
        return _MISSING

    def _contract_is_silent(self, cls: Class) -> bool:
        """A frozen contract without a source behind it, that declares no attributes at all: it does not say."""
        for base in self.world.classes.mro(cls):
            if base.module.kind == "contract":
                self.world.library.canonical(base)
                if base.implementation is None and not self.world.classes.publishes(base, "instance attribute"):
                    return True
        return False

    def _class(self, value: ClassValue, name: str) -> Attribute:
        classes = self.world.classes
        cls = value.cls
        member = classes.member(cls, name, on_class=True)
        if member is not None and (member.kind != "field" or not self._only_of_instances(member, cls)):
            return Attribute(self.values.of_class(member, value), Outcome.FOUND)
        if is_dunder(name):
            return _UNKNOWN
        meta = classes.metaclass(cls) or classes.builtin("type")
        if meta is not None:
            found = classes.member(meta, name)
            if found is not None:
                return Attribute(
                    self.values.value(found, Instance(meta)) if meta.symbol != "builtins.type" else UNKNOWN,
                    Outcome.FOUND,
                )
            if classes.open(meta) and (meta.symbol not in _OF_PRIVATE_NAMES or name.startswith("_")):
                return _OPEN
        on_instance = classes.member(cls, name)
        if on_instance is not None:
            if member is not None:
                return _OPEN if classes.open(cls) else _MISSING
            if on_instance.owner.module.is_stub or on_instance.method is None:
                return _UNKNOWN  # a field or a slot
            if classes.open_class(cls):
                return _OPEN
            return _MISSING
        return self._absent(cls, name, value)

    def _only_of_instances(self, member: Member, cls: Class) -> bool:
        """Whether an annotated name of a class body is no attribute of the class: a field of a dataclass without a default, or
        what the source behind a contract assigns on ``self`` alone."""
        classes = self.world.classes
        owner = member.owner
        if owner.module.kind == "typeshed":
            return False
        if owner.module.is_stub:
            self.world.library.canonical(owner)
            source = owner.implementation
            if source is None or member.value is not None or not source.own or classes.open(source):
                return False
            if classes.member(source, member.name, on_class=True) is not None:
                return False
            behind = classes.member(source, member.name)
            return behind is not None and behind.method is not None
        generated = classes.generator(owner)
        if (
            generated is None
            or generated[0] != "dataclass"
            or not owner.own
            or classes.shape(owner).kind != "dataclass"
        ):
            return False
        if any(keyword.arg in ("slots", None) for keyword in getattr(generated[1], "keywords", ())):
            return False
        if any(member.name in classes.body(base) for base in classes.mro(cls) if base is not owner):
            return False
        value = member.value
        if isinstance(value, ast.Call) and self.world.library.origin(owner.module, value) == "dataclasses.field":
            return not any(keyword.arg in ("default", None) for keyword in value.keywords)
        return value is None

    def _super(self, value: Super, name: str) -> Attribute:
        classes = self.world.classes
        if name in ("__init__", "__new__") and classes.shape(value.cls).kind == "namedtuple":
            return _UNKNOWN  # what is above is generated, and no ``typing.NamedTuple``
        for base in classes.mro(value.cls)[1:]:
            member = classes.body(base).get(name)
            if member is not None:
                return Attribute(self.values.value(member, value.receiver), Outcome.FOUND)
        bases = classes.bases(value.cls)
        if is_dunder(name) or not bases or classes.open(value.cls) or classes.member(value.cls, name) is not None:
            return _UNKNOWN
        found = [self._absent(base, name, value.receiver) for base in bases]
        return _MISSING if all(item.outcome is Outcome.MISSING for item in found) else _UNKNOWN

    def _union(self, value: Union, name: str) -> Attribute:
        values: list[Value] = []
        missing = True
        off: Attribute | None = None
        for member in value.members:
            if is_none(member):
                continue
            found = self.get(member, name)
            if found.outcome is Outcome.MISSING:
                continue
            missing = False
            if found.outcome is Outcome.OFF_CONTRACT:
                off = found
            values.append(found.value)
        if missing:
            return _MISSING
        if off is not None and len(values) == 1:
            return off
        result = union(values)
        return Attribute(result, Outcome.UNKNOWN if type(result) is Unknown else Outcome.FOUND)
