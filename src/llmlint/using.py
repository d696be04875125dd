"""What the tests of projects use, found out in several processes and remembered until something changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from llmlint.engine.cache import Cache
from llmlint.engine.fingerprint import digest, own_version, project_fingerprint, settings_key
from llmlint.engine.judge import Task, Verdict
from llmlint.engine.recall import Memory, paying, recall
from llmlint.engine.runner import run
from llmlint.lifecycle.file_uses import FileUses, UsesReader, decode, encode
from llmlint.lifecycle.uses import Mentioning, Uses, files_of_tests
from llmlint.model.record import record
from llmlint.project.processors import processors
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse, read_bytes
from llmlint.project.source import decode as text_of


@record
class Question:
    """What is asked about the tests of one project."""

    project: Project
    paths: tuple[str, ...] = ()
    """Files and folders; by default those that the settings say."""
    names: AbstractSet[str] | None = None
    """Only uses of what has one of these names are of interest; None: all are."""
    remembered: bool = True
    """Whether what is found may be kept, and what was kept be used."""


def used(questions: Sequence[Question], *, jobs: int = 0, meanwhile: Callable[[], object] | None = None) -> list[Uses]:
    """What the tests use, for each question.

    Args:
        questions: What is asked.
        jobs: Processes; 0: as many as pay.
        meanwhile: What there is to do besides: called once, here, while other processes read the tests, if there are any.
    """
    selected = [_selected(question) for question in questions]
    asked = [_Asked(question, tuple(tasks)) for question, (tasks, _) in zip(questions, selected, strict=True)]
    # Projects share nothing, so that each is read by a process of its own where that is enough.
    alone = sum(bool(tasks) for tasks, _ in selected) > 1 and all(paying(tasks) == 1 for tasks, _ in selected)
    if alone:
        found = run(asked, _Answering, jobs=jobs or processors(), meanwhile=meanwhile)
    else:
        first, *rest = asked
        found = [first.answer(jobs, meanwhile), *(one.answer(jobs) for one in rest)]
    return [
        Uses(question.project, files, others)
        for question, files, (_, others) in zip(questions, found, selected, strict=True)
    ]


def _selected(question: Question) -> tuple[list[Task], dict[str, str]]:
    """The files that are to be read, and the texts of those that use nothing of interest, by path."""
    mentions = None if question.names is None else Mentioning(question.names)
    tasks: list[Task] = []
    others: dict[str, str] = {}
    for file in files_of_tests(question.project, question.paths):
        if mentions is not None:
            try:
                text = text_of(read_bytes(file.path))
            except SourceError:
                continue
            if not mentions(text):
                others[file.path] = text
                continue
        tasks.append(Task(0, file.path, file.role))
    return tasks, others


@record
class _Asked:
    question: Question
    tasks: tuple[Task, ...]

    def answer(self, jobs: int, meanwhile: Callable[[], object] | None = None) -> list[FileUses]:
        memories = {0: _memory(self.question)} if self.question.remembered and self.tasks else {}
        return recall(self.tasks, Reading(self.question.project), memories, jobs=jobs, meanwhile=meanwhile)


class _Answering:
    """Answers one whole question at a time."""

    def __call__(self, asked: _Asked) -> list[FileUses]:
        return asked.answer(1)


def _memory(question: Question) -> Memory[FileUses]:
    project = question.project
    # What a file uses does not depend on which others are asked about.
    files = {file.path for paths in ((), question.paths) for file in files_of_tests(project, paths)}
    fingerprint = project_fingerprint(project, files)
    folder = os.path.join(project.root, project.settings.cache_dir)
    key = settings_key(project, "uses")
    cache = Cache(folder, key, own_version() + fingerprint.value, encode, decode)
    return Memory(cache, fingerprint)


@record
class Reading:
    """Makes what reads the tests of a project, in whatever process; picklable."""

    project: Project

    def __call__(self) -> _Reading:
        """One that has read nothing yet."""
        return _Reading(self.project)


class _Reading:
    def __init__(self, project: Project) -> None:
        self._reader = UsesReader(project)
        self._known: set[str] = set()
        self._process = os.getpid()

    def __call__(self, task: Task) -> Verdict[FileUses]:
        """What one file uses; nothing where it is no program."""
        if self._process != os.getpid():
            # Divided: what is found from now on rests on all that was read before, and somebody else says that.
            self._process = os.getpid()
            self._known.clear()
        data = b""
        try:
            data = read_bytes(task.path)
            found = self._reader.read(parse(task.path, text_of(data), task.role))
        except (SourceError, RecursionError):
            found = FileUses(task.path)
        new = [path for path in self._reader.files_read if path not in self._known]
        self._known.update(new)
        return Verdict((found,), digest(data), tuple(new), os.getpid())
