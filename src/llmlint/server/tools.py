"""mypy and import-linter beside the editor: they read files, so they run when a buffer was saved, in a process of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from lsprotocol import types

from llmlint.model.position import Span
from llmlint.server.documents import Document
from llmlint.server.positions import Positions
from llmlint.tools.child import OWNED

_OF_BUFFERS = ("llmlint", "ruff")
"""Those whose findings are made at every change, of the buffer."""


class ToolRuns:
    """At most one run a document; a newer one ends the older."""

    def __init__(self, options: Sequence[str]) -> None:
        """Args:
        options: For ``llmlint check``: the settings and the environment that the server was told of.
        """
        self._options = options
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, document: Document) -> tuple[types.Diagnostic, ...] | None:
        """What the tools find in the file of a document; None where that is outdated or failed."""
        self.cancel(document.uri)
        version = document.version
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "llmlint",
                "check",
                "--output-format",
                "lsp",
                "--quiet",
                *self._options,
                document.path,
            ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, OWNED: "1"},
        )
        self._running[document.uri] = process
        out, _ = await process.communicate()
        if self._running.get(document.uri) is not process:
            return None
        del self._running[document.uri]
        if document.version != version:
            return None
        try:
            files = json.loads(out)
        except ValueError:
            return None
        return tuple(
            _one(one, document)
            for file in files
            if file["uri"] == document.uri or len(files) == 1
            for one in file["diagnostics"]
            if one["source"] not in _OF_BUFFERS
        )

    def cancel(self, uri: str) -> None:
        """Ends the run of a document."""
        process = self._running.pop(uri, None)
        if process is not None:
            with suppress(ProcessLookupError):
                if sys.platform == "win32":
                    process.terminate()
                else:
                    # With all that it has started, at whatever point it is.
                    os.killpg(process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends every run."""
        for uri in list(self._running):
            self.cancel(uri)


def _one(record: dict[str, Any], document: Document) -> types.Diagnostic:
    written = Positions(document.lines, types.PositionEncodingKind.Utf16)
    ends = [types.Position(**record["range"][end]) for end in ("start", "end")]
    (row, column), (end_row, end_column) = (written.place(end) for end in ends)
    href = record.get("codeDescription", {}).get("href")
    return types.Diagnostic(
        range=document.positions.range(Span(row, column, end_row, end_column)),
        severity=types.DiagnosticSeverity(record["severity"]),
        code=record["code"],
        code_description=types.CodeDescription(href) if href else None,
        source=record["source"],
        message=record["message"],
        tags=[types.DiagnosticTag(tag) for tag in record["tags"]] if "tags" in record else None,
    )
