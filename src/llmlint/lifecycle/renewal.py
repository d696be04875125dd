"""What freezing would do to the contracts that are there: which are new, renewed, merged, or kept because somebody edited them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from llmlint.contracts.layout import Place
from llmlint.lifecycle.freeze.freezer import Freezer, Frozen, headed, is_untouched, without_heading
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.semantics.drift.comparison import Comparison
from llmlint.semantics.drift.found import Drift

if TYPE_CHECKING:
    from llmlint.semantics.world import World

Status = Literal["new", "unchanged", "renewed", "merged", "edited", "unreadable"]
Mode = Literal["keep", "merge", "force"]


class Step(NamedTuple):
    """What happens to one contract."""

    place: Place
    status: Status
    """``edited``: left alone, since it was written or changed by hand; ``unreadable``: the source is."""
    before: str
    after: str
    problem: SourceError | None = None
    """What is wrong with the source, or with a contract that had to be merged."""


def plan(project: Project, chosen: Sequence[Place], every: Sequence[Place], mode: Mode) -> Iterator[Step]:
    """The steps of freezing the chosen modules, ordered by name. Nothing is written."""
    freezer = Freezer(project)
    world: World | None = None
    for frozen in freezer.all(chosen, every):
        before = _existing(frozen.place)
        if frozen.problem is not None:
            yield Step(frozen.place, "unreadable", before or "", "", frozen.problem)
        elif before is None:
            yield Step(frozen.place, "new", "", frozen.text)
        elif before == frozen.text:
            yield Step(frozen.place, "unchanged", before, before)
        elif is_untouched(before) or mode == "force" or _same(before, frozen.text):
            yield Step(frozen.place, "renewed", before, frozen.text)
        elif mode == "merge":
            if world is None:
                from llmlint.semantics.world import World

                world = World(project)
            yield _merged(world, frozen, before)
        else:
            yield Step(frozen.place, "edited", before, before)


def _same(before: str, frozen: str) -> bool:
    """Whether a contract says what the source says, whatever its first line: nothing of anybody's is lost."""
    return without_heading(before).split() == without_heading(frozen).split()


def _existing(place: Place) -> str | None:
    try:
        return read_text(place.contract)
    except SourceError:
        return None


def _merged(world: World, frozen: Frozen, before: str) -> Step:
    """The contract with what contradicts the source renewed, and what it lacks added."""
    try:
        ast.parse(before)
    except SyntaxError as error:
        problem = SourceError(
            error.lineno or 1, 0, f"the contract does not parse ({error.msg}): --force writes it anew"
        )
        return Step(frozen.place, "edited", before, before, problem)
    contract = world.library.module(frozen.place.module)
    drifts = list(Comparison(world, extra=False).module(contract)) if contract is not None else []
    after = refreshed(before, frozen.text, drifts)
    return Step(frozen.place, "unchanged" if after == before else "merged", before, after)


def refreshed(before: str, frozen: str, drifts: Sequence[Drift], *, only: bool = False) -> str:
    """A contract in which the symbols that drifted are as ``frozen`` has them; with ``only``, nothing else is added.

    What people wrote of them stays: comments, and docstrings where somebody has edited the contract.
    """
    from llmlint.lifecycle.freeze.merge import merge, names

    fresh = without_heading(frozen)
    renewed = {drift.name for drift in drifts if drift.kind not in ("missing", "bases", "extra")}
    heads = {drift.name for drift in drifts if drift.kind == "bases"}
    dropped = {drift.name for drift in drifts if drift.kind == "missing"}
    if only:
        wanted = {drift.name for drift in drifts if drift.kind == "extra"}
        for name in names(fresh):
            if not any(name == one or name.startswith(f"{one}.") or one.startswith(f"{name}.") for one in wanted):
                dropped.add(name)
    body = without_heading(before)
    after = merge(body, fresh, renewed, dropped, heads, prose=not is_untouched(before))
    if is_untouched(before):
        return headed(after)
    return before[: len(before) - len(body)] + after
