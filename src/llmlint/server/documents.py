"""The buffers that an editor has open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lsprotocol import types
from pygls import uris

from llmlint.model.diagnostic import Diagnostic
from llmlint.project.source import split_lines
from llmlint.server.positions import Positions


@dataclass(slots=True)
class Document:
    """One buffer."""

    uri: str
    path: str
    """Absolute."""
    text: str
    version: int | None
    encoding: types.PositionEncodingKind | str
    good: str = ""
    """The last text that was a program."""
    judged: str | None = None
    """The text of which ``found`` speaks; None where that was too long ago."""
    found: tuple[Diagnostic, ...] = ()
    """What llmlint's own rules, and ruff, found in ``text``."""
    tools: tuple[types.Diagnostic, ...] = ()
    """What mypy and import-linter found when the buffer was saved; nothing once it has changed."""
    _lines: list[str] | None = field(default=None)

    @property
    def lines(self) -> Sequence[str]:
        """Without their ends."""
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    @property
    def positions(self) -> Positions:
        """Converts places in the text as it is."""
        return Positions(self.lines, self.encoding)

    def change(self, text: str, version: int | None) -> None:
        """Takes a new text."""
        self.text, self.version, self._lines = text, version, None
        self.tools = ()


class Documents:
    """The open buffers of Python files, by URI. Others (notebooks, what was never saved) are left alone."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def open(self, item: types.TextDocumentItem, encoding: types.PositionEncodingKind | str) -> Document | None:
        """A buffer that was opened; None where it is none of ours."""
        path = uris.to_fs_path(item.uri) if item.uri.startswith("file:") else None
        if path is None or not path.endswith((".py", ".pyi")):
            return None
        document = self._open[item.uri] = Document(item.uri, path, item.text, item.version, encoding)
        document.good = item.text
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """A buffer with its new text; None where it is not open, or the change is older than what is known."""
        document = self._open.get(params.text_document.uri)
        version = params.text_document.version
        if document is None or not params.content_changes:
            return None
        if document.version is not None and version < document.version:
            return None
        last = params.content_changes[-1]
        if not isinstance(last, types.TextDocumentContentChangeWholeDocument):
            return None  # the server asks for whole texts
        document.change(last.text, version)
        return document

    def close(self, uri: str) -> Document | None:
        """A buffer that was closed."""
        return self._open.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """An open buffer."""
        return self._open.get(uri)

    def every(self) -> list[Document]:
        """All of them, in the order of opening."""
        return list(self._open.values())
