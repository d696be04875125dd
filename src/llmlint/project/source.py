"""Reading a Python file."""

from __future__ import annotations

import ast
import codecs
import os
import re
import stat
import sys
import warnings
from dataclasses import dataclass, field
from typing import Literal

from llmlint.model.diagnostic import Anchor
from llmlint.model.position import Span

Role = Literal["test", "conftest", "contract", "markdown", "other"]

MAX_BYTES = 8_000_000
"""A larger file is data: its tree alone would take more memory than a whole run may."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_UTF16 = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class SourceError(Exception):
    """A file that is no Python program. ``row`` counts from 1, ``column`` from 0 in code points."""

    newer: tuple[int, int] | None = None
    """The Python that reads the file, where it is newer than the running one."""

    def __init__(self, row: int, column: int, message: str) -> None:
        super().__init__(row, column, message)
        self.row, self.column, self.message = row, column, message

    def __str__(self) -> str:
        return self.message


class NewerSyntax(SourceError):
    """A file written for a Python newer than the running one: nothing is known of it, so nothing is wrong with it."""

    def __init__(self, row: int, column: int, newer: tuple[int, int]) -> None:
        super().__init__(row, column, f"needs Python ≥ {newer[0]}.{newer[1]} to be judged")
        self.args = (row, column, newer)
        self.newer = newer


@dataclass(slots=True)
class SourceFile:
    """One file, parsed once."""

    path: str
    """Absolute."""
    text: str
    tree: ast.Module
    role: Role = "test"
    _lines: list[str] | None = field(default=None, repr=False)

    @property
    def lines(self) -> list[str]:
        """The lines as ``ast`` counts them (``\\n``, ``\\r\\n`` and ``\\r`` end one; a form feed does not)."""
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    def span(self, anchor: Anchor) -> Span:
        """The span of a node, its columns in code points (``ast`` counts UTF-8 bytes)."""
        if isinstance(anchor, Span):
            return anchor
        row, end_row = anchor.lineno, anchor.end_lineno or anchor.lineno
        end = anchor.end_col_offset if anchor.end_col_offset is not None else anchor.col_offset
        return Span(row, self._column(row, anchor.col_offset), end_row, self._column(end_row, end))

    def _column(self, row: int, offset: int) -> int:
        lines = self.lines
        line = lines[row - 1] if row <= len(lines) else ""
        if line.isascii():
            return offset
        return len(line.encode(errors="surrogatepass")[:offset].decode(errors="ignore"))


def split_lines(text: str) -> list[str]:
    """The lines of a program, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def encoding_of(data: bytes) -> str:
    """The encoding of a program: by its byte order mark (``utf-8-sig``), its coding cookie (PEP 263), else ``utf-8``.

    Raises SourceError where the two disagree or Python knows no such encoding of text.
    """
    for mark, name in _UTF16:
        if data.startswith(mark):
            raise SourceError(1, 0, f"the file is {name}, which Python does not read: save it as UTF-8")
    marked = data.startswith(codecs.BOM_UTF8)
    start = data[3:] if marked else data
    for row, line in enumerate(re.split(rb"\r\n|\r|\n", start[:4096], maxsplit=2)[:2], start=1):
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii", "replace")
            try:
                canonical = codecs.lookup(name).name
                b" ".decode(name)
            except (LookupError, ValueError):
                raise SourceError(row, found.start(1), f"unknown encoding '{name}'") from None
            if marked and canonical != "utf-8":
                raise SourceError(row, found.start(1), f"the byte order mark says UTF-8, the coding cookie '{name}'")
            return "utf-8-sig" if marked or canonical == "utf-8-sig" else canonical
        if not _BLANK.match(line):
            break
    return "utf-8-sig" if marked else "utf-8"


def decode(data: bytes) -> str:
    """The text of a program, its line ends kept and its byte order mark left out. Raises SourceError where it is not text."""
    if len(data) > MAX_BYTES:
        raise _too_large(len(data))
    encoding = encoding_of(data)
    if (null := data.find(b"\0")) >= 0:
        row, column = _place(data, null)
        raise SourceError(row, column, "not text: it contains null bytes")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row, column = _place(data, error.start + (3 if encoding == "utf-8-sig" else 0))
        byte = error.object[error.start]
        raise SourceError(row, column, f"not {encoding.removesuffix('-sig').upper()} text: byte 0x{byte:02x}") from None
    except (UnicodeError, ValueError) as error:
        raise SourceError(1, 0, f"not {encoding} text: {error}") from None


