"""The rules: each a page and a module of ``llmlint.rules`` joined by the name, found by it and checked when loaded."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import os
import traceback
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from llmlint.engine.pages import Page, RuleError
from llmlint.model.diagnostic import Finding
from llmlint.model.position import Locate
from llmlint.model.record import record
from llmlint.model.settings import Settings
from llmlint.project.source import SourceFile
from llmlint.semantics import nouns
from llmlint.semantics.nearest import nearest
from llmlint.semantics.proof.tests import Test, TestModule

Kind = Literal["noun", "ast", "source", "libcst", "astroid"]
"""What a rule is handed: facts of the semantics, nodes of ``ast``, the whole file, or nodes of the two heavy trees, which are
built only for files on which such a rule is selected."""

_NOUNS: tuple[type, ...] = (*typing.get_args(nouns.Noun), Test, TestModule)
_EXTRAS: Mapping[type, str] = {Settings: "settings", SourceFile: "source", Locate: "locate"}


@record
class Rule:
    """A page with the generator that judges."""

    page: Page
    check: Callable[..., Iterator[Finding]]
    kind: Kind
    wants: tuple[type, ...]
    """The classes of what it is handed as its first argument."""
    extras: tuple[str, ...]
    """What else it is handed, in order: ``settings``, ``source``, ``locate``."""


def load_rules(pages: Iterable[Page], package: str = "llmlint.rules") -> list[Rule]:
    """Imports the modules of ``pages``; those whose findings the engine makes itself have none.

    Raises:
        RuleError: a module is missing, has no generator ``check``, or ``check`` asks for what does not exist.
    """
    return [
        _load(page, _own_module(page) if page.own else _module(page, package))
        for page in pages
        if not page.made_by_engine
    ]


def _module(page: Page, package: str) -> types.ModuleType:
    name = f"{package}.{page.name.replace('-', '_')}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise RuleError(
            f"{page.path}:1: there is no module {name} (nor does the page say '- made-by: engine')"
        ) from None


def _own_module(page: Page) -> types.ModuleType:
    """The module of a project's own rule, run anew: it stands beside the page."""
    path = os.path.join(os.path.dirname(page.path), f"{page.name.replace('-', '_')}.py")
    if not os.path.isfile(path):
        raise RuleError(f"{page.path}:1: there is no file {os.path.basename(path)} beside the page")
    spec = importlib.util.spec_from_file_location(f"llmlint_own_rules.{page.code}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise RuleError(f"{path}:{error.lineno or 1}: {error.msg}") from None
    except Exception as error:  # noqa: BLE001 - whatever the module of a user does
        raise RuleError(f"{path}:{_row_in(path, error)}: cannot be imported: {type(error).__name__}: {error}") from None
    return module


def _row_in(path: str, error: Exception) -> int:
    """The row of the file in which it failed."""
    rows = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return (rows[-1] if rows else 1) or 1


def _load(page: Page, module: types.ModuleType) -> Rule:
    check = getattr(module, "check", None)
    file = module.__file__ or page.path
    if not inspect.isgeneratorfunction(check):
        raise RuleError(f"{file}:1: a rule is a generator function named check")
    place = f"{file}:{check.__code__.co_firstlineno}"
    parameters = list(inspect.signature(check).parameters.values())
    if not parameters:
        raise RuleError(f"{place}: check asks for nothing; its first parameter's annotation says what it judges")
    wants = _classes(parameters[0], vars(module), place)
    kinds: set[Kind] = {_kind(wish, parameters[0], place) for wish in wants}
    if len(kinds) != 1:
        raise RuleError(
            f"{place}: '{parameters[0].name}' mixes {' and '.join(sorted(kinds))}; a rule judges one of them"
        )
    extras = tuple(_extra(parameter, vars(module), place) for parameter in parameters[1:])
    return Rule(page, check, kinds.pop(), wants, extras)


def _classes(parameter: inspect.Parameter, namespace: Mapping[str, Any], place: str) -> tuple[Any, ...]:
    annotation = parameter.annotation
    if annotation is inspect.Parameter.empty:
        raise RuleError(f"{place}: '{parameter.name}' has no annotation, so nothing says what it is to be handed")
    if isinstance(annotation, str):
        annotation = _evaluate(annotation, namespace, place)
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


def _evaluate(annotation: str, namespace: Mapping[str, Any], place: str) -> Any:
    known = {noun.__name__: noun for noun in _NOUNS} | {extra.__name__: extra for extra in _EXTRAS} | {"ast": ast}
    try:
        # The annotation is code of a rule that was imported just now.
        return eval(annotation, {**known, **namespace})  # noqa: S307
    except (NameError, AttributeError) as error:
        missing = error.name or annotation
        candidates = dir(ast) if isinstance(error, AttributeError) else [*known, *namespace]
        near = nearest(missing, candidates)
        hint = f"; did you mean '{near}'?" if near else ""
        raise RuleError(f"{place}: check asks for '{annotation}', and there is no '{missing}'{hint}") from None


def _kind(wish: object, parameter: inspect.Parameter, place: str) -> Kind:
    if isinstance(wish, type):
        if wish in _NOUNS:
            return "noun"
        if issubclass(wish, ast.AST):
            return "ast"
        if wish is SourceFile:
            return "source"
        match wish.__module__.partition(".")[0]:
            case "libcst":
                return "libcst"
            case "astroid":
                return "astroid"
    raise RuleError(
        f"{place}: '{parameter.name}' asks for {getattr(wish, '__name__', wish)!r}; a rule is handed a noun of "
        "llmlint.semantics.nouns, a node of ast, libcst or astroid, or a SourceFile"
    )


def _extra(parameter: inspect.Parameter, namespace: Mapping[str, Any], place: str) -> str:
    for wish in _classes(parameter, namespace, place):
        if isinstance(wish, type) and wish in _EXTRAS:
            return _EXTRAS[wish]
    known = ", ".join(sorted(extra.__name__ for extra in _EXTRAS))
    raise RuleError(f"{place}: '{parameter.name}' may be one of {known}")
