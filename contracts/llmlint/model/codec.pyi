"""Results as JSON and back: what is read from a cache must not be able to run anything, as a pickle could."""

from typing import Any
from llmlint.model.result import FileResult

def encode(result: FileResult) -> list[Any]:
    """The fields of a result, in order."""
    ...

def decode(data: list[Any]) -> FileResult:
    """The result that was encoded.

    Raises:
        TypeError, ValueError: it is none.
    """
    ...
