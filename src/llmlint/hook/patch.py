"""The patches of Codex' ``apply_patch`` tool: which files they touch, and which rows they wrote there.

The form (``*** Begin Patch``, ``*** Update File:``, ``@@``) carries no line numbers, so that the written lines are looked up in the file as it is now.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

BEGIN = "*** Begin Patch"
_END = "*** End Patch"
_FILES = {"*** Add File: ": "add", "*** Update File: ": "update", "*** Delete File: ": "delete"}
_MOVE = "*** Move to: "
_LAST = "*** End of File"


class PatchError(Exception):
    """It is no such patch; the message is one line."""


def patched_rows(text: str, cwd: str) -> Iterator[tuple[str, set[int] | None]]:
    """The files that a patch wrote or moved (relative to ``cwd``, as it names them) with the rows it wrote; None: all of them.

    Raises:
        PatchError: no file stands where one is expected.
    """
    for kind, path, hunks in _files(text):
        if kind == "delete":
            continue
        # What was only moved is all in another place.
        known = kind != "add" and any(hunks)
        yield path, _rows(os.path.join(cwd, path), hunks) if known else None


def _files(text: str) -> Iterator[tuple[str, str, list[list[str]]]]:
    kind, path, hunks = "", "", [[]]  # type: tuple[str, str, list[list[str]]]
    inside = False
    for line in (row.removesuffix("\r") for row in text.split("\n")):
        if line.strip() == BEGIN:
            inside = True
            continue
        if not inside:
            continue
        if line.strip() == _END:
            inside = False
            continue
        head = next((one for one in _FILES if line.startswith(one)), None)
        if head is not None:
            if path:
                yield kind, path, hunks
            kind, path, hunks = _FILES[head], line[len(head) :].strip(), [[]]
        elif line.startswith(_MOVE):
            path = line[len(_MOVE) :].strip()
        elif line.startswith("@@"):
            hunks.append([])
        elif line.startswith(_LAST):
            continue
        elif not path:
            raise PatchError("the patch names no file before its first line")
        else:
            hunks[-1].append(line)
    if path:
        yield kind, path, hunks


def _rows(path: str, hunks: Sequence[Sequence[str]]) -> set[int] | None:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except (OSError, ValueError):
        return None
    rows: set[int] = set()
    start = 0
    for hunk in hunks:
        new = [line[1:] for line in hunk if line[:1] in ("+", " ", "")]
        if not hunk:
            continue
        found = _found(lines, new, start)
        if found is None:
            found = _found(lines, new, 0)
        if found is None or not new:
            return None
        row = found + 1
        for line in hunk:
            if line[:1] == "+":
                rows.add(row)
            elif line[:1] == "-":
                rows.update((row - 1, row))
                continue
            row += 1
        start = found + len(new)
    return rows


def _found(lines: Sequence[str], part: Sequence[str], start: int) -> int | None:
    for strip in (False, True):
        wanted = [line.rstrip() if strip else line for line in part]
        for index in range(start, len(lines) - len(part) + 1):
            if all(
                (lines[index + at].rstrip() if strip else lines[index + at]) == one for at, one in enumerate(wanted)
            ):
                return index
    return None
