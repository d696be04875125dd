"""Findings that a project has accepted: only new ones are told, and those that are gone are named.

An entry is known by path, rule, symbol and normalized line (``fingerprints``), so that it outlives edits around it. A file that was
moved takes its entries along when it holds the same lines.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.record import record
from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.fingerprints import identity
from llmlint.report.place import shown

VERSION = 1

_NEVER = frozenset({"LLM900", "LLM903", "LLM904"})
"""That something could not be judged is never accepted."""


class BaselineError(Exception):
    """A baseline that cannot be read or written; the message begins with its path."""


@record
class Entry:
    """An accepted finding, with how many of its kind there are on equal lines."""

    path: str
    """Relative to the baseline's folder, with ``/``."""
    rule: str
    symbol: str
    """The symbol, or the message where there is none."""
    line: str
    count: int = 1

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by."""
        return self.path, self.rule, self.symbol, self.line


@record
class Compared:
    """A result beside a baseline."""

    result: RunResult
    """What is new."""
    hidden: int
    """How many findings the baseline accepts."""
    stale: tuple[Entry, ...]
    """Entries that nothing answers to any more, though the run looked for what they accept."""


def read_baseline(path: str) -> list[Entry]:
    """The entries of a baseline.

    Raises:
        BaselineError: it cannot be read, or is none.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document: Any = json.load(file)
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise BaselineError(f"{path}: is no baseline: {error}") from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise BaselineError(f"{path}: is no baseline of llmlint, or of another version")
    try:
        return [
            Entry(one["path"], one["rule"], one["symbol"], one["line"], int(one.get("count", 1)))
            for one in document["findings"]
        ]
    except (KeyError, TypeError, ValueError):
        raise BaselineError(f"{path}: is no baseline: an entry has path, rule, symbol and line") from None


def write_baseline(path: str, entries: Iterable[Entry]) -> None:
    """Writes a baseline, ordered, so that two of the same findings are the same.

    Raises:
        BaselineError: it cannot be written.
    """
    findings = []
    for entry in sorted(entries, key=lambda entry: entry.key):
        record: dict[str, Any] = {
            "path": entry.path, "rule": entry.rule, "symbol": entry.symbol, "line": entry.line
        }  # fmt: skip
        if entry.count != 1:
            record["count"] = entry.count
        findings.append(record)
    text = json.dumps({"version": VERSION, "findings": findings}, indent=1, ensure_ascii=False) + "\n"
    try:
        with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror}") from None


def entries_of(result: RunResult, path: str, context: Context) -> list[Entry]:
    """The entries that would accept everything that was found; ``path`` is where the baseline stands."""
    counted = Counter(_key(one, path, context) for one in result.diagnostics if one.code not in _NEVER)
    return [Entry(*key, count=number) for key, number in counted.items()]


def updated(
    result: RunResult, known: Iterable[Entry], path: str, context: Context, asked: Callable[[Entry], bool] | None = None
) -> list[Entry]:
    """The entries that accept everything that was found, and what this run could not find.

    Args:
        result: What was found.
        known: The baseline until now.
        path: Where it stands.
        context: From where paths are shown.
        asked: As in ``compare``.
    """
    every = list(known)
    left = pruned(every, compare(result, every, path, context, asked).stale)
    kept = [entry for entry in left if not (_is_gone(entry, path) and (asked is None or asked(entry)))]
    counts: dict[tuple[str, str, str, str], int] = {}
    for entry in (*kept, *entries_of(result, path, context)):
        counts[entry.key] = max(entry.count, counts.get(entry.key, 0))
    return [Entry(*key, count=number) for key, number in counts.items()]


def compare(
    result: RunResult,
    entries: Iterable[Entry],
    path: str,
    context: Context,
    asked: Callable[[Entry], bool] | None = None,
) -> Compared:
    """What of a result is new, and what of a baseline is stale.

    Args:
        result: What was found.
        entries: The baseline.
        path: Where it stands.
        context: From where paths are shown.
        asked: Whether the run would have told what an entry accepts, were it still there; where it would not, nothing is known of the entry. By default it
            looks for everything.
    """
    every = list(entries)
    left = Counter({entry.key: entry.count for entry in every})
    hidden = 0
    kept_of: dict[str, list[Diagnostic]] = {}
    unmatched: list[Diagnostic] = []
    for diagnostic in result.diagnostics:
        key = _key(diagnostic, path, context)
        if diagnostic.code not in _NEVER and left[key] > 0:
            left[key] -= 1
            hidden += 1
        else:
            unmatched.append(diagnostic)
    # A file that was moved: the same rule, symbol and line under a path that is gone.
    gone = {entry.path for entry in every if _is_gone(entry, path)}
    moved: dict[tuple[str, str, str], list[tuple[str, str, str, str]]] = {}
    for key, number in left.items():
        if number > 0 and key[0] in gone:
            moved.setdefault(key[1:], []).append(key)
    for diagnostic in unmatched:
        candidates = moved.get(_key(diagnostic, path, context)[1:], [])
        if diagnostic.code not in _NEVER and candidates:
            left[candidates[0]] -= 1
            if left[candidates[0]] == 0:
                candidates.pop(0)
            hidden += 1
        else:
            kept_of.setdefault(diagnostic.path, []).append(diagnostic)
    checked = {inner(file.path, path) for file in result.files}
    stale = tuple(
        replace(entry, count=left[entry.key])
        for entry in every
        if left[entry.key] > 0 and (entry.path in checked or entry.path in gone) and (asked is None or asked(entry))
    )
    files = tuple(replace(file, diagnostics=tuple(kept_of.get(file.path, ()))) for file in result.files)
    return Compared(replace(result, files=files), hidden, stale)


def place_of(entry: Entry, path: str) -> str:
    """The file of an entry, absolute; ``path`` is where the baseline stands."""
    return os.path.join(os.path.dirname(os.path.abspath(path)), entry.path)


def _is_gone(entry: Entry, path: str) -> bool:
    return not os.path.exists(place_of(entry, path))


def pruned(entries: Iterable[Entry], stale: Iterable[Entry]) -> list[Entry]:
    """The entries without the stale ones."""
    gone = {entry.key: entry.count for entry in stale}
    left = [replace(entry, count=entry.count - gone.get(entry.key, 0)) for entry in entries]
    return [entry for entry in left if entry.count > 0]


def _key(diagnostic: Diagnostic, path: str, context: Context) -> tuple[str, str, str, str]:
    _, rule, symbol, line = identity(diagnostic, context)
    return inner(diagnostic.path, path), rule, symbol, line


def inner(path: str, baseline: str) -> str:
    """A path relative to the baseline's folder, wherever llmlint is run from."""
    return shown(path, os.path.dirname(os.path.abspath(baseline)))
