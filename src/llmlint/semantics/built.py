"""Whether what a function is annotated to return, a plain builtin, is what it builds.

An annotation fits subclasses, too: what says ``-> dict`` may give something that has attributes besides. Where the body makes a dictionary on
every way out, it is one and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FUNCTION, Function
from llmlint.semantics.values import PLAIN, Instance, Union, Value, is_none, members_of, union

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_TEXTS: Final = frozenset({"builtins.str", "builtins.bytes"})


def is_plain(value: Value) -> bool:
    """Whether a value is of nothing but plain builtin classes."""
    return all(isinstance(member, Instance) and member.cls.symbol in PLAIN for member in members_of(value))


class Built:
    """Asked only where there is a candidate."""

    def __init__(self, world: World) -> None:
        self.world = world

    def promised(self, value: Value, function: Function) -> Value:
        """What an annotation of ``function`` is read as: of a plain builtin it is kept who says so."""
        if isinstance(value, Union):
            return union(self.promised(member, function) for member in value.members)
        if type(value) is not Instance or value.exact or value.cls.symbol not in PLAIN or value.said is not None:
            return value
        return Instance(value.cls, value.args, items=value.items, said=function)

    def seen(self, value: Value, replaced: set[str]) -> Value:
        """The value, exact where it comes from a function that builds what it promises.

        Args:
            value: As it was found.
            replaced: The names that tests replace: of what stands in their place nothing is known.
        """
        if isinstance(value, Union):
            return union(self.seen(member, replaced) for member in value.members)
        if not isinstance(value, Instance) or not isinstance(value.said, Function):
            return value
        if value.said.name in replaced or not self._builds(value.said, value):
            return value
        return Instance(value.cls, value.args, exact=True)

    def _builds(self, function: Function, promised: Instance) -> bool:
        found = function.memo.get("<built>")
        if found is None:
            found = function.memo["<built>"] = self._is_built(function, promised)
        return bool(found)

    def _is_built(self, function: Function, promised: Instance) -> bool:
        module, owner = function.module, function.owner
        if module.name == "builtins":
            # Of a subclass of `str`, `upper` gives one of the same subclass, and `split` gives a list all the same.
            texts = owner is not None and owner.symbol in _TEXTS and promised.cls.symbol in _TEXTS
            return not texts and (owner is None or owner.symbol in PLAIN)
        if not module.own:
            return False  # what others say of a builtin is held against their texts (``Vetoes.borne_out``)
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
