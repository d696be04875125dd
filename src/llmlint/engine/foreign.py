"""Findings of tools under the same selectors, suppressions and ignores as our own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from llmlint.engine.globs import matcher
from llmlint.engine.pages import Page
from llmlint.engine.selection import Selection, fixed_how, keeps, names_tool, spares
from llmlint.engine.suppressions import read_suppressions
from llmlint.model.diagnostic import Diagnostic, Finding
from llmlint.model.position import Span
from llmlint.model.result import FileResult
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse, read_text, split_lines


class ForeignFindings:
    """What of the tools' findings is reported, for one project."""

    def __init__(self, project: Project, pages: Sequence[Page], selection: Selection, tools: Collection[str]) -> None:
        """Reads the settings.

        Args:
            project: Whose settings hold.
            pages: Every rule there is.
            selection: Those that were run.
            tools: The tools that did their job.
        """
        self._settings = project.settings
        self._pages = pages
        self._tools = tools
        self._unused = next((page for page in selection.pages if page.code == "LLM901"), None)
        self._spared = [
            (matcher(glob, project.root), [one for one in selectors if names_tool(one)])
            for glob, selectors in project.settings.per_file_ignores
        ]

    def joined(self, result: FileResult, found: Sequence[Diagnostic], buffer: str | None = None) -> FileResult:
        """A file's result with what tools found in it, after selection, ignores and suppressions.

        Args:
            result: Our own run's.
            found: What the tools found.
            buffer: The text that was judged, where it is not the file's.
        """
        chosen = (one for one in found if keeps(self._settings, one.source, one.code) and not self._is_spared(one))
        kept = [self._offered(one) for one in chosen]
        try:
            text = buffer if buffer is not None else read_text(result.path) if kept or self._tools else ""
        except SourceError:
            text = ""
        own = list(result.diagnostics)
        if "llmlint:" in text:
            try:
                tree = parse(result.path, text).tree
            except SourceError:
                tree = None
            suppressions = read_suppressions(text, tree, self._pages)
            kept = list(suppressions.filter(kept))
            useful = {span.row for span in suppressions.used_without_code()}
            own = [one for one in own if one.code != "LLM901" or one.span.row not in useful]
            if self._unused is not None:
                page = self._unused
                told = [self._diagnostic(page, result.path, finding) for finding in suppressions.unused_of(self._tools)]
                own += suppressions.filter(told)
        if not kept and own == list(result.diagnostics):
            return result
        lines = split_lines(text)
        rows = {one.span.row for one in (*own, *kept)}
        known = {row: lines[row - 1] for row in rows if row <= len(lines)} | dict(result.lines)
        return replace(
            result, diagnostics=(*own, *kept), lines=tuple(sorted((row, known[row]) for row in rows if row in known))
        )

    def _offered(self, diagnostic: Diagnostic) -> Diagnostic:
        """A finding with its fix as the settings will have it."""
        fix = diagnostic.fix
        if fix is None:
            return diagnostic
        how = fixed_how(self._settings, diagnostic.source, diagnostic.code, fix.applicability)
        if how == fix.applicability:
            return diagnostic
        return replace(diagnostic, fix=replace(fix, applicability=how) if how is not None else None)

    def _is_spared(self, diagnostic: Diagnostic) -> bool:
        return any(
            selectors and match(diagnostic.path) and spares(selectors, diagnostic.source, diagnostic.code)
            for match, selectors in self._spared
        )

    def _diagnostic(self, page: Page, path: str, finding: Finding) -> Diagnostic:
        assert isinstance(finding.at, Span)
        return Diagnostic(path, finding.at, page.code, page.name, page.severity, finding.message)
