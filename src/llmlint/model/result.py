"""What a run hands to a report: plain facts, picklable, with the lines that the findings stand on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from llmlint.model.diagnostic import Diagnostic, Edit, Severity

KINDS = ("attribute", "call", "patch", "fixture")
"""What is counted as resolved or not, in the order of tables."""


@dataclass(frozen=True, slots=True)
class UnresolvedUse:
    """Something that could not be judged, and why."""

    row: int
    """From 1."""
    column: int
    """From 0, in code points."""
    kind: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordedUse:
    """A use that was seen, for measuring recall against a trace."""

    row: int
    """From 1."""
    column: int
    """From 0, in code points."""
    kind: str
    resolved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """How a copy of a test differs in which a type checker sees what the test means: rows stay where they are."""

    edits: tuple[Edit, ...] = ()
    """Replacements within a row, in order, none overlapping another."""
    footer: tuple[str, ...] = ()
    """Lines that follow the last one: imports under private names."""
    probes: tuple[tuple[int, int], ...] = ()
    """First and last rows of what the test expects to fail: what a type checker says there is what the test says itself."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """What is a finding only if an earlier one of the run has the same key."""

    key: str
    code: str
    name: str
    severity: Severity
    row: int
    """From 1."""
    column: int
    """From 0, in code points."""
    end_column: int
    """From 0, in code points, behind the last one."""
    message: str
    """With ``{earlier}`` where the symbol of the first one belongs."""
    symbol: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was found in one file."""

    path: str
    """Absolute."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Sorted by place, then code."""
    lines: tuple[tuple[int, str], ...] = ()
    """The lines that the diagnostics begin on, by row."""
    notices: tuple[str, ...] = ()
    """What the user should know and is no finding: ``needs Python >= 3.14 to be judged``."""
    total: tuple[tuple[str, int], ...] = ()
    """How many uses were seen, by kind."""
    resolved: tuple[tuple[str, int], ...] = ()
    """How many of them were resolved, by kind."""
    unresolved: tuple[UnresolvedUse, ...] = ()
    uses: tuple[RecordedUse, ...] = ()
    """Only where they were asked for."""
    shadow: Shadow = Shadow()
    """What a type checker has to be told so that it understands the file."""
    recurring: tuple[Recurring, ...] = ()
    """What may be found once every file of the run is known."""
    unfit: bool = False
    """For a contract: whether it says less, or other things, than the program, so that a type checker must not go by it."""

    def joined(self, other: FileResult) -> FileResult:
        """This result with the diagnostics of another one of the same file, each once."""
        diagnostics = sorted({*self.diagnostics, *other.diagnostics}, key=lambda one: (one.span, one.code, one.message))
        lines = sorted({*self.lines, *other.lines})
        notices = dict.fromkeys([*self.notices, *other.notices])
        unfit = self.unfit or other.unfit
        return replace(self, diagnostics=tuple(diagnostics), lines=tuple(lines), notices=tuple(notices), unfit=unfit)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What was found in a run."""

    files: tuple[FileResult, ...]
    """Ordered by path; contracts with findings are among them."""
    checked: int
    """How many files were linted."""
    notices: tuple[str, ...] = ()
    """What the user should know and is no finding."""
    failures: tuple[str, ...] = ()
    """What could not be looked at: paths that are missing or cannot be read."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every diagnostic, ordered by path and place."""
        return tuple(diagnostic for file in self.files for diagnostic in file.diagnostics)
