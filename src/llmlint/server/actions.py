"""What an editor may offer on a finding (LSP 3.17, ``CodeAction``): edits that the editor applies; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from lsprotocol import types

from llmlint.engine.fixes import apply
from llmlint.engine.ignoring import with_ignores
from llmlint.lifecycle.refreeze import Refrozen
from llmlint.model.diagnostic import Diagnostic, Edit, Fix
from llmlint.model.position import Span
from llmlint.server.diagnostics import uri_of
from llmlint.server.documents import Document

FIX_ALL = "source.fixAll.llmlint"


Refreeze = Callable[[str], Refrozen | None]
"""Tells what freezing a symbol anew would do to its contract."""


def actions(
    document: Document,
    found: Sequence[Diagnostic],
    params: types.CodeActionParams,
    refreeze: Refreeze,
    buffers: Callable[[str], Document | None],
    published: str | None,
) -> list[types.CodeAction]:
    """The actions for a stretch of a document.

    Args:
        document: The buffer.
        found: Its findings, with the edits of their fixes.
        params: What the client asks for.
        refreeze: Tells what freezing a symbol anew would do to its contract.
        buffers: The open buffers, by URI.
        published: In a contract, the symbol that is published at the beginning of the stretch.
    """
    first, _ = document.positions.place(params.range.start)
    last, _ = document.positions.place(params.range.end)
    here = [one for one in found if one.span.row <= last and one.span.end_row >= first]
    only = params.context.only
    symbols = {one.symbol for one in here if one.source == "llmlint" and one.symbol} | (
        {published} if published else set()
    )
    every = [*_every(document, found, here, params), *_refrozen(document, symbols, refreeze, buffers)]
    return [one for one in every if _wanted(one.kind, only)]


def _wanted(kind: types.CodeActionKind | str | None, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    text = _text(kind)
    if only is None:
        # What belongs to the whole file is asked for by its name.
        return not text.startswith("source.")
    return any(text == _text(one) or text.startswith(f"{_text(one)}.") for one in only)


def _text(kind: types.CodeActionKind | str | None) -> str:
    return str(getattr(kind, "value", kind) or "")


def _every(
    document: Document, found: Sequence[Diagnostic], here: Sequence[Diagnostic], params: types.CodeActionParams
) -> Iterator[types.CodeAction]:
    told: set[str] = set()
    given = {(one.code, one.range.start.line): one for one in params.context.diagnostics}
    for one in here:
        if one.fix is None or not one.fix.edits:
            continue
        yield types.CodeAction(
            title=f"{one.fix.message} ({one.code})",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=_of(given, one),
            is_preferred=one.fix.applicability == "safe",
            edit=_edit(document, one.fix.edits),
        )
        alike = [other.fix for other in found if other.code == one.code and other.fix and other.fix.edits]
        if len(alike) > 1 and one.code not in told:
            told.add(one.code)
            whole = _whole(document, alike, f"Fix all of {one.code} in this file", types.CodeActionKind.QuickFix)
            # With its finding: editors (VS Code) put what belongs to none behind all that does, suppressions too.
            whole.diagnostics = _of(given, one)
            yield whole
    for one in {one.code: one for one in here if one.source == "llmlint" and one.code != "LLM900"}.values():
        text, added, _ = with_ignores(document.path, document.text, [one], "")
        if added:
            yield types.CodeAction(
                title=f"Suppress {one.code} on this line",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=_of(given, one),
                edit=_replaced(document, text),
            )
    for path, row in sorted({one.truth for one in here if one.truth is not None and one.truth.path.endswith(".pyi")}):
        target = types.Range(types.Position(row - 1, 0), types.Position(row - 1, 0))
        command = types.Command("Open the contract", "llmlint.open", arguments=[uri_of(path), target.start.line])
        yield types.CodeAction(title="Open the contract", kind=types.CodeActionKind.Empty, command=command)
    # ruff's own fixes are each offered; all of them at once is what its own server is asked for.
    own = [one.fix for one in found if one.fix and one.fix.edits and one.source == "llmlint"]
    safe = [fix for fix in own if fix.applicability == "safe"]
    if safe:
        yield _whole(document, safe, "Fix all that is safe (llmlint)", FIX_ALL)


def _refrozen(
    document: Document, symbols: Collection[str], refreeze: Refreeze, buffers: Callable[[str], Document | None]
) -> Iterator[types.CodeAction]:
    """Contracts renewed where they disagree with their sources about a symbol."""
    for symbol in sorted(symbols):
        found = refreeze(symbol)
        if found is None:
            continue
        uri = uri_of(found.path)
        buffer = buffers(uri)
        if buffer is not None and buffer.text != found.before:
            continue  # somebody is writing it
        contract = buffer or Document(uri, found.path, found.before, None, document.encoding)
        named = ", ".join(found.symbols[:3]) + (", …" if len(found.symbols) > 3 else "")
        yield types.CodeAction(
            title=f"Refreeze {named} in its contract",
            kind=types.CodeActionKind.QuickFix,
            edit=_replaced(contract, found.after),
        )


def _of(given: dict[tuple[int | str | None, int], types.Diagnostic], one: Diagnostic) -> list[types.Diagnostic] | None:
    found = given.get((one.code, one.span.row - 1))
    return [found] if found is not None else None


def _whole(document: Document, fixes: Iterable[Fix], title: str, kind: types.CodeActionKind | str) -> types.CodeAction:
    text, _ = apply(document.text, fixes)
    return types.CodeAction(title=title, kind=kind, edit=_replaced(document, text))


def _edit(document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    positions = document.positions
    return _versioned(document, [types.TextEdit(positions.range(edit.span), edit.text) for edit in edits])


def _replaced(document: Document, text: str) -> types.WorkspaceEdit:
    """The least stretch of lines in which the new text differs."""
    old, new = document.text.splitlines(keepends=True), text.splitlines(keepends=True)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before = "".join(old[:start])
    gone = "".join(old[start : len(old) - end])
    rows = before.count("\n"), (before + gone).count("\n")
    if "\r" in document.text.replace("\r\n", "") or "".join(old) != document.text:
        # Old line ends: rows cannot be counted by line feeds.
        rows, new, start, end = (0, len(document.lines) + 1), [text], 0, 0
    span = types.Range(types.Position(rows[0], 0), types.Position(rows[1], 0))
    if gone and not gone.endswith("\n"):
        row = len(document.lines)
        span.end = document.positions.range(Span(row, 1 << 30, row, 1 << 30)).start
    return _versioned(document, [types.TextEdit(span, "".join(new[start : len(new) - end]))])


def _versioned(document: Document, edits: Sequence[types.TextEdit]) -> types.WorkspaceEdit:
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, list(edits))])
