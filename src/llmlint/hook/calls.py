"""Calls as they travel between processes, and the knowledge kept between them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from llmlint.app import Request
from llmlint.hook.respond import Asked, respond
from llmlint.live import Live, Once

_PATIENCE = 60.0
"""Seconds: longer than a call."""

_KEPT = 4
"""Projects (or settings) of which knowledge is kept."""


def answered(call: dict[str, Any], live: Callable[[Request], Live | Once] = Once) -> dict[str, Any]:
    """The answer to one call; what goes wrong is said in it.

    Args:
        call: As it travels.
        live: Gives what is asked; by default knowledge that nobody keeps.

    Raises:
        KeyError, TypeError: it is no call.
    """
    asked = dict(call["asked"])
    asked["paths"], asked["config"] = tuple(asked["paths"]), tuple(asked["config"])
    given = respond(str(call["text"]), os.path.abspath(call["cwd"]), Asked(**asked), live)
    return {"code": given.code, "out": given.out, "err": given.err}


class Calls:
    """Answers calls, one after the other."""

    def __init__(self) -> None:
        self._kept: dict[Request, Live] = {}

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """The answer to one call; what goes wrong is said in it. Raises as ``answered`` does."""
        return answered(call, self._live)

    def _live(self, request: Request) -> Live:
        found = self._kept.pop(request, None) or Live(request, patience=_PATIENCE)
        # Between two calls anything may have changed; within one, what holds for one file holds for the next.
        found.doubt()
        self._kept[request] = found
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return found
