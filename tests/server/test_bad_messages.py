"""``llmlint server`` against clients that speak badly."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.conftest import FAULTY

SERVER = [sys.executable, "-m", "llmlint", "server", "--no-tools"]


def framed(message: object) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def request(number: int, method: str, params: object) -> bytes:
    return framed({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def notification(method: str, params: object) -> bytes:
    return framed({"jsonrpc": "2.0", "method": method, "params": params})


INITIALIZE = request(1, "initialize", {"capabilities": {}, "processId": None, "rootUri": None})
SHUTDOWN = request(99, "shutdown", None) + notification("exit", None)
UNKNOWN: dict[str, object] = {"uri": "file:///no/such.py"}


@pytest.mark.parametrize(
    "rubbish",
    [
        framed(b"{not json"),
        framed(b"\xff\xfe\x00"),
        framed([]),
        framed({"jsonrpc": "2.0", "id": 7, "method": "no/such/method", "params": {}}),
        request(8, "textDocument/hover", {"textDocument": UNKNOWN, "position": {"line": 10**6, "character": 10**6}}),
        request(8, "textDocument/completion", {"textDocument": UNKNOWN, "position": {"line": 0, "character": 0}}),
        request(8, "textDocument/diagnostic", {"textDocument": UNKNOWN}),
        notification(
            "textDocument/didChange", {"textDocument": dict(UNKNOWN, version=3), "contentChanges": [{"text": ""}]}
        ),
        notification("textDocument/didClose", {"textDocument": UNKNOWN}),
        notification("textDocument/didSave", {"textDocument": UNKNOWN}),
    ],
)
def test_rubbish_does_not_end_it(rubbish, tmp_path):
    given = INITIALIZE + notification("initialized", {}) + rubbish + SHUTDOWN
    done = subprocess.run(SERVER, input=given, capture_output=True, check=False, timeout=120, cwd=tmp_path)
    assert b'"id":99' in done.stdout.replace(b" ", b""), done.stderr.decode()
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_goes_ends_it(tmp_path):
    done = subprocess.run(SERVER, input=INITIALIZE, capture_output=True, check=False, timeout=120, cwd=tmp_path)
    assert done.returncode in (0, 1)


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))
async def client(lsp_client: LanguageClient):
    found = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities())
    )
    await lsp_client.initialize_session(types.InitializeParams(capabilities=found))
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_a_client_that_pulls(client, shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, FAULTY)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    document = types.TextDocumentIdentifier(where)
    first = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    assert [one.code for one in first.items] == ["LLM203"]
    again = types.DocumentDiagnosticParams(document, previous_result_id=first.result_id)
    assert (await client.text_document_diagnostic_async(again)).kind == "unchanged"
    assert client.diagnostics == {}


@pytest.mark.asyncio
async def test_ten_megabytes(client, shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    text = FAULTY + "#" * 10_000_000 + "\n"
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    found = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(where))
    )
    assert [one.code for one in found.items] == ["LLM203"]
