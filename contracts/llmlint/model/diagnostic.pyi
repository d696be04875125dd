"""What a rule finds, and what a reader is told."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from llmlint.model.position import Span, Truth

Severity = Literal["error", "warning", "info"]
"""How bad: an *error* of the families 2 and 3 is never wrong about a line that runs and passes."""
Applicability = Literal["safe", "unsafe", "display"]
"""Whether ``--fix`` applies a fix, only ``--unsafe-fixes`` does, or nothing does."""
Side = Literal["test", "fixture", "contract", "source"]
"""Which side has to change."""
Anchor = ast.expr | ast.stmt | ast.arg | ast.alias | ast.keyword | ast.excepthandler | Span
"""What a finding stands on."""

@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of ``span`` with ``text``."""

    span: Span
    text: str

@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, applied all or none."""

    message: str
    """What it does, as an order: ``Rename to 'get_total'``."""
    applicability: Applicability
    edits: tuple[Edit, ...]
    """Empty where nobody asked what exactly would be written: to work that out, the file has to be parsed once more."""

@dataclass(frozen=True, slots=True)
class Remedy:
    """How a finding can be put right: known when it is made, worked out only when somebody wants the edits."""

    message: str
    """What it does, as an order: ``Rename to 'get_total'``."""
    change: Callable[[Any], None]
    """Writes the change into the ``llmlint.fixing.rewrite.Rewrite`` that it is handed; raises ``Unfixable`` where it cannot."""
    safe: bool = False
    """Whether the line cannot work as it stands and what was meant is beyond doubt. What changes what a passing test does, and
    what is a guess, is not safe."""

@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields. It knows no code, path or severity: those stand on the rule's page."""

    at: Anchor
    """The offending node (or span)."""
    message: str
    """One line: what is wrong, without the place of the truth and without the suggestion (both are added in print)."""
    symbol: str | None = None
    """The dotted name that was judged, as ``shop.cache.AICache.get``."""
    truth: Truth | None = None
    """Where the decision was read."""
    suggestion: str | None = None
    """The nearest real name, or the replacement."""
    side: Side = "test"
    remedy: Remedy | None = None
    """What would put it right, where that can be written by a machine."""
    recurring: str | None = None
    """Where it is a finding only if an earlier one of the run has the same text here: that one's symbol takes the place of
    ``{earlier}`` in the message, and its place is the truth. A look at one file alone does not tell it."""

@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with its place and its rule, ready for any report."""

    path: str
    """Absolute path of the file, in the form of the operating system."""
    span: Span
    code: str
    name: str
    severity: Severity
    message: str
    symbol: str | None = None
    truth: Truth | None = None
    suggestion: str | None = None
    side: Side = "test"
    source: str = "llmlint"
    """Who found it: ``llmlint``, ``ruff``, ``mypy`` or ``import-linter``. A tool's finding keeps the tool's own code."""
    fix: Fix | None = None
    url: str | None = None
    also: tuple[str, ...] = ()
    """Who else found the same fault, as ``mypy:attr-defined``."""
    notes: tuple[str, ...] = ()
    """What a tool says besides: mypy's notes, the chain of imports that breaks a contract."""

    @property
    def selector(self) -> str:
        """What selects, ignores and suppresses it: the code, with the tool's name before it where it is not llmlint's."""
        ...
