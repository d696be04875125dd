"""Where something stands in a file."""

from typing import NamedTuple, Protocol

class Span(NamedTuple):
    """A half-open stretch of text.

    Rows count from 1, columns from 0 and in code points (not bytes, not UTF-16 units). ``server`` and ``report``
    convert at their edge; nothing else does.
    """

    row: int
    column: int
    end_row: int
    end_column: int

class Truth(NamedTuple):
    """The place where a fact was read: the contract, stub or source that decided."""

    path: str
    """Absolute path."""
    row: int
    """From 1."""

class Locate(Protocol):
    """Tells where a node of the libcst or astroid tree that a rule asked for stands."""

    def __call__(self, node: object, /) -> Span:
        """The node's span.

        Raises:
            LookupError: the node is not of the tree at hand.
        """
        ...
