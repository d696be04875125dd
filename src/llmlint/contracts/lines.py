"""A text by its lines, without a copy of each."""

from __future__ import annotations


class Lines:
    """Where the lines of a text begin. Rows count from 1."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        starts = self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)

    def between(self, first: int, last: int) -> str:
        """The rows ``first`` to ``last``, both included, line ends too."""
        end = self._starts[last] if last < len(self._starts) else len(self._text)
        return self._text[self._starts[first - 1] : end]
