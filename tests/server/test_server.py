"""``llmlint server``, through the protocol."""

from __future__ import annotations

import ast
import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.conftest import CART, Folder

NARROW = """\
from shop.cart import Cart


def test_total():
    cart = Cart()
    assert len("\U0001f34e\u00e9") == cart.totl()
"""
"""Before the fault stand an apple (4 bytes, 2 units of UTF-16) and an accent (2 bytes, 1 unit)."""

ROW = NARROW.splitlines()[5]
COLUMN = ROW.index("totl")

TRUTH = (
    CART
    + '\n    def label(self, short: bool = False) -> str:\n        """The label on the box."""\n        return ""\n'
)


def columns(encoding: str) -> int:
    codec, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    return len(ROW[:COLUMN].encode(codec)) // width


def capabilities(*encodings: str) -> types.ClientCapabilities:
    """Those of a client that takes pushed diagnostics and counts in one of these units, the best first."""
    found = client_capabilities("visual-studio-code")
    assert found.general is not None
    assert found.text_document is not None
    found.general.position_encodings = [types.PositionEncodingKind(one) for one in encodings]
    found.text_document.diagnostic = None
    assert found.workspace is not None
    found.workspace.did_change_watched_files = None
    return found


@pytest.fixture
def project(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write(
        "pyproject.toml",
        '[project]\nname = "shop"\nversion = "1"\n[tool.pytest.ini_options]\nmarkers = ["slow: takes long"]\n'
        '[tool.llmlint]\ncontracts = ["contracts"]\n',
    )
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", TRUTH)
    folder.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef basket():\n    return 1\n")
    folder.write("tests/test_cart.py", NARROW)
    return folder


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-m", "llmlint", "server", "--no-tools"]),
    params=["utf-8", "utf-16", "utf-32"],
)
async def client(request, project: Folder, lsp_client: LanguageClient):
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities(request.param), root_uri=project.path.as_uri())
    )
    lsp_client.units = request.param
    yield
    await lsp_client.shutdown_session()


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "llmlint", "server"]))
async def plain(project: Folder, lsp_client: LanguageClient):
    """A client for what has nothing to do with positions; the server runs the other tools as well."""
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities("utf-16"), root_uri=project.path.as_uri())
    )
    yield
    await lsp_client.shutdown_session()


def uri(project: Folder, name: str = "tests/test_cart.py") -> str:
    return (project.path / name).as_uri()


async def told(client: LanguageClient) -> None:
    """Waits until diagnostics are pushed."""
    await asyncio.wait_for(client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 60)


async def opened(client: LanguageClient, project: Folder, text: str = NARROW, version: int = 1) -> str:
    where = uri(project)
    item = types.TextDocumentItem(where, types.LanguageKind.Python, version, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await told(client)
    return where


def change(client: LanguageClient, where: str, text: str, version: int) -> None:
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=where, version=version),
            [types.TextDocumentContentChangeWholeDocument(text)],
        )
    )


def codes(client: LanguageClient, where: str) -> list[object]:
    return [one.code for one in client.diagnostics[where]]


def at(text: str, part: str, offset: int = 0) -> types.Position:
    """A place in an ASCII text."""
    before = text[: text.index(part) + offset]
    return types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)


@pytest.mark.asyncio
async def test_diagnostics_come_where_the_client_counts(client, project):
    where = await opened(client, project)
    (one,) = client.diagnostics[where]
    start = columns(client.units)
    assert one.range == types.Range(types.Position(5, start), types.Position(5, start + 4))
    assert (one.code, one.source, one.severity) == ("LLM203", "llmlint", types.DiagnosticSeverity.Error)
    assert one.code_description.href.endswith("LLM203-unknown-attribute.md")
    assert one.related_information[0].location.uri == uri(project, "src/shop/cart.py")


@pytest.mark.asyncio
async def test_the_buffer_counts_and_not_the_file(client, project):
    where = await opened(client, project)
    change(client, where, NARROW.replace("totl", "total"), 2)
    await told(client)
    assert codes(client, where) == []
    change(client, where, NARROW, 1)
    change(client, where, NARROW.replace("totl", "invented").replace("label", "x"), 3)
    await told(client)
    assert "'invented'" in client.diagnostics[where][0].message


