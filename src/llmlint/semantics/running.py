"""The standard library of the Python that runs llmlint: asked before it is said that typeshed's silence means absence.

It is imported for that, whoever has imported it before or not: the answer must be the same in a process that has just begun, in one of many
and in a server. No code of the target is.
"""

from __future__ import annotations

import sys
import warnings
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

_ACTING: Final = frozenset({"__main__", "antigravity", "idlelib", "test", "this", "tkinter", "turtle", "turtledemo"})
"""What does something when it is imported, or may not be imported without a screen."""


def has(module: str, dotted: str) -> bool | None:
    """Whether a module of the standard library has ``dotted`` where this runs; None where it cannot be asked (other platforms, say)."""
    found: object = _module(module)
    if found is None:
        return None
    for part in dotted.split("."):
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


@cache
def _module(name: str) -> ModuleType | None:
    top = name.partition(".")[0]
    if top not in sys.stdlib_module_names or top in _ACTING:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return import_module(name)
        except Exception:  # noqa: BLE001 - whatever it is: here it is not to be had
            return None
