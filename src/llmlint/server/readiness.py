"""What few answers need, loaded while nobody types: whoever asks first does not wait for it, and memory does not jump in the middle of a session."""

from __future__ import annotations

from collections.abc import Callable

from llmlint.contracts import second_opinion


class Readiness:
    """Gets ready step by step, so that nobody who begins to type again waits for all of them."""

    def __init__(self) -> None:
        self._left: list[Callable[[], object]] = [second_opinion.prepare, _fixes]

    def step(self) -> bool:
        """Takes the next step, if there is one; whether there are more."""
        if self._left:
            self._left.pop()()
        return bool(self._left)


def _fixes() -> None:
    """What edits are worked out with."""
    import libcst  # noqa: F401 - to be loaded
