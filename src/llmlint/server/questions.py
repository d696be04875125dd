"""What the client asks: diagnostics, actions, hover, definition, completion."""

from __future__ import annotations

import hashlib

from lsprotocol import types

from llmlint.server import asking
from llmlint.server.actions import FIX_ALL, actions
from llmlint.server.diagnostics import location
from llmlint.server.server import Server

_KINDS = {
    "fixture": types.CompletionItemKind.Variable,
    "attribute": types.CompletionItemKind.Field,
    "keyword": types.CompletionItemKind.Property,
    "target": types.CompletionItemKind.Reference,
    "marker": types.CompletionItemKind.EnumMember,
}


def questions(server: Server) -> None:
    """Everything that has an answer."""

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="llmlint"),
    )
    async def pull(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        document = ls.documents.get(params.text_document.uri)
        items: list[types.Diagnostic] = []
        if document is not None:
            async with ls.judging.reading(document):
                items = await ls.judging.pull(document)
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
        ls.judging.known(document)
        knowledge = ls.knowledge
        found = knowledge.fixable(document)
        published = knowledge.published(document, params.range.start)
        return actions(document, found, params, knowledge.refreeze(document), ls.documents.get, published)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return None
        ls.judging.known(document)
        row, column = document.positions.place(params.position)
        parts = []
        for one in document.found:
            first, last = (one.span.row, one.span.column), (one.span.end_row, one.span.end_column)
            if first <= (row, column) <= last and (page := ls.knowledge.pages.get(one.code)):
                parts.append(page.brief)
        words = asking.told(document.good, row, column, ls.knowledge.nouns(document), ls.knowledge.stands(document))
        parts = [*([words] if words else []), *dict.fromkeys(parts)]
        text = "\n\n---\n\n".join(parts)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(ls: Server, params: types.DefinitionParams) -> types.Location | None:
        document = ls.documents.get(params.text_document.uri)
        if document is None:
            return None
        row, column = document.positions.place(params.position)
        truth = asking.defined(document.good, row, column, ls.knowledge.nouns(document), ls.knowledge.stands(document))
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
        found = asking.completions(text, row, column, ls.knowledge.nouns(document))
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
