"""The nearest real name to one that does not exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_KIN = (
    "get fetch find load read retrieve query list lookup",
    "add insert append put push register",
    "create new make build",
    "remove delete discard drop pop del",
    "set update write save store",
    "is has can",
    "compute calculate calc count",
    "clear reset empty flush",
    "run execute do process perform start",
    "stop close end shutdown",
    "to as",
)
_VERBS = {verb: kin for kin, verbs in enumerate(_KIN) for verb in verbs.split()}
_SUFFIXES = frozenset({"all", "async", "by", "data", "for", "from", "id", "list", "name", "of", "s", "sync", "value"})
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CUTOFF = 0.72


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that a writer of ``name`` most likely meant, or None where none is near.

    In this order: the same but for case and underscores; one slip of the finger; the same words but for a leading verb
    of the same meaning (``fetch_total`` for ``get_total``, ``items`` for ``get_items``, never ``add_item`` for
    ``remove_item``), a trailing particle or their order; the most alike by ``difflib``. Ties are broken by the alphabet,
    so that the answer does not depend on the order of ``names``.
    """
    candidates = sorted(set(names) - {name})
    if found := twin(name, candidates):
        return found
    kin = _kin(name)
    candidates = [other for other in candidates if kin is None or _kin(other) in (kin, None)]
    return _slipped(name, candidates) or _reworded(name, candidates) or _alike(name, candidates)


def twin(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that differs from ``name`` in case and underscores only."""
    flat = _flat(name)
    if not flat:
        return None
    return min((other for other in names if other != name and _flat(other) == flat), default=None)


def unmistakable(name: str, near: str | None, names: Iterable[str]) -> bool:
    """Whether ``near`` is what a writer of ``name`` meant beyond doubt.

    It is where the two differ in case and underscores or by one slip of the finger, and no other of ``names`` is as near.
    """
    if near is None or name.startswith("_") is not near.startswith("_"):
        # What is private is not among the names, and may be what was meant.
        return False
    flat = _flat(name)
    others = {other for other in names if other != name}
    twins = {other for other in others if _flat(other) == flat}
    return (twins or {other for other in others if _is_slip(flat, _flat(other))}) == {near}


def _flat(name: str) -> str:
    return name.replace("_", "").casefold()


def _slipped(name: str, candidates: Sequence[str]) -> str | None:
    """One letter missing, added, replaced or transposed; in a very short name only two transposed."""
    flat = _flat(name)
    slips = [other for other in candidates if _is_slip(flat, _flat(other))]
    return min(slips, key=lambda other: (-difflib.SequenceMatcher(None, name, other).ratio(), other), default=None)


def _is_slip(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 3 or not _one_slip(left, right):
        return False
    return len(left) > 3 or sorted(left) == sorted(right)


def _one_slip(left: str, right: str) -> bool:
    """Whether one edit (of Damerau and Levenshtein's four) makes ``right`` of ``left``."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    if left[1:] == right[1:] or left[1:] == right or left == right[1:]:
        return True
    return left[:2] == right[1::-1] and left[2:] == right[2:]


def _reworded(name: str, candidates: Sequence[str]) -> str | None:
    words = _words(name)
    verb, core = _split(words)
    best: tuple[int, str] | None = None
    for other in candidates:
        there = _words(other)
        other_verb, other_core = _split(there)
        if len(words) > 1 and sorted(there) == sorted(words):
            rank = 0
        elif core and core == other_core:
            rank = len(set(words) ^ set(there)) + (0 if verb and other_verb else 1)
        elif len(words) == len(there) == 1 and verb and other_verb:
            rank = 4
        else:
            continue
        best = min(best or (rank, other), (rank, other))
    return best[1] if best else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORDS.findall(name))


def _split(words: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The leading verb, and the words without it and without trailing particles, in the singular; never nothing."""
    verb = words[0] if words and words[0] in _VERBS else None
    if verb and len(words) > 1:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    return verb, tuple(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def _kin(name: str) -> int | None:
    verb, _ = _split(_words(name))
    return _VERBS.get(verb or "")


def _alike(name: str, candidates: Sequence[str]) -> str | None:
    by_flat: dict[str, str] = {}
    for other in candidates:
        by_flat.setdefault(_flat(other), other)
    near = difflib.get_close_matches(_flat(name), sorted(by_flat), n=1, cutoff=_CUTOFF)
    return by_flat[near[0]] if near else None
