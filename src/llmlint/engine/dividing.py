"""Judging in a process that divides itself: the others begin with all that the first one has read and found out until then.

For a caller who has something else to do at first: on two processors, little is then read twice for the sake of the second.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

_SPREAD = 8
"""One task of so many is done before the process divides, unless it is to divide sooner: they reach most of what all need."""

_TICKET = struct.Struct("=II")
"""The first of some neighbours, and how many they are."""

_TICKETS = 500
"""So many fit into the buffer of any pipe: a page, where somebody has many of them."""


def can_divide() -> bool:
    """Whether a process may be divided here: on Linux, where forking is the system's habit, and without threads."""
    return sys.platform == "linux" and threading.active_count() == 1


def divided(
    tasks: Sequence[TaskT],
    build: Callable[[], Callable[[TaskT], ResultT]],
    *,
    jobs: int,
    meanwhile: Callable[[], object],
) -> list[ResultT | None]:
    """The results of ``tasks``, in their order; None for those that a process which was killed, or failed, did not bring.

    Args:
        tasks: What to judge; neighbours go to the same process, for they share imports.
        build: Makes the judge, once.
        jobs: How many processes besides this one.
        meanwhile: What there is to do besides, called once, here. When it is over the first process divides, or before, when it
            has seen some of everything.
    """
    first = tasks[::_SPREAD]
    order = [*range(0, len(tasks), _SPREAD), *(index for index in range(len(tasks)) if index % _SPREAD)]
    queues, answers, over = [os.pipe() for _ in range(jobs)], [os.pipe() for _ in range(jobs)], os.pipe()
    _fill([write for _, write in queues], range(len(first), len(tasks)))
    child = os.fork()
    if not child:
        os.close(over[1])
        for read, _ in answers:
            os.close(read)
        process = _Process(
            [tasks[index] for index in order], [read for read, _ in queues], [write for _, write in answers]
        )
        process.run(build, len(first), over[0])
    os.close(over[0])
    for _, write in answers:
        os.close(write)
    results: list[ResultT | None] = [None] * len(tasks)
    try:
        try:
            meanwhile()
        finally:
            os.close(over[1])
        for read, _ in answers:
            for number, result in _read(read):
                results[order[number]] = result
    finally:
        # Where this one is interrupted nothing is left for them to do, and nobody reads what they have done.
        for read, _ in queues:
            for _ in _taken(read):
                pass
        for read, _ in (*queues, *answers):
            os.close(read)
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return results


class _Process:
    """One of the processes, in itself."""

    def __init__(self, tasks: Sequence[Any], queues: Sequence[int], answers: Sequence[int]) -> None:
        self._tasks = tasks
        self._queues = queues
        """Each process begins with one of its own, and goes on with those of the others."""
        self._answers = answers
        self._number = 0
        self._found: list[tuple[int, Any]] = []

    def run(self, build: Callable[[], Callable[[Any], Any]], first: int, over: int) -> NoReturn:
        """What the first process does: ``first`` tasks, its share of the others, and in between, at the latest, it divides.

        It divides as soon as nobody has ``over`` open for writing.
        """
        failed = 1
        try:
            # The parent hears of Ctrl-C and tells.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.set_blocking(over, False)
            judge, alone = build(), True
            for number in range(first):
                self._found.append((number, judge(self._tasks[number])))
                if alone and (number == first - 1 or _closed(over)):
                    alone = False
                    self._divide()
                    if self._number:
                        break
            self._share(judge)
            failed = 0
        finally:
            os._exit(failed)

    def _divide(self) -> None:
        for number in range(1, len(self._answers)):
            if not os.fork():
                self._number, self._found = number, []
                break
        for number, answer in enumerate(self._answers):
            if number != self._number:
                os.close(answer)

    def _share(self, judge: Callable[[Any], Any]) -> None:
        mine = self._number
        for queue in (*self._queues[mine:], *self._queues[:mine]):
            self._found.extend((number, judge(self._tasks[number])) for number in _taken(queue))
        _write(self._answers[mine], self._found)
        with suppress(ChildProcessError):
            while True:
                os.wait()


def _fill(queues: Sequence[int], numbers: range) -> None:
    """Puts an equal share into each queue, neighbours together, and closes them."""
    share = -(-len(numbers) // len(queues))
    some = 1 + share // _TICKETS
    for number, queue in enumerate(queues):
        own = numbers[number * share : (number + 1) * share]
        for start in own[::some]:
            os.write(queue, _TICKET.pack(start, min(some, own.stop - start)))
        os.close(queue)


def _taken(queue: int) -> Iterator[int]:
    """Takes what is left in a queue; others may do so at the same time."""
    while ticket := os.read(queue, _TICKET.size):
        start, some = _TICKET.unpack(ticket)
        yield from range(start, start + some)


def _closed(pipe: int) -> bool:
    try:
        return not os.read(pipe, 1)
    except BlockingIOError:
        return False


def _write(pipe: int, found: object) -> None:
    with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as stream:
        pickle.dump(found, stream, pickle.HIGHEST_PROTOCOL)


def _read(pipe: int) -> list[tuple[int, Any]]:
    """What a process has found; nothing where it could not tell all."""
    with os.fdopen(os.dup(pipe), "rb") as stream:
        data = stream.read()
    try:
        return pickle.loads(data)  # type: ignore[no-any-return]  # noqa: S301 - a process of our own wrote it
    except (EOFError, pickle.UnpicklingError):
        return []
