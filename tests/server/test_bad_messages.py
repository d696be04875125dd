"""``llmlint server`` against clients that speak badly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

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


PLACE: dict[str, object] = {"line": 10**6, "character": 10**6}


def messages(out: bytes) -> list[dict[str, Any]]:
    """What a server said."""
    found = []
    while out:
        head, _, rest = out.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
        found.append(json.loads(rest[:length]))
        out = rest[length:]
    return found


def spoken(given: bytes, tmp_path: Path) -> list[dict[str, Any]]:
    """What a server says to that, between a beginning and an end as they should be."""
    given = INITIALIZE + notification("initialized", {}) + given + SHUTDOWN
    done = subprocess.run(SERVER, input=given, capture_output=True, check=False, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    first, *said, last = messages(done.stdout)
    assert (first["id"], last["id"], last["result"]) == (1, 99, None)
    assert list(tmp_path.iterdir()) == []
    return said


@pytest.mark.parametrize(
    ("rubbish", "code"),
    [
        (framed(b"{not json"), -32700),
        (framed(b"\xff\xfe\x00"), -32700),
        (framed(b"[" * 100_000), -32600),
        (framed([]), -32600),
        (framed(3), -32600),
        (framed(b'"' + b"x" * 10_000_000 + b'"'), -32600),
        (framed({"jsonrpc": "2.0", "id": 8, "method": "no/such/method", "params": {}}), -32601),
        (request(8, "textDocument/hover", {"textDocument": 5}), -32602),
        (request(8, "textDocument/hover", {"textDocument": UNKNOWN, "position": {"line": -1, "character": 0}}), -32602),
        (request(8, "workspace/executeCommand", {"command": "llmlint.open", "arguments": ["no", {}]}), -32602),
    ],
)
def test_what_cannot_be_read_is_answered_by_an_error(rubbish, code, tmp_path):
    (answer,) = spoken(rubbish, tmp_path)
    assert answer["error"]["code"] == code
    assert answer.get("id") == (8 if b'"id": 8' in rubbish else None)


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        (request(8, "textDocument/hover", {"textDocument": UNKNOWN, "position": PLACE}), None),
        (request(8, "textDocument/definition", {"textDocument": UNKNOWN, "position": PLACE}), None),
        (
            request(8, "textDocument/completion", {"textDocument": UNKNOWN, "position": PLACE}),
            {"isIncomplete": False, "items": []},
        ),
    ],
)
def test_unknown_documents_have_nothing(asked, result, tmp_path):
    (answer,) = spoken(asked, tmp_path)
    assert (answer["id"], answer["result"]) == (8, result)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"x" * 10_000_000 + b"\r\n",
        notification("textDocument/didClose", {"textDocument": UNKNOWN}),
        notification("textDocument/didSave", {"textDocument": UNKNOWN}),
        notification("$/cancelRequest", {"id": 12345}),
    ],
)
def test_what_means_nothing_is_passed_over(rubbish, tmp_path):
    assert spoken(rubbish, tmp_path) == []


@pytest.mark.parametrize(
    ("document", "told"),
    [(5, "textDocument/didChange"), (dict(UNKNOWN, version=3), "file:///no/such.py")],
)
def test_a_notification_that_makes_no_sense_is_only_logged(document, told, tmp_path):
    given = {"textDocument": document, "contentChanges": [{"text": ""}]}
    (said,) = spoken(notification("textDocument/didChange", given), tmp_path)
    assert said["method"] == "window/logMessage"
    assert told in said["params"]["message"]


def test_a_client_that_goes_ends_it(tmp_path):
    done = subprocess.run(SERVER, input=INITIALIZE, capture_output=True, check=False, timeout=120, cwd=tmp_path)
    assert done.returncode in (0, 1)


def test_a_client_that_no_longer_listens_ends_it(shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    document = {"uri": where, "languageId": "python", "version": 1, "text": FAULTY}
    with subprocess.Popen(
        SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=shop.path
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdout.close()
        server.stdin.write(INITIALIZE + notification("textDocument/didOpen", {"textDocument": document}))
        server.stdin.close()
        assert server.wait(60) in (0, 1)


def read(out: IO[bytes]) -> dict[str, Any]:
    """The next thing that a server says."""
    length = int(out.readline().removeprefix(b"Content-Length: "))
    while out.readline().strip():
        pass
    said: dict[str, Any] = json.loads(out.read(length))
    return said


def test_what_a_client_says_of_a_request_that_is_over_is_no_fault(shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    able = {"window": {"workDoneProgress": True}, "textDocument": {"diagnostic": {}}}
    begin = request(1, "initialize", {"capabilities": able, "processId": None, "rootUri": None})
    document = {"uri": where, "languageId": "python", "version": 1, "text": FAULTY}
    opened = notification("textDocument/didOpen", {"textDocument": document})
    pull = request(8, "textDocument/diagnostic", {"textDocument": {"uri": where}})
    cancel = notification("$/cancelRequest", {"id": 8})
    with subprocess.Popen(
        SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=shop.path
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdin.write(begin + opened + pull)
        server.stdin.flush()
        assert read(server.stdout)["id"] == 1
        asked = read(server.stdout)
        assert asked["method"] == "window/workDoneProgress/create"
        # Nobody waits for the answer when it comes, nor for the second word that it is not wanted.
        agreed = framed({"jsonrpc": "2.0", "id": asked["id"], "result": None})
        server.stdin.write(cancel + agreed + cancel + SHUTDOWN)
        server.stdin.close()
        said = messages(server.stdout.read())
        assert [(one["id"], "error" in one) for one in said] == [(8, True), (99, False)]
        assert server.stderr.read() == b""
        assert server.wait(60) == 0


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
    text = FAULTY + "x = 1\n" * 1_700_000
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    found = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(where))
    )
    # As of a file of that size: it is data, and is not read.
    (one,) = found.items
    assert one.code == "LLM900"
    assert one.message.startswith("too large to be judged: 10.2 MB")


@pytest.mark.asyncio
async def test_an_older_version_is_passed_over(client, shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 5, FAULTY)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    for version, text in ((7, FAULTY.replace("def ", "async def ")), (6, ""), (7, FAULTY), (3, "def (")):
        changed = types.VersionedTextDocumentIdentifier(version, where)
        change = types.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(types.DidChangeTextDocumentParams(changed, [change]))
    part = types.TextDocumentContentChangePartial(types.Range(types.Position(0, 0), types.Position(99, 0)), "")
    changed = types.VersionedTextDocumentIdentifier(8, where)
    client.text_document_did_change(types.DidChangeTextDocumentParams(changed, [part]))
    found = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(where))
    )
    assert [one.code for one in found.items] == ["LLM203"]
