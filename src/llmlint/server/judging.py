"""When a document is judged, and when the client is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from lsprotocol import types

from llmlint.model.result import FileResult
from llmlint.server.diagnostics import translated
from llmlint.server.documents import Document
from llmlint.server.garbage import Garbage
from llmlint.server.progress import progress
from llmlint.server.readiness import Readiness
from llmlint.server.ruff import RuffRuns, Run
from llmlint.server.tools import ToolRuns
from llmlint.tools.child import Ended, ToolError

if TYPE_CHECKING:
    from llmlint.server.server import Server

_PAUSE = 0.2
"""Seconds without a change after which it is looked whether files have changed."""

_UNHURRIED = 0.15
"""Seconds of quiet before contract and source are held against each other: that takes longer than judging a test."""


class Judging:
    """Judges documents a moment after each change, and lets the other tools look at them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._documents = server.documents
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._looks: dict[str, asyncio.TimerHandle] = {}
        self._garbage = Garbage(Readiness().step)
        self._ruff = RuffRuns()
        options = server.options
        given = [word for one in options.config for word in ("--config", one)]
        self._tools = ToolRuns([*given, *(("--python", options.python) if options.python else ())])

    # -- when ------------------------------------------------------------------------------------------------------------

    async def opened(self, document: Document) -> None:
        """Judges a document that was just opened."""
        async with self.reading(document):
            self._publish(document)
        self._counterpart_soon(document)

    def changed(self, document: Document) -> None:
        """Judges a document, and what is held against it, when it has been quiet for a moment."""
        self._tools.cancel(document.uri)
        self._ruff.cancel(document.uri)
        self.soon(document)
        self._counterpart_soon(document)

    def closed(self, document: Document) -> None:
        """Forgets a document."""
        self._cancel(document)
        self._tools.cancel(document.uri)
        self._ruff.cancel(document.uri)
        self._counterpart_soon(document)

    def close(self) -> None:
        """Ends everything that runs."""
        self._tools.close()
        self._ruff.close()

    def soon(self, document: Document) -> None:
        """Judges a document when it has been quiet for a moment, and tells the client."""
        self._cancel(document)
        if self._server.pulled:
            return
        alone = self._server.knowledge.counterpart(document) is None
        delay = self._server.options.delay if alone else _UNHURRIED
        self._timers[document.uri] = asyncio.get_running_loop().call_later(delay, self._publish, document)

    def _counterpart_soon(self, document: Document) -> None:
        """Judges the contract of a source anew, or the source of a contract, where that is open as well."""
        other = self._server.knowledge.counterpart(document)
        for one in self._documents.every() if other is not None else ():
            if one.path == other:
                one.judged = None
                if self._server.pulled:
                    self._asked_again_soon(one)
                else:
                    self.soon(one)

    def _asked_again_soon(self, document: Document) -> None:
        """Lets a client that pulls ask again: of what changes in another buffer it does not think by itself (VS Code)."""
        self._cancel(document)
        refresh = self._server.refresh
        self._timers[document.uri] = asyncio.get_running_loop().call_later(_UNHURRIED, refresh)

    def _cancel(self, document: Document) -> None:
        if (timer := self._timers.pop(document.uri, None)) is not None:
            timer.cancel()

    def reading(self, document: Document) -> contextlib.AbstractAsyncContextManager[None]:
        """Shows that a project is being read, where it was not read before."""
        if self._server.knowledge.knows(document):
            return contextlib.nullcontext()
        return progress(self._server, f"llmlint reads {os.path.basename(os.path.dirname(document.path))}")

    # -- our own rules ---------------------------------------------------------------------------------------------------

    def known(self, document: Document) -> None:
        """Judges a document of whose text as it is nothing is known."""
        if document.judged is not document.text:
            self._judge(document)

    def _judge(self, document: Document) -> FileResult | None:
        """Judges a document by our own rules; None where settings or rules are unusable."""
        knowledge = self._server.knowledge
        result = knowledge.judged(document)
        document.found = result.diagnostics if result is not None else ()
        document.judged = document.text
        self._garbage.answered(knowledge.renewals)
        self._look_later(document)
        if result is not None and not any(one.code == "LLM900" for one in result.diagnostics):
            document.good = document.text
        return result

    def _look_later(self, document: Document) -> None:
        """Looks whether files have changed behind everybody's back, when nobody types: what was said may not be true any more."""
        if (timer := self._looks.pop(document.uri, None)) is not None:
            timer.cancel()
        self._looks[document.uri] = asyncio.get_running_loop().call_later(_PAUSE, self._look, document)

    def _look(self, document: Document) -> None:
        self._looks.pop(document.uri, None)
        if self._documents.get(document.uri) is document and self._server.knowledge.outdated(document):
            self._server.doubt()

    def _publish(self, document: Document) -> None:
        """Judges a document and tells the client: our own rules at once, ruff with them or a moment later."""
        self._timers.pop(document.uri, None)
        if self._documents.get(document.uri) is not document or self._server.pulled:
            return
        run = self._start_ruff(document)
        result = self._judge(document)
        if run is not None and result is not None:
            if run.done():
                self._join(document, result, run.result())
            else:
                self._server.keep(self._with_ruff(document, result, run))
        self._tell(document)

    def _tell(self, document: Document) -> None:
        """Tells the client what is known of a document."""
        server = self._server
        found = translated(document, server.knowledge.pages)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, found, document.version))

    # -- the other tools -------------------------------------------------------------------------------------------------

    def _start_ruff(self, document: Document) -> Run | None:
        """Lets ruff read a document, where it is wanted."""
        if not self._server.options.tools or not document.path.endswith(".py"):
            return None
        ruff = self._server.knowledge.ruff(document)
        return self._ruff.start(document.uri, document.path, document.text, ruff) if ruff is not None else None

    def _join(self, document: Document, result: FileResult, ended: Ended | None) -> None:
        """Adds what ruff found in the text of a document to what our own rules found there."""
        ruff = self._server.knowledge.ruff(document)
        if ended is None or ruff is None:
            return
        try:
            document.found = ruff.joined(result, document.text, ended).diagnostics
        except ToolError as error:
            self._server.log(str(error))

    async def _with_ruff(self, document: Document, result: FileResult, run: Run) -> None:
        text = document.text
        ended = await asyncio.wrap_future(run)
        if self._documents.get(document.uri) is not document or document.text is not text:
            return
        before = document.found
        self._join(document, result, ended)
        if document.found != before:
            self._tell(document)

    async def pull(self, document: Document) -> list[types.Diagnostic]:
        """What is found in a document that the client asks about."""
        run, text = self._start_ruff(document), document.text
        result = self._judge(document)
        if run is not None and result is not None:
            ended = await asyncio.wrap_future(run)
            if document.text is text:
                self._join(document, result, ended)
            elif document.judged is not document.text:
                # The client will ask again; meanwhile nothing stale is said.
                self._judge(document)
        return translated(document, self._server.knowledge.pages)

    async def saved(self, document: Document) -> None:
        """Lets mypy and import-linter look at a file that was saved."""
        if not self._server.options.tools:
            return
        async with progress(self._server, "llmlint runs mypy and import-linter"):
            found = await self._tools.run(document)
        if found is None or self._documents.get(document.uri) is not document or found == document.tools:
            return
        document.tools = found
        if self._server.pulled:
            self._server.refresh()
        elif document.judged is document.text:
            self._tell(document)
