"""Which promises of a contract no test uses, and which test uses which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from llmlint.contracts.symbols import Class
from llmlint.lifecycle.evidence import speaks_of, words
from llmlint.lifecycle.file_uses import Use
from llmlint.lifecycle.promises import FunctionPromise, Promise
from llmlint.lifecycle.scenarios import scenarios
from llmlint.lifecycle.uses import Uses
from llmlint.model.record import record
from llmlint.project.project import Project
from llmlint.semantics.world import World

Kind = Literal[
    "function", "method", "property", "class", "field", "enum member", "variable", "exception", "behaviour", "invariant"
]

Evidence = Literal["use", "name", "words"]
"""They use it (and expect the exception); they bear the name of the scenario; they use what it is about, assert something and speak of it."""


@record
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


def names_of(project: Project, promises: Sequence[Promise]) -> set[str]:
    """The names of which a test has to write one, itself or by its fixtures, to use what the modules promise.

    What their classes inherit from other classes of the project is among them: an object of such a class may come from anywhere.
    """
    world = World(project)
    found: set[str] = set()
    for promise in promises:
        found.add(promise.module.rpartition(".")[2])
        found.update(function.name for function in promise.functions)
        found.update(variable.name for variable in promise.variables)
        found.update(scenario.name for scenario in scenarios(promise))
        module = world.library.module(promise.module)
        for cls in promise.every_class():
            found.add(cls.name)
            found.update(method.name for method in cls.methods)
            found.update(value.name for value in cls.values)
            real = world.library.symbol(module, cls.name) if module is not None else None
            for base in world.classes.mro(real) if isinstance(real, Class) else ():
                if base.module.own:
                    found.update((*world.classes.body(base), *world.classes.instance(base)))
    # Python itself asks for the others.
    return {name for name in found if not name.startswith("__")}


def coverage(promises: Sequence[Promise], uses: Uses) -> list[Covered]:
    """Every promise of the modules, in the order of the contracts."""
    counting = _Counting(uses)
    return [one for promise in promises for one in counting.module(promise)]


class _Counting:
    """Holds promises against what the tests use."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses
        self._table = uses.by_symbol()
        self._below: dict[str, list[str]] = {}
        """The used symbols below a class, by the class."""
        self._expected: dict[str, list[Use]] = {}
        """Where an exception is expected, by the last part of its name."""
        self._named: dict[str, dict[tuple[str, str], Use]] = {}
        """A use in each function, by the function's name."""
        for symbol, found in self._table.items():
            if symbol.startswith("raises "):
                self._expected.setdefault(symbol.rpartition(".")[2], []).extend(found)
                continue
            owner = symbol.rpartition(".")[0]
            while owner:
                self._below.setdefault(owner, []).append(symbol)
                owner = owner.rpartition(".")[0]
        for use in uses.found:
            self._named.setdefault(use.function.rpartition(".")[2], {})[use.path, use.function] = use

    def module(self, promise: Promise) -> Iterator[Covered]:
        """Every promise of one module."""
        for variable in promise.variables:
            hits = self._table.get(variable.symbol, [])
            yield Covered(variable.symbol, "variable", "", tuple(self._uses.tests_of(hits)))
        for function in promise.functions:
            yield self._entry(function.symbol, "function")
            yield from self._raises(function)
        for cls in promise.every_class():
            yield self._entry(cls.symbol, "class", (f"{cls.symbol}.__init__", f"raises {cls.symbol}"))
            for value in cls.values:
                yield self._entry(value.symbol, "enum member" if value.kind == "enum member" else "field")
            for method in cls.methods:
                if method.name.startswith("__") and method.name != "__init__":
                    continue
                yield self._entry(method.symbol, "property" if method.is_property else "method", _constructed(method))
                yield from self._raises(method)
        yield from self._told(promise)

    def _entry(self, symbol: str, kind: Kind, more: Sequence[str] = ()) -> Covered:
        hits = [use for name in (symbol, *more) for use in self._table.get(name, ())]
        real = [use for use in hits if use.how not in ("mock", "patch", "import")]
        return Covered(symbol, kind, "", tuple(self._uses.tests_of(real)), mocked=bool(hits) and not real)

    def _raises(self, function: FunctionPromise) -> Iterator[Covered]:
        """A documented exception is tested by a test that uses the function where it expects the exception, or one that derives from it."""
        callers: dict[tuple[str, str], list[int]] = {}
        for name in (function.symbol, *_constructed(function)):
            for use in self._table.get(name, ()):
                if use.how == "use":
                    callers.setdefault((use.path, use.function), []).append(use.row)
        for one in function.docstring.raises:
            hits = [
                use
                for use in self._expected.get(one.name.rpartition(".")[2], ())
                if any(use.row <= row <= use.last for row in callers.get((use.path, use.function), ()))
            ]
            text = f"raises {one.name}" + (f": {one.text}" if one.text else "")
            yield Covered(function.symbol, "exception", text, tuple(self._uses.tests_of(hits)))

    def _told(self, promise: Promise) -> Iterator[Covered]:
        """Behaviour and invariants: tests of their name, else tests that use what they are about, assert something, and speak of it."""
        uses = self._uses
        users: dict[str, dict[tuple[str, str], Use]] = {}
        for one in scenarios(promise):
            if one.kind not in ("behaviour", "invariant"):
                continue
            kind: Kind = "behaviour" if one.kind == "behaviour" else "invariant"
            text = f"{one.text} [{one.name}]"
            if tests := uses.tests_of(self._named.get(one.name, {}).values()):
                yield Covered(one.symbol, kind, text, tuple(tests), evidence="name")
                continue
            if one.symbol not in users:
                users[one.symbol] = self._users(one.symbol, members=one.function is None)
            promised = words(one.text) - words(one.symbol.rpartition(".")[2])
            speaking = [
                use
                for key, use in users[one.symbol].items()
                if key in uses.said and speaks_of(uses.said[key], promised)
            ]
            yield Covered(one.symbol, kind, text, tuple(uses.tests_of(speaking)), evidence="words")

    def _users(self, symbol: str, *, members: bool) -> dict[tuple[str, str], Use]:
        """One real use of a symbol in each function that makes one; with ``members``, of what is below it as well."""
        symbols = [symbol, *_made_of(symbol)]
        if members:
            symbols += self._below.get(symbol, ())
        return {
            (use.path, use.function): use for name in symbols for use in self._table.get(name, ()) if use.how == "use"
        }


def _made_of(symbol: str) -> tuple[str, ...]:
    return (symbol.removesuffix(".__init__"),) if symbol.endswith(".__init__") else ()


def _constructed(method: FunctionPromise) -> tuple[str, ...]:
    return (method.symbol.removesuffix(".__init__"),) if method.name == "__init__" else ()
