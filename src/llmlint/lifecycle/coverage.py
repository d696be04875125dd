"""Which promises of a contract no test uses, and which test uses which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from llmlint.lifecycle.evidence import speaks_of, words
from llmlint.lifecycle.promises import FunctionPromise, Promise
from llmlint.lifecycle.scenarios import scenarios
from llmlint.lifecycle.uses import Use, Uses

Kind = Literal[
    "function", "method", "property", "class", "field", "enum member", "variable", "exception", "behaviour", "invariant"
]

Evidence = Literal["use", "name", "words"]
"""They use it (and expect the exception); they bear the name of the scenario; they use what it is about, assert something and speak of it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One promise, with the tests that use it."""

    symbol: str
    kind: Kind
    text: str
    """For an exception, a behaviour, an invariant: what the contract says."""
    tests: tuple[str, ...]
    mocked: bool = False
    """Only mocks of it are used."""
    evidence: Evidence = "use"
    """Why the tests count."""


def coverage(promises: Sequence[Promise], uses: Uses) -> list[Covered]:
    """Every promise of the modules, in the order of the contracts."""
    table = uses.by_symbol()
    found: list[Covered] = []
    for promise in promises:
        found += _module(promise, uses, table)
    return found


def _module(promise: Promise, uses: Uses, table: dict[str, list[Use]]) -> Iterator[Covered]:
    def entry(symbol: str, kind: Kind, more: Sequence[str] = (), text: str = "") -> Covered:
        hits = [use for name in (symbol, *more) for use in table.get(name, ())]
        real = [use for use in hits if use.how not in ("mock", "patch", "import")]
        return Covered(symbol, kind, text, tuple(uses.tests_of(real)), mocked=bool(hits) and not real)

    for variable in promise.variables:
        hits = table.get(variable.symbol, [])
        yield Covered(variable.symbol, "variable", "", tuple(uses.tests_of(hits)))
    for function in promise.functions:
        yield entry(function.symbol, "function")
        yield from _raises(function, uses, table)
    for cls in promise.every_class():
        yield entry(cls.symbol, "class", (f"{cls.symbol}.__init__", f"raises {cls.symbol}"))
        for value in cls.values:
            yield entry(value.symbol, "enum member" if value.kind == "enum member" else "field")
        for method in cls.methods:
            if method.name.startswith("__") and method.name != "__init__":
                continue
            yield entry(method.symbol, "property" if method.is_property else "method", _constructed(method))
            yield from _raises(method, uses, table)
    yield from _told(promise, uses, table)


def _told(promise: Promise, uses: Uses, table: dict[str, list[Use]]) -> Iterator[Covered]:
    """Behaviour and invariants: tests of their name, else tests that use what they are about, assert something, and speak of it."""
    named: dict[str, list[Use]] = {}
    for use in uses.found:
        named.setdefault(use.function.rpartition(".")[2], []).append(use)
    users: dict[str, dict[tuple[str, str], Use]] = {}
    for one in scenarios(promise):
        if one.kind not in ("behaviour", "invariant"):
            continue
        kind: Kind = "behaviour" if one.kind == "behaviour" else "invariant"
        text = f"{one.text} [{one.name}]"
        if tests := uses.tests_of(named.get(one.name, ())):
            yield Covered(one.symbol, kind, text, tuple(tests), evidence="name")
            continue
        if one.symbol not in users:
            users[one.symbol] = _users(one.symbol, table, members=one.function is None)
        promised = words(one.text) - words(one.symbol.rpartition(".")[2])
        speaking = [
            use for key, use in users[one.symbol].items() if key in uses.said and speaks_of(uses.said[key], promised)
        ]
        yield Covered(one.symbol, kind, text, tuple(uses.tests_of(speaking)), evidence="words")


def _users(symbol: str, table: dict[str, list[Use]], *, members: bool) -> dict[tuple[str, str], Use]:
    """One real use of a symbol in each function that makes one; with ``members``, of what is below it as well."""
    symbols = [symbol, *_made_of(symbol)]
    if members:
        symbols += [one for one in table if one.startswith(f"{symbol}.")]
    return {(use.path, use.function): use for name in symbols for use in table.get(name, ()) if use.how == "use"}


def _made_of(symbol: str) -> tuple[str, ...]:
    return (symbol.removesuffix(".__init__"),) if symbol.endswith(".__init__") else ()


def _constructed(method: FunctionPromise) -> tuple[str, ...]:
    return (method.symbol.removesuffix(".__init__"),) if method.name == "__init__" else ()


def _raises(function: FunctionPromise, uses: Uses, table: dict[str, list[Use]]) -> Iterator[Covered]:
    """A documented exception is tested by a test that uses the function where it expects the exception, or one that derives from it."""
    callers: dict[tuple[str, str], list[int]] = {}
    for name in (function.symbol, *_constructed(function)):
        for use in table.get(name, ()):
            if use.how == "use":
                callers.setdefault((use.path, use.function), []).append(use.row)
    for one in function.docstring.raises:
        last = one.name.rpartition(".")[2]
        hits = [
            use
            for symbol, found in table.items()
            if symbol.startswith("raises ") and symbol.rpartition(".")[2] == last
            for use in found
            if any(use.row <= row <= use.last for row in callers.get((use.path, use.function), ()))
        ]
        text = f"raises {one.name}" + (f": {one.text}" if one.text else "")
        yield Covered(function.symbol, "exception", text, tuple(uses.tests_of(hits)))
