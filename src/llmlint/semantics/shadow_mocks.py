"""Where a test gets a mock that stands for something, and what its shadow says there.

A mock of an instance has a class that can be named. What stands for a function or a class has its type by the call of a function of the
stub, for nothing can be named that keeps a signature: the call is put around the one that makes the mock, or, where a decorator hands
the mock over, its parameter is called otherwise and the first statement of the body gives the name to what is typed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.symbols import Function
from llmlint.contracts.walking import walk
from llmlint.model.diagnostic import Edit
from llmlint.model.position import Span
from llmlint.semantics.mocks.typed import TypedMocks
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.type_text import PREFIX

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis

_COMPOUND: Final = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try,
    ast.TryStar, ast.Match,
)  # fmt: skip

_MOCK_CLASSES: Final = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock"})


class ShadowMocks:
    """The mocks of one file's shadow."""

    def __init__(self, analysis: FileAnalysis, mocks: TypedMocks) -> None:
        self._analysis = analysis
        self._source = analysis.source
        self._mocks = mocks

    def annotation(self, argument: ast.arg, mock: Mock) -> Iterator[Edit]:
        """The type of a parameter that is given the mock of an instance."""
        name = self._mocks.of(mock)
        if name is None:
            return
        if argument.annotation is None:
            span = self._source.span(argument)
            yield Edit(Span(span.end_row, span.end_column, span.end_row, span.end_column), f": {name}")
        elif _is_mock(argument.annotation):
            yield Edit(self._source.span(argument.annotation), name)

    def handed(self, function: Function, given: Mapping[str, Mock]) -> Iterator[Edit]:
        """The parameters that decorators and fixtures give mocks of functions and classes to."""
        node = function.node
        place = self._first_place(node) if given else None
        renamed: list[Edit] = []
        told: list[str] = []
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            mock = given.get(argument.arg)
            if mock is None or (argument.annotation is not None and not _is_mock(argument.annotation)):
                continue
            if self._mocks.of(mock) is not None:
                yield from self.annotation(argument, mock)
                continue
            opening = self._mocks.opening(mock, "patched" if place.entered else "made") if place is not None else None
            if place is None or opening is None or _is_bound(node, argument.arg):
                continue
            span = self._source.span(argument)
            end = span.column + len(argument.arg)
            if span.row != argument.lineno or not argument.arg.isascii():
                continue
            hidden = f"{PREFIX}given_{argument.arg}"
            renamed.append(Edit(Span(span.row, span.column, span.row, end), hidden))
            told.append(place.form.format(name=argument.arg, value=f"{opening}{hidden})"))
        if place is not None and told:
            yield from renamed
            yield Edit(Span(place.row, place.column, place.row, place.column), "".join(told))

    def built(self, mocks: Iterable[Mock]) -> Iterator[Edit]:
        """Where a mock is built that stands for something."""
        for mock in mocks:
            record = mock.record
            if record is None or mock.strict == "wraps":
                continue
            node = record.node
            every = record.mocks or [mock]
            names = {self._mocks.of(one) for one in every}
            name = next(iter(names)) if len(names) == 1 else None
            if name is not None and node.func.lineno == node.func.end_lineno:
                yield Edit(self._source.span(node.func), name)
            elif name is None and all(self._mocks.fits(one) for one in every):
                openings = {self._mocks.opening(one, "made") for one in every}
                if len(openings) == 1 and (opening := next(iter(openings))) is not None:
                    yield from self._around(node, opening)

    def patched(self) -> Iterator[Edit]:
        """Where a patch gives its mock a name: the mock is one of what it replaces."""
        made = {
            id(one.node): one.value
            for one in self._analysis.evaluator.patches.replacements.values()
            if isinstance(one.value, Mock) and one.value.record is None
        }
        for node in walk(self._source.tree) if made else ():
            if isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    if isinstance(item.optional_vars, ast.Name | ast.Attribute):
                        yield from self._wrapped(item.context_expr, made.get(id(item.context_expr)), "patched")
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and _by_mocker(node.value):
                if isinstance(node.targets[0], ast.Name | ast.Attribute):
                    yield from self._wrapped(node.value, made.get(id(node.value)), "made")
            elif isinstance(node, ast.Return) and node.value is not None and _by_mocker(node.value):
                yield from self._wrapped(node.value, made.get(id(node.value)), "made")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "start":
                # `patch(…).start()`: what it gives is the mock.
                yield from self._wrapped(node, made.get(id(node.func.value)), "made")

    def _wrapped(self, node: ast.expr, mock: Mock | None, verb: str) -> Iterator[Edit]:
        opening = self._mocks.opening(mock, verb) if mock is not None else None
        if opening is not None:
            yield from self._around(node, opening)

    def _around(self, node: ast.expr, opening: str) -> Iterator[Edit]:
        span = self._source.span(node)
        yield Edit(Span(span.row, span.column, span.row, span.column), opening)
        yield Edit(Span(span.end_row, span.end_column, span.end_row, span.end_column), ")")

    def _first_place(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> _Place | None:
        """Where a name can be bound first in the body, in a row that there is."""
        first = node.body[0]
        span = self._source.span(first)
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            return _Place(span.end_row, span.end_column, "; {name} = {value}")
        if isinstance(first, ast.With):
            item = self._source.span(first.items[0].context_expr)
            before = self._source.lines[span.row - 1][span.column : item.column]
            # In parentheses stand items, or one item's expression: which, nobody tells.
            if item.row != span.row or before.strip() != "with":
                return None
            return _Place(item.row, item.column, "{value} as {name}, ", entered=True)
        if isinstance(first, _COMPOUND):
            return None
        return _Place(span.row, span.column, "{name} = {value}; ")


class _Place(NamedTuple):
    """Where a body can bind a name, and how."""

    row: int
    column: int
    form: str
    entered: bool = False
    """By a ``with``."""


def _by_mocker(node: ast.expr) -> bool:
    """Whether a call is pytest-mock's, which starts its patches at once."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id.endswith("mocker")


def _is_mock(annotation: ast.expr) -> bool:
    name = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
    return name in _MOCK_CLASSES


def _is_bound(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether the body binds a name, so that it may come to be something else."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.Nonlocal) and name in node.names:
                return True
    return False
