"""``**kwargs`` that a constructor hands on to the next one: what that one refuses, the first refuses as well."""

from __future__ import annotations

import ast

from llmlint.contracts.signature import KEYWORD_ONLY, VAR_KEYWORD, Parameter, Signature
from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import pairs, walk


def hands_on(node: FunctionNode) -> ast.Call | None:
    """The ``super().__init__(…, **kwargs)`` that a constructor runs whatever happens, if it does nothing else with ``kwargs``."""
    if node.args.kwarg is None:
        return None
    name = node.args.kwarg.arg
    for outer, inner in pairs(node):
        if isinstance(inner, ast.Name) and inner.id == name:
            if not (isinstance(outer, ast.keyword) and outer.arg is None):
                return None
    for statement in node.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and _is_super(call.func):
            spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
            return call if len(spread) == 1 and isinstance(spread[0], ast.Name) and spread[0].id == name else None
        if any(isinstance(inner, ast.Return) for inner in walk(statement)):
            return None
    return None


def with_those_of(signature: Signature, next_one: Signature) -> Signature:
    """The signature whose ``**kwargs`` are the keywords of the next constructor."""
    known = {parameter.name for parameter in signature.parameters}
    own = [parameter for parameter in signature.parameters if parameter.kind != VAR_KEYWORD]
    # An annotation of the other constructor would be read in the wrong module.
    more = [
        Parameter(name, KEYWORD_ONLY, False, None, parameter.default)
        for name, parameter in next_one.keywords.items()
        if name not in known
    ]
    return Signature(signature.name, [*own, *more])


def _is_super(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__init__"
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "super"
        and not function.value.args
    )
