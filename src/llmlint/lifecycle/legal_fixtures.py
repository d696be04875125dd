"""The fixtures that a test in some folder may ask for, with their types and their code."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import NamedTuple

from llmlint.contracts.symbols import Module
from llmlint.lifecycle.freeze.types import Types
from llmlint.project.project import Project
from llmlint.project.source import parse
from llmlint.semantics.analysis import FileAnalysis
from llmlint.semantics.fixtures import BUILTIN
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.values import Value
from llmlint.semantics.world import World


class LegalFixture(NamedTuple):
    """One fixture."""

    name: str
    type: str
    """As an annotation; empty where it is not known."""
    scope: str
    path: str
    """The file that defines it (absolute); empty for a plugin's."""
    row: int
    code: str
    """Its exact source, decorators included."""
    text: str
    """The first paragraph of its docstring."""
    imports: tuple[str, ...] = ()
    """The imports of its file that its code uses."""


def legal_fixtures(project: Project, folder: str, world: World | None = None) -> list[LegalFixture]:
    """The project's own fixtures that a test in ``folder`` sees, nearest first; where the settings list those that are allowed
    there, no others. Fixtures of plugins are legal as well and are not listed, unless the settings name them."""
    world = world or World(project)
    path = os.path.join(os.path.abspath(folder), "test_llmlint_prompt.py")
    analysis = FileAnalysis(world, parse(path, "", "test"))
    module = analysis.module
    allowed = _allowed(project, path)
    found: dict[str, LegalFixture] = {}
    for source in _own(world, module):
        for name, fixture in world.fixtures.of_module(source).items():
            if name in found or (allowed is not None and name not in allowed) or source.tree is None:
                continue
            node = fixture.function.node
            value = analysis.fixture_value(name, None)
            found[name] = LegalFixture(
                name,
                _type(world, source, value, node),
                _scope(node),
                source.path,
                node.lineno,
                _code(source, node),
                " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split()),
                tuple(_imports(source, node)),
            )
    for name in sorted(allowed or ()):
        if name not in found:
            found[name] = LegalFixture(name, "", "function", "", 0, "", "a plugin's")
    return list(found.values())


def besides(project: Project, folder: str, world: World) -> list[str]:
    """The names of the fixtures of pytest and of plugins that a test in ``folder`` may ask for as well, sorted."""
    path = os.path.join(os.path.abspath(folder), "test_llmlint_prompt.py")
    module = FileAnalysis(world, parse(path, "", "test")).module
    allowed = _allowed(project, path)
    own = {source.path for source in _own(world, module)}
    names = {
        name
        for source in world.fixtures.plugins()
        if source.path not in own
        for name in world.fixtures.of_module(source)
    }
    names |= {name for name in BUILTIN if world.fixtures.find(name, module) or world.fixtures.provided_by_pytest(name)}
    return sorted(
        name for name in names if not name.startswith("_") and (allowed is None or name in allowed or name in BUILTIN)
    )


def unreadable(folder: str, world: World) -> list[str]:
    """The conftests (absolute) that a test in ``folder`` has above it and that cannot be read: their fixtures are not known."""
    path = os.path.join(os.path.abspath(folder), "test_llmlint_prompt.py")
    module = FileAnalysis(world, parse(path, "", "test")).module
    return [source.path for source in world.fixtures.chain(module) if source.tree is None]


def _own(world: World, module: Module) -> list[Module]:
    """The conftests in scope and the modules of the project that they name as plugins, nearest first."""
    chain = {source.path for source in world.fixtures.chain(module)}
    return [
        source
        for source in world.fixtures.sources(module)
        if source.path in chain or (source.own and source is not module)
    ]


def _allowed(project: Project, path: str) -> set[str] | None:
    shown = os.path.relpath(path, project.root).replace(os.sep, "/")
    for glob, names in project.settings.allowed_fixtures:
        if fnmatch(shown, glob) or shown.startswith(f"{glob.rstrip('/')}/"):
            return set(names)
    return None


def _type(world: World, module: Module, value: Value, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    if node.returns is not None:
        return _inner(node.returns)
    if isinstance(value, Mock):
        value = value.stands if value.stands is not None else value
    text = Types(world, module, lambda _, name: name, lambda _: None).text(value)
    return text or ""


def _inner(returns: ast.expr) -> str:
    """What a fixture that yields gives: the first argument of ``Iterator[…]`` and its kin."""
    if isinstance(returns, ast.Subscript):
        name = getattr(returns.value, "attr", getattr(returns.value, "id", ""))
        if name in ("Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "Iterable"):
            item = (
                returns.slice.elts[0] if isinstance(returns.slice, ast.Tuple) and returns.slice.elts else returns.slice
            )
            return ast.unparse(item)
    return ast.unparse(returns)


def _scope(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    for decorator in node.decorator_list:
        for keyword in getattr(decorator, "keywords", ()):
            if keyword.arg == "scope" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return "function"


def _code(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    lines = module.text.replace("\r\n", "\n").split("\n")
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _imports(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    assert module.tree is not None
    for statement in module.tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and getattr(statement, "module", "") != "__future__":
            names = [alias for alias in statement.names if (alias.asname or alias.name.partition(".")[0]) in used]
            if names:
                kept = type(statement)(**{**dict(ast.iter_fields(statement)), "names": names})
                yield ast.unparse(kept)
