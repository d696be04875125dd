"""A text by its lines, without a copy of each."""

from __future__ import annotations

from itertools import accumulate


class Lines:
    """Where the lines of a text begin. Rows count from 1."""

    __slots__ = ("_lengths", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._lengths = [0, *accumulate(map(len, text.split("\n")))]
        """How many code points, line ends aside, stand before each row."""

    def between(self, first: int, last: int) -> str:
        """The rows ``first`` to ``last``, both included, line ends too."""
        last = min(last, len(self._lengths) - 1)
        return self._text[self._lengths[first - 1] + first - 1 : self._lengths[last] + last]
