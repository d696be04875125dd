"""How often an agent was told the same in one conversation, so that it is not held up for ever."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress

from llmlint.engine.writing import make_cache
from llmlint.model.diagnostic import Diagnostic

TIMES = 3
"""The time at which the agent is let pass."""

_KEPT = 50
"""Conversations that are remembered."""


class Guard:
    """The memory of one conversation, in one small file."""

    def __init__(self, folder: str, session: str) -> None:
        """Reads what is remembered; what cannot be read is forgotten.

        Args:
            folder: Where conversations are kept.
            session: The conversation's name; empty where nothing tells it from others, and nothing is counted.
        """
        self._path = (
            os.path.join(folder, f"{hashlib.sha256(session.encode()).hexdigest()[:32]}.json") if session else ""
        )
        self._told: dict[str, dict[str, int]] = {}
        self.files: dict[str, None] = {}
        """What was touched in the conversation."""
        with suppress(OSError, ValueError, AttributeError, KeyError, TypeError):
            if self._path:
                with open(self._path, encoding="utf-8") as file:
                    data = json.load(file)
                self.files = {str(path): None for path in data["files"]}
                self._told = {
                    str(path): {str(key): int(times) for key, times in told.items()}
                    for path, told in data["told"].items()
                }

    def touch(self, path: str) -> None:
        """Remembers that a file was touched."""
        self.files[path] = None

    def settle(self, path: str, found: Iterable[Diagnostic]) -> None:
        """Forgets what is not found in a file any more."""
        there = {_key(one) for one in found}
        told = self._told.get(path, {})
        self._told[path] = {key: times for key, times in told.items() if key in there}

    def tell(self, one: Diagnostic) -> int:
        """Counts that a finding is told; returns how many times it now was."""
        if not self._path:
            return 1
        told = self._told.setdefault(one.path, {})
        told[_key(one)] = told.get(_key(one), 0) + 1
        return told[_key(one)]

    def save(self) -> None:
        """Writes the memory whole or not at all; a folder that cannot be written is no error."""
        if not self._path:
            return
        folder = os.path.dirname(self._path)
        with suppress(OSError):
            make_cache(os.path.dirname(folder))
            os.makedirs(folder, mode=0o700, exist_ok=True)
            temporary = f"{self._path}.{os.getpid()}.tmp"
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump({"files": list(self.files), "told": self._told}, file)
            os.replace(temporary, self._path)
            kept = sorted((one for one in os.scandir(folder) if one.name.endswith(".json")), key=_age)
            for one in kept[:-_KEPT]:
                os.unlink(one.path)


def _age(entry: os.DirEntry[str]) -> int:
    return entry.stat().st_mtime_ns


def _key(one: Diagnostic) -> str:
    """The same fault on another row is the same finding."""
    return f"{one.selector} {one.symbol or ''} {re.sub(r'[0-9]+', '#', one.message)}"
