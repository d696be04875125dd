"""Single symbols of a contract, as the source has them now: what `contract freeze` would do, for whoever asks for no more than that."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import NamedTuple

from llmlint.contracts.layout import Place, places
from llmlint.lifecycle.freeze.freezer import Freezer
from llmlint.lifecycle.renewal import refreshed
from llmlint.model.diagnostic import Edit
from llmlint.model.position import Span
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.semantics.drift.comparison import Comparison
from llmlint.semantics.drift.found import Drift
from llmlint.semantics.world import World

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


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

    def __init__(self, project: Project, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Nothing is read yet.

        Args:
            project: Whose contracts they are.
            texts: What stands for files (absolute paths): the buffers of an editor.
        """
        self._project = project
        self._texts = texts
        self._places: list[Place] | None = None
        self._world: World | None = None
        self._freezer: Freezer | None = None
        self._frozen: dict[str, str | None] = {}
        self._known: dict[str, list[Drift]] = {}

    def refrozen(self, symbol: str) -> Refrozen | None:
        """The contract in which a symbol is; None where it has no contract, or contract and source agree about it.

        Args:
            symbol: Dotted. What is below it and disagrees is renewed with it; what it is a part of, as far as it must be.
        """
        place = self._place(symbol)
        if place is None:
            return None
        if self._world is None:
            self._world = World(self._project, self._texts)
        module = self._world.library.module(place.module)
        if module is None or module.path != place.contract:
            return None
        wanted = symbol[len(place.module) + 1 :]
        drifts = [one for one in Comparison(self._world, extra=True).module(module) if _concerns(one, wanted)]
        if not drifts:
            return None
        frozen = self._text(place)
        if frozen is None:
            return None
        try:
            before = self._texts[place.contract] if place.contract in self._texts else read_text(place.contract)
        except SourceError:
            return None
        after = refreshed(before, frozen, drifts, only=True)
        if after == before:
            return None
        names = sorted({f"{place.module}.{one.name}" for one in drifts})
        return Refrozen(place.contract, before, after, tuple(names))

    def renewed(self, path: str, text: str, told: Collection[tuple[str, str]]) -> str:
        """The text of the contract at ``path`` with the symbols renewed that these findings of LLM501 are about: (symbol, message)."""
        place = next((place for place in self._every() if place.contract == path), None)
        frozen = self._text(place) if place is not None else None
        if place is None or frozen is None:
            return text
        drifts = [one for one in self._drifts(place) if (f"{place.module}.{one.name}", one.message) in told]
        return refreshed(text, frozen, drifts, only=True) if drifts else text

    def edits(self, path: str, text: str, symbol: str, message: str) -> tuple[Edit, ...]:
        """What ``renewed`` changes for one finding, as edits of ``text``: whole lines."""
        before = _LINE.findall(text)
        after = _LINE.findall(self.renewed(path, text, {(symbol, message)}))
        return tuple(
            Edit(Span(first + 1, 0, last + 1, 0), "".join(after[start:end]))
            for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
            if kind != "equal"
        )

    def _drifts(self, place: Place) -> list[Drift]:
        if self._world is None:
            self._world = World(self._project, self._texts)
        if place.module not in self._known:
            module = self._world.library.module(place.module)
            there = module is not None and module.path == place.contract
            self._known[place.module] = list(Comparison(self._world).module(module)) if module and there else []
        return self._known[place.module]

    def _text(self, place: Place) -> str | None:
        """What freezing the module would write; None where its source cannot be read."""
        if place.module not in self._frozen:
            self._freezer = self._freezer or Freezer(self._project, self._texts)
            for one in self._freezer.all([place], self._every()):
                self._frozen[one.place.module] = one.text if one.problem is None else None
        return self._frozen[place.module]

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
