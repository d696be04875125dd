"""Judging only what the cache does not know."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from llmlint.engine.cache import Cache
from llmlint.engine.fingerprint import Fingerprint, digest, own_version, project_fingerprint, settings_key
from llmlint.engine.judge import JudgeBuilder, Task, Verdict
from llmlint.engine.runner import PAYING, run
from llmlint.model.codec import decode, encode
from llmlint.model.record import record
from llmlint.model.result import FileResult
from llmlint.project.processors import processors
from llmlint.project.source import SourceError, read_bytes

ResultT = TypeVar("ResultT")


@record
class Memory(Generic[ResultT]):
    """What is known of a project from earlier runs."""

    cache: Cache[ResultT]
    fingerprint: Fingerprint


def judge_all(
    tasks: Sequence[Task],
    build: JudgeBuilder,
    *,
    jobs: int,
    cached: bool,
    done: Callable[[int, int], None],
    beside: bool = False,
) -> list[FileResult]:
    """The results of ``tasks``, in their order.

    Args:
        tasks: What to judge.
        build: Makes the judges.
        jobs: Processes; 0: as many as pay.
        cached: Whether to ask and to fill the caches of the projects.
        done: Told now and then how many tasks are done, of how many.
        beside: Whether tools run that take longer.
    """
    # What is watched on top is not kept, and whoever watches wants to see it happen.
    memories = _memories(tasks, build) if cached and not (build.watch.uses or build.watch.debug) else {}
    return recall(tasks, build, memories, jobs=jobs, done=done, beside=beside)


def recall(
    tasks: Sequence[Task],
    build: Callable[[], Callable[[Task], Verdict[ResultT]]],
    memories: Mapping[int, Memory[ResultT]],
    *,
    jobs: int,
    done: Callable[[int, int], None] = lambda number, total: None,
    meanwhile: Callable[[], object] | None = None,
    beside: bool = False,
) -> list[ResultT]:
    """The results of ``tasks``, in their order: those that are known, and those that are not, which are known afterwards.

    Args:
        tasks: What to find out.
        build: Makes who finds it out, in whatever process; picklable.
        memories: What is known, by assignment.
        jobs: Processes; 0: as many as pay.
        done: Told now and then how many tasks are done, of how many.
        meanwhile: What there is to do besides: called once, here, while other processes find it out, if there are any.
        beside: Whether something else runs that takes longer.
    """
    since = time.time()
    results: dict[Task, Sequence[ResultT]] = {}
    for task in tasks:
        memory = memories.get(task.assignment)
        if memory is not None and not memory.cache.empty:
            known = memory.cache.get(task.name, _digest_of(task.path))
            if known is not None:
                results[task] = known
    left = [task for task in tasks if task not in results]
    if left:
        verdicts = run(
            left,
            build,
            jobs=jobs or paying(left),
            beside=beside,
            done=lambda number: done(number, len(left)),
            meanwhile=meanwhile,
        )
        found = list(zip(left, verdicts, strict=True))
        results |= {task: verdict.results for task, verdict in found}
        for index, memory in memories.items():
            _keep(memory, [one for one in found if one[0].assignment == index], since)
    elif meanwhile is not None:
        meanwhile()
    return [result for task in tasks for result in results[task]]


def _memories(tasks: Sequence[Task], build: JudgeBuilder) -> dict[int, Memory[FileResult]]:
    version = own_version()
    memories: dict[int, Memory[FileResult]] = {}
    for index, chosen in enumerate(build.assignments):
        project = chosen.project
        files = [task.path for task in tasks if task.assignment == index and task.path]
        folder = os.path.join(project.root, project.settings.cache_dir)
        key = settings_key(project, sorted(chosen.selection.codes), build.watch)
        fingerprint = project_fingerprint(project, files)
        cache = Cache(folder, key, version + fingerprint.value + chosen.own_rules, encode, decode)
        memories[index] = Memory(cache, fingerprint)
    return memories


def _keep(memory: Memory[ResultT], found: Sequence[tuple[Task, Verdict[ResultT]]], since: float) -> None:
    for process in sorted({verdict.process for _, verdict in found}):
        own = [(task, verdict) for task, verdict in found if verdict.process == process]
        read = {path for _, verdict in own for path in verdict.read} - memory.fingerprint.covered
        memory.cache.put([(task.name, verdict.digest, verdict.results) for task, verdict in own], read, since)
    memory.cache.save()


def _digest_of(path: str) -> str:
    if not path:
        return digest(b"")
    try:
        return digest(read_bytes(path))
    except SourceError:
        return ""


def paying(tasks: Sequence[Task]) -> int:
    """How many processes earn what their start costs."""
    size = 0
    for task in tasks:
        try:
            size += os.stat(task.path).st_size
        except OSError:
            continue
    return processors() if size >= PAYING else 1
