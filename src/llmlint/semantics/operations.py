"""What Python itself asks of an object: a subscript, a length, a loop, a block, a call (data model, "Special method names").

An object is not a dictionary because its fields are called like keys: ``order["lines"]`` on a model, ``len(order)`` on what holds a list.
"""

from __future__ import annotations

import ast
from typing import Final

from llmlint.semantics.judgements import Judgements
from llmlint.semantics.nouns import AttributeUse, Outcome
from llmlint.semantics.values import Instance, Union, Value, is_none, members_of

ITERATION: Final = ("__iter__", "__getitem__")
MEMBERSHIP: Final = ("__contains__", "__iter__", "__getitem__")
_SUBSCRIPTS: Final[dict[type, str]] = {ast.Load: "__getitem__", ast.Store: "__setitem__", ast.Del: "__delitem__"}


class Operations(Judgements):
    """Judges them, for one file's evaluation."""

    def subscripted(self, node: ast.Subscript, value: Value) -> None:
        """``value[key]``, read, written or deleted."""
        self.asked_for(node, value, (_SUBSCRIPTS[type(node.ctx)],))

    def asked_for(self, node: ast.expr, value: Value, methods: tuple[str, ...]) -> None:
        """An operation is asked of ``value`` for which Python takes the first of these methods that there is: there has to be one."""
        kind = type(value)
        if (
            (kind is not Instance and kind is not Union)
            or not self.judging
            or self.probing("TypeError", "AttributeError")
        ):
            return
        members = [member for member in members_of(value) if not is_none(member)]
        if not members or not all(self._lacks(member, methods) for member in members):
            return
        if self.ignored(node) or self.disputed(value) or self.rests_on_what_is_replaced(value):
            return
        owner = self.world.owners.of(value)
        if owner is not None:
            self.emit(AttributeUse(node, methods[0], "load", owner, Outcome.MISSING, False))

    def _lacks(self, value: Value, methods: tuple[str, ...]) -> bool:
        if not isinstance(value, Instance):
            return False
        cls, classes = value.cls, self.world.classes
        if cls.symbol == "builtins.object" or classes.open(cls):
            return False
        if cls.module.is_stub and cls.module.kind != "typeshed":
            self.world.library.canonical(cls)
            if cls.implementation is None:
                return False  # a stub need not tell
        return all(
            classes.member(cls, name) is None and classes.hidden(cls, name) is None and self.confirm(value, name)
            for name in methods
        )
