"""What a tool has to say, before it is merged with what the others say."""

from __future__ import annotations

from dataclasses import dataclass, field

from llmlint.model.diagnostic import Diagnostic

NAMES = ("ruff", "mypy", "import-linter")
"""The tools, in the order in which their findings follow ours."""


@dataclass(slots=True)
class ToolReport:
    """What one tool found in one project."""

    tool: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What the user should know and is no finding."""
    failure: str | None = None
    """Its own words, where it could not do its job (LLM904)."""
    failed_at: str | None = None
    """The file that is to blame, if one is known: absolute."""
