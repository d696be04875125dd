"""What the tests of projects use, found out in several processes and remembered until something changes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from llmlint.engine.cache import Cache
from llmlint.engine.fingerprint import digest, own_version, project_fingerprint, settings_key
from llmlint.engine.judge import Task, Verdict
from llmlint.engine.recall import Memory, recall
from llmlint.lifecycle.file_uses import FileUses, UsesReader, decode, encode
from llmlint.lifecycle.uses import Mentioning, Uses, files_of_tests
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse, read_bytes
from llmlint.project.source import decode as text_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about the tests of one project."""

    project: Project
    paths: tuple[str, ...] = ()
    """Files and folders; by default those that the settings say."""
    names: AbstractSet[str] | None = None
    """Only uses of what has one of these names are of interest; None: all are."""
    remembered: bool = True
    """Whether what is found may be kept, and what was kept be used."""


def used(questions: Sequence[Question], *, jobs: int = 0) -> list[Uses]:
    """What the tests use, for each question.

    Args:
        questions: What is asked.
        jobs: Processes; 0: as many as pay.
    """
    tasks: list[Task] = []
    others: list[dict[str, str]] = []
    memories: dict[int, Memory[FileUses]] = {}
    for index, question in enumerate(questions):
        mentions = None if question.names is None else Mentioning(question.names)
        others.append({})
        for file in files_of_tests(question.project, question.paths):
            if mentions is not None:
                try:
                    text = text_of(read_bytes(file.path))
                except SourceError:
                    continue
                if not mentions(text):
                    others[index][file.path] = text
                    continue
            tasks.append(Task(index, file.path, file.role))
        if question.remembered:
            memories[index] = _memory(question)
    found = recall(tasks, Readers(tuple(question.project for question in questions)), memories, jobs=jobs)
    return [
        Uses(
            question.project,
            [file for task, file in zip(tasks, found, strict=True) if task.assignment == index],
            others[index],
        )
        for index, question in enumerate(questions)
    ]


def _memory(question: Question) -> Memory[FileUses]:
    project = question.project
    # What a file uses does not depend on which others are asked about.
    files = {file.path for paths in ((), question.paths) for file in files_of_tests(project, paths)}
    fingerprint = project_fingerprint(project, files)
    folder = os.path.join(project.root, project.settings.cache_dir)
    key = settings_key(project, "uses")
    cache = Cache(folder, key, own_version() + fingerprint.value, encode, decode)
    return Memory(cache, fingerprint)


@dataclass(frozen=True, slots=True)
class Readers:
    """Makes what reads the files of some projects, in whatever process; picklable."""

    projects: tuple[Project, ...]

    def __call__(self) -> _Reading:
        """Readers that have read nothing yet."""
        return _Reading(self.projects)


class _Reading:
    def __init__(self, projects: Sequence[Project]) -> None:
        self._projects = projects
        self._readers: dict[int, UsesReader] = {}
        self._known: dict[int, set[str]] = {}

    def __call__(self, task: Task) -> Verdict[FileUses]:
        """What one file uses; nothing where it is no program."""
        index = task.assignment
        reader = self._readers.get(index)
        if reader is None:
            reader = self._readers[index] = UsesReader(self._projects[index])
        data = b""
        try:
            data = read_bytes(task.path)
            found = reader.read(parse(task.path, text_of(data), task.role))
        except (SourceError, RecursionError):
            found = FileUses(task.path)
        known = self._known.setdefault(index, set())
        new = [path for path in reader.files_read if path not in known]
        known.update(new)
        return Verdict((found,), digest(data), tuple(new), os.getpid())
