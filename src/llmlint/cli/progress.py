"""A bar on the terminal, for runs of more than a second."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self, TextIO

_PATIENCE = 1.0
"""Seconds before it shows."""

_PAUSE = 0.1
"""Seconds between two drawings."""

_WIDTH = 30


class Progress:
    """Draws over one line of ``stream``, and wipes it when it leaves."""

    def __init__(self, stream: TextIO, *, enabled: bool) -> None:
        self._stream = stream
        self._enabled = enabled
        self._next = time.monotonic() + _PATIENCE
        self._drawn = False

    def show(self, done: int, total: int) -> None:
        """Tells that ``done`` of ``total`` files are judged."""
        if not self._enabled or not total or (now := time.monotonic()) < self._next:
            return
        self._next = now + _PAUSE
        self._drawn = True
        filled = _WIDTH * done // total
        self._stream.write(f"\r\x1b[K{'━' * filled}{'╌' * (_WIDTH - filled)} {done}/{total} files")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
