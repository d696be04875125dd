"""What a name in a buffer means: hover, completion, definition.

What is wrong is read off the facts that the rules are handed, what is sound is asked for (``semantics.standing``). For a completion the text
is analyzed with a name of our own at the cursor: what the facts say is missing there knows what there is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from llmlint.model.position import Truth
from llmlint.project.source import SourceError, parse, read_source
from llmlint.report.truths import published
from llmlint.semantics import nouns
from llmlint.semantics.markers import known_markers
from llmlint.semantics.proof.tests import TestModule
from llmlint.semantics.standing import Standing

_PLACEHOLDER = "llmlint_here"
_BEFORE = re.compile(r"[\w]*$")

Nouns = Callable[[str], Sequence[object]]
"""Tells what a text means."""

Stands = Callable[[str, int, int], Standing | None]
"""Tells what a name stands for: text, row from 1, column in code points."""


def completions(text: str, row: int, column: int, meaning: Nouns) -> list[tuple[str, str]]:
    """Names that may stand at a place, each with what it is (``fixture``, ``attribute``, ``keyword``, ``target``, ``marker``).

    Args:
        text: The buffer's.
        row: From 1.
        column: From 0, in code points.
        meaning: Analyzes a text.
    """
    lines = text.split("\n")
    if row > len(lines):
        return []
    line = lines[row - 1]
    begun = _BEFORE.search(line[:column])
    start = begun.start() if begun else column
    rest = re.sub(r"^\w+", "", line[column:])
    for middle in (_PLACEHOLDER, f"{_PLACEHOLDER}=0"):
        for end in (
            rest,
            ")",
            "):",
            "')",
            '")',
            "'):",
            '"):',
            ": pass",
            "): pass",
            f"\n{_indent(line)}def {_PLACEHOLDER}(): pass",
        ):
            lines[row - 1] = line[:start] + middle + end
            candidate = "\n".join(lines)
            try:
                parse("buffer.py", candidate)
            except SourceError:
                continue
            if found := list(dict.fromkeys(_offered(meaning(candidate)))):
                return found
            break
    return []


def _offered(facts: Sequence[object]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        match fact:
            case nouns.FixtureRequest(name=name) if name == _PLACEHOLDER:
                yield from ((one, "fixture") for one in sorted(fact.names()))
            case nouns.AttributeUse(name=name, owner=owner) | nouns.MockAttributeUse(name=name, owner=owner):
                if name == _PLACEHOLDER and owner is not None:
                    yield from ((one, "attribute") for one in sorted(owner.names()) if not one.startswith("__"))
            case nouns.PatchUse(missing_part=part, owner=owner) if part == _PLACEHOLDER and owner is not None:
                yield from ((one, "target") for one in sorted(owner.names()) if not one.startswith("__"))
            case nouns.ImportUse(name=name, owner=owner) if name == _PLACEHOLDER and owner is not None:
                yield from ((one, "attribute") for one in sorted(owner.names()) if not one.startswith("_"))
            case nouns.CallUse(problems=problems, parameters=parameters):
                if any(problem.name == _PLACEHOLDER for problem in problems):
                    yield from ((one, "keyword") for one in parameters)
            case nouns.MockCall(problems=problems, parameters=parameters):
                if any(problem.name == _PLACEHOLDER for problem in problems):
                    yield from ((one, "keyword") for one in parameters)
            case TestModule(source=source) if f"mark.{_PLACEHOLDER}" in source.text:
                yield from ((one, "marker") for one in known_markers(fact))
            case _:
                continue


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def told(text: str, row: int, column: int, meaning: Nouns, stands: Stands) -> str | None:
    """What stands at a place, in Markdown: the signature or the names of what decides, its docstring, what a mock stands for."""
    for words, truth in _every(text, row, column, meaning, stands):
        parts = [words] if words else []
        if truth is not None:
            if (found := published(truth)) is not None:
                parts.append(f"```python\n{found}\n```")
            if doc := _docstring(truth):
                parts.append(doc)
            parts.append(f"`{truth.path}:{truth.row}`")
        if parts:
            return "\n\n".join(parts)
    return None


def defined(text: str, row: int, column: int, meaning: Nouns, stands: Stands) -> Truth | None:
    """Where what stands at a place is defined."""
    return next((truth for _, truth in _every(text, row, column, meaning, stands) if truth is not None), None)


def _every(text: str, row: int, column: int, meaning: Nouns, stands: Stands) -> Iterator[tuple[str, Truth | None]]:
    """What is known of a place: what stands there, else what speaks of it."""
    found = stands(text, row, column)
    if found is not None:
        yield found.words, found.truth
    yield from _here(text, row, column, meaning)


def _here(text: str, row: int, column: int, meaning: Nouns) -> Iterator[tuple[str, Truth | None]]:
    """What is known of a place, the narrowest first."""
    found: list[tuple[int, str, Truth | None]] = []
    lines = text.split("\n")
    line = lines[row - 1] if row <= len(lines) else ""
    at = len(line[:column].encode("utf-8", "surrogatepass"))
    for fact in meaning(text):
        node = getattr(fact, "at", None) or getattr(fact, "node", None)
        if not isinstance(node, ast.AST) or not _covers(node, row, at):
            continue
        width = (getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0)) * 10000 + getattr(
            node, "end_col_offset", 0
        )
        match fact:
            case nouns.MockUse(stands_for=owner, factory=factory) if owner is not None:
                found.append((width, f"`{factory}` that stands for `{owner.symbol}`", owner.truth))
            case nouns.MockAttributeUse(owner=owner, name=name) if owner is not None:
                found.append((width, f"`{name}` of a mock that stands for `{owner.symbol}`", owner.truth))
            case nouns.PatchUse(replaces=owner, target=target) if owner is not None:
                found.append((width, f"patch of `{target}`", owner.truth))
            case nouns.CallUse(callee=owner, signature=signature) | nouns.MockCall(callee=owner, signature=signature):
                found.append((width, f"`{signature}`", owner.truth))
            case nouns.AttributeUse(owner=owner, truth=truth) if owner is not None:
                found.append((width, f"`{owner.symbol}.{fact.name}`", truth or owner.truth))
            case nouns.ImportUse(owner=owner) if owner is not None:
                found.append((width, f"`{owner.symbol}`", owner.truth))
            case _:
                continue
    yield from ((words, truth) for _, words, truth in sorted(found, key=lambda one: one[0]))


def _covers(node: ast.AST, row: int, at: int) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
    if not first <= row <= last:
        return False
    after = row > first or getattr(node, "col_offset", 0) <= at
    return after and (row < last or at <= (getattr(node, "end_col_offset", 0) or 0))


def published_at(text: str, row: int) -> str | None:
    """The name, dotted below the module, that a contract publishes at a row (from 1)."""
    try:
        body: Sequence[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    parts: list[str] = []
    while True:
        node = next((one for one in body if one.lineno <= row <= (one.end_lineno or one.lineno)), None)
        match node:
            case ast.ClassDef(name=name):
                parts.append(name)
                body = node.body
                continue
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                parts.append(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                parts.append(name)
            case _:
                pass
        return ".".join(parts) or None


def _docstring(truth: Truth) -> str | None:
    try:
        tree = read_source(truth.path, "other").tree
    except SourceError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.lineno == truth.row:
            return ast.get_docstring(node)
    return ast.get_docstring(tree) if truth.row <= 1 else None
