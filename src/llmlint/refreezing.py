"""The fix of a contract that disagrees with its source: to freeze the symbol anew.

It needs all that freezing needs, so it is no remedy of the rule's own; and it is never safe, for which of the two is right, people decide.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from llmlint.engine.pages import Page
from llmlint.model.diagnostic import Diagnostic, Edit, Fix, Remedy
from llmlint.model.result import FileResult
from llmlint.project.project import Project
from llmlint.project.source import SourceError, decode, encoding_of, read_text

if TYPE_CHECKING:
    from llmlint.engine.fixes import Fixed
    from llmlint.lifecycle.refreeze import Refreezer

_DRIFT = "LLM501"


class Refreezing:
    """Fixes of one session. Nothing is read before somebody wants the edits."""

    def __init__(self, pages: Sequence[Page], *, edits: bool) -> None:
        """Args:
        pages: llmlint's own.
        edits: Whether to work out what exactly would be written.
        """
        self._page = next((page for page in pages if page.code == _DRIFT), None)
        self._edits = edits
        self._refreezers: dict[tuple[str, str], Refreezer] = {}

    def offered(self, results: Sequence[FileResult], projects: Sequence[Project]) -> list[FileResult]:
        """The results, with a fix for each disagreement of a contract of one of the projects."""
        return [
            self._offered(result, project) if (project := _project_with(result, projects)) is not None else result
            for result in results
        ]

    def fixed(self, found: FileResult, data: bytes, project: Project, wanted: Callable[[Diagnostic], bool]) -> Fixed:
        """A contract, of which ``data`` are the bytes, with everything frozen anew that disagrees and is wanted."""
        from llmlint.engine.fixes import Fixed

        path = found.path
        found = self._offered(found, project)
        fixed = tuple(one for one in found.diagnostics if one.code == _DRIFT and wanted(one))
        try:
            encoding, text = encoding_of(data), decode(data)
        except SourceError:
            return Fixed(path, data, data, (), found)
        after = self._refreezer(project).renewed(path, text, {(one.symbol or "", one.message) for one in fixed})
        left = replace(found, diagnostics=tuple(one for one in found.diagnostics if one not in fixed))
        return Fixed(path, data, after.encode(encoding) if after != text else data, fixed, left)

    def _offered(self, result: FileResult, project: Project) -> FileResult:
        if self._page is None:
            return result
        told = []
        for one in result.diagnostics:
            if one.code == _DRIFT and one.symbol:
                told.append(replace(one, fix=self._fix(one, one.symbol, project, self._page)))
            else:
                told.append(one)
        return replace(result, diagnostics=tuple(told))

    def _fix(self, one: Diagnostic, symbol: str, project: Project, page: Page) -> Fix | None:
        from llmlint.engine.remedies import Remedies

        remedy = Remedy(f"Freeze '{symbol.rpartition('.')[2]}' anew", lambda file: None)
        applicability = Remedies(project.settings, worked_out=False).applicability(page, remedy)
        if applicability is None:
            return None
        edits: tuple[Edit, ...] = ()
        if self._edits:
            edits = self._refreezer(project).edits(one.path, read_text(one.path), symbol, one.message)
            if not edits:
                return None
        return Fix(remedy.message, applicability, edits)

    def _refreezer(self, project: Project) -> Refreezer:
        from llmlint.lifecycle.refreeze import Refreezer

        key = (project.root, project.base)
        if key not in self._refreezers:
            self._refreezers[key] = Refreezer(project)
        return self._refreezers[key]


def _project_with(result: FileResult, projects: Sequence[Project]) -> Project | None:
    """The project that a contract with a disagreement belongs to."""
    if not any(one.code == _DRIFT for one in result.diagnostics):
        return None
    for project in projects:
        if any(result.path.startswith(folder + os.sep) for folder, _ in project.contract_roots):
            return project
    return None
