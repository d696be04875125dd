"""When a server collects garbage: to walk through the trees of a whole project takes longer than judging a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from llmlint.engine.garbage import collect, sweep

_QUIET = 1.0
"""Seconds without an answer after which garbage is collected."""

_RESTLESS = 300
"""Answers after which it is collected in any case."""

_FRESH = 40
"""Answers after which what they left behind is collected, without a walk through the trees of the project: an answer leaves some
three thousand blocks, and what is taken from the system while they wait does not all go back."""


class Garbage:
    """Collects when nobody is typing. Python is not to do it by itself."""

    def __init__(self, idle: Callable[[], bool]) -> None:
        """Nothing was answered yet.

        Args:
            idle: Does something else for which nobody is to wait, before garbage is collected; tells whether there is more to do.
        """
        self._idle = idle
        self._timer: asyncio.TimerHandle | None = None
        self._answers = 0
        self._renewals = -1

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
            # All that a project's last session knew can go, and is more than everything else; what a first one has read stays.
            self._renewals, self._answers = renewals, 0
            loop.call_soon(collect)
        elif self._answers >= _RESTLESS:
            self._answers = 0
            loop.call_soon(collect)
        elif self._answers % _FRESH == 0:
            loop.call_soon(sweep)
        self._timer = loop.call_later(_QUIET, self._pause)

    def _pause(self) -> None:
        self._timer, self._answers = None, 0
        if self._idle():
            self._timer = asyncio.get_running_loop().call_later(_QUIET, self._pause)
        collect()
