"""What one file of tests uses: found by the same evaluation that the rules judge by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import field
from typing import Any, Final, Literal, NamedTuple

from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import Class, Function, Module
from llmlint.lifecycle.evidence import said_by
from llmlint.lifecycle.spelling import Outline, called
from llmlint.model.record import record
from llmlint.project.project import Project
from llmlint.project.source import SourceFile
from llmlint.semantics import values
from llmlint.semantics.analysis import FileAnalysis
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import PatchUse
from llmlint.semantics.sink import Sink
from llmlint.semantics.values import Value
from llmlint.semantics.world import World

_EVERYTHING: Final = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})
_RAISES: Final = frozenset({"raises", "assertRaises", "assertRaisesRegex"})

How = Literal["import", "use", "mock", "patch", "raises"]


class Use(NamedTuple):
    """One use of a name in a file of tests."""

    symbol: str
    """Dotted: the definition that is used (``shop.cart.Cart.add``), or the name that is imported or patched as it is written."""
    path: str
    """Absolute."""
    row: int
    function: str
    """The test, fixture or helper around it, dotted in its file (``TestCart.test_add``); empty at the top."""
    how: How
    last: int = 0
    """For an expected exception: the last row that it is expected in."""


@record
class FileUses:
    """What one file uses, and what its functions ask for and say."""

    path: str
    """Absolute."""
    uses: tuple[Use, ...] = ()
    asked: dict[str, frozenset[str]] = field(default_factory=dict)
    """By function: the fixtures and helpers that it asks for or calls, by name."""
    said: dict[str, frozenset[str]] = field(default_factory=dict)
    """By test that asserts something: its telling words."""


def encode(found: FileUses) -> list[Any]:
    """What a file uses, as JSON knows it."""
    return [
        found.path,
        [[use.symbol, use.row, use.function, use.how, use.last] for use in found.uses],
        {name: sorted(asked) for name, asked in found.asked.items()},
        {name: sorted(said) for name, said in found.said.items()},
    ]


def decode(data: list[Any]) -> FileUses:
    """What was encoded.

    Raises:
        TypeError, ValueError: it is nothing of that kind.
    """
    path, uses, asked, said = data
    return FileUses(
        path,
        tuple(Use(symbol, path, row, function, how, last) for symbol, row, function, how, last in uses),
        {name: frozenset(one) for name, one in asked.items()},
        {name: frozenset(one) for name, one in said.items()},
    )


def is_test(name: str) -> bool:
    """Whether a function of a test file is a test by its name."""
    return name.startswith("test")


class UsesReader:
    """Evaluates files of tests, with what they share read once."""

    def __init__(self, project: Project) -> None:
        self._world = World(project)
        self._own = frozenset(project.own_packages)

    @property
    def files_read(self) -> tuple[str, ...]:
        """Every file that was read so far for the sake of others."""
        return self._world.files_read

    def read(self, source: SourceFile) -> FileUses:
        """What a file uses.

        Raises:
            RecursionError: it nests too deeply.
        """
        outline = Outline(source.tree)
        analysis = FileAnalysis(self._world, source, Sink(facts=(PatchUse,), judging=False))
        analysis.evaluate()
        self._world.inference.forget(analysis.module)
        found = [
            Use(symbol, source.path, row, outline.around(row), how)
            for row, symbol, how in self._evaluated(analysis)
            if symbol.partition(".")[0] in self._own
        ]
        found += self._spelt(analysis.module, source, outline)
        said = {
            name: said
            for name, node, part in outline.functions
            if is_test(node.name) and (said := said_by(node, part.asserts, part.calls))
        }
        return FileUses(source.path, tuple(dict.fromkeys(found)), outline.asked, said)

    def _evaluated(self, analysis: FileAnalysis) -> Iterator[tuple[int, str, How]]:
        """Attributes and calls by what they are of, and patches by what they name."""
        known: dict[tuple[int, str], list[tuple[str, How]]] = {}
        for node, value in analysis.sink.seen:
            name = node.attr if isinstance(node, ast.Attribute) else ""
            # The values live as long as the list that they stand in.
            key = (id(value), name)
            if key not in known:
                known[key] = list(self._symbols(name, value))
            row = getattr(node, "lineno", 1)
            for symbol, how in known[key]:
                yield row, symbol, how
        for noun in analysis.sink.nouns:
            if isinstance(noun, PatchUse):
                yield noun.node.lineno, noun.target, "patch"

    def _symbols(self, name: str, value: Value) -> Iterator[tuple[str, How]]:
        """What the owner of an attribute (or, without a name, a callee) stands for."""
        how: How = "use"
        if isinstance(value, Mock):
            if value.stands is None:
                return
            value, how = value.stands, "mock"
        for member in values.members_of(value):
            if isinstance(member, values.Special):
                member = member.value  # noqa: PLW2901 - the plain value behind it
            if isinstance(member, values.Instance | values.ClassValue):
                yield member.cls.symbol, how
                if name:
                    found = self._world.classes.member(member.cls, name)
                    if found is not None and found.owner is not member.cls:
                        yield f"{found.owner.symbol}.{name}", how
                    yield f"{member.cls.symbol}.{name}", how
                elif isinstance(member, values.ClassValue):
                    yield f"{member.cls.symbol}.__init__", how
            elif isinstance(member, values.ModuleValue) and name:
                yield f"{member.module.name}.{name}", how
                if (symbol := self._canonical(member.module, name)) is not None:
                    yield symbol, how
            elif isinstance(member, values.FunctionValue) and not name:
                yield member.function.symbol, how

    def _canonical(self, module: Module, name: str) -> str | None:
        found = self._world.library.symbol(module, name)
        if isinstance(found, Class | Function | Variable):
            return found.symbol
        return found.name if isinstance(found, Module) else None

    def _spelt(self, module: Module, source: SourceFile, outline: Outline) -> Iterator[Use]:
        """What is imported, and the exceptions that are expected."""
        for name, part in (("", outline.outside), *((name, part) for name, _, part in outline.functions)):
            for statement in part.imports:
                for symbol in self._imported(module, statement):
                    yield Use(symbol, source.path, statement.lineno, name, "import")
            for call in part.calls:
                if call.args and called(call) in _RAISES:
                    last = part.ends.get(id(call)) or call.end_lineno or call.lineno
                    for symbol in self._expected(module, call.args[0]):
                        yield Use(symbol, source.path, call.lineno, name, "raises", last)

    def _imported(self, module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in self._own)
        elif not node.level and (node.module or "").partition(".")[0] in self._own:
            source = self._world.library.module(node.module or "", module.roots)
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
                if source is not None and (symbol := self._canonical(source, alias.name)) is not None:
                    yield symbol

    def _expected(self, module: Module, expected: ast.expr) -> Iterator[str]:
        """The exceptions that ``pytest.raises`` and ``assertRaises`` expect, those of the standard library as well, each with its public bases:
        who documents a base class is answered by a test that expects a class of its own."""
        for item in expected.elts if isinstance(expected, ast.Tuple) else [expected]:
            found = self._world.library.resolve(module, item)
            if isinstance(found, Class):
                for cls in self._world.classes.mro(found):
                    if cls is found or cls.symbol not in _EVERYTHING:
                        yield f"raises {cls.symbol}"
