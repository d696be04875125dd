"""Signatures, and binding the arguments of a call to them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final, NamedTuple

POSITIONAL_ONLY: Final = 0
POSITIONAL_OR_KEYWORD: Final = 1
VAR_POSITIONAL: Final = 2
KEYWORD_ONLY: Final = 3
VAR_KEYWORD: Final = 4


class Parameter(NamedTuple):
    """One parameter; ``kind`` is one of the five of ``inspect.Parameter``."""

    name: str
    kind: int
    required: bool
    annotation: ast.expr | None = None
    default: ast.expr | None = None
    shown: str | None = None
    """For a positional-only one, how it may be called."""


class Signature:
    """The parameters of something callable, ``self`` and ``cls`` already dropped."""

    __slots__ = ("drops", "keywords", "name", "parameters", "positional", "required", "var_keyword", "var_positional")

    def __init__(self, name: str, parameters: Sequence[Parameter], *, drops: bool = False) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.positional = tuple(p for p in parameters if p.kind <= POSITIONAL_OR_KEYWORD)
        self.keywords = {p.name: p for p in parameters if p.kind in (POSITIONAL_OR_KEYWORD, KEYWORD_ONLY)}
        self.required = tuple(
            p for p in parameters if p.required and p.kind != VAR_POSITIONAL and p.kind != VAR_KEYWORD
        )
        self.var_positional = any(p.kind == VAR_POSITIONAL for p in parameters)
        self.var_keyword = any(p.kind == VAR_KEYWORD for p in parameters)
        self.drops = drops
        """Whether keywords that it does not take are silently dropped (a model with ``extra="ignore"``)."""

    def __str__(self) -> str:
        parts: list[str] = []
        seen_star = False
        last_positional_only = -1
        for index, parameter in enumerate(self.parameters):
            if parameter.kind == POSITIONAL_ONLY:
                last_positional_only = index
        for index, parameter in enumerate(self.parameters):
            if parameter.kind == VAR_POSITIONAL:
                parts.append(f"*{parameter.name}")
                seen_star = True
            elif parameter.kind == VAR_KEYWORD:
                parts.append(f"**{parameter.name}")
            else:
                if parameter.kind == KEYWORD_ONLY and not seen_star:
                    parts.append("*")
                    seen_star = True
                text = parameter.name
                if not parameter.required:
                    shown = ast.unparse(parameter.default) if parameter.default is not None else "..."
                    text += f"={shown if len(shown) <= 24 else '...'}"
                parts.append(text)
            if index == last_positional_only:
                parts.append("/")
        return f"{self.name}({', '.join(parts)})"

    def parameter_for(self, index: int, keyword: str | None) -> Parameter | None:
        """The parameter that the argument ``index`` (or ``keyword``) fills; None if there is no such one."""
        if keyword is not None:
            found = self.keywords.get(keyword)
            if found is None and self.var_keyword:
                return self.parameters[-1]
            return found
        if index < len(self.positional):
            return self.positional[index]
        for parameter in self.parameters:
            if parameter.kind == VAR_POSITIONAL:
                return parameter
        return None


class Mismatch(NamedTuple):
    """One way in which arguments do not bind.

    ``kind`` as in ``semantics.nouns.Problem``; ``at`` is the positional argument's, ``keyword`` the keyword's name.
    """

    kind: str
    name: str | None
    at: int | None = None
    keyword: str | None = None
    takes: int | None = None
    given: int | None = None


def from_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, *, drop_first: bool, stub: bool = False
) -> Signature:
    """The signature of a ``def``; ``drop_first`` for a bound method.

    In stubs, parameters whose names begin with two underscores are positional-only (PEP 484, before PEP 570).
    """
    arguments = node.args
    parameters: list[Parameter] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        only = index < len(arguments.posonlyargs)
        if not only and argument.arg.startswith("__") and not argument.arg.endswith("__"):
            only = stub or False
        kind = POSITIONAL_ONLY if only else POSITIONAL_OR_KEYWORD
        parameters.append(Parameter(argument.arg, kind, default is None, argument.annotation, default))
    if drop_first and parameters:
        parameters = parameters[1:]
    if arguments.vararg is not None:
        parameters.append(Parameter(arguments.vararg.arg, VAR_POSITIONAL, False, arguments.vararg.annotation))
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        parameters.append(
            Parameter(argument.arg, KEYWORD_ONLY, keyword_default is None, argument.annotation, keyword_default)
        )
    if arguments.kwarg is not None:
        parameters.append(Parameter(arguments.kwarg.arg, VAR_KEYWORD, False, arguments.kwarg.annotation))
    return Signature(name, parameters)


def bind(
    signature: Signature, count: int, keywords: Sequence[str], *, starred: bool = False, double_starred: bool = False
) -> list[Mismatch]:
    """How ``count`` positional arguments and ``keywords`` do not bind to ``signature``; empty when they do.

    With ``starred`` (``*args`` of unknown length among the arguments) and ``double_starred``, only what is wrong whatever
    they hold is reported.
    """
    problems: list[Mismatch] = []
    positional = signature.positional
    if count > len(positional) and not signature.var_positional:
        problems.append(Mismatch("too-many", None, at=len(positional), takes=len(positional), given=count))
    filled = {parameter.name for parameter in positional[:count]}
    for keyword in keywords:
        parameter = signature.keywords.get(keyword)
        if parameter is None:
            if signature.var_keyword:
                continue
            only = next((p for p in positional if p.name == keyword and p.kind == POSITIONAL_ONLY), None)
            if only is not None:
                problems.append(Mismatch("positional-only-by-keyword", keyword, keyword=keyword))
                filled.add(keyword)
            elif signature.drops:
                problems.append(Mismatch("dropped-keyword", keyword, keyword=keyword))
            else:
                problems.append(Mismatch("unknown-keyword", keyword, keyword=keyword))
        elif keyword in filled and parameter.kind == POSITIONAL_OR_KEYWORD:
            problems.append(Mismatch("duplicate", keyword, keyword=keyword))
        else:
            filled.add(keyword)
    for parameter in signature.required:
        if parameter.name in filled:
            continue
        if starred and parameter.kind <= POSITIONAL_OR_KEYWORD:
            continue
        if double_starred and parameter.kind != POSITIONAL_ONLY:
            continue
        problems.append(Mismatch("missing", parameter.name))
    return problems
