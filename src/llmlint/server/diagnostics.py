"""Findings as the protocol has them (LSP 3.17, ``Diagnostic``)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from llmlint.engine.pages import Page
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.project.source import SourceError, read_text, split_lines
from llmlint.report.wording import hint
from llmlint.server.documents import Document
from llmlint.server.positions import Positions

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}

_UNNECESSARY = frozenset({"LLM901", "LLM314", "F401", "F841"})
"""What can be taken away."""

_KNOWN: dict[str, tuple[tuple[int, int], Sequence[str]]] = {}
"""Lines of files that findings lead to, by path, with when the file was changed and its size."""

_MOST = 64
"""Files of which lines are kept."""


def uri_of(path: str) -> str:
    """The URI of a file."""
    return Path(os.path.abspath(path)).as_uri()


def translated(document: Document, pages: Mapping[str, Page]) -> list[types.Diagnostic]:
    """What is found in a document: our own findings and ruff's, then those of the tools that read files."""
    return [*(_one(found, document, pages) for found in document.found), *document.tools]


def location(path: str, row: int, encoding: types.PositionEncodingKind | str) -> types.Location:
    """A row of a file on disk, from its first character that is no space."""
    try:
        lines = _lines(path)
    except OSError:
        lines = ()
    line = lines[row - 1].rstrip("\r\n") if 0 < row <= len(lines) else ""
    begin = len(line) - len(line.lstrip())
    return types.Location(uri_of(path), Positions(lines, encoding).range(Span(row, begin, row, len(line))))


def _lines(path: str) -> Sequence[str]:
    """The lines of a file as it is now.

    Raises:
        OSError: there is none.
    """
    status = os.stat(path)
    stamp = status.st_mtime_ns, status.st_size
    known = _KNOWN.get(path)
    if known is None or known[0] != stamp:
        try:
            known = stamp, tuple(split_lines(read_text(path)))
        except SourceError:
            known = stamp, ()
        _KNOWN.pop(path, None)
        _KNOWN[path] = known
        if len(_KNOWN) > _MOST:
            del _KNOWN[next(iter(_KNOWN))]
    return known[1]


def _one(found: Diagnostic, document: Document, pages: Mapping[str, Page]) -> types.Diagnostic:
    words = hint(found)
    page = pages.get(found.code)
    href = uri_of(page.path) if page is not None else found.url
    related = None
    if found.truth is not None:
        kind = "contract" if found.truth.path.endswith(".pyi") else "source"
        place = location(found.truth.path, found.truth.row, document.encoding)
        related = [types.DiagnosticRelatedInformation(place, f"the {kind} that decided")]
    return types.Diagnostic(
        range=document.positions.range(found.span),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        code_description=types.CodeDescription(href) if href else None,
        source=found.source,
        message="\n".join([found.message + (f"; {words}" if words else ""), *found.notes]),
        tags=[types.DiagnosticTag.Unnecessary] if found.code in _UNNECESSARY else None,
        related_information=related,
    )
