"""Whether what a function is annotated to return, a plain builtin, is what it builds.

An annotation fits subclasses, too: what says ``-> dict`` may give something that has attributes besides. Where the standard library or pytest
says it, or where the body makes a dictionary on every way out, it is one and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FUNCTION, Function
from llmlint.semantics.values import Instance, Union, Value, is_none, members_of, union

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_PLAIN: Final = frozenset(
    f"builtins.{name}" for name in ("str", "bytes", "int", "float", "bool", "list", "dict", "set", "tuple", "frozenset")
)
_TEXTS: Final = frozenset({"builtins.str", "builtins.bytes"})


def is_plain(value: Value) -> bool:
    """Whether a value is of builtin classes whose objects nobody calls: numbers, texts and collections."""
    return all(isinstance(member, Instance) and member.cls.symbol in _PLAIN for member in members_of(value))


class Built:
    """Asked only where there is a candidate."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._promised: dict[int, tuple[Value, Function]] = {}

    def promise(self, value: Value, function: Function) -> None:
        """Remembers that an annotation of ``function`` is read as ``value``."""
        for member in members_of(value):
            if type(member) is Instance and not member.exact and member.cls.symbol in _PLAIN:
                self._promised[id(member)] = (member, function)

    def seen(self, value: Value, replaced: set[str]) -> Value:
        """The value, exact where it comes from a function that builds what it promises.

        Args:
            value: As it was found.
            replaced: The names that tests replace: of what stands in their place nothing is known.
        """
        if isinstance(value, Union):
            return union(self.seen(member, replaced) for member in value.members)
        promised = self._promised.get(id(value))
        if promised is None:
            return value
        kept, function = promised
        assert isinstance(kept, Instance)
        if function.name in replaced or not self._builds(function, kept):
            return value
        return Instance(kept.cls, kept.args, exact=True)

    def _builds(self, function: Function, promised: Instance) -> bool:
        found = function.memo.get("<built>")
        if found is None:
            found = function.memo["<built>"] = self._is_built(function, promised)
        return bool(found)

    def _is_built(self, function: Function, promised: Instance) -> bool:
        module = function.module
        if module.kind == "typeshed":
            owner = function.owner
            # Of a subclass of `str`, `upper` gives one of the same subclass; what is abstract others make concrete.
            if owner is None:
                return True
            if owner.symbol in _TEXTS and promised.cls.symbol in _TEXTS:
                return False
            return owner.symbol in _PLAIN or not self.world.vetoes.leaves_abstract(owner)
        if module.name.partition(".")[0] in ("_pytest", "pytest"):
            return True
        bodies = self._bodies(function) if module.is_stub else (function,)
        return bool(bodies) and all(self._gives_nothing_else(body, promised) for body in bodies)

    def _bodies(self, function: Function) -> Sequence[Function]:
        """The functions behind that of a contract or stub."""
        if function.owner is not None:
            hidden = self.world.classes.hidden(function.owner, function.name)
            return hidden.functions() if hidden is not None else ()
        source = function.module.implementation
        if source is None:
            return ()
        return [source.function_at(one.node) for one in source.table.get(function.name, ()) if one.form == FUNCTION]

    def _gives_nothing_else(self, function: Function, promised: Instance) -> bool:
        owner = function.owner
        returned, _ = self.world.inference.results(function, Instance(owner) if owner is not None else None, None, None)
        return all(
            is_none(member)
            or (isinstance(member, Instance) and member.exact and not member.via and member.cls is promised.cls)
            for member in members_of(returned)
        )
