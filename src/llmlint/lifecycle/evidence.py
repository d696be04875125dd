"""Whether a test speaks of a promise: what it is called, says and asserts, held against the promise's words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, cast

from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import walk
from llmlint.lifecycle.spelling import called

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


@lru_cache(maxsize=20_000)
def words(text: str) -> frozenset[str]:
    """The telling words of a text, names taken apart, endings aside. The same names stand in many tests."""
    return frozenset(filter(None, map(_telling, _WORD.findall(text))))


def said_by(test: FunctionNode, asserts: Iterable[ast.Assert], calls: Iterable[ast.Call]) -> frozenset[str]:
    """The telling words of a test: of its name, its docstring, its cases, what it asserts and what it expects to be raised.

    Nothing, if it asserts nothing by itself.

    Args:
        test: The test.
        asserts: Every ``assert`` in it.
        calls: Every call in it.
    """
    telling: list[ast.expr] = [part for one in asserts for part in (one.test, one.msg) if part is not None]
    telling += (call for call in calls if _checks(call))
    if not telling:
        return frozenset()
    telling += (one for one in test.decorator_list if _is_parametrize(one))
    texts = {test.name, ast.get_docstring(test, clean=False) or ""}
    for one in telling:
        texts.update(_texts(one))
    return frozenset().union(*map(words, texts))


def speaks_of(said: frozenset[str], promise: frozenset[str]) -> bool:
    """Whether three of five words of a promise, and two at least, are among those of a test."""
    if not promise:
        return False
    shared = len(said & promise)
    return shared >= min(_LEAST, len(promise)) and shared >= _SHARE * len(promise)


def _checks(call: ast.Call) -> bool:
    """Whether a call expects something: ``raises(…)``, ``self.assertEqual(…)``."""
    name = called(call)
    return name in ("raises", "warns", "fail") or name.startswith("assert")


def _is_parametrize(decorator: ast.expr) -> bool:
    return any("parametrize" in text for text in _texts(decorator))


def _texts(expression: ast.expr) -> Iterator[str]:
    """The names, texts and numbers of an expression."""
    for node in walk(expression):
        kind = type(node)
        if kind is ast.Name:
            yield cast("ast.Name", node).id
        elif kind is ast.Attribute:
            yield cast("ast.Attribute", node).attr
        elif kind is ast.Constant:
            yield str(cast("ast.Constant", node).value)
        elif kind is ast.keyword:
            yield cast("ast.keyword", node).arg or ""


@lru_cache(maxsize=20_000)
def _telling(word: str) -> str:
    """A word without its ending; empty where it tells nothing. The same words stand in many tests."""
    word = word.lower()
    return _stem(word) if len(word) > 1 and word not in _SILENT else ""


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
