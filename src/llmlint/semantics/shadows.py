"""What a type checker has to be told of a test: the types of fixtures and mocks, and that tests return nothing.

Every edit stays within its row, so that rows hold; what the types need is imported below the last line, under private names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import Function
from llmlint.contracts.walking import walk
from llmlint.model.diagnostic import Edit
from llmlint.model.position import Span
from llmlint.model.result import Shadow
from llmlint.semantics.mocks.typed import TypedMocks
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.shadow_classes import ShadowClasses
from llmlint.semantics.shadow_mocks import ShadowMocks
from llmlint.semantics.special_values import Request
from llmlint.semantics.type_text import TypeTexts
from llmlint.semantics.values import Special, Unknown, Value

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis

_EXPECTING = frozenset(
    {
        "raises",
        "suppress",
        "assertRaises",
        "assertRaisesRegex",
        "warns",
        "assertWarns",
        "RaisesGroup",
        "assertRaisesMessage",
    }
)
"""Calls that say that what stands inside fails."""

_SETUP = re.compile(r"(?:async)?set_?up|tear_?down|set_?up_\w+|tear_?down_\w+", re.IGNORECASE)

_HEAD = re.compile(r"\bdef\s+\w+\s*")
_CLOSED = re.compile(r"[\s,)]*\)(?=\s*:)")

_OPENING, _CLOSING = "([{", ")]}"


class Shadows:
    """Writes the shadow of one file when its analysis is over."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self._analysis = analysis
        self._source = analysis.source
        self._texts = TypeTexts(analysis.world, analysis.module)
        self._typed = TypedMocks(analysis.world, self._texts)
        self._mocks = ShadowMocks(analysis, self._typed)
        self._classes = ShadowClasses(analysis.world, analysis.source, self._texts)

    def shadow(self, requested: Mapping[Function, Mapping[str, Value]]) -> Shadow:
        """The shadow.

        Args:
            requested: What the fixtures give that tests and fixtures of the file ask for, by parameter.
        """
        edits: list[Edit] = []
        for function, cls in self._analysis.functions:
            given = requested.get(function, {})
            edits += self._parameters(function, given)
            handed = {name: value for name, value in given.items() if isinstance(value, Mock)}
            edits += self._mocks.handed(function, {**handed, **self._analysis.injected.get(function, {})})
            if self._analysis.is_test(function, cls) or (cls is not None and _SETUP.fullmatch(function.name)):
                edits += self._returned(function)
        edits += self._mocks.built(self._analysis.evaluator.mocks.built)
        edits += self._mocks.patched()
        edits += self._classes.given(cls for _, cls in self._analysis.functions if cls is not None)
        kept = _apart(edits)
        footer = (*self._texts.footer, *self._typed.footer, *self._classes.footer) if kept else ()
        return Shadow(kept, footer, tuple(sorted(set(_probes(self._source.tree)))))

    def _parameters(self, function: Function, given: Mapping[str, Value]) -> Iterator[Edit]:
        arguments = function.node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            value = given.get(argument.arg)
            if value is None or argument.annotation is not None or isinstance(value, Unknown | Mock):
                continue
            text = self._fixture(argument.arg, value, function)
            if text is not None:
                span = self._source.span(argument)
                yield Edit(Span(span.end_row, span.end_column, span.end_row, span.end_column), f": {text}")

    def _fixture(self, name: str, value: Value, function: Function) -> str | None:
        """The type of what a fixture gives: what its own annotation says, else what was seen."""
        world = self._analysis.world
        found = world.fixtures.find(name, self._analysis.module, function.owner)
        giver = found.function if found is not None else None
        if giver is None or giver.node.returns is None or isinstance(value, Special | Request):
            text = self._texts.text(value, annotated=False)
            # A fixture that gives nothing is asked for because of what it does; nothing is done with its value.
            return None if text == "None" else text
        said = world.annotations.value(giver.node.returns, giver.module, giver.owner)
        if world.inference.is_generator(giver):
            said = world.calls.async_element(said) if giver.is_async else world.calls.element(said)
        return self._texts.text(said, annotated=True)

    def _returned(self, function: Function) -> Iterator[Edit]:
        node = function.node
        gives_nothing = node.returns is None and self._analysis.world.inference.gives_nothing(function)
        if gives_nothing and (place := self._end_of_head(node)):
            row, column = place
            yield Edit(Span(row, column, row, column), " -> None")

    def _end_of_head(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int] | None:
        """Where the parenthesis of a function's parameters has just closed."""
        lines = self._source.lines
        row = node.lineno
        start = self._source.span(node).column
        found = _HEAD.search(lines[row - 1], start)
        if found is None:
            return None
        column, depth = found.end(), 0
        while row <= len(lines):
            line = lines[row - 1]
            while column < len(line):
                character = line[column]
                if character == "#":
                    break
                if character in "\"'":
                    # A default that is a string: where it ends is for a tokenizer to say.
                    return self._end_after_defaults(node)
                depth += (character in _OPENING) - (character in _CLOSING)
                column += 1
                if not depth and character == ")":
                    return (row, column) if line[column:].lstrip().startswith(":") else None
            row, column = row + 1, 0
        return None

    def _end_after_defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int] | None:
        """The parenthesis after the last parameter or default, where nothing but a comma and space stands between."""
        arguments = node.args
        every = [
            *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg,
            *arguments.defaults, *arguments.kw_defaults,
        ]  # fmt: skip
        ends = [self._source.span(one) for one in every if one is not None]
        row, column = max((span.end_row, span.end_column) for span in ends)
        found = _CLOSED.match(self._source.lines[row - 1], column)
        return (row, found.end()) if found else None


def _apart(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits in order; of those that overlap the first."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.span, edit.text)):
        if not kept or (edit.span.row, edit.span.column) >= (kept[-1].span.end_row, kept[-1].span.end_column):
            if not kept or edit.span != kept[-1].span:
                kept.append(edit)
    return tuple(kept)


def _probes(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """The rows of what is expected to fail: below ``raises``, in a ``try`` with handlers, in an ``xfail`` test."""
    for node in walk(tree, leaves=False):
        if isinstance(node, ast.Call):
            if len(node.args) > 1 and _named(node) in _EXPECTING:
                yield node.lineno, node.end_lineno or node.lineno
        elif not isinstance(node, ast.stmt):
            continue
        elif isinstance(node, ast.With | ast.AsyncWith):
            if any(_expects(item.context_expr) for item in node.items):
                yield node.lineno, node.end_lineno or node.lineno
        elif isinstance(node, ast.Try | ast.TryStar) and node.handlers:
            yield node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(_named(decorator) in ("xfail", "expectedFailure") for decorator in node.decorator_list):
                yield node.lineno, node.end_lineno or node.lineno


def _expects(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _named(node) in _EXPECTING


def _named(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
