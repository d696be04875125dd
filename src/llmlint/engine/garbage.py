"""Memory that is not needed any more goes back to the system: for processes that stay."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

from llmlint.contracts.second_opinion import forget


def collect() -> None:
    """Collects all garbage, and gives back what was freed: the C library of Linux keeps it for itself otherwise (``malloc_trim(3)``).

    What is alive then is not looked at again before the next time.
    """
    forget()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _trim(0)


def sweep() -> None:
    """Collects what became garbage of all that was made since ``collect``: quick, however much a session knows."""
    gc.collect()


def keep_little() -> None:
    """Has the C library give back at once what is large, here and from now on: a process that stays, and is sent a text with each
    change, has holes of that size all over its heap otherwise.

    Source: ``mallopt(3)``; a threshold that is set no longer grows with what is freed.
    """
    _option(_M_MMAP_THRESHOLD, _LARGE)
    _option(_M_ARENA_MAX, 1)


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 32 * 1024
"""Bytes. Half of a long test file's text."""


def _found(name: str) -> Callable[..., object]:
    if sys.platform.startswith("linux"):
        try:
            return getattr(ctypes.CDLL(None), name)  # type: ignore[no-any-return]
        except (OSError, AttributeError):
            pass  # not the GNU one
    return lambda *given: None


_trim = _found("malloc_trim")
_option = _found("mallopt")