@pytest.mark.asyncio
async def test_what_changes_on_disk_is_seen(client, project):
    where = await opened(client, project)
    project.write("src/shop/cart.py", TRUTH + "\n    def totl(self) -> int:\n        return 0\n")
    event = types.FileEvent(uri(project, "src/shop/cart.py"), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await told(client)
    assert codes(client, where) == []
    project.write("src/shop/cart.py", TRUTH)
    project.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\nseverity = ["LLM203=info"]\n')
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await told(client)
    assert client.diagnostics[where][0].severity == types.DiagnosticSeverity.Information


@pytest.mark.asyncio
async def test_a_broken_buffer_says_so_and_recovers(client, project):
    where = await opened(client, project)
    change(client, where, NARROW + "def (", 2)
    await told(client)
    assert codes(client, where) == ["LLM900"]
    change(client, where, NARROW, 3)
    await told(client)
    assert codes(client, where) == ["LLM203"]


def applied(text: str, action: types.CodeAction) -> str:
    (document,) = action.edit.document_changes
    lines = text.splitlines(keepends=True)
    for edit in document.edits:
        start, end = edit.range.start, edit.range.end
        before, after = lines[: start.line], lines[end.line :]
        head = lines[start.line][: start.character] if start.line < len(lines) else ""
        tail = after[0][end.character :] if after else ""
        lines = [*before, head + edit.new_text + tail, *after[1:]]
    return "".join(lines)


@pytest.mark.asyncio
async def test_code_actions_fix_and_suppress(client, project):
    text = NARROW.replace('len("\U0001f34e\u00e9")', "0")
    where = await opened(client, project, text)
    document = types.TextDocumentIdentifier(where)
    here = client.diagnostics[where][0]
    context = types.CodeActionContext([here])
    found = await client.text_document_code_action_async(types.CodeActionParams(document, here.range, context))
    by_title = {one.title.split(" ")[0]: one for one in found}
    assert by_title["Rename"].is_preferred
    assert applied(text, by_title["Rename"]) == text.replace("totl", "total")
    assert applied(text, by_title["Suppress"]).endswith("0 == cart.totl()  # llmlint: ignore[LLM203]\n")
    context = types.CodeActionContext([], only=["source.fixAll"])
    (whole,) = await client.text_document_code_action_async(types.CodeActionParams(document, here.range, context))
    assert whole.kind == "source.fixAll.llmlint"
    assert applied(text, whole) == text.replace("totl", "total")


@pytest.mark.asyncio
async def test_all_of_a_kind_are_fixed_at_once(plain, project):
    text = NARROW.replace('len("\U0001f34e\u00e9")', "cart.lable()")
    where = await opened(plain, project, text)
    assert codes(plain, where) == ["LLM203", "LLM203"]
    here = plain.diagnostics[where][0]
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(where), here.range, types.CodeActionContext([here], only=["quickfix"])
    )
    offered = await plain.text_document_code_action_async(params)
    (whole,) = [one for one in offered if one.title == "Fix all of LLM203 in this file"]
    assert applied(text, whole) == text.replace("totl", "total").replace("lable", "label")


@pytest.mark.asyncio
async def test_the_contract_is_opened_where_it_decides(plain, project):
    contract = project.write("contracts/shop/cart.pyi", "\nclass Cart:\n    def total(self) -> int: ...\n")
    where = await opened(plain, project)
    here = plain.diagnostics[where][0]
    assert here.related_information[0].location.uri == contract.as_uri()
    params = types.CodeActionParams(types.TextDocumentIdentifier(where), here.range, types.CodeActionContext([here]))
    offered = await plain.text_document_code_action_async(params)
    (action,) = [one for one in offered if one.title == "Open the contract"]
    # lsprotocol takes every action with a command for a bare command, and makes a text of what it names.
    command = ast.literal_eval(action.command) if isinstance(action, types.Command) else action.command
    await plain.workspace_execute_command_async(types.ExecuteCommandParams(command["command"], command["arguments"]))
    (shown,) = plain.shown_documents
    assert (shown.uri, shown.selection.start.line) == (contract.as_uri(), 1)


