"""What the client tells: its life, its files, its buffers."""

from __future__ import annotations

from lsprotocol import types

from llmlint.server.server import Server

_WATCHED = "**/{*.py,*.pyi,*.toml,*.cfg,*.ini,*.pth,requirements*.txt}"
"""Files that a finding may rest on."""


def life(server: Server) -> None:
    """Begin, end, and what happens to files."""

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
        ls.judging.close()

    @server.command("llmlint.open")
    async def open_(ls: Server, uri: str, line: int) -> None:
        place = types.Position(int(line), 0)
        await ls.window_show_document_async(
            types.ShowDocumentParams(str(uri), take_focus=True, selection=types.Range(place, place))
        )


def texts(server: Server) -> None:
    """What happens to buffers."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        document = ls.documents.open(
            params.text_document, ls.workspace.position_encoding or types.PositionEncodingKind.Utf16
        )
        if document is not None and not ls.pulled:
            ls.keep(ls.judging.opened(document))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        document = ls.documents.change(params)
        if document is not None:
            ls.judging.changed(document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        ls.doubt()
        document = ls.documents.get(params.text_document.uri)
        if document is not None:
            ls.keep(ls.judging.saved(document))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        closed = ls.documents.close(uri)
        if closed is not None:
            if not ls.pulled:
                ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            ls.judging.closed(closed)
