"""The text of a module without the bodies of its functions, or of a stub without those of its classes, row for row: it parses in a
third of the time.

Installed packages and typeshed are read so: most of what they define is never looked into (``lazy_bodies.py``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

Deferred = Literal["functions", "classes"]
"""Whose bodies are left out."""

WORTH: Final = 3
"""So many rows more than one a function or a class has, at least, for its body to be left out."""

_STRING: Final = re.compile(
    r'"""[^\\]*?(?:\\.[^\\]*?)*"""|\'\'\'[^\\]*?(?:\\.[^\\]*?)*\'\'\''
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\'|#[^\n]*',
    re.DOTALL,
)
"""A string, or a comment."""
_HEADS: Final[dict[Deferred, re.Pattern[str]]] = {
    "functions": re.compile(r"^( *)(?:async +)?def ", re.MULTILINE),
    "classes": re.compile(r"^( *)class ", re.MULTILINE),
}
_WORDS: Final[dict[Deferred, str]] = {"functions": "def ", "classes": "class "}
_MARK: Final = re.compile(r"[()\[\]{}:]")
_CODING: Final = re.compile(r"(?:[^\n]*\n)?[ \t]*#[^\n]*coding[:=](?![ \t]*utf-?8)", re.IGNORECASE)
_UNUSUAL: Final = ("\r", "\f", "\n\t")
"""Ends of lines and indentations of which a count of blanks does not tell all."""


def without_bodies(text: str, kind: Deferred = "functions") -> str | None:
    """The text, with ``...`` in the last row of each function (or class) of some length for all that it does.

    What comes out may be no program where lines go on in unusual ways: then the text itself has to be parsed.

    Returns:
        None where nothing can be left out, or the text is of an unusual form.
    """
    if _WORDS[kind] not in text or any(form in text for form in _UNUSUAL) or _CODING.match(text):
        return None
    plain = _STRING.sub(_blank, text)
    lines = text.split("\n")
    kept: list[str] = []
    done = row = at = 0
    for match in _HEADS[kind].finditer(plain):
        row += plain.count("\n", at, match.start())
        at = match.start()
        if row < done:
            continue  # it stands in a body
        colon = _end_of_header(plain, match.end())
        body = plain.find("\n", colon) + 1
        if colon < 0 or not body or plain[colon + 1 : body].strip():
            continue
        behind = _shallow(len(match[1])).search(plain, body)
        end = behind.start() if behind is not None else len(plain)
        if plain.endswith("\\\n", body, end):
            return None
        last = row + plain.count("\n", at, body + len(plain[body:end].rstrip()))
        if last - row < WORTH:
            continue
        first = row + plain.count("\n", at, body)
        kept += lines[done:first]
        kept += [""] * (last - first)
        kept.append(f"{match[1]} ...")
        done = last + 1
    return "\n".join((*kept, *lines[done:])) if done else None


def _blank(match: re.Match[str]) -> str:
    """What stands for a string: its rows, none of them at the margin. Nothing stands for a comment."""
    found = match[0]
    if found[0] == "#":
        return ""
    rows = found.count("\n")
    return "_" + "\n" * rows + " " * 99 + "_" if rows else "_"


def _end_of_header(plain: str, start: int) -> int:
    """Where the colon stands that ends the header of a function or a class; -1 where there is none."""
    depth = 0
    for match in _MARK.finditer(plain, start):
        mark = match[0]
        if mark == ":":
            if not depth:
                return match.start()
        else:
            depth += 1 if mark in "([{" else -1
    return -1


@cache
def _shallow(indent: int) -> re.Pattern[str]:
    """The first row with something in it that is indented no more than so."""
    return re.compile(rf"^ {{0,{indent}}}[^ \n]", re.MULTILINE)
