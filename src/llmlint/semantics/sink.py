"""Where the evaluation of one file puts what it finds."""

from __future__ import annotations

import ast

from llmlint.semantics.nouns import (
    Noun,
    Statistics,
    Unresolved,
)
from llmlint.semantics.values import Value


class Sink:
    """Where one file's evaluation puts what it finds."""

    __slots__ = ("facts", "judging", "nouns", "record", "repeated", "seen", "statistics", "unresolved", "uses")

    def __init__(self, record: bool = False, facts: tuple[type, ...] = (object,), *, judging: bool = True) -> None:
        self.facts = facts
        """The kinds of nouns that somebody asks for."""
        self.judging = judging
        """Whether faults are looked for. Where only the uses count, as ``seen``, nothing need be confirmed."""
        self.nouns: list[Noun] = []
        self.unresolved: list[Unresolved] = []
        self.statistics = Statistics()
        self.record = record
        self.repeated = False
        """Whether some call gives a keyword twice: the file does not compile."""
        self.uses: list[tuple[ast.AST, str, bool, str]] = []
        self.seen: list[tuple[ast.AST, Value]] = []
        """Where nothing is judged: each attribute (or call) with the value that it was read from (or that was called)."""

    def wants(self, kind: type) -> bool:
        """Whether somebody asks for nouns of a kind: others need not be worked out, where they cost something of their own."""
        return issubclass(kind, self.facts)
