"""What the text of a class says: attributes that its ``__init__`` stores, names that its module imports for type checkers."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import FunctionType


@cache
def tree_of(module: str) -> ast.Module:
    """The source of an imported module; empty where it cannot be had."""
    found = sys.modules.get(module)
    try:
        return ast.parse(inspect.getsource(found)) if found is not None else ast.Module([], [])
    except (OSError, TypeError, SyntaxError, ValueError):
        return ast.Module([], [])


def home_of(cls: type) -> str:
    """The module that a class is written in; its ``__module__`` may name the one that publishes it."""
    for name, value in vars(cls).items():
        function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if isinstance(function, FunctionType) and function.__qualname__ == f"{cls.__qualname__}.{name}":
            return str(function.__globals__.get("__name__", cls.__module__))
    return cls.__module__


@cache
def stored_by(cls: type) -> dict[str, str]:
    """The attributes that ``__init__`` stores on ``self``: by name, the annotation of each as it is written there.

    The annotation is that of the attribute, or of the parameter that is stored as it came; empty where there is none.
    """
    method = _method(cls, "__init__")
    if method is None or not method.args.args:
        return {}
    first, *others = (*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs)
    annotated = {one.arg: ast.unparse(one.annotation) for one in others if one.annotation is not None}
    changed = {node.id for node in ast.walk(method) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found: dict[str, str] = {}
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is(node.value, first.arg):
            found.setdefault(node.attr, "")
    counts = dict.fromkeys(found, 0)
    for node in ast.walk(method):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if not isinstance(target, ast.Attribute) or not _is(target.value, first.arg):
                continue
            counts[target.attr] += 1
            value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
            if isinstance(node, ast.AnnAssign):
                found[target.attr] = ast.unparse(node.annotation)
            elif isinstance(value, ast.Name) and value.id not in changed and counts[target.attr] == 1:
                found[target.attr] = annotated.get(value.id, "")
            elif counts[target.attr] > 1:
                found[target.attr] = ""
    return found


def _method(cls: type, name: str) -> ast.FunctionDef | None:
    body: list[ast.stmt] = tree_of(home_of(cls)).body
    for part in cls.__qualname__.split("."):
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == part), [])
    return next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


@cache
def for_checkers(module: str) -> dict[str, tuple[str, str]]:
    """What a module imports under ``if TYPE_CHECKING``: by name, the module that it comes from and its name there (empty: the module)."""
    package = getattr(sys.modules.get(module), "__package__", None) or ""
    found: dict[str, tuple[str, str]] = {}
    for node in tree_of(module).body:
        if not isinstance(node, ast.If) or not ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.ImportFrom):
                parts = package.split(".")
                above = parts[: len(parts) - inner.level + 1] if inner.level else []
                source = ".".join([*above, *([inner.module] if inner.module else [])])
                found |= {alias.asname or alias.name: (source, alias.name) for alias in inner.names}
            elif isinstance(inner, ast.Import):
                for alias in inner.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = (alias.name if alias.asname else top, "")
    return found
