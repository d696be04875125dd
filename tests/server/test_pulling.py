"""``llmlint server`` and a client that pulls diagnostics, and is told when to ask again (VS Code's capabilities)."""

from __future__ import annotations

import asyncio
import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.conftest import CART, FAULTY

SERVER = [sys.executable, "-m", "llmlint", "server", "--no-tools"]


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))
async def client(lsp_client: LanguageClient):
    found = client_capabilities("visual-studio-code")
    assert found.workspace is not None
    found.workspace.did_change_watched_files = None
    assert found.text_document is not None
    # Newer than what pytest-lsp knows of it.
    found.text_document.diagnostic = types.DiagnosticClientCapabilities()
    found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    await lsp_client.initialize_session(types.InitializeParams(capabilities=found))
    yield
    await lsp_client.shutdown_session()


def opened(client: LanguageClient, where: str, text: str) -> None:
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))


async def codes(client: LanguageClient, where: str) -> list[str]:
    document = types.TextDocumentIdentifier(where)
    found = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    return [one.code for one in found.items]


async def refreshed(client: LanguageClient, before: int) -> None:
    for _ in range(600):
        if client.diagnostic_refresh_count > before:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody said that it is time to ask again")


@pytest.mark.asyncio
async def test_who_pulls_is_told_when_the_other_of_contract_and_source_changes(client, shop):
    shop.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n[tool.llmlint]\ncontracts = ["contracts"]\n')
    shop.write("contracts/shop/__init__.pyi", "")
    contract = shop.write("contracts/shop/cart.pyi", CART).as_uri()
    source = (shop.path / "src/shop/cart.py").as_uri()
    opened(client, source, CART)
    opened(client, contract, CART)
    assert [await codes(client, one) for one in (source, contract)] == [[], []]
    before = client.diagnostic_refresh_count
    identifier = types.VersionedTextDocumentIdentifier(2, contract)
    text = CART + "\n    def gone(self) -> None: ...\n"
    change = types.TextDocumentContentChangeWholeDocument(text)
    client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))
    await refreshed(client, before)
    assert [await codes(client, one) for one in (source, contract)] == [["LLM501"], ["LLM501"]]
    # What is closed without being saved counts no more.
    before = client.diagnostic_refresh_count
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(contract)))
    await refreshed(client, before)
    assert await codes(client, source) == []


@pytest.mark.asyncio
async def test_all_of_a_kind_belongs_to_the_finding(client, shop):
    where = (shop.path / "tests/test_cart.py").as_uri()
    text = FAULTY + "    assert cart.totl() == len(cart.items)\n"
    opened(client, where, text)
    document = types.TextDocumentIdentifier(where)
    found = (await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))).items
    assert [one.code for one in found] == ["LLM203", "LLM203"]
    params = types.CodeActionParams(document, found[0].range, types.CodeActionContext([found[0]]))
    titles = [one.title for one in await client.text_document_code_action_async(params) if one.diagnostics]
    # VS Code shows what belongs to no finding behind all that does.
    assert titles[1:] == ["Fix all of LLM203 in this file", "Suppress LLM203 on this line"]
