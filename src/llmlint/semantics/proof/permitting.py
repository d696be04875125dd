"""Conditions that success and failure meet alike."""

from __future__ import annotations

import ast
import re
from http import HTTPStatus
from typing import Final

from llmlint.semantics.proof.body import last_name

_GOOD: Final = frozenset(
    {"success", "succeeded", "successful", "ok", "healthy", "passed", "pass", "valid", "completed", "up", "accepted"}
)
_BAD: Final = frozenset(
    {"failure", "failed", "error", "unhealthy", "fail", "invalid", "down", "rejected", "errored", "failing"}
)


def permissive(condition: ast.expr) -> str:
    """What a condition accepts both of (``200 and 500``); '' where it tells them apart."""
    left, values = _alternatives(condition)
    if left is None:
        return _bounded(condition)
    constants = [value.value for value in values if isinstance(value, ast.Constant)]
    if any(value is True for value in constants) and any(value is False for value in constants):
        return "True and False"
    codes = [code for value in values if (code := _code(value, left)) is not None]
    good, bad = [code for code in codes if code < 400], [code for code in codes if code >= 400]
    if good and bad:
        return f"{min(good)} and {max(bad)}"
    words = [str(value).lower() for value in constants if isinstance(value, str)]
    fine, wrong = [word for word in words if word in _GOOD], [word for word in words if word in _BAD]
    if fine and wrong:
        return f"'{fine[0]}' and '{wrong[0]}'"
    return ""


def _alternatives(node: ast.expr) -> tuple[ast.expr | None, list[ast.expr]]:
    """``x in (a, b)`` and ``x == a or x == b``: what is compared, and with what."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In):
        right = node.comparators[0]
        if isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            return node.left, list(right.elts)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        left: ast.expr | None = None
        found: list[ast.expr] = []
        for value in node.values:
            one, values = _alternatives(value)
            if one is None and isinstance(value, ast.Compare) and len(value.ops) == 1:
                if isinstance(value.ops[0], (ast.Eq, ast.Is)):
                    one, values = value.left, [value.comparators[0]]
            if one is None or (left is not None and ast.dump(one) != ast.dump(left)):
                return None, []
            left = one
            found += values
        return left, found
    return None, []


def _bounded(node: ast.expr) -> str:
    """``status_code < 500``: everything but a crash."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and _is_status(node.left):
        bound = node.comparators[0]
        if isinstance(bound, ast.Constant) and isinstance(bound.value, int) and not isinstance(bound.value, bool):
            top = bound.value - 1 if isinstance(node.ops[0], ast.Lt) else bound.value
            if isinstance(node.ops[0], (ast.Lt, ast.LtE)) and 400 <= top <= 599:
                return f"200 and {min(top, 499) if top < 500 else top}"
    return ""


def _is_status(node: ast.expr) -> bool:
    name = last_name(node).lower()
    return name in (
        "status",
        "status_code",
        "http_status",
        "code",
        "statuscode",
        "http_code",
        "status_int",
        "returncode_http",
    )


def _code(value: ast.expr, left: ast.expr) -> int | None:
    """The HTTP status that a value is, by its number or its name."""
    if isinstance(value, ast.Constant) and type(value.value) is int and 200 <= value.value <= 599 and _is_status(left):
        return value.value
    if isinstance(value, ast.Attribute):
        if match := re.fullmatch(r"HTTP_(\d{3})_\w+", value.attr):
            return int(match[1])
        if last_name(value.value) == "HTTPStatus" and value.attr in HTTPStatus.__members__:
            return int(HTTPStatus[value.attr])
    return None