@pytest.mark.asyncio
async def test_hover_has_the_rule_and_the_contract(client, project):
    where = await opened(client, project)
    place = types.Position(5, columns(client.units) + 1)
    answer = await client.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier(where), place))
    assert "LLM203" in answer.contents.value
    assert "total" in answer.contents.value


@pytest.mark.asyncio
async def test_definition_leads_to_what_decides(client, project):
    where = await opened(client, project)
    place = types.Position(5, columns(client.units) + 1)
    answer = await client.text_document_definition_async(
        types.DefinitionParams(types.TextDocumentIdentifier(where), place)
    )
    assert answer.uri == uri(project, "src/shop/cart.py")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("    cart.", {"add", "items", "label", "total"}),
        ("    cart.la", {"add", "items", "label", "total"}),
        ("    cart.label(", {"short"}),
        ("    cart.label(sh", {"short"}),
        ('    patch("shop.cart.', {"Cart"}),
        ('    patch("shop.cart.Ca")', {"Cart"}),
        ("    Mock(spec=Cart).", {"add", "items", "label", "total"}),
        ("def test_more(", {"basket", "tmp_path"}),
        ("def test_more(basket, ba", {"basket", "tmp_path"}),
        ("@pytest.mark.", {"parametrize", "slow", "skipif"}),
        ("@pytest.mark.sl", {"parametrize", "slow", "skipif"}),
        ("pytestmark = pytest.mark.", {"parametrize", "slow", "skipif"}),
    ],
)
@pytest.mark.asyncio
async def test_completion_offers_what_there_is(plain, project, line, expected):
    head = "from unittest.mock import Mock, patch\n\nimport pytest\n\nfrom shop.cart import Cart\n\n\ndef test_total():\n    cart = Cart()\n"
    text = head + line + "\n"
    where = await opened(plain, project, text)
    column = len(line) - (2 if line.endswith('")') else 0)
    answer = await plain.text_document_completion_async(
        types.CompletionParams(types.TextDocumentIdentifier(where), types.Position(head.count("\n"), column))
    )
    assert expected <= {one.label for one in answer.items}
    assert "llmlint_here" not in {one.label for one in answer.items}


@pytest.mark.asyncio
async def test_what_is_not_ours_is_left_alone(client, project):
    cell = "vscode-notebook-cell:/x.ipynb#1"
    for where in (cell, "untitled:Untitled-1"):
        item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, NARROW)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    change(client, "file:///nowhere/test_x.py", NARROW, 3)
    where = await opened(client, project)
    assert list(client.diagnostics) == [where]
    answer = await client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier("file:///nowhere/test_x.py"), types.Position(99, 99))
    )
    assert answer is None


@pytest.mark.asyncio
async def test_a_closed_buffer_has_no_findings(client, project):
    where = await opened(client, project)
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(where)))
    await told(client)
    assert codes(client, where) == []


@pytest.mark.asyncio
async def test_settings_that_cannot_be_read_are_told(client, project):
    where = await opened(client, project)
    project.write("pyproject.toml", "[tool.llmlint]\nselct = []\n")
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
    await told(client)
    assert codes(client, where) == []
    assert "selct" in client.messages[-1].message


STANDING = """\
from unittest.mock import Mock, patch

from shop.cart import Cart


@patch("shop.cart.Cart.total")
def test_standing(counted, basket):
    cart = Cart()
    cart.label(short=True)
    double = Mock(spec=Cart)
    double.label()
    with patch("shop.cart.Cart") as made:
        made()
"""


