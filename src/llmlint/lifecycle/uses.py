"""Which tests use which names of the project: found by the same evaluation that the rules judge by."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import Class, Function, Module
from llmlint.lifecycle.evidence import asserts, said_by
from llmlint.project.discovery import discover
from llmlint.project.project import Project
from llmlint.project.source import Role, SourceError, read_source
from llmlint.semantics import values
from llmlint.semantics.analysis import FileAnalysis
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import PatchUse
from llmlint.semantics.values import Value
from llmlint.semantics.world import World

_WORD = re.compile(r"\w+")
_EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})

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


class Uses:
    """Every use of a set of test files, and the tests that they belong to."""

    def __init__(
        self,
        project: Project,
        found: Sequence[Use],
        fixtures: dict[str, dict[str, set[str]]],
        said: dict[tuple[str, str], frozenset[str]],
    ) -> None:
        self._root = project.base or project.root
        self.found = found
        self.said = said
        """The telling words of each test that asserts something: (path, function)."""
        self._fixtures = fixtures
        self._names: dict[tuple[str, str], set[str]] = {}

    def by_symbol(self) -> dict[str, list[Use]]:
        """The uses of each symbol."""
        table: dict[str, list[Use]] = {}
        for use in self.found:
            table.setdefault(use.symbol, []).append(use)
        return table

    def tests_of(self, uses: Iterable[Use]) -> list[str]:
        """The tests, as pytest names them from the project's folder, that make these uses: themselves or by their fixtures."""
        tests: set[str] = set()
        for use in uses:
            tests |= self._tests_behind(use.path, use.function)
        return sorted(tests)

    def _tests_behind(self, path: str, function: str) -> set[str]:
        key = (path, function)
        found = self._names.get(key)
        if found is None:
            self._names[key] = set()
            found = self._names[key] = self._reach(path, function)
        return found

    def _reach(self, path: str, function: str) -> set[str]:
        name = function.rpartition(".")[2]
        shown = os.path.relpath(path, self._root).replace(os.sep, "/")
        if _is_test(name):
            return {f"{shown}::{function.replace('.', '::')}"}
        if not function:
            return {shown} if os.path.basename(path) != "conftest.py" else set()
        # A fixture or helper: whoever asks for it, in this file, or below it where it is a conftest's.
        tests: set[str] = set()
        folder = os.path.dirname(path) + os.sep
        for other, asked in self._fixtures.items():
            if other == path or (os.path.basename(path) == "conftest.py" and other.startswith(folder)):
                for asking, names in asked.items():
                    if name in names and (other, asking) != (path, function):
                        tests |= self._tests_behind(other, asking)
        return tests


def uses_of(
    project: Project,
    paths: Sequence[str] = (),
    world: World | None = None,
    mentioning: AbstractSet[str] | None = None,
    *,
    words: bool = False,
) -> Uses:
    """Evaluate the tests in ``paths`` (files and folders; by default those that the settings say) and list what they use.

    With ``mentioning``, only files that one of these words stands in are evaluated: others cannot use what has such a name. With
    ``words``, what the tests say is kept as well.
    """
    world = world or World(project)
    own = set(project.own_packages)
    found: list[Use] = []
    fixtures: dict[str, dict[str, set[str]]] = {}
    said: dict[tuple[str, str], frozenset[str]] = {}
    for path, role in _files(project, paths):
        try:
            source = read_source(path, role)
            functions = list(_functions(source.tree))
            fixtures[path] = {name: _asked(node) for name, node in functions}
            if mentioning is not None and mentioning.isdisjoint(_WORD.findall(source.text)):
                continue
            analysis = FileAnalysis(world, source, True)
            nouns = analysis.run().nouns
        except (SourceError, RecursionError):
            continue
        around = _Around(functions)
        if words:
            said |= {(path, name): said_by(node) for name, node in functions if _is_test(node.name) and asserts(node)}
        for node, value in analysis.sink.seen:
            row = getattr(node, "lineno", 1)
            for symbol, how in _symbols(world, node, value):
                if symbol.partition(".")[0] in own:
                    found.append(Use(symbol, path, row, around(row), how))
        found += [
            Use(noun.target, path, noun.node.lineno, around(noun.node.lineno), "patch")
            for noun in nouns
            if isinstance(noun, PatchUse) and noun.target.partition(".")[0] in own
        ]
        found += _imported(world, analysis.module, source.tree, path, around, own)
        found += _raised(world, analysis.module, source.tree, path, around)
    return Uses(project, list(dict.fromkeys(found)), fixtures, said)


