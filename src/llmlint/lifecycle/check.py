"""What `contract check` adds to the rules: public names that a handwritten contract leaves out, contracts of modules that are gone,
and the renewal of what disagrees."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from llmlint.contracts.layout import Place
from llmlint.lifecycle.freeze.freezer import Freezer
from llmlint.lifecycle.orphans import orphans
from llmlint.lifecycle.renewal import refreshed
from llmlint.lifecycle.writing import write_atomically
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.project.project import Project
from llmlint.project.source import SourceError, SourceFile, parse, read_text
from llmlint.semantics.drift.comparison import Comparison
from llmlint.semantics.drift.found import Drift
from llmlint.semantics.world import World


def diagnostic(path: str, span: Span, message: str, symbol: str, truth: object = None) -> Diagnostic:
    """A finding of LLM501."""
    return Diagnostic(
        path=path,
        span=span,
        code="LLM501",
        name="contract-drift",
        severity="error",
        message=message,
        symbol=symbol,
        truth=truth,  # type: ignore[arg-type]
        suggestion=None,
        side="contract",
    )


def left_out(project: Project, chosen: Sequence[Place]) -> Iterator[Diagnostic]:
    """The public names that contracts leave out, handwritten ones included."""
    world = World(project)
    comparison = Comparison(world, extra=True)
    for place in chosen:
        source = _contract(place)
        module = world.library.module(place.module) if source is not None else None
        if source is None or module is None or module.path != place.contract:
            continue
        for drift in comparison.module(module):
            if drift.kind == "extra":
                span = drift.at if isinstance(drift.at, Span) else source.span(drift.at)
                yield diagnostic(
                    place.contract, _first_line(span), drift.message, f"{place.module}.{drift.name}", drift.truth
                )


def gone(project: Project, every: Sequence[Place]) -> Iterator[Diagnostic]:
    """The contracts that no module of the project answers to."""
    for path in orphans(project, every):
        yield diagnostic(path, Span(1, 0, 1, 0), "the module of this contract does not exist (any more)", path)


def fix(project: Project, chosen: Sequence[Place], every: Sequence[Place], *, strict: bool) -> list[str]:
    """Freeze anew the symbols that disagree, and with ``strict`` the public modules that have no contract; returns the contracts that
    were written. Raises CannotWrite."""
    world = World(project)
    comparison = Comparison(world, extra=True if strict else None)
    drifted: dict[str, list[Drift]] = {}
    for place in chosen:
        module = world.library.module(place.module) if os.path.isfile(place.contract) else None
        if module is not None and module.path == place.contract:
            found = list(comparison.module(module))
            if found:
                drifted[place.module] = found
    written: list[str] = []
    lacking = {place.module for place in chosen if strict and not os.path.isfile(place.contract)}
    wanted = [place for place in chosen if place.module in drifted or place.module in lacking]
    freezer = Freezer(project)
    for frozen in freezer.all(wanted, every):
        found = drifted.get(frozen.place.module, [])
        if frozen.problem is None and frozen.place.module in lacking:
            write_atomically(frozen.place.contract, frozen.text)
            written.append(frozen.place.contract)
            continue
        if frozen.problem is not None or not found:
            continue
        before = read_text(frozen.place.contract)
        after = refreshed(before, frozen.text, found, only=True)
        if after != before:
            write_atomically(frozen.place.contract, after)
            written.append(frozen.place.contract)
    return written


def _contract(place: Place) -> SourceFile | None:
    try:
        return parse(place.contract, read_text(place.contract), "contract")
    except SourceError:
        return None


def _first_line(span: Span) -> Span:
    return span if span.row == span.end_row else Span(span.row, span.column, span.row, span.column + 1)
