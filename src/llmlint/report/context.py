"""What an output format may ask for besides the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from llmlint.model.record import record
from llmlint.project.source import SourceError, read_text, split_lines
from llmlint.report.style import Style


@record
class RuleText:
    """What is written about one of our rules."""

    code: str
    name: str
    sentence: str
    """What it reports, in one sentence."""
    text: str
    """Its whole page, in Markdown."""
    severity: str


@dataclass(slots=True)
class Context:
    """Built for one report."""

    cwd: str
    """The folder that paths are shown relative to."""
    version: str
    style: Style = field(default_factory=Style)
    rules: Callable[[], Mapping[str, RuleText]] = dict[str, RuleText]
    """Our rules by code; read only where a format prints them."""
    judged: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """By path and row: lines as they were judged, where that may not have been the file's text (standard input)."""
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file as it is now; none where it cannot be read."""
        if path not in self._lines:
            try:
                self._lines[path] = split_lines(read_text(path).removeprefix("\ufeff"))
            except SourceError:
                self._lines[path] = []
        return self._lines[path]

    def line(self, path: str, row: int) -> str:
        """A line, '' where there is none."""
        if (known := self.judged.get((path, row))) is not None:
            return known
        lines = self.lines(path)
        return lines[row - 1] if 0 < row <= len(lines) else ""