def _place(data: bytes, at: int) -> tuple[int, int]:
    lines = re.split(rb"\r\n|\r|\n", data[:at].removeprefix(codecs.BOM_UTF8))
    return len(lines), len(lines[-1].decode("utf-8", "replace"))


def read_text(path: str) -> str:
    """The text of the program at ``path``. Raises SourceError where it cannot be read or is not text."""
    return decode(read_bytes(path))


def read_bytes(path: str) -> bytes:
    """What is in the file at ``path``. Raises SourceError where it cannot be read, or is too large to be a program."""
    try:
        state = os.stat(path)
        if not stat.S_ISREG(state.st_mode):
            raise SourceError(1, 0, "not a regular file")
        if state.st_size > MAX_BYTES:
            raise _too_large(state.st_size)
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(1, 0, f"cannot be read: {reason[:1].lower()}{reason[1:]}") from None
    except ValueError:  # a null byte, half of a surrogate pair
        raise SourceError(1, 0, "cannot be read: no file can have that name") from None


def _too_large(size: int) -> SourceError:
    words = f"too large to be judged: {size / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:.0f} MB are read"
    return SourceError(1, 0, words)


def check_size(text: str) -> None:
    """Raises SourceError where a file with that text would be too large to be a program."""
    if len(text) * 4 > MAX_BYTES and (size := len(text.encode("utf-8", "surrogatepass"))) > MAX_BYTES:
        raise _too_large(size)


def read_source(path: str, role: Role = "test") -> SourceFile:
    """The program at ``path``. Raises SourceError."""
    return parse(path, read_text(path), role)


def parse(path: str, text: str, role: Role = "test") -> SourceFile:
    """The program ``text``, which need not stand at ``path``.

    Raises SourceError, and NewerSyntax where the running Python is too old for the text. What the compiler alone refuses
    (``await`` outside ``async def``) is not noticed here: see ``late_error``.
    """
    check_size(text)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        lines = split_lines(text.partition("\0")[0])
        raise SourceError(len(lines), len(lines[-1]), "not text: it contains null bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return SourceFile(path, text, ast.parse(text), role)
    except SyntaxError as error:
        place = error_place(error, text)
        if newer := _newer(text, error):
            raise NewerSyntax(*place, newer) from None
        raise SourceError(*place, error_message(error)) from None
    except (RecursionError, MemoryError):
        raise SourceError(*_deepest(text), "nested too deeply for Python to read") from None
    except UnicodeEncodeError as error:
        lines = split_lines(text[: error.start])
        raise SourceError(len(lines), len(lines[-1]), "not text: it contains a lone surrogate") from None
    except ValueError as error:
        raise SourceError(1, 0, str(error)) from None


def error_place(error: SyntaxError, text: str, *, in_bytes: bool = False) -> tuple[int, int]:
    """Row and column of a SyntaxError, inside the text. The compiler, unlike the parser, counts bytes (``in_bytes``)."""
    lines = split_lines(text)
    row = min(max(error.lineno or 1, 1), len(lines))
    line = lines[row - 1]
    column = max((error.offset or 1) - 1, 0)
    if in_bytes:
        column = len(line.encode(errors="surrogatepass")[:column].decode(errors="ignore"))
    return row, min(column, len(line))


def error_message(error: SyntaxError) -> str:
    """What Python says of it, in one line."""
    return " ".join(str(error.msg or "invalid syntax").split())


def _deepest(text: str) -> tuple[int, int]:
    """Where brackets, or else blocks, nest most deeply, strings and comments not told apart."""
    depth = deepest = at = 0
    for found in re.finditer(r"[(\[{}\])]", text):
        depth = depth + 1 if found[0] in "([{" else max(depth - 1, 0)
        if depth > deepest:
            deepest, at = depth, found.start()
    lines = split_lines(text[:at])
    return (len(lines), len(lines[-1])) if deepest > 20 else (1, 0)


def _newer(text: str, error: SyntaxError) -> tuple[int, int] | None:
    if sys.version_info >= (3, 14):
        return None
    from llmlint.project.newer_syntax import needed_python

    return needed_python(text, error, sys.version_info[:2])
