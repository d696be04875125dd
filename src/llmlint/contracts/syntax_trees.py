"""Syntax trees of files that many sessions of one process read: typeshed, the standard library, installed packages."""

from __future__ import annotations

import ast
import os
import warnings
from contextlib import suppress
from typing import NamedTuple

from llmlint.contracts.bodiless import Deferred, without_bodies
from llmlint.project.source import SourceError, check_size, read_bytes

_LIMIT = 400
_kept: dict[tuple[str, Deferred | None], tuple[tuple[int, int], Parsed]] = {}


class Parsed(NamedTuple):
    """A file's tree and text. The tree is shared: nobody changes it."""

    tree: ast.Module
    text: str


def parse(path: str, *, keep: bool, without: Deferred | None = None) -> Parsed:
    """Read and parse a file; with ``keep`` the tree is reused as long as the file's size and time stay what they are.

    Long functions, or classes, that are read ``without`` their bodies may have ``...`` for one, in their last row: whoever asks so sheds
    it (``lazy_bodies.py``).

    Raises OSError, SyntaxError, ValueError (no regular file, too large, null bytes before Python 3.12), RecursionError and MemoryError.
    """
    if not keep:
        return _parse(path, without)
    state = os.stat(path)
    stamp = (state.st_mtime_ns, state.st_size)
    found = _kept.get((path, without))
    if found is not None and found[0] == stamp:
        return found[1]
    parsed = _parse(path, without)
    if len(_kept) >= _LIMIT:
        _kept.clear()
    _kept[path, without] = (stamp, parsed)
    return parsed


def parse_text(path: str, text: str) -> Parsed:
    """Parse a text that stands for a file. Raises as ``parse`` does, but for OSError; ValueError, too, where it is too large."""
    try:
        check_size(text)
    except SourceError as error:
        raise ValueError(str(error)) from None
    return Parsed(_tree(path, text), text)


def _parse(path: str, without: Deferred | None) -> Parsed:
    try:
        data = read_bytes(path)
    except SourceError as error:
        raise ValueError(str(error)) from None
    text = data.decode("utf-8", "replace")
    short = None if without is None or "\ufffd" in text else without_bodies(text, without)
    if short is not None:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return Parsed(_tree(path, short), text)
    return Parsed(_tree(path, data), text)


def _tree(path: str, program: str | bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(program, path)
