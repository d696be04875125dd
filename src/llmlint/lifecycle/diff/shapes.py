"""What identifies a definition but for its name, so that a new one can be recognized as an old one that was renamed."""

from __future__ import annotations

import ast
from typing import Final

from llmlint.contracts.symbols import Member, Module
from llmlint.semantics.drift.declared import literal

_PLAIN_VALUES: Final = (
    ast.Constant,
    ast.UnaryOp,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Name,
    ast.Attribute,
    ast.Call,
)


def shape(module: Module, name: str) -> str:
    """What identifies a definition but for its name; '' where that says too little."""
    bound = module.table.get(name, [])
    node = bound[-1].node if bound else None
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _function_shape(node)
    if isinstance(node, ast.ClassDef):
        members = sorted(
            f"{getattr(item, 'name', '')}{_function_shape(item) if isinstance(item, ast.FunctionDef) else ''}"
            f"{ast.unparse(item.target) if isinstance(item, ast.AnnAssign) else ''}"
            for item in node.body
            if not isinstance(item, ast.Expr)
        )
        return f"class {[ast.unparse(base) for base in node.bases]} {members}" if any(members) else ""
    value = getattr(node, "value", None)
    return f"= {ast.dump(value)}" if isinstance(value, _PLAIN_VALUES) and not isinstance(value, ast.Name) else ""


def _function_shape(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = ast.unparse(node.returns) if node.returns is not None else ""
    return f"{type(node).__name__} {ast.unparse(node.args)} {returns}"


def member_shape(member: Member) -> str:
    """The same of a member of a class."""
    node = member.node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return f"{member.kind} {_function_shape(node)}"
    if member.kind == "enum member" and member.value is not None and not isinstance(member.value, ast.Call):
        return f"enum {ast.dump(member.value)}" if literal(member.value) is not None else ""
    if member.annotation is not None:
        return f"{member.kind} {ast.unparse(member.annotation)} {text_of(member.value)}"
    return ""


def matched(gone: dict[str, str], fresh: dict[str, str]) -> dict[str, str]:
    """Old to new names whose shapes are the same, where each shape is there once on both sides."""
    found: dict[str, str] = {}
    for name, shape in gone.items():
        twins = [other for other, one in fresh.items() if one == shape]
        if len(twins) == 1 and list(gone.values()).count(shape) == 1:
            found[name] = twins[0]
    return found


def text_of(node: ast.expr | None) -> str:
    """An expression as text; nothing where there is none."""
    return ast.unparse(node) if node is not None else ""
