"""Classes: their bases, and their members one by one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.outline import is_private, last_name
from llmlint.contracts.symbols import Class, Member, Module
from llmlint.semantics.drift.declared import Declarations
from llmlint.semantics.drift.found import Drift, is_complete, short
from llmlint.semantics.drift.functions import Functions
from llmlint.semantics.drift.traces import is_made
from llmlint.semantics.drift.types import Types
from llmlint.semantics.drift.versions import Versions

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_STRUCTURAL: Final = frozenset(
    {
        "object",
        "Generic",
        "Protocol",
        "",
        "Iterator",
        "Iterable",
        "Sized",
        "Container",
        "Collection",
        "Hashable",
        "Reversible",
    }
    | {
        "Callable",
        "Awaitable",
        "AsyncIterable",
        "AsyncIterator",
        "Buffer",
        "SupportsIndex",
        "SupportsInt",
        "SupportsFloat",
    }
    | {
        "IO",
        "TextIO",
        "BinaryIO",
    }
)
"""Bases that a class has by its methods, whether it names them or not (PEP 544, ``collections.abc``)."""
_RENAMED: Final = {"IOError": "OSError", "EnvironmentError": "OSError", "AbstractSet": "Set"}
_ATTRIBUTES: Final = frozenset({"field", "class variable", "instance attribute", "property", "enum member"})


class Classes:
    """Compares classes."""

    def __init__(
        self,
        world: World,
        types: Types,
        functions: Functions,
        declarations: Declarations,
        versions: Versions,
        wants_extra: Callable[[Module], bool],
    ) -> None:
        """``wants_extra``: whether what a contract leaves out is drift."""
        self._world = world
        self._types = types
        self._functions = functions
        self._declarations = declarations
        self._versions = versions
        self._wants_extra = wants_extra

    def compare(self, cls: Class, twin: Class, name: str) -> Iterator[Drift]:
        classes = self._world.classes
        self._world.library.canonical(cls)
        yield from self._bases(cls, twin, name)
        yield from self._made(cls, twin, name)
        body = classes.body(cls)
        for key, member in body.items():
            if is_private(key) or key in ("__slots__", "__match_args__", "__hash__", "__doc__", "__module__"):
                continue
            if not any(self._versions.counts(cls.module, node) for node in member.bindings or [member.node]):
                continue
            theirs = classes.body(twin).get(key) or classes.instance(twin).get(key)
            if theirs is None:
                if _is_given(member):
                    continue
                inherited = classes.member(twin, key)
                if inherited is None and not classes.open(twin) and not self._is_generated(twin, key):
                    yield Drift(
                        member.node, "missing", f"{name}.{key}",
                        f"the contract has '{name}.{key}', which the source's '{name}' does not have", twin.truth,
                    )  # fmt: skip
                continue
            yield from self._member(cls, twin, member, theirs, f"{name}.{key}")
        if self._wants_extra(cls.module) and "__getattr__" not in body:
            for key, member in {**classes.instance(twin), **classes.body(twin)}.items():
                if key.startswith("_") or key in body or classes.member(cls, key) is not None:
                    continue
                if member.kind == "class variable" and classes.shape(twin).kind == "enum":
                    continue
                yield Drift(
                    cls.node, "extra", f"{name}.{key}", f"the source's '{name}' publishes '{key}', which the contract leaves out",
                    member.truth,
                )  # fmt: skip

    def _is_generated(self, twin: Class, name: str) -> bool:
        """Whether a decorator, a metaclass or whoever holds the class or an object of it makes what the contract writes down."""
        if name.startswith("__") or any(field.name == name for field in self._world.classes.shape(twin).fields):
            return True
        return is_made(name, twin.module.text)

    def _made(self, cls: Class, twin: Class, name: str) -> Iterator[Drift]:
        """What a decorator makes of one side only: a constructor out of the fields, and instances that cannot be changed."""
        mine, theirs = self._world.classes.shape(cls), self._world.classes.shape(twin)
        if not mine.known or not theirs.known or self._world.classes.open(cls) or self._world.classes.open(twin):
            return
        if mine.generates_init != theirs.generates_init:
            here, there = self._given(cls), self._given(twin)
            silent = not here and not is_complete(cls.module)  # somebody leaves out how objects are made
            if here != there and None not in (here, there) and not silent:
                word = f"takes {_listed(here)} in the contract and {_listed(there)} in the source"
                yield Drift(cls.node, "signature", name, f"the constructor of '{name}' {word}", twin.truth)
        elif mine.generates_init and mine.frozen != theirs.frozen:
            word = (
                "cannot be changed in the contract and can"
                if mine.frozen
                else "can be changed in the contract and cannot"
            )
            yield Drift(cls.node, "kind", name, f"instances of '{name}' {word} in the source", twin.truth)

    def _given(self, cls: Class) -> tuple[str, ...] | None:
        """What a constructor takes that comes of the fields, or that nobody wrote; None for one that somebody wrote."""
        shape = self._world.classes.shape(cls)
        if shape.generates_init:
            return tuple(field.argument for field in shape.fields if field.init)
        written = any(
            "__init__" in self._world.classes.body(base) or "__new__" in self._world.classes.body(base)
            for base in self._world.classes.mro(cls)
            if base.symbol != "builtins.object"
        )
        return None if written or shape.kind != "plain" else ()

    def _bases(self, cls: Class, twin: Class, name: str) -> Iterator[Drift]:
        mine = {_RENAMED.get(base, base) for base in map(last_name, cls.node.bases)}
        theirs = {_RENAMED.get(base, base) for base in map(last_name, twin.node.bases)}
        if "Protocol" in mine:
            return  # how a contract puts a shape together is its own affair
        # So is what it derives from in private; what that stands for in the source nobody says.
        behind = any(is_private(base) for base in mine)
        for base, other in paired_bases(cls, twin):
            if not self._types.agree(cls.module, cls, base, twin.module, twin, other):
                yield Drift(
                    base, "bases", name, f"'{name}' derives from {short(base)} in the contract and from {short(other)} in the source",
                    twin.truth,
                )  # fmt: skip
        for missing in sorted(base for base in mine - theirs - _STRUCTURAL if not is_private(base)):
            if self._world.classes.open(twin) or any(base.name == missing for base in self._world.classes.mro(twin)):
                continue
            yield Drift(
                cls.node, "bases", name, f"'{name}' derives from '{missing}' in the contract and not in the source", twin.truth
            )  # fmt: skip
        if not mine - theirs - _STRUCTURAL and not is_complete(cls.module):
            return  # what somebody leaves out is not published
        for more in sorted(theirs - mine - {"object", "Generic", "Protocol", ""}):
            if (
                is_private(more)
                or behind
                or self._world.classes.open(cls)
                or any(b.name == more for b in self._world.classes.mro(cls))
            ):
                continue
            if any(_is_aliased(base, more) for base in cls.node.bases):
                continue
            yield Drift(
                cls.node, "bases", name, f"'{name}' derives from '{more}' in the source and not in the contract", twin.truth
            )  # fmt: skip

    def _member(self, cls: Class, twin: Class, mine: Member, theirs: Member, name: str) -> Iterator[Drift]:
        where = theirs.truth
        if mine.kind == "nested class":
            if theirs.kind == "nested class":
                yield from self.compare(
                    cls.module.class_at(mine.node, cls), twin.module.class_at(theirs.node, twin), name
                )
            return
        if mine.kind in ("method", "property") and theirs.kind in ("method", "property"):
            if mine.kind != theirs.kind:
                opaque = any(self._world.functions.info(function).opaque for function in theirs.functions())
                if not opaque:
                    yield Drift(
                        mine.node, "kind", name, f"'{name}' is a {mine.kind} in the contract and a {theirs.kind} in the source", where
                    )  # fmt: skip
                return
            yield from self._functions.compare(name, list(mine.functions()), list(theirs.functions()))
            return
        if (mine.kind == "method") != (theirs.kind == "method") and {mine.kind, theirs.kind} & _ATTRIBUTES:
            attribute = mine if mine.kind != "method" else theirs
            if attribute.kind == "property":
                return
            if attribute.annotation is not None and last_name(attribute.annotation) in ("Callable", "Any", "ClassVar"):
                return
            if attribute.annotation is None and not isinstance(attribute.value, ast.Constant):
                return
            here, there = ("a method", "an attribute") if mine.kind == "method" else ("an attribute", "a method")
            yield Drift(mine.node, "kind", name, f"'{name}' is {here} in the contract and {there} in the source", where)
            return
        if mine.kind == "property" or theirs.kind == "property" or mine.kind == "method":
            return
        if len(mine.bindings) > 1 or len(theirs.bindings) > 1 and theirs.annotation is None:
            return
        shape = self._world.classes.shape
        made = "enum" in (shape(cls).kind, shape(twin).kind) and self._is_transformed(twin)
        yield from self._declarations.compare(
            name, mine.node, cls.module, cls, mine.annotation, None if made else mine.value,
            twin.module, twin, theirs.annotation, theirs.value if theirs.method is None else None, where,
        )  # fmt: skip
        if mine.kind == theirs.kind == "field":
            wanted, given = self._required(cls, mine.name), self._required(twin, mine.name)
            if wanted is not None and given is not None and wanted != given:
                word = "required" if wanted else "optional"
                yield Drift(
                    mine.node,
                    "signature",
                    name,
                    f"the field '{name}' is {word} in the contract and not in the source",
                    where,
                )

    def _is_transformed(self, enum: Class) -> bool:
        """Whether the members of an enum are worth something else than what is assigned to them."""
        return any(
            "__new__" in self._world.classes.body(base) or base.name.endswith("namedtuple")
            for base in self._world.classes.mro(enum)
            if base.module.kind != "typeshed"
        )

    def _required(self, cls: Class, field: str) -> bool | None:
        """Whether the generated constructor has to be given a field, or a dictionary has to have it; None where there is no such
        constructor, or nobody knows."""
        shape = self._world.classes.shape(cls)
        if shape.kind not in ("dataclass", "namedtuple", "pydantic", "attrs", "typeddict") or not shape.known:
            return None
        return next((one.required for one in shape.fields if one.name == field), None)


def paired_bases(cls: Class, twin: Class) -> Iterator[tuple[ast.Subscript, ast.Subscript]]:
    """The bases with arguments that stand on both sides, by name."""
    theirs = {last_name(base): base for base in twin.node.bases if isinstance(base, ast.Subscript)}
    for base in cls.node.bases:
        name = last_name(base)
        if isinstance(base, ast.Subscript) and name in theirs and name not in ("Generic", "Protocol"):
            yield base, theirs[name]


def _listed(names: tuple[str, ...] | None) -> str:
    return ", ".join(f"'{name}'" for name in names) if names else "nothing"


def _is_given(member: Member) -> bool:
    """A method that every object has, or that a decorator gives it: a contract may write it down."""
    return member.name in ("__init__", "__eq__", "__repr__", "__hash__", "__str__", "__new__", "__getattr__")


def _is_aliased(base: ast.expr, name: str) -> bool:
    return isinstance(base, ast.Call) and last_name(base) == name
