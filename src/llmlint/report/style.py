"""Colors of the terminal, and how wide text is on it."""

from __future__ import annotations

import unicodedata

from llmlint.model.record import record

TAB = 4
"""Columns that a tab is shown as."""


@record
class Style:
    """Paints text, or leaves it plain."""

    color: bool = False

    def bold(self, text: str) -> str:
        """What a reader looks for."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """What may be passed over."""
        return self._paint("2", text)

    def frame(self, text: str) -> str:
        """Gutters and arrows."""
        return self._paint("1;34", text)

    def help(self, text: str) -> str:
        """What to do."""
        return self._paint("1;36", text)

    def good(self, text: str) -> str:
        """That all is well."""
        return self._paint("1;32", text)

    def severity(self, severity: str, text: str) -> str:
        """In the color of a severity."""
        return self._paint({"error": "1;31", "warning": "1;33"}.get(severity, "1;36"), text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def width(text: str) -> int:
    """How many columns ``text`` takes: wide characters two, combining ones none; tabs have to be expanded before."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def printable(text: str) -> str:
    """``text`` with tabs as spaces and everything that would move the cursor or hide (controls, bidi marks) made visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    if character == "\t":
        return " " * TAB
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character != "\u200d":
        return "\N{REPLACEMENT CHARACTER}"
    return character


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
