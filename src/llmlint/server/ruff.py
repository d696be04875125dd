"""ruff at every change of a buffer: a process that reads the text, while our own rules judge it."""

from __future__ import annotations

import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from llmlint.buffered import BufferedRuff
from llmlint.tools.child import Ended

_LIMIT = 10.0
"""Seconds after which a run is given up."""

Run = Future[Ended | None]
"""What a process left behind; None where it was ended."""


class RuffRuns:
    """At most one run a document; a newer one ends the older."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, "ruff")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._newest: dict[str, object] = {}

    def start(self, uri: str, path: str, text: str, ruff: BufferedRuff) -> Run:
        """Lets ruff read a text.

        Args:
            uri: Of the document.
            path: Its file's; absolute.
            text: What it holds now.
            ruff: The project's.
        """
        self.cancel(uri)
        token = self._newest[uri] = object()
        return self._threads.submit(self._run, uri, token, ruff.command(path), ruff.cwd, text)

    def _run(self, uri: str, token: object, command: list[str], cwd: str, text: str) -> Ended | None:
        if self._newest.get(uri) is not token:
            return None
        try:
            process = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            return Ended(2, "", f"{command[0]}: {error.strerror}")
        self._running[uri] = process
        if self._newest.get(uri) is not token:
            process.kill()
        try:
            out, err = process.communicate(text.encode("utf-8", "surrogatepass"), timeout=_LIMIT)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            process.kill()
            process.communicate()
            return None
        if self._newest.get(uri) is not token:
            return None
        return Ended(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def cancel(self, uri: str) -> None:
        """Ends the run of a document."""
        self._newest.pop(uri, None)
        process = self._running.pop(uri, None)
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()

    def close(self) -> None:
        """Ends every run."""
        for uri in list(self._newest):
            self.cancel(uri)
        self._threads.shutdown(wait=False, cancel_futures=True)
