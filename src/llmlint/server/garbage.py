"""When a server collects garbage: to walk through the trees of a whole project takes longer than judging a file."""

from __future__ import annotations

import asyncio
import gc

from llmlint.engine.garbage import collect

_QUIET = 1.0
"""Seconds without an answer after which garbage is collected."""

_RESTLESS = 1000
"""Answers after which it is collected in any case."""

_FRESH = 80
"""Answers after which at least what they left behind is collected: that does not walk through the trees of the project."""


class Garbage:
    """Collects when nobody is typing. Python is not to do it by itself."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None
        self._answers = 0
        self._renewals = 0

    def answered(self, renewals: int) -> None:
        """Something was answered.

        Args:
            renewals: How often a session was replaced until now.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._answers += 1
        loop = asyncio.get_running_loop()
        if renewals != self._renewals:
            # All that a project's last session knew can go, and is more than everything else.
            self._renewals = renewals
            loop.call_soon(collect)
        elif self._answers % _FRESH == 0:
            loop.call_soon(gc.collect, 1)
        self._timer = loop.call_later(_QUIET if self._answers < _RESTLESS else 0.0, self._collect)

    def _collect(self) -> None:
        self._timer, self._answers = None, 0
        collect()
