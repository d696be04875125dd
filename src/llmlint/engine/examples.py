"""The examples of a Markdown page: small projects, with the findings that are expected of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.model.record import record

_HEADING = re.compile(r"(?P<level>#{1,6}) (?P<title>.+)")
_FENCE = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}|~{3,}) *(?P<language>[\w-]*)(?P<info>.*)")
_TITLED = re.compile(r'title="(?P<title>[^"]+)"')
_FIXED = re.compile(r'fixed="(?P<by>safe|unsafe)"')
_EXPECTED = re.compile(r"# *error(?:\[(?P<code>[A-Z]+\d*)\])?(?:: *(?P<text>[^#]*))?")
_TRAILING = re.compile(r"(?:# *error(?:\[[A-Z]+\d*\])?(?::[^#]*)? *)+$")
_LANGUAGES = frozenset({"python", "py", "pyi", "toml", "ini", "text", "cfg"})


@record
class Expected:
    """A finding that an example states in an ``# error`` comment."""

    file: str
    row: int
    """The row in the file, from 1."""
    page_row: int
    """The row in the page, from 1."""
    code: str | None
    """None: the page's own rule."""
    text: str
    """What the message or the suggestion has to contain; empty for anything."""


@record
class ExampleFile:
    """A fenced block that is a file."""

    path: str
    """Relative, with ``/``."""
    text: str
    page_row: int
    """The row of its first line in the page."""
    fixed: str = ""
    """``safe`` or ``unsafe`` where the block shows what such fixes make of the file."""


@record
class Example:
    """A section of a page: files that belong together."""

    section: str
    """The second-level heading that it stands under."""
    title: str
    row: int
    """The row of its heading in the page."""
    files: tuple[ExampleFile, ...]
    expected: tuple[Expected, ...]


class ExampleError(Exception):
    """An example that cannot be read; ``row`` is the page's."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def examples(text: str, sections: frozenset[str] | None = None) -> Iterator[Example]:
    """The examples of a page, in order.

    Under a second-level heading each third-level heading begins an example; blocks before the first one are an example of
    their own. Only blocks in a language that a project is made of count, so a page may show output in ``console`` blocks.

    Args:
        text: The Markdown.
        sections: The second-level headings whose blocks are examples; None for all.

    Raises:
        ExampleError: a block is never closed, or two blocks of one example are the same file.
    """
    section, title, row = "", "", 1
    files: list[ExampleFile] = []
    for number, heading, block in _parts(text):
        if block is not None:
            if sections is None or section in sections:
                if any((file.path, file.fixed) == (block.path, block.fixed) for file in files):
                    raise ExampleError(number, f"{block.path} stands twice in this example")
                files.append(block)
            continue
        level, words = heading
        if level > 3:
            continue
        if files:
            yield _example(section, title, row, files)
            files = []
        row = number
        if level < 3:
            section, title = words, ""
        else:
            title = words
    if files:
        yield _example(section, title, row, files)


def _example(section: str, title: str, row: int, files: list[ExampleFile]) -> Example:
    expected = tuple(found for file in files if not file.fixed for found in _expected(file))
    return Example(section, title or section, row, tuple(files), expected)


def _expected(file: ExampleFile) -> Iterator[Expected]:
    for row, line in enumerate(file.text.split("\n"), 1):
        if "error" in line and (trailing := _TRAILING.search(line)):
            for match in _EXPECTED.finditer(trailing[0]):
                yield Expected(file.path, row, file.page_row + row - 1, match["code"], (match["text"] or "").strip())


def _parts(text: str) -> Iterator[tuple[int, tuple[int, str], ExampleFile | None]]:
    """Headings and blocks with their rows, in order."""
    lines = text.split("\n")
    row = 0
    while row < len(lines):
        line = lines[row]
        row += 1
        if heading := _HEADING.fullmatch(line.rstrip()):
            yield row, (len(heading["level"]), heading["title"]), None
        elif fence := _FENCE.fullmatch(line.rstrip()):
            first = row
            while row < len(lines) and lines[row].strip() != fence["fence"]:
                row += 1
            if row == len(lines):
                raise ExampleError(first, "the block is never closed")
            if fence["language"] in _LANGUAGES:
                content = "".join(f"{inner.removeprefix(fence['indent'])}\n" for inner in lines[first:row])
                fixed = _FIXED.search(fence["info"])
                yield first, (0, ""), ExampleFile(_path(fence), content, first + 1, fixed["by"] if fixed else "")
            row += 1


def _path(fence: re.Match[str]) -> str:
    if titled := _TITLED.search(fence["info"]):
        return titled["title"]
    return "test_example.pyi" if fence["language"] == "pyi" else "test_example.py"
