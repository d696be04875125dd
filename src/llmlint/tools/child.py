"""A process of a tool: started at once, asked later, ended when its time is over."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from llmlint.model.record import record

OWNED = "LLMLINT_OWNED"
"""The environment variable by which who has put us into a group of our own says that it will end that group."""

_PATIENCE = 3.0
"""Seconds between asking a process to end and ending it."""


_STEP_BACK = 10
"""How much nicer than this process one is that stands back."""

_LONGEST = 2**31 - 1
"""Milliseconds that the system can be asked to wait."""


class ToolError(Exception):
    """A tool that could not run, or said what cannot be read; the message has its own words, in one line."""


@record
class Ended:
    """What a process left behind."""

    code: int
    out: str
    err: str


class Child:
    """A tool's process. What it prints goes to files, so that it never waits for its reader."""

    def __init__(
        self,
        tool: str,
        arguments: Sequence[str],
        *,
        cwd: str,
        limit: float,
        environ: Mapping[str, str] | None = None,
        told: bool = False,
        yields: bool = False,
    ) -> None:
        """Starts it.

        Args:
            tool: What it is called in messages.
            arguments: The command.
            cwd: Its working directory.
            limit: Seconds that it may take; 0: as many as it wants.
            environ: Its environment; None: this process's.
            told: Whether it waits until ``tell`` says what to do.
            yields: Whether it stands back for us and the others, who take longer.

        Raises:
            ToolError: it cannot be started.
        """
        self.tool = tool
        self._limit = limit
        self._started = time.monotonic()
        self._in: IO[bytes] | None = None
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - they live as long as the process
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                arguments,
                cwd=cwd,
                env=environ,
                stdin=subprocess.PIPE if told else subprocess.DEVNULL,
                stdout=self._out,
                stderr=self._err,
                # A group of its own: what a tool starts ends with it. Not a session, in which Linux would give it as much
                # time as all of ours together (sched_autogroup), whoever stands back for whom.
                process_group=None if _is_owned() else 0,
            )
        except OSError as error:
            self._close()
            raise ToolError(f"{tool} cannot be started: {arguments[0]}: {error.strerror}") from None
        self._in = self._process.stdin
        if yields and hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, os.getpriority(os.PRIO_PROCESS, 0) + _STEP_BACK)

    def take_over(self, limit: float) -> None:
        """Has it run for somebody else, with the time limit that holds there."""
        self._limit = limit

    def tell(self, line: str, *, last: bool = True) -> None:
        """Says what to do; its time begins. One that has ended already says why when it is waited for."""
        self._started = time.monotonic()
        if self._in is not None:
            with suppress(OSError):
                self._in.write(f"{line}\n".encode(errors="surrogateescape"))
                self._in.flush()
                if last:
                    self._in.close()

    def wait(self) -> Ended:
        """What it left behind, once it has ended.

        Raises:
            ToolError: it was ended because of its time limit, or by a signal.
        """
        left = max(self._limit - (time.monotonic() - self._started), 0) if self._limit else None
        try:
            _await(self._process, left)
            code = self._process.wait(0 if left is not None else None)
        except subprocess.TimeoutExpired:
            self.end()
            raise ToolError(f"{self.tool} was ended after {self._limit:g} seconds (tool-time-limit)") from None
        ended = Ended(code, _read(self._out), _read(self._err))
        self._close()
        if code < 0:
            raise ToolError(f"{self.tool} was killed by {_signal(-code)}{_words(ended.err)}")
        return ended

    def end(self) -> None:
        """Ends it, and what it has started, if it still runs."""
        if self._process.poll() is None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(OSError):
                    if _is_owned():
                        self._process.send_signal(number)
                    else:
                        os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_PATIENCE)
                    break
        self._close()

    def _close(self) -> None:
        if self._in is not None:
            with suppress(OSError):
                self._in.close()
        self._out.close()
        self._err.close()


def _await(process: subprocess.Popen[bytes], seconds: float | None) -> None:
    """Waits until a process has ended, or the seconds are over; ``Popen.wait`` with a limit would look every twentieth of a second only."""
    if seconds is None:
        return
    if sys.platform == "linux":
        with suppress(OSError):
            handle = os.pidfd_open(process.pid)
            try:
                poll = select.poll()
                poll.register(handle, select.POLLIN)
                poll.poll(min(seconds * 1000, _LONGEST))
            finally:
                os.close(handle)
            return
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _is_owned() -> bool:
    """Whether somebody ends us with all that we have started, and has said so."""
    return OWNED in os.environ


def one_line(text: str, limit: int = 600) -> str:
    """A tool's words in one line, shortened where they are many."""
    words = " ".join(text.split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _words(text: str) -> str:
    return f": {one_line(text)}" if text.strip() else ""


def _read(file: object) -> str:
    file.seek(0)  # type: ignore[attr-defined]
    data: bytes = file.read()  # type: ignore[attr-defined]
    return data.decode("utf-8", "replace")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
