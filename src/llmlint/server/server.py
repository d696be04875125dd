"""Who speaks with the client: it holds what is known and what is open, and says what others have found."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from llmlint import __version__
from llmlint.server.documents import Documents
from llmlint.server.judging import Judging
from llmlint.server.knowledge import Knowledge
from llmlint.server.options import Options
from llmlint.server.protocol import Protocol


class Server(LanguageServer):
    """One client's server. Everything happens on one thread, in the order in which the client said it."""

    def __init__(self, options: Options) -> None:
        # Whole texts: where the lines of a text end is then nobody's guess.
        super().__init__(
            "llmlint",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=Protocol,
        )
        self.options = options
        self.documents = Documents()
        self._tasks: set[asyncio.Task[None]] = set()
        self._logged: set[str] = set()
        self.prepare()

    def prepare(self) -> None:
        """Builds what rests on the options."""
        self.knowledge = Knowledge(self.options, self.documents, self._unusable)
        self.judging = Judging(self)

    @property
    def pulled(self) -> bool:
        """Whether the client asks for diagnostics itself."""
        text_document = self.client_capabilities.text_document
        return text_document is not None and text_document.diagnostic is not None

    def doubt(self) -> None:
        """Something on disk changed: everything that is open is judged anew."""
        self.knowledge.doubt()
        for document in self.documents.every():
            document.judged = None
            self.judging.soon(document)
        self.refresh()

    # -- what is said ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Asks a client that pulls to ask again."""
        workspace = self.client_capabilities.workspace
        if self.pulled and workspace is not None and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self.ask(self.workspace_diagnostic_refresh_async(None))

    def ask(self, request: Awaitable[object]) -> None:
        """Asks the client for something that it may refuse."""

        async def asked() -> None:
            with contextlib.suppress(JsonRpcException, asyncio.CancelledError):
                await request

        self.keep(asked())

    def keep(self, work: Coroutine[None, None, None]) -> None:
        """Lets something go on beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def log(self, message: str) -> None:
        """Leaves a message in the client's log, once."""
        if message not in self._logged:
            self._logged.add(message)
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"llmlint: {message}"))

    def _unusable(self, problem: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"llmlint: {problem}"))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Says what went wrong: as an answer where the client spoke badly, else in its log; a request has been answered already."""
        if source is JsonRpcException:
            self.protocol.refuse(error)  # type: ignore[attr-defined]
        elif source is not FeatureRequestError:
            self.log(str(error))
