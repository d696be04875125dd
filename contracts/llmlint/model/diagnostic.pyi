"""What a rule finds, and what a reader is told."""

import ast
from dataclasses import dataclass
from typing import Literal
from llmlint.model.position import Span, Truth

Severity = Literal["error", "warning", "info"]
"""How bad: an *error* of the families 2 and 3 is never wrong about a line that runs and passes."""
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
    applicability: Literal["safe", "unsafe", "display"]
    edits: tuple[Edit, ...]

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
    fix: Fix | None = None
    url: str | None = None
