"""The digest: what a model has to know of a contract, and no more than it has room for."""

from __future__ import annotations

import ast
import copy
import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from llmlint.lifecycle.bare_stub import bare, without_examples, without_prose
from llmlint.lifecycle.docstrings import Docstring
from llmlint.lifecycle.legal_fixtures import LegalFixture
from llmlint.lifecycle.promises import ClassPromise, FunctionPromise, Promise, Value
from llmlint.lifecycle.tokens import tokens
from llmlint.project.project import Project

_Made = TypeVar("_Made")

VERSION: Final = 1
SCHEMA: Final = os.path.join(os.path.dirname(__file__), "digest.schema.json")
"""The JSON schema of the digest."""

LEVELS: Final = ("signatures", "summaries", "promises", "all")
"""How much prose is kept: none; the first paragraph and the exceptions; behaviour, invariants and what is said of
parameters and results as well; examples and everything else as well."""


def schema() -> dict[str, Any]:
    """The published JSON schema."""
    with open(SCHEMA, encoding="utf-8") as file:
        document: dict[str, Any] = json.load(file)
    return document


def forbidden(project: Project) -> list[str]:
    """What the project's settings and the nature of a contract forbid to tests, a sentence each."""
    found = [
        "names that begin with an underscore",
        "names that the contract does not list, whatever the source may have",
        "mocks without a spec: use create_autospec(..., instance=True) or patch(..., autospec=True)",
    ]
    if project.settings.internal_modules:
        found.append(f"imports of internal modules: {', '.join(project.settings.internal_modules)}")
    if project.settings.boundaries:
        found.append(f"mocks of anything but the declared boundaries: {', '.join(project.settings.boundaries)}")
    if project.settings.allowed_fixtures:
        found.append("fixtures that are not listed")
    return found


def as_json(
    project: Project,
    promises: Sequence[Promise],
    fixtures: Sequence[LegalFixture],
    budget: int | None = None,
    *,
    level: str = LEVELS[-1],
) -> dict[str, Any]:
    """The digest as a JSON document that answers to ``schema()``, within ``budget`` tokens as far as signatures allow, else with as
    much prose as ``level`` says."""

    @cache
    def module(index: int, level: str) -> dict[str, Any]:
        return _module(promises[index], level, project)

    def document(levels: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "version": VERSION,
            "level": _common(levels),
            "modules": [module(index, level) for index, level in enumerate(levels)],
            "fixtures": [_fixture(fixture, project) for fixture in fixtures],
            "forbidden": forbidden(project),
        }
        found["tokens"] = tokens(json.dumps(found, ensure_ascii=False))
        return found

    return _fitting(document, len(promises), budget, lambda found: int(found["tokens"]), level)


def as_stub(promises: Sequence[Promise], budget: int | None = None, *, level: str = LEVELS[-1]) -> str:
    """The digest as Python stubs, a module after the other, their docstrings as long as the budget (or ``level``) allows."""

    @cache
    def module(index: int, level: str) -> tuple[str, int]:
        text = f"# {promises[index].module}\n{_stub(promises[index], level)}"
        return text, tokens(text)

    def parts(levels: Sequence[str]) -> list[tuple[str, int]]:
        return [module(index, level) for index, level in enumerate(levels)]

    found = _fitting(parts, len(promises), budget, lambda found: sum(size for _, size in found), level)
    return "\n".join(text for text, _ in found)


def _common(levels: Sequence[str]) -> str:
    return min(levels, key=LEVELS.index) if levels else LEVELS[0]


def _fitting(
    make: Callable[[Sequence[str]], _Made], count: int, budget: int | None, size: Callable[[_Made], int], otherwise: str
) -> _Made:
    """The fullest form within the budget: one level for all modules, then module by module the next one."""
    if budget is None:
        return make([otherwise] * count)
    best = make([LEVELS[0]] * count)
    level = 0
    for index, name in enumerate(LEVELS[1:], start=1):
        found = make([name] * count)
        if size(found) > budget:
            break
        best, level = found, index
    if level == len(LEVELS) - 1 or size(best) > budget:
        return best
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        found = make([LEVELS[level + 1]] * middle + [LEVELS[level]] * (count - middle))
        if size(found) <= budget:
            best, low = found, middle
        else:
            high = middle - 1
    return best


# -- JSON ----------------------------------------------------------------------------------------------------------------------


def _module(promise: Promise, level: str, project: Project) -> dict[str, Any]:
    path = promise.place.contract if promise.frozen else promise.place.source
    found: dict[str, Any] = {
        "name": promise.module,
        "contract": os.path.relpath(path, project.base or project.root).replace(os.sep, "/"),
        "frozen": promise.frozen,
    }
    _describe(found, promise.docstring, level)
    found["variables"] = [_value(value, level) for value in promise.variables]
    found["functions"] = [_callable(function, level) for function in promise.functions]
    found["classes"] = [_class(cls, level) for cls in promise.classes]
    if promise.exports:
        found["exports"] = list(promise.exports)
    return found


