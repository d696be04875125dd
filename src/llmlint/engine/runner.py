"""Judging many things, in one process or in several, with the same outcome."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from llmlint.engine.dividing import can_divide, divided
from llmlint.engine.undisturbed import RECURSION, undisturbed
from llmlint.project import parser_warnings

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

PAYING = 600_000
"""Bytes of source from which on a second process earns what its start costs."""

_COLLECT = 16
"""Tasks after which garbage is collected, so that the trees of many files do not pile up."""

_FEW = 1_200_000
"""Objects that a small run is through with before it pays to look for garbage the first time."""

_STEP_BACK = 5
"""How much nicer processes are to one that takes longer: it keeps a processor of its own, and they share the others."""

_judge: Callable[[Any], Any] | None = None
"""A worker's own judge."""


def run(
    tasks: Sequence[TaskT],
    build: Callable[[], Callable[[TaskT], ResultT]],
    *,
    jobs: int,
    beside: bool = False,
    done: Callable[[int], None] = lambda number: None,
    meanwhile: Callable[[], object] | None = None,
) -> list[ResultT]:
    """The results of ``tasks``, in their order.

    Args:
        tasks: What to judge; neighbours go to the same process, for they share imports.
        build: Makes the judge, once a process. It is pickled, and so are tasks and results.
        jobs: How many processes.
        beside: Whether something runs that will take longer: more processes than one stand back for it.
        done: Told now and then how many tasks are behind us.
        meanwhile: What there is to do besides: called once, here, while other processes judge, if there are any.
    """
    jobs = min(jobs, len(tasks))
    if jobs > 1 and meanwhile is not None and can_divide():
        found = divided(tasks, build, jobs=jobs, meanwhile=meanwhile)
        # What did not come is found here: a process was killed, for want of memory perhaps, or whatever it met is met again.
        left = [task for task, one in zip(tasks, found, strict=True) if one is None]
        rest = iter(_here(left, build, done) if left else ())
        return [next(rest) if one is None else one for one in found]
    meanwhile = meanwhile or (lambda: None)
    if jobs <= 1:
        meanwhile()
        return _here(tasks, build, done)
    return _there(tasks, build, jobs, done, meanwhile, _STEP_BACK if beside else 0)


def _collect(begun: bool) -> bool:
    """Frees the trees of files that are done. What survives is shared by those to come, and is not looked at again.

    Args:
        begun: Whether that was done in this run before; the first time is put off.

    Returns:
        Whether it is done now.
    """
    if not begun and gc.get_count()[0] < _FEW:
        return False
    gc.collect()
    gc.freeze()
    return True


def _here(
    tasks: Sequence[TaskT], build: Callable[[], Callable[[TaskT], ResultT]], done: Callable[[int], None]
) -> list[ResultT]:
    results = []
    with undisturbed():
        judge, begun = build(), False
        try:
            for number, task in enumerate(tasks, 1):
                results.append(judge(task))
                done(number)
                if number % _COLLECT == 0:
                    begun = _collect(begun)
        finally:
            if begun:
                gc.unfreeze()
    return results


def _there(
    tasks: Sequence[TaskT],
    build: Callable[[], Callable[[TaskT], ResultT]],
    jobs: int,
    done: Callable[[int], None],
    meanwhile: Callable[[], object],
    nice: int,
) -> list[ResultT]:
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    # Forking is safe where it is the system's habit and this process has no threads, which is so on Linux.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    size = max(1, min(64, len(tasks) // (jobs * 8)))
    chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
    results: list[list[ResultT] | None] = [None] * len(chunks)
    executor = ProcessPoolExecutor(jobs, context, partial(_start, build, nice))
    try:
        pending: dict[Future[list[ResultT]], int] = {
            executor.submit(_work, chunk): index for index, chunk in enumerate(chunks)
        }
        meanwhile()
        finished = 0
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                index = pending.pop(future)
                results[index] = future.result()
                finished += len(chunks[index])
                done(finished)
    except BrokenProcessPool:
        # A worker was killed, for want of memory perhaps: the rest is done here, one by one.
        for index, chunk in enumerate(chunks):
            if results[index] is None:
                results[index] = _here(chunk, build, lambda number: None)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    return [result for chunk in results for result in chunk or ()]


def _start(build: Callable[[], Callable[[Any], Any]], nice: int) -> None:
    global _judge  # noqa: PLW0603 - a worker's only state
    # The parent hears of Ctrl-C and tells.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    parser_warnings.silence()
    gc.disable()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    _judge = build()


def _work(chunk: Sequence[Any]) -> list[Any]:
    assert _judge is not None
    results = [_judge(task) for task in chunk]
    _collect(begun=gc.get_freeze_count() > 0)
    return results
