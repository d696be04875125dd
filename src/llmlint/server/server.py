"""The server: what the editor says, and who answers it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TypeVar
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from llmlint import __version__
from llmlint.app import Problem, Request, Session
from llmlint.engine.pages import Page
from llmlint.engine.runner import undisturbed
from llmlint.lifecycle.refreeze import Refreezer, Refrozen
from llmlint.live import Live
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult
from llmlint.server import asking
from llmlint.server.actions import FIX_ALL, Refreeze, actions
from llmlint.server.diagnostics import location, translated
from llmlint.server.documents import Document, Documents
from llmlint.server.progress import progress
from llmlint.server.protocol import Protocol
from llmlint.server.ruff import RuffRuns, Run
from llmlint.server.tools import ToolRuns
from llmlint.tools.child import Ended, ToolError

Answer = TypeVar("Answer")

_WATCHED = "**/{*.py,*.pyi,*.toml,*.cfg,*.ini,*.pth,requirements*.txt}"
"""Files that a finding may rest on."""

_PATIENCE = 5.0
"""Seconds for which nobody looks whether files have changed while somebody types; the editor's own word counts at once."""

_PAUSE = 0.2
"""Seconds without a change after which somebody looks."""

_YOUNG = 1.0
"""Seconds for which such a look holds."""

_UNHURRIED = 0.15
"""Seconds of quiet before contract and source are held against each other: that takes longer than judging a test."""

_QUIET = 1.0
"""Seconds without an answer after which garbage is collected."""

_RESTLESS = 1000
"""Answers after which it is collected in any case."""

_FRESH = 80
"""Answers after which at least what they left behind is collected: that does not walk through the trees of the project."""

_KINDS = {
    "fixture": types.CompletionItemKind.Variable,
    "attribute": types.CompletionItemKind.Field,
    "keyword": types.CompletionItemKind.Property,
    "target": types.CompletionItemKind.Reference,
    "marker": types.CompletionItemKind.EnumMember,
}


