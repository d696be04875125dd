"""Telling the editor that something takes long (LSP 3.17, ``window/workDoneProgress``)."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

_PATIENCE = 1.0
"""Seconds that the client has to agree."""


@contextlib.asynccontextmanager
async def progress(server: LanguageServer, title: str) -> AsyncIterator[None]:
    """Shows a title as long as the block runs, where the client shows such things."""
    window = server.client_capabilities.window
    token = uuid.uuid4().hex if window is not None and window.work_done_progress else ""
    if token:
        try:
            await asyncio.wait_for(server.work_done_progress.create_async(token), _PATIENCE)
        except (JsonRpcException, TimeoutError):
            token = ""
    if token:
        server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title))
    try:
        yield
    finally:
        if token:
            server.work_done_progress.end(token, types.WorkDoneProgressEnd())
            server.work_done_progress.tokens.pop(token, None)