@pytest.mark.parametrize(
    ("part", "offset", "said", "place", "row"),
    [
        ("basket)", 1, "fixture `basket`", "tests/conftest.py", 5),
        ("cart.label", 5, "def label(short: bool=False) -> str", "src/shop/cart.py", None),
        ("short=True", 1, "The label on the box.", "src/shop/cart.py", None),
        ("double.label", 7, "mock that stands for `shop.cart.Cart.label`", "src/shop/cart.py", None),
        ("double.label", 1, "mock that stands for `shop.cart.Cart`", "src/shop/cart.py", None),
        ("Cart.total", 6, "patch of `shop.cart.Cart.total`", "src/shop/cart.py", None),
        ("shop.cart.Cart.total", 6, "module `shop.cart`", "src/shop/cart.py", 1),
        ("made()", 1, "mock that stands for class `shop.cart.Cart`", "src/shop/cart.py", None),
        ("Cart()", 1, "class `shop.cart.Cart`", "src/shop/cart.py", None),
    ],
)
@pytest.mark.asyncio
async def test_what_is_sound_is_told_too(plain, project, part, offset, said, place, row):
    where = await opened(plain, project, STANDING)
    document, here = types.TextDocumentIdentifier(where), at(STANDING, part, offset)
    hover = await plain.text_document_hover_async(types.HoverParams(document, here))
    assert said in hover.contents.value
    found = await plain.text_document_definition_async(types.DefinitionParams(document, here))
    assert found.uri == uri(project, place)
    if row is not None:
        assert found.range.start.line == row - 1


@pytest.mark.asyncio
async def test_ruff_reads_the_buffer_at_every_change(plain, project):
    sound = NARROW.replace("totl", "total")
    where = await opened(plain, project, sound)
    change(plain, where, "import os\n" + sound, 2)
    await until(plain, lambda: codes(plain, where) == ["F401"])
    (one,) = plain.diagnostics[where]
    assert (one.source, one.range.start.line) == ("ruff", 0)
    change(plain, where, "import os  # llmlint: ignore[ruff:F401]\n" + NARROW, 3)
    await until(plain, lambda: codes(plain, where) == ["LLM203"])
    project.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\ntools = []\n')
    plain.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
    change(plain, where, "import os\n" + NARROW, 4)
    await told(plain)
    assert codes(plain, where) == ["LLM203"]


async def until(client: LanguageClient, holds) -> None:
    """Waits until a condition holds: two files may be told of in one breath, and who waits for the second would wait for ever."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, {where: codes(client, where) for where in client.diagnostics}
        await asyncio.sleep(0.02)


@pytest.mark.asyncio
async def test_a_symbol_is_frozen_anew_by_the_editor(plain, project):
    frozen = "class Cart:\n    # kept\n    def add(self, item: str, quantity: int = 1) -> None: ...\n"
    contract = project.write("contracts/shop/cart.pyi", frozen)
    text = NARROW.replace('len("\U0001f34e\u00e9")', "0").replace("totl", "total")
    where = await opened(plain, project, text)
    assert codes(plain, where) == ["LLM105"]
    here = plain.diagnostics[where][0]
    document = types.TextDocumentIdentifier(where)
    params = types.CodeActionParams(document, here.range, types.CodeActionContext([here]))
    offered = await plain.text_document_code_action_async(params)
    (action,) = [one for one in offered if one.title.startswith("Refreeze")]
    assert action.title == "Refreeze shop.cart.Cart.total in its contract"
    (edits,) = action.edit.document_changes
    assert edits.text_document.uri == contract.as_uri()
    assert contract.read_text() == frozen
    renewed = applied(frozen, action)
    assert renewed.startswith(frozen)
    assert "def total(self)" in renewed
    assert "label" not in renewed
    # In the contract itself the place says which symbol is meant.
    item = types.TextDocumentItem(contract.as_uri(), types.LanguageKind.Python, 1, frozen)
    plain.text_document_did_open(types.DidOpenTextDocumentParams(item))
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    document = types.TextDocumentIdentifier(contract.as_uri())
    params = types.CodeActionParams(document, top, types.CodeActionContext([]))
    offered = await plain.text_document_code_action_async(params)
    (action,) = [one for one in offered if one.title.startswith("Refreeze")]
    assert action.title == "Refreeze shop.cart.Cart.items, shop.cart.Cart.label, shop.cart.Cart.total in its contract"
    plain.text_document_did_close(types.DidCloseTextDocumentParams(document))
    # Once it is written, the finding is gone and there is nothing to freeze.
    contract.write_text(renewed)
    event = types.FileEvent(contract.as_uri(), types.FileChangeType.Changed)
    plain.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await until(plain, lambda: codes(plain, where) == [])


STUB = """\
class Cart:
    items: list[str]
    def __init__(self) -> None: ...
    def add(self, item: str, quantity: int = 1) -> None: ...
    def total(self) -> int: ...
    def label(self, short: bool = False) -> str: ...
