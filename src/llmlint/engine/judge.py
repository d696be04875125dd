"""Judging files of several projects, one checker a project: what each process of a run has."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from llmlint.engine.fingerprint import digest
from llmlint.engine.pages import Page
from llmlint.engine.selection import Selection
from llmlint.engine.watch import Watch
from llmlint.model.record import record
from llmlint.model.result import FileResult
from llmlint.project.project import Project
from llmlint.project.source import Role, SourceError, read_bytes

if TYPE_CHECKING:
    from llmlint.engine.check import Checker

ResultT = TypeVar("ResultT")


@record
class Assignment:
    """A project and the rules that it asks for."""

    project: Project
    selection: Selection
    own_pages: tuple[Page, ...] = ()
    """Of the rules that the project itself brings."""
    own_rules: str = ""
    """Changes with what those rules are."""


@record
class Task:
    """A file to judge, or a project's contracts."""

    assignment: int
    """The index of its assignment."""
    path: str
    """Absolute; empty for the contracts."""
    role: Role

    @property
    def name(self) -> str:
        """What its results are called in a cache."""
        return f"{self.role}:{self.path}"


@record
class Verdict(Generic[ResultT]):
    """What was found, with what a cache has to know."""

    results: tuple[ResultT, ...]
    digest: str
    """Of the bytes that were judged."""
    read: tuple[str, ...]
    """The files that this process has read for the project since its last verdict."""
    process: int
    """The process that found it: whatever one process has read may bear on what it finds later."""


class Judge:
    """Builds the checkers when they are first needed."""

    def __init__(self, assignments: Sequence[Assignment], pages: Sequence[Page], watch: Watch) -> None:
        self._assignments = assignments
        self._pages = pages
        self._watch = watch
        self._checkers: dict[int, Checker] = {}
        self._read: dict[int, set[str]] = {}

    def checker(self, index: int) -> Checker:
        """The checker of an assignment."""
        if index not in self._checkers:
            # Rules and semantics are paid for by who judges; a run of which all is known need not.
            from llmlint.engine.check import Checker

            chosen = self._assignments[index]
            self._checkers[index] = Checker(
                chosen.project, (*self._pages, *chosen.own_pages), chosen.selection, self._watch
            )
        return self._checkers[index]

    def __call__(self, task: Task) -> Verdict[FileResult]:
        """Judges one file, or a project's contracts."""
        checker = self.checker(task.assignment)
        if not task.path:
            return self._verdict(task, tuple(checker.check_contracts()), b"")
        try:
            data = read_bytes(task.path)
        except SourceError as error:
            return self._verdict(task, (checker.unreadable(task.path, task.role, error),), b"")
        return self._verdict(task, (checker.check_bytes(task.path, data, task.role),), data)

    def _verdict(self, task: Task, results: tuple[FileResult, ...], data: bytes) -> Verdict[FileResult]:
        known = self._read.setdefault(task.assignment, set())
        new = [path for path in self._checkers[task.assignment].files_read if path not in known]
        known.update(new)
        return Verdict(results, digest(data), tuple(new), os.getpid())


@record
class JudgeBuilder:
    """Makes a judge in whatever process; picklable."""

    assignments: tuple[Assignment, ...]
    pages: tuple[Page, ...]
    watch: Watch

    def __call__(self) -> Judge:
        """A judge that has read nothing yet."""
        return Judge(self.assignments, self.pages, self.watch)
