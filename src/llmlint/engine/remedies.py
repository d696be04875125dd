"""Turning what a rule offers as a remedy into the edits of a fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from llmlint.engine.dispatch import Crash
from llmlint.engine.pages import Page
from llmlint.engine.selection import matches, outdone
from llmlint.model.diagnostic import Finding, Fix, Remedy
from llmlint.model.settings import Settings
from llmlint.project.source import SourceFile

if TYPE_CHECKING:
    from llmlint.fixing.rewrite import Layout


class Remedies:
    """What a project's settings say of fixes."""

    def __init__(self, settings: Settings, *, worked_out: bool) -> None:
        """Args:
        settings: The project's.
        worked_out: Whether somebody wants the edits, for which a file has to be parsed once more.
        """
        self.settings = settings
        self.worked_out = worked_out

    def of(self, source: SourceFile | None) -> FileRemedies:
        """The remedies of one file; None where it could not be parsed."""
        return FileRemedies(self, source)

    def applicability(self, page: Page, remedy: Remedy) -> Literal["safe", "unsafe"] | None:
        """How far the remedy is to be trusted; None where the settings want no fix of that rule."""
        settings = self.settings
        if outdone(page, settings.fixable, settings.unfixable):
            return None
        if any(matches(selector, page) for selector in settings.extend_unsafe_fixes):
            return "unsafe"
        if any(matches(selector, page) for selector in settings.extend_safe_fixes):
            return "safe"
        return "safe" if remedy.safe else "unsafe"


class FileRemedies:
    """The fixes of one file; they share its libcst tree, which is made when the first of them needs it."""

    def __init__(self, remedies: Remedies, source: SourceFile | None) -> None:
        self.crashes: list[Crash] = []
        """Remedies that failed."""
        self._remedies = remedies
        self._source = source
        self._layout: Layout | None = None
        self._failed: set[str] = set()

    def fix(self, finding: Finding, page: Page) -> Fix | None:
        """The fix of a finding; without edits where nobody wants them, None where there is none."""
        remedy = finding.remedy
        if remedy is None or self._source is None or page.code in self._failed:
            return None
        applicability = self._remedies.applicability(page, remedy)
        if applicability is None:
            return None
        if not self._remedies.worked_out:
            return Fix(remedy.message, applicability, ())
        from llmlint.fixing.rewrite import Layout, Rewrite, Unfixable

        self._layout = self._layout or Layout(self._source)
        rewrite = Rewrite(self._source, self._layout)
        try:
            remedy.change(rewrite)
        except Unfixable:
            return None
        except Exception as error:  # noqa: BLE001 - whatever fails in a fix is a diagnostic, the finding stays
            self._failed.add(page.code)
            self.crashes.append(Crash.of(f"the fix of {page.name} ({page.code})", error))
            return None
        edits = tuple(sorted(rewrite.edits, key=lambda edit: edit.span))
        return Fix(remedy.message, applicability, edits) if edits else None
