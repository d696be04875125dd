"""Writing suppressions: ``# llmlint: ignore[CODE] -- why`` behind each line with a finding."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable

from llmlint.engine.suppressions import first_rows
from llmlint.model.diagnostic import Diagnostic
from llmlint.project.source import SourceError, parse, split_lines

NEVER = frozenset({"LLM900", "LLM901", "LLM902", "LLM903", "LLM904"})
"""What is said of the run itself, or of suppressions."""

_CODE = re.compile(r"[A-Z]+\d+|[a-z][a-z-]*:[\w./-]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_KNOWN = re.compile(r"#\s*llmlint:\s*ignore\s*\[(?P<codes>[^\]#]*)\]")


def with_ignores(
    path: str, text: str, diagnostics: Iterable[Diagnostic], why: str
) -> tuple[str, list[Diagnostic], list[Diagnostic]]:
    """The text with a suppression for every finding, those that are suppressed by it, and those that cannot be.

    A comment stands on the line of its finding, or where a string or a continuation goes on there, on the first line of the
    statement. One that is there already takes the new code in.

    Args:
        path: The file's.
        text: Its text; line ends stay as they are.
        diagnostics: What is found in it.
        why: The reason, one line; empty for none.
    """
    wanted = list(diagnostics)
    try:
        source = parse(path, text)
    except SourceError:
        return text, [], wanted
    closed = _without_room(text)
    first = first_rows(source.tree)
    codes: dict[int, list[str]] = {}
    added, left = [], []
    for one in wanted:
        rows = [row for row in (one.span.row, first.get(one.span.row, one.span.row)) if row not in closed]
        # Who else found the same would speak up instead.
        named = (one.selector, *one.also)
        if not rows or one.code in NEVER or not all(map(_CODE.fullmatch, named)):
            left.append(one)
            continue
        added.append(one)
        listed = codes.setdefault(rows[0], [])
        listed += [code for code in named if code not in listed]
    lines, ends = split_lines(text), _LINE_END.findall(text)
    for row, new in codes.items():
        lines[row - 1] = _commented(lines[row - 1], sorted(new), why)
    changed = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
    if not _same_program(text, changed):
        return text, [], wanted
    return changed, added, left


def _commented(line: str, codes: list[str], why: str) -> str:
    known = _KNOWN.search(line)
    if known is not None:
        there = [code.strip() for code in known["codes"].split(",") if code.strip()]
        listed = ", ".join([*there, *(code for code in codes if code not in there)])
        return line[: known.start("codes")] + listed + line[known.end("codes") :]
    return f"{line.rstrip()}  # llmlint: ignore[{', '.join(codes)}]" + (f" -- {why}" if why else "")


def _without_room(text: str) -> set[int]:
    """The rows that cannot end in a comment: a string or a continued line goes on in the next."""
    rows: set[int] = set()
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(normal).readline):
        name = tokenize.tok_name[token.type]
        if name == "STRING":
            rows.update(range(token.start[0], token.end[0]))
        elif name.endswith("STRING_START"):
            opened.append(token.start[0])
        elif name.endswith("STRING_END"):
            rows.update(range(opened.pop(), token.end[0]))
    rows.update(row for row, line in enumerate(normal.split("\n"), 1) if line.endswith("\\"))
    return rows


def _same_program(before: str, after: str) -> bool:
    try:
        return ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
    except (SyntaxError, ValueError):
        return False