def _describe(found: dict[str, Any], docstring: Docstring, level: str) -> None:
    """Add what a docstring says, as far as the level goes."""
    rank = LEVELS.index(level)
    if rank >= 1:
        if docstring.summary:
            found["summary"] = docstring.summary
        if docstring.raises:
            found["raises"] = [{"exception": one.name, "when": one.text} for one in docstring.raises]
    if rank >= 2:
        for key, lines in (("behaviour", docstring.behaviour), ("invariants", docstring.invariants)):
            if lines:
                found[key] = list(lines)
        if docstring.parameters:
            found["parameters"] = {one.name: one.text for one in docstring.parameters if one.text}
        if docstring.returns or docstring.yields:
            found["returns"] = docstring.returns or docstring.yields
    if rank >= 3:
        if docstring.examples:
            found["examples"] = list(docstring.examples)
        if docstring.text and docstring.text != docstring.summary:
            found["text"] = docstring.text


def _value(value: Value, level: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": value.name}
    if value.annotation:
        found["type"] = value.annotation
    if value.value:
        found["value"] = _expression(value.value, level)
    if value.text and LEVELS.index(level) >= 1:
        found["summary"] = value.text
    return found


def _expression(text: str, level: str) -> str:
    """An expression of the contract without what the level has no room for: the prose that it is handed."""
    rank = LEVELS.index(level)
    return text if rank == len(LEVELS) - 1 else without_prose(text, examples_only=rank > 0)


def _callable(function: FunctionPromise, level: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": function.name, "signature": _expression(function.signatures[0], level)}
    if len(function.signatures) > 1:
        found["overloads"] = [_expression(one, level) for one in function.signatures]
    if function.decorators:
        found["decorators"] = [_expression(one, level) for one in function.decorators]
    if function.is_async:
        found["async"] = True
    _describe(found, function.docstring, level)
    return found


def _class(cls: ClassPromise, level: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": cls.name, "kind": cls.kind}
    if cls.bases:
        found["bases"] = list(cls.bases)
    if cls.decorators:
        found["decorators"] = list(cls.decorators)
    _describe(found, cls.docstring, level)
    members = [value for value in cls.values if value.kind == "enum member"]
    fields = [value for value in cls.values if value.kind != "enum member"]
    if members:
        found["members"] = [_value(value, level) for value in members]
    if fields:
        found["fields"] = [_value(value, level) for value in fields]
    found["methods"] = [_callable(method, level) for method in cls.methods]
    if cls.nested:
        found["classes"] = [_class(inner, level) for inner in cls.nested]
    return found


def _fixture(fixture: LegalFixture, project: Project) -> dict[str, Any]:
    found: dict[str, Any] = {"name": fixture.name, "type": fixture.type or None, "scope": fixture.scope}
    if fixture.path:
        found["defined"] = (
            f"{os.path.relpath(fixture.path, project.base or project.root).replace(os.sep, '/')}:{fixture.row}"
        )
    if fixture.text:
        found["summary"] = fixture.text
    return found


# -- stubs ---------------------------------------------------------------------------------------------------------------------


def _stub(promise: Promise, level: str) -> str:
    """The stub with docstrings cut down to the level."""
    if level == LEVELS[-1]:
        return promise.text
    tree = copy.deepcopy(promise.tree)
    if level == LEVELS[0]:
        return signatures_of(tree) + "\n"
    _shorten(tree, level)
    without_examples(tree)
    return ast.unparse(tree) + "\n"


def signatures_of(tree: ast.Module) -> str:
    """A stub without any prose. The tree is changed."""
    _shorten(tree, LEVELS[0])
    return bare(tree)


def _shorten(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, level: str) -> None:
    from llmlint.lifecycle.docstrings import read

    kept: list[ast.stmt] = []
    for index, statement in enumerate(node.body):
        text = (
            statement.value.value
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            else None
        )
        if isinstance(text, str):
            short = _short(read(text), level) if index == 0 else " ".join(text.split()) if level != LEVELS[0] else ""
            if short:
                kept.append(ast.Expr(ast.Constant(short)))
            continue
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _shorten(statement, level)
        kept.append(statement)
    if not isinstance(node, ast.Module):
        bodied = [one for one in kept if not (isinstance(one, ast.Expr) and getattr(one.value, "value", 0) is ...)]
        kept = bodied or [ast.Expr(ast.Constant(...))]
    node.body = kept


def _short(docstring: Docstring, level: str) -> str:
    rank = LEVELS.index(level)
    if rank == 0:
        return ""
    lines = [docstring.summary] if docstring.summary else []
    lines += [f"Raises {one.name}: {one.text}" for one in docstring.raises]
    if rank >= 2:
        if docstring.returns or docstring.yields:
            lines.append(f"Returns {docstring.returns or docstring.yields}")
        lines += [f"{one.name}: {one.text}" for one in docstring.parameters if one.text]
        lines += [f"- {line}" for line in (*docstring.behaviour, *docstring.invariants)]
    return "\n".join(lines)
