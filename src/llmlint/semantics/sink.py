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

    __slots__ = ("nouns", "record", "repeated", "seen", "statistics", "unresolved", "uses")

    def __init__(self, record: bool) -> None:
        self.nouns: list[Noun] = []
        self.unresolved: list[Unresolved] = []
        self.statistics = Statistics()
        self.record = record
        self.repeated = False
        """Whether some call gives a keyword twice: the file does not compile."""
        self.uses: list[tuple[ast.AST, str, bool, str]] = []
        self.seen: list[tuple[ast.AST, Value]] = []
        """Where it records: each attribute (or call) with the value that it was read from (or that was called)."""