"""
"""The frozen contract of TRUTH."""


async def shown(client: LanguageClient, where: str, text: str) -> None:
    """Opens a file and waits until it was judged."""
    item = types.TextDocumentItem(where, types.LanguageKind.Python, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await until(client, lambda: where in client.diagnostics)


@pytest.mark.asyncio
async def test_a_contract_is_held_against_its_source_as_it_is_written(plain, project):
    contract = project.write("contracts/shop/cart.pyi", STUB)
    where = contract.as_uri()
    await shown(plain, where, STUB)
    assert codes(plain, where) == []
    # Of the buffer, not the file: another parameter, a method that was never there, a name that nothing binds.
    change(plain, where, STUB.replace("quantity", "amount") + "    def gone(self) -> Nothing: ...\n", 2)
    await until(plain, lambda: sorted(codes(plain, where)) == [*["LLM501"] * 3, "LLM505"])
    first = min(plain.diagnostics[where], key=lambda one: one.range.start.line)
    assert first.range.start.line == 3
    (related,) = first.related_information
    assert related.location.uri == uri(project, "src/shop/cart.py")
    assert "def add" in TRUTH.splitlines()[related.location.range.start.line]
    # What does not parse says so, and is judged again when it does.
    change(plain, where, STUB + "    def (\n", 3)
    await until(plain, lambda: codes(plain, where) == ["LLM505"])
    change(plain, where, STUB, 4)
    await until(plain, lambda: codes(plain, where) == [])
    assert contract.read_text(encoding="utf-8") == STUB


@pytest.mark.asyncio
async def test_a_source_is_held_against_its_contract_as_it_is_written(plain, project):
    contract = project.write("contracts/shop/cart.pyi", STUB)
    frozen, where = contract.as_uri(), uri(project, "src/shop/cart.py")
    await shown(plain, where, TRUTH)
    await shown(plain, frozen, STUB)
    assert codes(plain, where) == []
    written = TRUTH.replace("quantity", "amount")
    change(plain, where, written, 2)
    await until(plain, lambda: codes(plain, where) == codes(plain, frozen) == ["LLM501", "LLM501"])
    one, _ = plain.diagnostics[where]
    assert "def add" in written.splitlines()[one.range.start.line]
    (related,) = one.related_information
    assert (related.location.uri, related.location.range.start.line) == (frozen, 3)
    # Which of the two is right, people decide: the contract may be frozen anew from the source as it stands in the editor.
    params = types.CodeActionParams(types.TextDocumentIdentifier(where), one.range, types.CodeActionContext([one]))
    (action,) = [one for one in await plain.text_document_code_action_async(params) if one.title.startswith("Refreeze")]
    (edits,) = action.edit.document_changes
    assert edits.text_document.uri == frozen
    renewed = applied(STUB, action)
    assert "amount: int = 1" in renewed
    change(plain, frozen, renewed, 2)
    await until(plain, lambda: codes(plain, where) == codes(plain, frozen) == [])
    assert contract.read_text(encoding="utf-8") == STUB


@pytest.mark.asyncio
async def test_import_linter_speaks_when_the_buffer_is_saved(plain, project):
    settings = (project.path / "pyproject.toml").read_text(encoding="utf-8")
    project.write(
        "pyproject.toml",
        settings
        + '[tool.importlinter]\nroot_package = "shop"\n[[tool.importlinter.contracts]]\nname = "carts know no shelves"\n'
        'type = "forbidden"\nsource_modules = ["shop.cart"]\nforbidden_modules = ["shop.shelf"]\n',
    )
    project.write("src/shop/shelf.py", "")
    text = "from shop import shelf\n" + TRUTH
    project.write("src/shop/cart.py", text)
    where = uri(project, "src/shop/cart.py")
    await shown(plain, where, text)
    assert "import-linter" not in [one.source for one in plain.diagnostics[where]]
    plain.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(where)))
    await until(plain, lambda: "import-linter" in [one.source for one in plain.diagnostics[where]])
    (one,) = [one for one in plain.diagnostics[where] if one.source == "import-linter"]
    assert one.range.start.line == 0
    assert "carts know no shelves" in one.message
    # What was found in the file says nothing of the buffer that differs from it.
    change(plain, where, TRUTH, 2)
    await until(plain, lambda: "import-linter" not in [one.source for one in plain.diagnostics[where]])


@pytest.mark.asyncio
async def test_long_work_shows_that_it_goes_on(plain, project):
    await opened(plain, project)
    (reports,) = plain.progress_reports.values()
    # The end comes behind the diagnostics.
    await asyncio.wait_for(eventually(lambda: len(reports) > 1), 60)
    first, last = reports
    assert (first.kind, last.kind) == ("begin", "end")
    assert first.title.startswith("llmlint reads")


@pytest.mark.asyncio
async def test_mypy_speaks_when_the_buffer_is_saved(plain, project):
    wrong = NARROW.replace("cart.totl()", "cart.total() + ''")
    project.write("tests/test_cart.py", wrong)
    where = await opened(plain, project, wrong)
    plain.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(where)))
    await until(plain, lambda: "operator" in codes(plain, where))
    change(plain, where, wrong + "\n", 2)
    await told(plain)
    assert codes(plain, where) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for mypy is a shell script")
@pytest.mark.asyncio
async def test_the_next_change_ends_what_the_last_save_began(plain, project):
    python = project.path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    project.write(".venv/pyvenv.cfg", f"home = {Path(sys.executable).parent}\nversion = {version}.0\n")
    packages = f".venv/lib/python{version}/site-packages"
    project.write(f"{packages}/mypy-1.15.0.dist-info/METADATA", "")
    project.write(".venv/bin/mypy", "").chmod(0o755)
    project.write(f"{packages}/mypy/__init__.py", "")
    project.write(
        f"{packages}/mypy/main.py",
        f"import os, time\n"
        f"with open({str(project.path / 'began')!r}, 'a') as file:\n    file.write(f'{{os.getpid()}}\\n')\n"
        f"time.sleep(100)\n",
    )
    where = await opened(plain, project)
    plain.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(where)))
    began = project.path / "began"
    await asyncio.wait_for(eventually(began.exists), 60)
    change(plain, where, NARROW + "\n", 2)
    identities = began.read_text(encoding="utf-8").split()
    await asyncio.wait_for(eventually(lambda: not any(map(lives, identities))), 60)


async def eventually(holds) -> None:
    """Waits until a condition holds."""
    while not holds():  # noqa: ASYNC110 - other processes set no events
        await asyncio.sleep(0.05)


def lives(identity: str) -> bool:
    """Whether a process is there."""
    try:
        os.kill(int(identity), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.asyncio
async def test_each_folder_has_its_own_settings(plain, project, tmp_path_factory):
    other = Folder(tmp_path_factory.mktemp("other"))
    for name in ("src/shop/__init__.py", "src/shop/cart.py", "tests/conftest.py", "tests/test_cart.py"):
        other.write(name, (project.path / name).read_text(encoding="utf-8"))
    other.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\nseverity = ["LLM203=info"]\n')
    added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(other.path.as_uri(), "other")], [])
    plain.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))
    first, second = await opened(plain, project), await opened(plain, other)
    await until(plain, lambda: bool(plain.diagnostics.get(second)))
    assert plain.diagnostics[first][0].severity == types.DiagnosticSeverity.Error
    assert plain.diagnostics[second][0].severity == types.DiagnosticSeverity.Information
    # What changes in one leaves the other as it is.
    other.write("src/shop/cart.py", TRUTH + "\n    def totl(self) -> int:\n        return 0\n")
    event = types.FileEvent(uri(other, "src/shop/cart.py"), types.FileChangeType.Changed)
    plain.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await until(plain, lambda: codes(plain, second) == [])
    assert codes(plain, first) == ["LLM203"]
