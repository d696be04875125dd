"""Python in Markdown: the fenced blocks of guides and prompts, judged where they stand.

A block is seldom a whole program. What it leaves out (names that an earlier block or the reader brings, fixtures, ``...`` in the place of
arguments) is no fault of its; what it imports and uses of that is judged like any code. A block that Python cannot read is passed over,
and so is one with a comment ``# llmlint: skip``, and what it shows as the thing not to do.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import replace

from llmlint.engine.counterexamples import counterexample_rows
from llmlint.model.diagnostic import Diagnostic, Edit, Fix
from llmlint.model.position import Span
from llmlint.model.record import record
from llmlint.model.result import FileResult
from llmlint.project.source import split_lines

_FENCE = re.compile(r"(?P<indent>[ \t]*(?:>[ \t]?)*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)")
_LANGUAGE = re.compile(r"\{?\.?(?P<name>[\w+-]*)")
_PYTHON = frozenset({"python", "py", "python3", "py3"})
_SKIP = re.compile(r"#\s*llmlint:\s*skip\b")


@record
class Block:
    """A fenced block of Python."""

    row: int
    """The row of its first line in the file, from 1."""
    indent: str
    """What stands before each of its lines and is no part of it."""
    text: str
    bad: frozenset[int] = frozenset()
    """The rows of the file that show what not to do."""

    @property
    def padded(self) -> str:
        """Its text below so many empty lines that its rows are those of the file."""
        return "\n" * (self.row - 1) + self.text


def python_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of a Markdown text that are meant to be read; one that is never closed goes on to the end."""
    lines = split_lines(text)
    row = 0
    while row < len(lines):
        opened = _FENCE.fullmatch(lines[row])
        row += 1
        if opened is None:
            continue
        first, indent, fence = row, opened["indent"], opened["fence"]
        while row < len(lines) and not _closes(lines[row], fence):
            row += 1
        language = _LANGUAGE.match(opened["info"].strip())
        if language is not None and language["name"].lower() in _PYTHON:
            inner = "".join(f"{_without(line, indent)}\n" for line in lines[first:row])
            if not _SKIP.search(inner):
                bad = counterexample_rows(split_lines(inner), lines[: first - 1])
                yield Block(first + 1, indent, inner, frozenset(first + 1 + row for row in bad))
        row += 1


def check_blocks(path: str, text: str, check: Callable[[str], FileResult], own: Container[str]) -> FileResult:
    """What is wrong with the Python of a Markdown file; positions are the file's.

    Args:
        path: Absolute.
        text: The Markdown.
        check: Judges a program that stands on the same rows.
        own: The project's packages. That a guide imports what is installed elsewhere is no fault of it.
    """
    found: list[Diagnostic] = []
    total: Counter[str] = Counter()
    resolved: Counter[str] = Counter()
    unresolved, uses = [], []
    for block in python_blocks(text):
        result = check(block.padded)
        total.update(dict(result.total))
        resolved.update(dict(result.resolved))
        shift = len(block.indent)
        unresolved += [replace(use, column=use.column + shift) for use in result.unresolved]
        uses += [replace(use, column=use.column + shift) for use in result.uses]
        found += [_moved(one, block) for one in result.diagnostics if _is_meant(one, block, own)]
    lines = split_lines(text)
    rows = sorted({diagnostic.span.row for diagnostic in found})
    return FileResult(
        path,
        tuple(found),
        lines=tuple((row, lines[row - 1]) for row in rows),
        total=tuple(sorted(total.items())),
        resolved=tuple(sorted(resolved.items())),
        unresolved=tuple(unresolved),
        uses=tuple(uses),
    )


def readable(text: str) -> int:
    """How many of the Python blocks of a Markdown text Python can read."""
    return sum(_tree(block.text) is not None for block in python_blocks(text))


def _closes(line: str, fence: str) -> bool:
    bare = line.strip().lstrip("> \t")
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _without(line: str, indent: str) -> str:
    if line.startswith(indent):
        return line[len(indent) :]
    return line.lstrip(" \t>") if not line.strip(" \t>") else line.lstrip()


def _is_meant(diagnostic: Diagnostic, block: Block, own: Container[str]) -> bool:
    if diagnostic.span.row in block.bad:
        return False
    if diagnostic.code == "LLM201" and (diagnostic.symbol or "").partition(".")[0] not in own:
        return False
    if diagnostic.code == "LLM203" and _is_of_snippet(diagnostic.span, block):
        return False
    if diagnostic.code in ("LLM901", "LLM902"):
        # A guide may show what a suppression looks like.
        return False
    return not _is_elided(diagnostic.span, block)


def _is_of_snippet(span: Span, block: Block) -> bool:
    """Whether it is an attribute of ``self``: of a class that stands in the block, and the rest of which a guide leaves out."""
    line = split_lines(block.padded)[span.row - 1]
    return line[: span.column].rstrip().endswith(("self.", "cls."))


def _is_elided(span: Span, block: Block) -> bool:
    """Whether the statement has a ``...`` in it, in the place of what it leaves out."""
    tree = _tree(block.padded)
    for node in ast.walk(tree) if tree is not None else ():
        if (
            isinstance(node, ast.stmt)
            and not hasattr(node, "body")
            and node.lineno <= span.row <= (node.end_lineno or 0)
        ):
            if any(isinstance(inner, ast.Constant) and inner.value is ... for inner in ast.walk(node)):
                return True
        elif isinstance(node, ast.With | ast.AsyncWith) and node.lineno <= span.row < node.body[0].lineno:
            heads = [inner for item in node.items for inner in ast.walk(item)]
            if any(isinstance(inner, ast.Constant) and inner.value is ... for inner in heads):
                return True
    return False


def _moved(diagnostic: Diagnostic, block: Block) -> Diagnostic:
    if not block.indent:
        return diagnostic
    fix = diagnostic.fix
    if fix is not None:
        edits = tuple(Edit(_shifted(one.span, block), one.text.replace("\n", f"\n{block.indent}")) for one in fix.edits)
        fix = Fix(fix.message, fix.applicability, edits)
    return replace(diagnostic, span=_shifted(diagnostic.span, block), fix=fix)


def _shifted(span: Span, block: Block) -> Span:
    shift = len(block.indent)
    return Span(span.row, span.column + shift, span.end_row, span.end_column + shift)


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
