"""Work on many trees, without the garbage collection that would walk through them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

RECURSION = 6_000
"""Frames: enough for every expression that CPython's own parser lets through in practice."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without automatic garbage collection, which would walk through ever more trees, and with room for deep ones."""
    enabled, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if enabled:
            if not gc.get_freeze_count():
                # All that was made counts as old. As young as it is, it would be looked through at the next opportunity.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
