"""Severities that the settings change: ``LLM302=info`` for all files, or for those that match a glob."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

from llmlint.engine.globs import matcher
from llmlint.engine.pages import Page
from llmlint.engine.selection import SelectionError, named, specificity
from llmlint.model.diagnostic import Severity
from llmlint.model.settings import Settings


class Severities:
    """What a project's settings say of severities."""

    def __init__(self, settings: Settings, root: str) -> None:
        """Args:
        settings: The project's; they were checked by ``check_severities``.
        root: The folder that globs are relative to.
        """
        self._everywhere = [_read(item) for item in settings.severity]
        self._by_path = [
            (matcher(glob, root), [_read(item) for item in items]) for glob, items in settings.per_file_severity
        ]
        self._known: dict[tuple[str, str], Severity] = {}

    def of(self, page: Page, path: str) -> Severity:
        """The severity of what the page's rule finds in the file at ``path``.

        A glob that matches outdoes what is said of all files; then the more specific selector wins, then the later.
        """
        if not self._everywhere and not self._by_path:
            return page.severity
        key = (page.code, path)
        if key not in self._known:
            said = [item for match, items in self._by_path if match(path) for item in items]
            self._known[key] = _chosen(page, said) or _chosen(page, self._everywhere) or page.severity
        return self._known[key]


def check_severities(settings: Settings, pages: Sequence[Page]) -> None:
    """Looks through the settings.

    Raises:
        SelectionError: an item is not ``RULES=SEVERITY``, or names no rule.
    """
    for item in (*settings.severity, *(item for _, items in settings.per_file_severity for item in items)):
        selector, equal, severity = item.partition("=")
        if not equal or severity.strip() not in get_args(Severity):
            raise SelectionError(
                f"'{item}' in 'severity' or 'per-file-severity' is not like 'LLM302=info' (error, warning or info)"
            )
        named(selector.strip(), pages)


def _read(item: str) -> tuple[str, Severity]:
    selector, _, severity = item.partition("=")
    return selector.strip(), cast("Severity", severity.strip())


def _chosen(page: Page, said: Sequence[tuple[str, Severity]]) -> Severity | None:
    best, chosen = -1, None
    for selector, severity in said:
        if (found := specificity(page, (selector,))) >= 0 and found >= best:
            best, chosen = found, severity
    return chosen
