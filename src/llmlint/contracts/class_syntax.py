"""What can be read off the statements of a class, without following a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import walk

ATTRS_DECORATORS: Final = frozenset({"s", "attrs", "attributes", "define", "mutable", "frozen", "dataclass"})
"""The decorators of attrs that make a class."""


def returns_its_argument(node: FunctionNode) -> bool:
    """Whether a decorator (or a factory of one) hands back the very thing it decorates and stores nothing on it."""
    for function in (node, *[n for n in node.body if isinstance(n, ast.FunctionDef)]):
        arguments = [*function.args.posonlyargs, *function.args.args]
        if not arguments:
            continue
        first = arguments[0].arg
        returns = [n for n in walk(function) if isinstance(n, ast.Return)]
        if function is node and any(isinstance(n, ast.FunctionDef) for n in node.body):
            continue
        plain = all(isinstance(n.value, ast.Name) and n.value.id == first for n in returns)
        stores = any(
            (isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
            or (isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in ("setattr", "type"))
            for n in walk(function)
        )
        rebound = any(
            isinstance(n, ast.Name) and n.id == first and isinstance(n.ctx, ast.Store) for n in walk(function)
        )
        if returns and plain and not stores and not rebound:
            return True
    return False


def methods(body: Sequence[ast.stmt]) -> Iterator[FunctionNode]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, ast.If):
            yield from methods(node.body)
            yield from methods(node.orelse)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            yield from methods(node.body)
            for handler in node.handlers:
                yield from methods(handler.body)
            yield from methods(node.orelse)


def annotated(body: Sequence[ast.stmt]) -> Iterator[ast.AnnAssign]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node
        elif isinstance(node, ast.If):
            if getattr(node.test, "attr", getattr(node.test, "id", "")) != "TYPE_CHECKING":
                yield from annotated(node.body)  # what is said to type checkers alone makes no field
            yield from annotated(node.orelse)


def assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.annotation, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, None, node.value


def stores(body: Sequence[ast.stmt], first: str) -> Iterator[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]]:
    """The attributes that statements store on the name ``first``: name, statement, annotation, value."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _target(target, node, None, node.value, first)
            continue
        if isinstance(node, ast.AnnAssign):
            yield from _target(node.target, node, node.annotation, node.value, first)
            continue
        if isinstance(node, ast.AugAssign):
            yield from _target(node.target, node, None, None, first)
            continue
        if isinstance(node, (ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Pass)):
            continue
        if isinstance(node, (ast.For, ast.AsyncFor)):
            yield from _target(node.target, node, None, None, first)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    yield from _target(item.optional_vars, node, None, None, first)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                stack.extend(reversed(inner))


def _target(
    target: ast.expr, node: ast.stmt, annotation: ast.expr | None, value: ast.expr | None, first: str
) -> Iterator[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]]:
    if isinstance(target, ast.Attribute):
        if isinstance(target.value, ast.Name) and target.value.id == first:
            yield target.attr, node, annotation, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        for item in target.elts:
            yield from _target(item, node, None, None, first)
    elif isinstance(target, ast.Starred):
        yield from _target(target.value, node, None, None, first)


def is_classmethod(node: FunctionNode) -> bool:
    return node.name == "__init_subclass__" or any(
        isinstance(d, ast.Name) and d.id == "classmethod" for d in node.decorator_list
    )


def last(node: ast.expr | None) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.partition("[")[0].rpartition(".")[2]
    return ""


def is_classvar(node: ast.expr) -> bool:
    return last(node) == "ClassVar"


def shown(node: ast.expr) -> str:
    """An expression as a message shows it."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."


def constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else node


def call_options(node: ast.expr) -> dict[str, object] | None:
    """The keywords of a decorator's or field's call, constants unwrapped; None where ``**`` hides some."""
    if not isinstance(node, ast.Call):
        return {}
    found: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            return None
        found[keyword.arg] = constant(keyword.value)
    return found


def strings(node: ast.expr) -> list[str] | None:
    """The strings of a literal sequence (or the keys of a literal dict, or one string); None if computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    items: Sequence[ast.expr | None]
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        items = node.elts
    elif isinstance(node, ast.Dict):
        items = node.keys
    else:
        return None
    if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items):
        return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return None


def named_tuple_fields(call: ast.Call) -> list[tuple[str, ast.expr | None, bool]] | None:
    options = call_options(call)
    if options is None or "rename" in options or len(call.args) < 2:
        return None
    fields = call.args[1]
    defaults = 0
    if "defaults" in options:
        node = options["defaults"]
        if not isinstance(node, (ast.Tuple, ast.List)):
            return None
        defaults = len(node.elts)
    if isinstance(fields, (ast.List, ast.Tuple)) and fields.elts and isinstance(fields.elts[0], ast.Tuple):
        typed: list[tuple[str, ast.expr | None, bool]] = []
        for item in fields.elts:
            if not (isinstance(item, ast.Tuple) and len(item.elts) == 2 and isinstance(item.elts[0], ast.Constant)):
                return None
            typed.append((str(item.elts[0].value), item.elts[1], True))
        return typed
    names = strings(fields)
    if names is None:
        return None
    if isinstance(fields, ast.Constant):
        names = names[0].replace(",", " ").split()
    return [(name, None, index < len(names) - defaults) for index, name in enumerate(names)]
