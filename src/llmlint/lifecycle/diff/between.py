"""All changes between two states of a project, and the tests that they concern."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from llmlint.contracts.layout import Place, places, without_contracts
from llmlint.contracts.symbols import Module
from llmlint.lifecycle.diff.changes import Change, Report
from llmlint.lifecycle.diff.compare import Comparer
from llmlint.lifecycle.uses import Uses
from llmlint.model.position import Truth
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_bytes
from llmlint.semantics.world import World

_BY_OWNER = ("field-added", "field-removed", "field-required", "protocol-member-added", "abstract")
"""Changes of a member that concern whoever makes or implements its class."""


def _last(change: Change) -> str:
    parts = change.symbol.split(".")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


class Between:
    """Two states of one project: ``of`` says whether contracts are compared, sources, or contracts where both states have one."""

    def __init__(self, old: Project, new: Project, of: str = "auto") -> None:
        self._projects = (old, new)
        self._of = of
        self._sources = (World(without_contracts(old)), World(without_contracts(new)))
        self._contracts = (World(old), World(new)) if of != "sources" else self._sources

    def report(self, wanted: Sequence[str] = ()) -> Report:
        """The changes of the public modules (or of those that ``wanted`` names, with all below them), by module and place."""
        old, new = ({place.module: place for place in places(project)} for project in self._projects)
        report = Report()
        for name in sorted({*old, *new}):
            place = old.get(name) or new[name]
            if wanted and not any(name == one or name.startswith(f"{one}.") for one in wanted):
                continue
            if place.private and name not in wanted:
                continue
            report.changes += self._module(name, old.get(name), new.get(name), report)
        return report

    def _module(self, name: str, old: Place | None, new: Place | None, report: Report) -> list[Change]:
        if new is None:
            assert old is not None
            return [Change(name, "module-removed", True, f"the module '{name}' is gone", Truth(old.source, 1))]
        if old is None:
            return [Change(name, "module-added", False, f"the module '{name}' is new", None, Truth(new.source, 1))]
        frozen = os.path.isfile(old.contract) and os.path.isfile(new.contract)
        if self._of == "contracts" and not frozen:
            return []
        contracts = frozen and self._of != "sources"
        # Most modules of most changes are not among what changed, and need not be understood.
        if all(_alike(*pair) for pair in _texts(old, new, contracts=contracts)):
            return []
        worlds = self._contracts if contracts else self._sources
        modules: list[Module] = []
        for world in worlds:
            module = world.library.module(name)
            if module is None or module.tree is None:
                return []
            problem = world.library.problems.get(module.path) or world.library.problems.get(
                old.source if world is worlds[0] else new.source
            )
            if problem is not None:
                report.problems.append(f"{problem.path}:{problem.row}:{problem.column + 1}: {problem.message}")
                return []
            modules.append(module)
        if modules[0].text == modules[1].text and not modules[0].stars:
            return []
        return list(Comparer(*worlds).module(*modules))

    def concern(self, report: Report, uses: Sequence[Uses]) -> None:
        """Fill in the tests that each changed symbol concerns: as they are now, seen with what the old and the new state say.

        Args:
            report: What changed.
            uses: What the tests use of `mentioned`, in the old and in the new state.
        """
        tables = [{symbol: one.tests_of(uses) for symbol, uses in one.by_symbol().items()} for one in uses]
        present = {test for tests in tables[-1].values() for test in tests}
        for change in report.changes:
            names = {change.symbol}
            if change.kind in _BY_OWNER:
                names.add(f"{change.symbol.rpartition('.')[0]}.__init__")
            if change.kind == "protocol-member-added" or change.kind == "abstract":
                names.add(change.symbol.rpartition(".")[0])
            tests: set[str] = set()
            for table in tables:
                for symbol in names:
                    tests.update(table.get(symbol, ()))
                if change.kind == "module-removed":
                    tests.update(t for s, found in table.items() if s.startswith(f"{change.symbol}.") for t in found)
            report.tests[change.symbol] = sorted({*report.tests.get(change.symbol, ()), *(tests & present)})

    def elsewhere(self, paths: Sequence[str]) -> list[str]:
        """The same paths in the old state."""
        old, new = self._projects
        found = []
        for path in paths:
            inner = os.path.relpath(os.path.abspath(path), new.base or new.root)
            found.append(os.path.join(old.base or old.root, inner))
        return [path for path in found if os.path.exists(path)]


def _texts(old: Place, new: Place, *, contracts: bool) -> list[tuple[str, str]]:
    """The files that say what a module is, in both states: its contract, else its source and a stub beside it."""
    if contracts:
        return [(old.contract, new.contract)]
    return [(old.source, new.source), (f"{old.source}i", f"{new.source}i")]


def _alike(one: str, other: str) -> bool:
    """Whether two files are the same to the last byte, or both are not there, and take nothing from elsewhere unnamed."""
    data: list[bytes] = []
    for path in (one, other):
        try:
            data.append(read_bytes(path) if os.path.isfile(path) else b"")
        except SourceError:
            return False
    return data[0] == data[1] and b"import *" not in data[0]


def mentioned(report: Report) -> set[str]:
    """The names without which a test uses nothing that changed: a constructor is mentioned by its class, a module by its last part."""
    return {
        part
        for change in report.changes
        for part in change.symbol.split(".")[-2:]
        if change.kind in _BY_OWNER or part == _last(change)
    }


def relative(report: Report, old: str, new: str) -> Report:
    """The report with paths as seen from the folder of each state."""

    def inside(truth: Truth | None, folder: str) -> Truth | None:
        if truth is None:
            return None
        return Truth(
            os.path.relpath(os.path.realpath(truth.path), os.path.realpath(folder)).replace(os.sep, "/"), truth.row
        )

    changes = [replace(one, old=inside(one.old, old), new=inside(one.new, new)) for one in report.changes]
    return Report(changes, report.tests, report.problems)
