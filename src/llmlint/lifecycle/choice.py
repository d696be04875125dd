"""Which modules a command means."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from llmlint.contracts.layout import Place
from llmlint.semantics.nearest import nearest


class UnknownModule(Exception):
    """A module was named that the project does not have."""

    def __init__(self, name: str, near: str | None) -> None:
        super().__init__(name, near)
        self.name, self.near = name, near

    def __str__(self) -> str:
        return f"there is no module '{self.name}' in this project" + (
            f"; did you mean '{self.near}'?" if self.near else ""
        )


def chosen(every: Sequence[Place], wanted: Iterable[str], cwd: str, *, held: bool = False) -> list[Place]:
    """The places that ``wanted`` names: dotted names, packages with all below them, globs of names, or paths.

    Private modules are meant where they are named, and with ``held`` where they have a contract.

    Raises UnknownModule.
    """
    wanted = tuple(wanted)
    if held:
        meant = {place.module for place in every if not place.private or os.path.isfile(place.contract)}
    else:
        meant = {place.module for place in every if not place.private}
    if not wanted:
        return [place for place in every if place.module in meant]
    found: dict[str, Place] = {}
    for item in wanted:
        path = os.path.normpath(os.path.join(cwd, item))
        hits = [place for place in every if place.module == item or place.module.startswith(f"{item}.")]
        if not hits:
            hits = [place for place in every if fnmatchcase(place.module, item)]
        if not hits:
            hits = [
                place
                for place in every
                if path in (place.source, place.contract) or place.source.startswith(path + os.sep)
            ]
        if not hits:
            raise UnknownModule(item, nearest(item, [place.module for place in every]))
        exact = {place.module for place in hits if place.module == item or place.source == path}
        for place in hits:
            if place.module in meant or place.module in exact or any(p.startswith("_") for p in item.split(".")):
                found[place.module] = place
    return [found[name] for name in sorted(found)]