@dataclass(slots=True)
class Options:
    """``initializationOptions``; the command line says the same."""

    python: str | None = None
    config: tuple[str, ...] = ()
    tools: bool = True
    """Whether ruff runs at every change, mypy and import-linter when a buffer is saved."""
    delay: float = 0.002
    """Seconds of quiet after a change before the buffer is judged."""

    def told(self, given: object) -> None:
        """Takes what the client says; what it says wrongly is left as it is."""
        if not isinstance(given, dict):
            return
        if isinstance(given.get("python"), str):
            self.python = given["python"]
        if isinstance(given.get("config"), list):
            self.config = tuple(one for one in given["config"] if isinstance(one, str))
        if isinstance(given.get("tools"), bool):
            self.tools = given["tools"]


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
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._looks: dict[str, asyncio.TimerHandle] = {}
        self._told_problem = ""
        self._rest: asyncio.TimerHandle | None = None
        self._restless = 0
        self._renewals = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._logged: set[str] = set()
        self.ruff = RuffRuns()
        self.prepare()

    def prepare(self) -> None:
        """Builds what rests on the options."""
        options = self.options
        plain = Request(python=options.python, config=options.config, tools=())
        self.live = Live(plain, patience=_PATIENCE)
        self.fixing = Live(replace(plain, fixes=True), patience=_YOUNG)
        given = [word for one in options.config for word in ("--config", one)]
        self.tools = ToolRuns([*given, *(("--python", options.python) if options.python else ())])
        self._pages: dict[str, Page] | None = None
        self._refreezers: WeakKeyDictionary[Session, tuple[dict[str, str], Refreezer]] = WeakKeyDictionary()

    @property
    def pages(self) -> dict[str, Page]:
        """llmlint's own rules by code."""
        if self._pages is None:
            from llmlint.app import pages_of

            self._pages = {page.code: page for page in pages_of(None)}
        return self._pages

    def report_server_error(self, error: Exception, source: object) -> None:
        """Says what went wrong: as an answer where the client spoke badly, else in its log; a request has been answered already."""
        if source is JsonRpcException:
            self.protocol.refuse(error)  # type: ignore[attr-defined]
        elif source is not FeatureRequestError:
            self.log(str(error))

    # -- judging ---------------------------------------------------------------------------------------------------------

    @property
    def pulled(self) -> bool:
        """Whether the client asks for diagnostics itself."""
        text_document = self.client_capabilities.text_document
        return text_document is not None and text_document.diagnostic is not None

    def soon(self, document: Document, delay: float | None = None) -> None:
        """Judges a document when it has been quiet for a moment, and tells the client."""
        self.cancel(document.uri)
        if self.pulled:
            return
        if delay is None:
            delay = self.options.delay if self.counterpart(document) is None else _UNHURRIED
        self._timers[document.uri] = asyncio.get_running_loop().call_later(delay, self.publish, document)

    def cancel(self, uri: str) -> None:
        """Does not judge a document after all."""
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()

    def publish(self, document: Document) -> None:
        """Judges a document and tells the client: our own rules at once, ruff with them or a moment later."""
        self._timers.pop(document.uri, None)
        if self.documents.get(document.uri) is not document or self.pulled:
            return
        run = self.start_ruff(document)
        result = self.judge(document)
        if run is not None and result is not None:
            if run.done():
                self.join(document, result, run.result())
            else:
                self.keep(self._with_ruff(document, result, run))
        self.tell(document)

    def tell(self, document: Document) -> None:
        """Tells the client what is known of a document."""
        found = translated(document, self.pages)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, found, document.version))

    def judge(self, document: Document) -> FileResult | None:
        """Judges a document by our own rules; None where settings or rules are unusable."""
        beside = self.beside(document)
        result = self._guarded(lambda: self.live.check(document.path, document.text, beside), None)
        if result is not None and self.counterpart(document) is not None:
            nothing: tuple[Diagnostic, ...] = ()
            broken = self._guarded(lambda: self.live.broken(document.path, document.text, beside), nothing)
            result = result.joined(replace(result, diagnostics=broken))
        document.found = result.diagnostics if result is not None else ()
        document.judged = document.text
        self.rest()
        self.look_later(document)
        if result is not None and not any(one.code == "LLM900" for one in result.diagnostics):
            document.good = document.text
        return result

    def counterpart(self, document: Document) -> str | None:
        """The source of a document that is a contract, the contract of one that is a source; None without."""
        return self._guarded(lambda: self.live.session(document.path).counterpart(document.path), None)

    def beside(self, document: Document) -> dict[str, str]:
        """The texts of the contracts and sources that are open besides a document which is either."""
        if self.counterpart(document) is None:
            return {}
        others = [one for one in self.documents.every() if one is not document]
        return {one.path: one.text for one in others if self.counterpart(one) is not None}

    def soon_as_well(self, document: Document) -> None:
        """Judges the contract of a source anew, or the source of a contract, where that is open as well."""
        other = self.counterpart(document)
        for one in self.documents.every() if other is not None else ():
            if one.path == other:
                one.judged = None
                self.soon(one)

    def look(self, document: Document) -> None:
        """Judges a document of whose text as it is nothing is known."""
        if document.judged is not document.text:
            self.judge(document)

    def look_later(self, document: Document) -> None:
        """Looks whether files have changed behind everybody's back, when nobody types: what was said may not be true any more."""
        if (timer := self._looks.pop(document.uri, None)) is not None:
            timer.cancel()
        self._looks[document.uri] = asyncio.get_running_loop().call_later(_PAUSE, self._look_now, document)

    def _look_now(self, document: Document) -> None:
        self._looks.pop(document.uri, None)
        if self.documents.get(document.uri) is document:
            if self._guarded(lambda: self.live.look(document.path, _YOUNG), False):
                self.doubt()

    def start_ruff(self, document: Document) -> Run | None:
        """Lets ruff read a document, where it is wanted."""
        if not self.options.tools or not document.path.endswith(".py"):
            return None
        ruff = self._guarded(lambda: self.live.session(document.path).ruff(document.path), None)
        return self.ruff.start(document.uri, document.path, document.text, ruff) if ruff is not None else None

    def join(self, document: Document, result: FileResult, ended: Ended | None) -> None:
        """Adds what ruff found in the text of a document to what our own rules found there."""
        ruff = self._guarded(lambda: self.live.session(document.path).ruff(document.path), None)
        if ended is None or ruff is None:
            return
        try:
            document.found = ruff.joined(result, document.text, ended).diagnostics
        except ToolError as error:
            self.log(str(error))

    async def _with_ruff(self, document: Document, result: FileResult, run: Run) -> None:
        text = document.text
        ended = await asyncio.wrap_future(run)
        if self.documents.get(document.uri) is not document or document.text is not text:
            return
        before = document.found
        self.join(document, result, ended)
        if document.found != before:
            self.tell(document)

    async def pull(self, document: Document) -> list[types.Diagnostic]:
        """What is found in a document that the client asks about."""
        run, text = self.start_ruff(document), document.text
        result = self.judge(document)
        if run is not None and result is not None:
            ended = await asyncio.wrap_future(run)
            if document.text is text:
                self.join(document, result, ended)
            elif document.judged is not document.text:
                # The client will ask again; meanwhile nothing stale is said.
                self.judge(document)
        return translated(document, self.pages)

    def reading(self, document: Document) -> contextlib.AbstractAsyncContextManager[None]:
        """Shows that a project is being read, where it was not read before."""
        if self.live.knows(document.path):
            return contextlib.nullcontext()
        return progress(self, f"llmlint reads {os.path.basename(os.path.dirname(document.path))}")

    async def first(self, document: Document) -> None:
        """Judges a document that was just opened."""
        async with self.reading(document):
            self.publish(document)
        self.soon_as_well(document)

    def log(self, message: str) -> None:
        """Leaves a message in the client's log, once."""
        if message not in self._logged:
            self._logged.add(message)
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"llmlint: {message}"))

    def rest(self) -> None:
        """Collects garbage when nobody is typing: to walk through the trees of a whole project takes longer than judging a file."""
        if self._rest is not None:
            self._rest.cancel()
        self._restless += 1
        loop = asyncio.get_running_loop()
        renewals = self.live.renewals + self.fixing.renewals
        if renewals != self._renewals:
            # All that a project's last session knew can go, and is more than everything else.
            self._renewals = renewals
            loop.call_soon(gc.collect)
        elif self._restless % _FRESH == 0:
            loop.call_soon(gc.collect, 1)
        self._rest = loop.call_later(_QUIET if self._restless < _RESTLESS else 0.0, self._collect)

    def _collect(self) -> None:
        self._rest, self._restless = None, 0
        gc.collect()

    def fixable(self, document: Document) -> tuple[Diagnostic, ...]:
        """What is found, with the edits of our own fixes."""
        nothing: tuple[Diagnostic, ...] = ()
        beside = self.beside(document)
        found = self._guarded(lambda: self.fixing.check(document.path, document.text, beside).diagnostics, nothing)
        known = {(one.span, one.code, one.message) for one in found}
        return (*found, *(one for one in document.found if (one.span, one.code, one.message) not in known))

    def refreezer(self, document: Document) -> Refreezer:
        """Tells what freezing symbols of a document's project anew would do.

        Raises:
            Problem: settings are unusable.
        """
        session = self.live.session(document.path)
        texts = {one.path: one.text for one in self.documents.every() if self.counterpart(one) is not None}
        known = self._refreezers.get(session)
        if known is None or known[0] != texts:
            known = self._refreezers[session] = texts, Refreezer(session.project_of(document.path), texts)
        return known[1]

    def refreeze(self, document: Document) -> Refreeze:
        """Tells what freezing a symbol of a document's project anew would do."""

        def asked(symbol: str) -> Refrozen | None:
            with undisturbed():
                return self.refreezer(document).refrozen(symbol)

        return lambda symbol: self._guarded(lambda: asked(symbol), None)

    def published(self, document: Document, position: types.Position) -> str | None:
        """The symbol that a contract publishes at a place; None where the document is no contract."""
        if not document.path.endswith(".pyi"):
            return None
        name = asking.published_at(document.text, document.positions.place(position)[0])
        if name is None:
            return None
        return self._guarded(lambda: self.refreezer(document).symbol_at(document.path, name), None)

    def stands(self, document: Document) -> asking.Stands:
        """Tells what a name in the place of a document stands for."""
        return lambda text, row, column: self._guarded(
            lambda: self.live.standing(document.path, text, row, column), None
        )

    def nouns(self, document: Document) -> asking.Nouns:
        """Tells what a text means in the place of a document."""
        return lambda text: self._guarded(lambda: self.live.meaning(document.path, text), ())

    def _guarded(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        """The answer; where settings or rules are unusable, the user is told once."""
        try:
            answer = question()
        except Problem as problem:
            if str(problem) != self._told_problem:
                self._told_problem = str(problem)
                message = types.ShowMessageParams(types.MessageType.Error, f"llmlint: {problem}")
                self.window_show_message(message)
            return otherwise
        self._told_problem = ""
        return answer

    def doubt(self) -> None:
        """Something on disk changed: everything that is open is judged anew."""
        self.live.doubt()
        self.fixing.doubt()
        for document in self.documents.every():
            document.judged = None
            self.soon(document)
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

    def start_tools(self, document: Document) -> None:
        """Lets the other tools look at a file that was saved."""
        if not self.options.tools:
            return
        self.keep(self._tools(document))

    async def _tools(self, document: Document) -> None:
        async with progress(self, "llmlint runs mypy and import-linter"):
            found = await self.tools.run(document)
        if found is None or self.documents.get(document.uri) is not document or found == document.tools:
            return
        document.tools = found
        if self.pulled:
            self.ask(self.workspace_diagnostic_refresh_async(None))
        elif document.judged is document.text:
            self.tell(document)


def build(options: Options) -> Server:
    """A server that is ready to be started."""
    server = Server(options)
    for register in (_life, _texts, _questions):
        register(server)
    return server


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: Server, params: types.InitializeParams) -> None:
        ls.options.told(params.initialization_options)
        ls.prepare()

    @server.feature(types.INITIALIZED)
    def initialized(ls: Server, params: types.InitializedParams) -> None:
        workspace = ls.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        if watched is None or not watched.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
        wish = types.Registration("llmlint-watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.ask(ls.client_register_capability_async(types.RegistrationParams([wish])))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
        ls.doubt()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
        ls.doubt()

    @server.feature(types.SHUTDOWN)
    def shutdown(ls: Server, params: None) -> None:
        ls.tools.close()
        ls.ruff.close()

    @server.command("llmlint.open")
    async def open_(ls: Server, uri: str, line: int) -> None:
        place = types.Position(int(line), 0)
        await ls.window_show_document_async(
            types.ShowDocumentParams(str(uri), take_focus=True, selection=types.Range(place, place))
        )


def _texts(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        document = ls.documents.open(
            params.text_document, ls.workspace.position_encoding or types.PositionEncodingKind.Utf16
        )
        if document is not None and not ls.pulled:
            ls.keep(ls.first(document))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        document = ls.documents.change(params)
        if document is not None:
            ls.tools.cancel(document.uri)
            ls.ruff.cancel(document.uri)
            ls.soon(document)
            ls.soon_as_well(document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        ls.doubt()
        document = ls.documents.get(params.text_document.uri)
        if document is not None:
            ls.start_tools(document)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.cancel(uri)
        ls.tools.cancel(uri)
        ls.ruff.cancel(uri)
        closed = ls.documents.close(uri)
        if closed is not None:
            if not ls.pulled:
                ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            ls.soon_as_well(closed)


def _questions(server: Server) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="llmlint"),
    )
    async def pull(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        document = ls.documents.get(params.text_document.uri)
        items: list[types.Diagnostic] = []
        if document is not None:
            async with ls.reading(document):
                items = await ls.pull(document)
        key = hashlib.sha256(repr(items).encode()).hexdigest()[:16]
        if key == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(key)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=key)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    def act(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return []
        ls.look(document)
        found = ls.fixable(document)
        published = ls.published(document, params.range.start)
        return actions(document, found, params, ls.refreeze(document), ls.documents.get, published)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return None
        ls.look(document)
        row, column = document.positions.place(params.position)
        parts = []
        for one in document.found:
            first, last = (one.span.row, one.span.column), (one.span.end_row, one.span.end_column)
            if first <= (row, column) <= last and (page := ls.pages.get(one.code)):
                parts.append(page.text)
        words = asking.told(document.good, row, column, ls.nouns(document), ls.stands(document))
        parts = [*([words] if words else []), *dict.fromkeys(parts)]
        text = "\n\n---\n\n".join(parts)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(ls: Server, params: types.DefinitionParams) -> types.Location | None:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return None
        row, column = document.positions.place(params.position)
        truth = asking.defined(document.good, row, column, ls.nouns(document), ls.stands(document))
        return location(truth.path, truth.row, document.encoding) if truth is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", "(", ",", '"', "'"])
    )
    def complete(ls: Server, params: types.CompletionParams) -> types.CompletionList:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return types.CompletionList(False, [])
        row, column = document.positions.place(params.position)
        text = "\n".join(line.rstrip("\r\n") for line in document.lines)
        found = asking.completions(text, row, column, ls.nouns(document))
        return types.CompletionList(
            False,
            [
                types.CompletionItem(
                    label=name,
                    kind=_KINDS[kind],
                    detail=kind,
                    insert_text=f"{name}=" if kind == "keyword" else name,
                )
                for name, kind in found
            ],
        )


def serve(options: Options) -> None:
    """Speaks with a client over standard input and output until it goes."""
    # Nothing but the protocol may reach the client, whoever prints.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out, contextlib.redirect_stdout(sys.stderr):
        gc.disable()
        try:
            build(options).start_io(None, out)
        finally:
            with contextlib.suppress(OSError):
                out.close()
