"""Lines of a stub: indented, wrapped, and put together with blank lines where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

WIDTH: Final = 120
INDENT: Final = "    "
_APART: Final = "\0"
"""Stands before and after a definition of several lines: a blank line there."""
_CLOSE: Final = "\1"
"""Stands before and after a definition of one line: a blank line only towards what is no such definition."""


def deeper(lines: Iterable[str], indent: str) -> Iterator[str]:
    """The lines, indented."""
    for line in lines:
        yield indent + line if line not in (_APART, _CLOSE) else line


def set_apart(lines: Iterator[str]) -> Iterator[str]:
    """The lines of a definition between marks that ``tidy`` turns into blank lines."""
    kept = list(lines)
    mark = _APART if len(kept) > 1 else _CLOSE
    yield mark
    yield from kept
    yield mark


def wrapped(start: str, parts: Sequence[str], prefix: str, end: str) -> Iterator[str]:
    """A list of names after ``start``, on one line or on a line each."""
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{start}({end}"
    for part in parts:
        yield f"{prefix}{INDENT}{part},"
    yield f"{prefix})"


def grouped(imports: Sequence[str]) -> list[str]:
    """``from a import b`` and ``from a import c`` as one."""
    found: dict[str, list[str]] = {}
    for line in imports:
        start, _, name = line.partition(" import ")
        found.setdefault(start, []).append(name)
    return [f"{start} import {', '.join(names)}" for start, names in found.items()]


def tidy(lines: Sequence[str]) -> str:
    """The text of the lines, with a blank line around definitions of several lines and around groups of short ones."""
    kept: list[str] = []
    marks = ""
    for line in lines:
        if line in (_APART, _CLOSE):
            marks += line
            continue
        if marks and kept and line and marks != _CLOSE * 2 and not _opens(kept[-1]) and kept[-1]:
            kept.append("")
        elif (
            kept and line and kept[-1] and _is_import(kept[-1]) and not line.startswith(("import ", "from ", " ", ")"))
        ):
            kept.append("")
        marks = ""
        if line or (kept and kept[-1]):
            kept.append(line)
    text = "\n".join(kept).strip("\n")
    return f"{text}\n" if text.strip() else ""


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from ", ")"))


def _opens(line: str) -> bool:
    """Whether a line begins a block or decorates what comes next."""
    last = line.rpartition("\n")[2].strip()
    return (last.endswith(":") and "\n" not in line and last.startswith(("class ", "if ", "else"))) or last.startswith(
        "@"
    )
