"""One symbol of a contract, as its source has it now: what `contract freeze` would do, for an editor that asks for no more than that."""

from __future__ import annotations

import os
from typing import NamedTuple

from llmlint.contracts.layout import Place, places
from llmlint.lifecycle.freeze.freezer import Freezer
from llmlint.lifecycle.renewal import refreshed
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.semantics.drift.comparison import Comparison
from llmlint.semantics.drift.found import Drift
from llmlint.semantics.world import World


class Refrozen(NamedTuple):
    """A contract before and after. Nothing is written."""

    path: str
    """Of the contract: absolute."""
    before: str
    after: str
    symbols: tuple[str, ...]
    """What is renewed, dotted: ``shop.cart.Cart.total``."""


class Refreezer:
    """Answers for one project as it is now."""

    def __init__(self, project: Project) -> None:
        """Nothing is read yet."""
        self._project = project
        self._places: list[Place] | None = None
        self._world: World | None = None

    def refrozen(self, symbol: str) -> Refrozen | None:
        """The contract in which a symbol is; None where it has no contract, or contract and source agree about it.

        Args:
            symbol: Dotted. What is below it and disagrees is renewed with it; what it is a part of, as far as it must be.
        """
        place = self._place(symbol)
        if place is None:
            return None
        if self._world is None:
            self._world = World(self._project)
        module = self._world.library.module(place.module)
        if module is None or module.path != place.contract:
            return None
        wanted = symbol[len(place.module) + 1 :]
        drifts = [one for one in Comparison(self._world, extra=True).module(module) if _concerns(one, wanted)]
        if not drifts:
            return None
        frozen = next(one for one in Freezer(self._project).all([place], self._every()) if one.place == place)
        if frozen.problem is not None:
            return None
        try:
            before = read_text(place.contract)
        except SourceError:
            return None
        after = refreshed(before, frozen.text, drifts, only=True)
        if after == before:
            return None
        names = sorted({f"{place.module}.{one.name}" for one in drifts})
        return Refrozen(place.contract, before, after, tuple(names))

    def symbol_at(self, path: str, name: str) -> str | None:
        """The dotted symbol of a name (``Cart.total``) in the contract at ``path``; None where that is no contract of the project."""
        found = next((place for place in self._every() if place.contract == path), None)
        return f"{found.module}.{name}" if found is not None else None

    def _every(self) -> list[Place]:
        if self._places is None:
            self._places = places(self._project)
        return self._places

    def _place(self, symbol: str) -> Place | None:
        fitting = [place for place in self._every() if symbol == place.module or symbol.startswith(f"{place.module}.")]
        best = max(fitting, key=lambda place: len(place.module), default=None)
        return best if best is not None and os.path.isfile(best.contract) else None


def _concerns(drift: Drift, name: str) -> bool:
    if not name or drift.name == name or drift.name.startswith(f"{name}."):
        return True
    # A class that the contract lacks altogether comes with the member that was asked for.
    return drift.kind == "extra" and name.startswith(f"{drift.name}.")
