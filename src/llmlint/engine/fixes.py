"""Applying fixes to a text: what overlaps waits for the next round, what would not parse is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from llmlint.engine.markdown import readable
from llmlint.model.diagnostic import Diagnostic, Edit, Fix
from llmlint.model.record import record
from llmlint.model.result import FileResult
from llmlint.project.discovery import MARKDOWN
from llmlint.project.source import SourceError, decode, encoding_of, parse

ROUNDS = 100
"""After which fixing gives up, should two fixes undo each other."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@record
class Fixed:
    """What became of one file."""

    path: str
    """Absolute."""
    before: bytes
    after: bytes
    fixed: tuple[Diagnostic, ...]
    """What was put right, in the order in which it was."""
    left: FileResult
    """What is found in the text as it is now."""


def fix_bytes(
    path: str, data: bytes, judge: Callable[[bytes], FileResult], wanted: Callable[[Diagnostic], bool]
) -> Fixed:
    """Applies what fixes there are until nothing changes.

    The encoding, the byte order mark and every line end stay as they are.

    Args:
        path: The file's, for the result.
        data: Its bytes.
        judge: Finds what is wrong with the bytes of the file, with the edits of the fixes.
        wanted: Tells which findings are to be fixed.
    """
    now, fixed = data, []
    result = judge(data)
    try:
        encoding, text = encoding_of(data), decode(data)
    except SourceError:
        return Fixed(path, data, data, (), result)
    seen = {text}
    for _ in range(ROUNDS):
        candidates = [one for one in result.diagnostics if one.fix is not None and one.fix.edits and wanted(one)]
        changed, applied = _applied(path, text, candidates, encoding)
        if not applied or changed in seen:
            break
        seen.add(changed)
        text, now = changed, changed.encode(encoding)
        fixed += applied
        result = judge(now)
    return Fixed(path, data, now, tuple(fixed), result)


def apply(text: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """The text with those fixes that do not overlap an earlier one, and these fixes.

    An edit that two fixes share, as the import that both need, is made once.
    """
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    ending = _LINE_END.search(text)
    made: dict[tuple[int, int], str] = {}
    applied = []
    for fix in fixes:
        places = [(*_place(edit, starts, len(text)), edit.text) for edit in fix.edits]
        if all(_free(start, end, new, made) for start, end, new in places):
            made |= {(start, end): new for start, end, new in places}
            applied.append(fix)
    for (start, end), new in sorted(made.items(), reverse=True):
        text = text[:start] + new.replace("\n", ending[0] if ending else "\n") + text[end:]
    return text, applied


def _applied(path: str, text: str, candidates: Sequence[Diagnostic], encoding: str) -> tuple[str, list[Diagnostic]]:
    """The text with as many of the candidates' fixes as there is place for, and those candidates."""
    changed, fixes = apply(text, [one.fix for one in candidates if one.fix])
    if not fixes:
        return text, []
    if _parses(path, changed, encoding, text):
        kept = {id(fix) for fix in fixes}
        return changed, [one for one in candidates if id(one.fix) in kept]
    # One of them spoils it: they are tried one by one.
    for one in candidates:
        changed, fixes = apply(text, [one.fix] if one.fix else [])
        if fixes and changed != text and _parses(path, changed, encoding, text):
            return changed, [one]
    return text, []


def _parses(path: str, text: str, encoding: str, before: str) -> bool:
    """Whether a text can be written and is a program; of Markdown, whether no block of it has become unreadable."""
    if path.endswith(MARKDOWN) and readable(text) != readable(before):
        return False
    try:
        if not path.endswith(MARKDOWN):
            parse(path, text)
        text.encode(encoding)
    except (SourceError, UnicodeEncodeError):
        return False
    return True


def _place(edit: Edit, starts: Sequence[int], length: int) -> tuple[int, int]:
    row, column, end_row, end_column = edit.span

    def offset(line: int, at: int) -> int:
        return min(starts[line - 1] + at, length) if line <= len(starts) else length

    return offset(row, column), offset(end_row, end_column)


def _free(start: int, end: int, new: str, made: dict[tuple[int, int], str]) -> bool:
    if (start, end) in made:
        return made[start, end] == new
    return all(end <= other or last <= start for other, last in made)
