# Frozen by llmlint: 8b6b129708aa
"""Mocks that cannot lie: what they return is checked against the annotations of what they stand for, when a test runs.

    from llmlint.nolies import no_lies_mock

    cache = no_lies_mock(Cache, get=b"value")
    cache.get("key")                    # b"value"
    cache.get.return_value = "text"
    cache.get("key")                    # LyingMock: Cache.get() gives 'text', a str, and promises bytes | None

With ``pytest_plugins = ["llmlint.nolies"]`` in a conftest, the fixture ``no_lies`` makes such mocks, and fails the test for a lie that
the code under test swallowed. Needs beartype: ``pip install llmlint[nolies]``.
"""

from collections.abc import Callable, Iterator
from typing import Any
import pytest

__all__ = ["LyingMock", "no_lies", "no_lies_mock"]

class LyingMock(AssertionError):
    """A mock gave what the thing that it stands for never gives."""

def no_lies_mock(cls: type, /, **configured: Any) -> Any:
    """An autospec of ``cls``'s instances whose results, attributes and side effects are checked when they are used.

    It is annotated as ``Any``, since it is an instance of ``cls`` and a mock at once, which no annotation says.

    Args:
        cls: The class to stand in for.
        **configured: What methods return, and what attributes are: ``get=b"value"``. An exception (class or instance) is
            raised, a function is called with the arguments.

    Raises:
        LyingMock: something in ``configured`` does not fit the annotation.
        AttributeError: the class has no such member.
    """
    ...

@pytest.fixture
def no_lies() -> Iterator[Callable[..., Any]]:
    """Makes mocks as ``no_lies_mock`` does; when the test is over, a lie that nobody noticed fails it."""
    ...
