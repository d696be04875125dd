"""Traces in a text of names that are made when the program runs."""

from __future__ import annotations

import re


def is_made(name: str, text: str) -> bool:
    """Whether a name may come into being in this text though no statement of its class or module binds it: it is handed to
    something as a string (``setattr(Cart, "total", …)``, ``register("list", …)``), or assigned on an object (``event.code = 1``)."""
    if name not in text:
        return False
    word = re.escape(name)
    return (
        re.search(rf"""[(,\[{{]\s*(["']){word}\1\s*[,)\]:}}]|\w\.{word}(?:\s*:[^=\n]+)?\s*=(?!=)""", text) is not None
    )
