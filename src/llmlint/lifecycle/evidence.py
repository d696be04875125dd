"""Whether a test speaks of a promise: what it is called, says and asserts, held against the promise's words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:\.\d+)?")
_SILENT: Final = frozenset(
    """a an the is are be been being was were of to that this these those with by in on and or not for from as at it its if when while
    then than so into onto which who whom whose will would should shall must may might can could do does did done have has had having
    return returns returned raise raises raised ensure ensures provide provides support supports allow allows given get gets
    all any each every other some same also only always never automatically automatic correctly properly appropriate appropriately
    value values method methods function class object instance call called calls caller using use uses used user based via per
    test tests assert self true false none""".split()  # noqa: SIM905
)
"""Words that say nothing of what is promised, or that every test has."""
_LEAST: Final = 2
_SHARE: Final = 0.6


def words(text: str) -> frozenset[str]:
    """The telling words of a text, names taken apart, endings aside."""
    return frozenset(
        _stem(word.lower()) for word in _WORD.findall(text) if word.lower() not in _SILENT and len(word) > 1
    )


def said_by(test: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The telling words of a test: of its name, its docstring, its cases, what it asserts and what it expects to be raised."""
    return words(" ".join([test.name, ast.get_docstring(test) or "", *map(ast.unparse, _telling(test))]))


def asserts(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a test checks anything by itself."""
    return next(_telling(test, cases=False), None) is not None


def speaks_of(said: frozenset[str], promise: frozenset[str]) -> bool:
    """Whether three of five words of a promise, and two at least, are among those of a test."""
    if not promise:
        return False
    shared = len(said & promise)
    return shared >= min(_LEAST, len(promise)) and shared >= _SHARE * len(promise)


def _telling(test: ast.FunctionDef | ast.AsyncFunctionDef, *, cases: bool = True) -> Iterator[ast.expr]:
    if cases:
        yield from (one for one in test.decorator_list if "parametrize" in ast.unparse(one))
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            yield node.test
            if node.msg is not None:
                yield node.msg
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("raises", "warns", "fail") or name.startswith("assert"):
                yield node


def _stem(word: str) -> str:
    for ending in (
        "ingly",
        "edly",
        "ations",
        "ation",
        "ings",
        "ing",
        "ies",
        "ied",
        "ers",
        "es",
        "ed",
        "er",
        "ly",
        "s",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
