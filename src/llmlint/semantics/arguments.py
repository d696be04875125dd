"""The arguments of a call, and a signature with what evaluating its annotations takes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from llmlint.contracts.signature import (
    Parameter,
    Signature,
)
from llmlint.contracts.symbols import Class, Function
from llmlint.semantics.values import (
    Value,
)


class Arguments:
    """The arguments of one call, evaluated."""

    __slots__ = ("double_starred", "keywords", "nodes", "positional", "starred")

    def __init__(
        self,
        positional: Sequence[Value] = (),
        nodes: Sequence[ast.expr] = (),
        keywords: Sequence[tuple[str, Value, ast.keyword]] = (),
        starred: bool = False,
        double_starred: bool = False,
    ) -> None:
        self.positional = positional
        self.nodes = nodes
        self.keywords = keywords
        self.starred = starred
        self.double_starred = double_starred

    def values(self) -> list[Value]:
        """What is given, positional and by keyword."""
        if not self.keywords:
            return list(self.positional)
        return [*self.positional, *(value for _, value, _ in self.keywords)]

    def names(self) -> list[str]:
        """The keywords."""
        return [name for name, _, _ in self.keywords]

    def filling(self, signature: Signature) -> Iterable[tuple[Parameter, Value]]:
        """Each parameter with the value that fills it, as far as that is certain."""
        if not self.starred:
            for index, value in enumerate(self.positional):
                parameter = signature.parameter_for(index, None)
                if parameter is not None:
                    yield parameter, value
        for name, value, _ in self.keywords:
            parameter = signature.parameter_for(0, name)
            if parameter is not None:
                yield parameter, value

    def keyword(self, name: str) -> Value | None:
        """The value of a keyword."""
        for given, value, _ in self.keywords:
            if given == name:
                return value
        return None


class Bound:
    """A signature, with what is needed to evaluate its annotations."""

    __slots__ = ("function", "outer", "owner", "reached", "signature", "through")

    def __init__(
        self,
        signature: Signature,
        function: Function | None,
        outer: Class | None,
        owner: Class | None,
        through: tuple[Value, ...] = (),
        reached: frozenset[str] = frozenset(),
    ) -> None:
        self.signature = signature
        self.function = function
        self.outer = outer
        self.owner = owner
        """The class that is constructed, for a constructor."""
        self.through = through
        """What else is called by ``function`` with the keywords that it hands on, where the signature speaks for those."""
        self.reached = reached
        """The names by which ``function`` reaches those (``self.tools.shutil.move``): if one is replaced, so are they."""