def _files(project: Project, paths: Sequence[str]) -> Iterator[tuple[str, Role]]:
    starts = [os.path.abspath(path) for path in paths]
    if not starts:
        root = project.root
        starts = [os.path.normpath(os.path.join(root, path)) for path in project.settings.tests]
        starts = starts or [os.path.join(project.base or root, path) for path in project.pytest.testpaths]
        starts = [path for path in starts if os.path.exists(path)] or [project.base or root]
    discovered = discover(
        starts,
        root=project.root,
        exclude=project.settings.exclude,
        python_files=project.pytest.python_files,
        contract_roots=[folder for folder, _ in project.contract_roots],
    )
    for file in discovered.files:
        if file.role in ("test", "conftest"):
            yield file.path, file.role


class _Around:
    """Tells which function a row belongs to: the outermost one, in its class."""

    def __init__(self, functions: Sequence[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]) -> None:
        self._spans = [
            (min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno, name)
            for name, node in functions
        ]

    def __call__(self, row: int) -> str:
        return next((name for first, last, name in self._spans if first <= row <= last), "")


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    stack: list[tuple[str, ast.stmt]] = [("", node) for node in tree.body]
    while stack:
        prefix, node = stack.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            stack = [(f"{prefix}{node.name}.", inner) for inner in node.body] + stack
        elif isinstance(node, ast.If):
            stack = [(prefix, inner) for inner in (*node.body, *node.orelse)] + stack


def _asked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The fixtures and helpers that a function asks for or calls, by name."""
    names = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            names.add(getattr(inner.func, "attr", getattr(inner.func, "id", "")))
            if names & {"usefixtures", "getfixturevalue"}:
                names.update(a.value for a in inner.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    return names


def _is_test(name: str) -> bool:
    return name.startswith("test")


def _symbols(world: World, node: ast.AST, value: Value) -> Iterator[tuple[str, How]]:
    """What an attribute's owner or a callee stands for."""
    how: How = "use"
    if isinstance(value, Mock):
        if value.stands is None:
            return
        value, how = value.stands, "mock"
    name = node.attr if isinstance(node, ast.Attribute) else ""
    for member in values.members_of(value):
        if isinstance(member, values.Special):
            member = member.value  # noqa: PLW2901 - the plain value behind it
        if isinstance(member, (values.Instance, values.ClassValue)):
            yield member.cls.symbol, how
            if name:
                found = world.classes.member(member.cls, name)
                if found is not None:
                    yield f"{found.owner.symbol}.{name}", how
                    if found.owner is not member.cls:
                        yield f"{member.cls.symbol}.{name}", how
                else:
                    yield f"{member.cls.symbol}.{name}", how
            elif isinstance(member, values.ClassValue):
                yield f"{member.cls.symbol}.__init__", how
        elif isinstance(member, values.ModuleValue) and name:
            yield f"{member.module.name}.{name}", how
            if (symbol := _canonical(world, member.module, name)) is not None:
                yield symbol, how
        elif isinstance(member, values.FunctionValue) and not name:
            yield member.function.symbol, how


def _canonical(world: World, module: Module, name: str) -> str | None:
    found = world.library.symbol(module, name)
    if isinstance(found, (Class, Function, Variable)):
        return found.symbol
    return found.name if isinstance(found, Module) else None


def _imported(
    world: World, module: Module, tree: ast.Module, path: str, around: _Around, own: set[str]
) -> Iterator[Use]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] in own:
            source = world.library.module(node.module or "", module.roots)
            for alias in node.names:
                yield Use(f"{node.module}.{alias.name}", path, node.lineno, around(node.lineno), "import")
                symbol = _canonical(world, source, alias.name) if source is not None else None
                if symbol is not None:
                    yield Use(symbol, path, node.lineno, around(node.lineno), "import")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in own:
                    yield Use(alias.name, path, node.lineno, around(node.lineno), "import")


def _raised(world: World, module: Module, tree: ast.Module, path: str, around: _Around) -> Iterator[Use]:
    """The exceptions that ``pytest.raises`` and ``assertRaises`` expect, those of the standard library as well, each with its public bases:
    who documents a base class is answered by a test that expects a class of its own."""
    blocks = {
        id(item.context_expr): node.end_lineno
        for node in ast.walk(tree)
        if isinstance(node, (ast.With, ast.AsyncWith))
        for item in node.items
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if getattr(node.func, "attr", getattr(node.func, "id", "")) not in (
            "raises",
            "assertRaises",
            "assertRaisesRegex",
        ):
            continue
        last = blocks.get(id(node)) or node.end_lineno or node.lineno
        expected = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else [node.args[0]]
        for item in expected:
            found = world.library.resolve(module, item)
            if not isinstance(found, Class):
                continue
            for cls in world.classes.mro(found):
                if cls is found or cls.symbol not in _EVERYTHING:
                    yield Use(f"raises {cls.symbol}", path, node.lineno, around(node.lineno), "raises", last)
