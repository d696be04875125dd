"""Reading TOML files and knowing where in them a key stands (``tomllib`` does not say)."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

from llmlint.model.record import record

KeyPath = tuple[str | int, ...]
"""The way to a value: names of tables and keys, positions in arrays (from 0)."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


class TomlError(Exception):
    """Text that is not TOML. ``row`` counts from 1, ``column`` from 0 in code points."""

    def __init__(self, row: int, column: int, message: str) -> None:
        super().__init__(row, column, message)
        self.row, self.column, self.message = row, column, message


@record
class TomlFile:
    """What a TOML text says; ``data`` must not be changed."""

    text: str
    data: dict[str, Any]

    def table(self, *keys: str) -> dict[str, Any]:
        """The table at ``keys``; empty where there is none."""
        value: Any = self.data
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    def position(self, path: KeyPath) -> tuple[int, int]:
        """Row (from 1) and column (from 0) of the key or array element at ``path``, or of what holds it."""
        places = _positions(self.text)
        while path and path not in places:
            path = path[:-1]
        return places.get(path, (1, 0))


@lru_cache(maxsize=64)
def parse_toml(text: str) -> TomlFile:
    """What ``text`` says, remembered. Raises TomlError."""
    text = text.replace("\r\n", "\n")
    try:
        return TomlFile(text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _AT_LINE.search(message)
        if place:
            row, column = int(place[1]), int(place[2]) - 1
        else:
            row, column = max(1, len(text.splitlines())), 0
        message = _AT_LINE.sub("", message).removesuffix(" (at end of document)")
        raise TomlError(row, column, message[:1].lower() + message[1:]) from None
    except RecursionError:
        raise TomlError(1, 0, "nested too deeply") from None


def read_toml(path: str) -> TomlFile:
    """What the file says. Raises OSError and TomlError."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TomlError(data.count(b"\n", 0, error.start) + 1, 0, "not UTF-8 text") from None


@lru_cache(maxsize=8)
def _positions(text: str) -> dict[KeyPath, tuple[int, int]]:
    return _Scanner(text).scan()


class _Scanner:
    """Walks text that ``tomllib`` accepted, so it need not check anything."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.lengths: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, tuple[int, int]]:
        table: KeyPath = ()
        while self.blank("\n"):
            start = self.at
            if self.peek() == "[":
                many = self.text.startswith("[[", self.at)
                self.at += 2 if many else 1
                self.blank()
                table = self.resolve(self.key())
                if many:
                    index = self.lengths[table] = self.lengths.get(table, -1) + 1
                    table = (*table, index)
                self.record(table, start)
                self.at = self.line_end()
            else:
                self.pair(table)
            if self.at == start:
                break
        return self.places

    def resolve(self, path: KeyPath) -> KeyPath:
        """A header under an array of tables means the array's last table so far."""
        done: KeyPath = ()
        for depth, part in enumerate(path):
            done = (*done, part)
            if done in self.lengths and depth < len(path) - 1:
                done = (*done, self.lengths[done])
        return done

    def pair(self, table: KeyPath) -> None:
        start = self.at
        path = (*table, *self.key())
        self.record(path, start)
        self.blank()
        if self.peek() == "=":
            self.at += 1
            self.blank()
            self.value(path)

    def key(self) -> KeyPath:
        parts: list[str] = []
        while True:
            if self.peek() in ("'", '"'):
                start = self.at
                self.string()
                quoted = self.text[start : self.at]
                parts.append(next(iter(tomllib.loads(f"{quoted} = 0"))))
            elif bare := _BARE_KEY.match(self.text, self.at):
                parts.append(bare[0])
                self.at = bare.end()
            else:
                return tuple(parts)
            before = self.at
            self.blank()
            if self.peek() != ".":
                self.at = before
                return tuple(parts)
            self.at += 1
            self.blank()

    def value(self, path: KeyPath) -> None:
        character = self.peek()
        if character in ("'", '"'):
            self.string()
        elif character == "[":
            self.at += 1
            index = 0
            while self.blank("\n,") and self.peek() != "]":
                before = self.at
                self.record((*path, index), before)
                self.value((*path, index))
                if self.at == before:
                    return
                index += 1
            self.at += 1
        elif character == "{":
            self.at += 1
            while self.blank("\n,") and self.peek() != "}":
                before = self.at
                self.pair(path)
                if self.at == before:
                    return
            self.at += 1
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            quote *= 3
        self.at += len(quote)
        while self.at < len(self.text):
            if quote[0] == '"' and self.text[self.at] == "\\":
                self.at += 2
            elif self.text.startswith(quote, self.at):
                self.at += len(quote)
                while len(quote) == 3 and self.peek() == quote[0]:
                    self.at += 1
                return
            else:
                self.at += 1

    def record(self, path: KeyPath, at: int) -> None:
        row = self.text.count("\n", 0, at) + 1
        self.places.setdefault(path, (row, at - (self.text.rfind("\n", 0, at) + 1)))

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def blank(self, more: str = "") -> bool:
        """Skip white space, ``more``, and comments where lines may end; False at the end of the text."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t" or character in more:
                self.at += 1
            elif character == "#" and more:
                self.at = self.line_end()
            else:
                return True
        return False
