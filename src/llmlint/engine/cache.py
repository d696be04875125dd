"""Results that need not be found again.

An entry holds as long as the file's text is the same, the project's fingerprint is, and so is every file that its session
read beyond what the fingerprint covers. A stale finding is a bug of the first rank; a lost entry is nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from llmlint.engine.fingerprint import holds, settled
from llmlint.engine.writing import make_cache

ResultT = TypeVar("ResultT")

_KEPT = 12
"""How many combinations of settings and options are kept."""


class Cache(Generic[ResultT]):
    """The results of one project under one set of settings, in one file."""

    def __init__(
        self,
        folder: str,
        key: str,
        fingerprint: str,
        encode: Callable[[ResultT], list[Any]],
        decode: Callable[[list[Any]], ResultT],
    ) -> None:
        """Args:
        folder: Where caches of the project are kept.
        key: What is asked, in a hash.
        fingerprint: What all results depend on, in a hash.
        encode: A result as JSON knows it.
        decode: The result again; TypeError or ValueError where it is none.
        """
        self._folder = folder
        self._encode, self._decode = encode, decode
        self._path = os.path.join(folder, "results", f"{key[:24]}.json")
        self._fingerprint = fingerprint
        self._sets: list[dict[str, str]] = []
        self._valid: dict[int, bool] = {}
        self._entries: dict[str, list[Any]] = {}
        self._changed = False
        self._load()

    @property
    def empty(self) -> bool:
        """Whether nothing is known, so that no file need be read to ask."""
        return not self._entries

    def get(self, name: str, digest: str) -> list[ResultT] | None:
        """The results under ``name`` if they still hold for a file of that digest."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        known, dependencies, results = entry
        if known != digest or not self._holds(dependencies):
            return None
        try:
            return [self._decode(result) for result in results]
        except (TypeError, ValueError):
            return None

    def put(self, found: Iterable[tuple[str, str, Sequence[ResultT]]], read: Iterable[str], since: float) -> None:
        """Keeps results of one session.

        Args:
            found: Names, the digests of what was judged, and results.
            read: The files that the session read beyond what the fingerprint covers.
            since: When the session began (``time.time``); what changed after that is not kept.
        """
        stamps = {path: settled(path, since) for path in sorted(set(read))}
        known = {path: stamp for path, stamp in stamps.items() if stamp is not None}
        if len(known) != len(stamps):
            return
        self._sets.append(known)
        number = len(self._sets) - 1
        self._valid[number] = True
        for name, digest, results in found:
            self._entries[name] = [digest, number, [self._encode(result) for result in results]]
            self._changed = True

    def save(self) -> None:
        """Writes the file whole or not at all; a folder that cannot be written is no error."""
        if not self._changed:
            return
        used = sorted({entry[1] for entry in self._entries.values() if self._holds(entry[1])})
        numbers = {old: new for new, old in enumerate(used)}
        entries = {
            name: [digest, numbers[number], results]
            for name, (digest, number, results) in self._entries.items()
            if number in numbers
        }
        data = {"fingerprint": self._fingerprint, "read": [self._sets[old] for old in used], "entries": entries}
        with suppress(OSError):
            self._write(json.dumps(data, separators=(",", ":")))

    def _load(self) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                data = json.load(file)
            if data["fingerprint"] == self._fingerprint:
                self._sets, self._entries = list(data["read"]), dict(data["entries"])
        except (OSError, ValueError, KeyError, TypeError):
            return

    def _holds(self, number: int) -> bool:
        if number not in self._valid:
            try:
                known = self._sets[number]
                self._valid[number] = all(holds(path, stamp) for path, stamp in known.items())
            except (IndexError, TypeError, AttributeError):
                self._valid[number] = False
        return self._valid[number]

    def _write(self, text: str) -> None:
        folder = os.path.dirname(self._path)
        make_cache(self._folder)
        os.makedirs(folder, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, self._path)
        except BaseException:
            os.unlink(temporary)
            raise
        self._prune(folder)

    def _prune(self, folder: str) -> None:
        files = [entry for entry in os.scandir(folder) if entry.name.endswith(".json")]
        for entry in sorted(files, key=lambda entry: entry.stat().st_mtime_ns)[:-_KEPT]:
            os.unlink(entry.path)
