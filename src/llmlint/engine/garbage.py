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


def _found() -> Callable[[int], object]:
    if sys.platform.startswith("linux"):
        try:
            return ctypes.CDLL(None).malloc_trim
        except (OSError, AttributeError):
            pass  # not the GNU one
    return lambda pad: None


_trim = _found()
