"""What a run looks for besides findings."""

from __future__ import annotations

from llmlint.model.record import record


@record
class Watch:
    """What a run wants to know besides its findings."""

    unresolved: bool = False
    """List what could not be judged."""
    uses: bool = False
    """List every use that was seen."""
    fixes: bool = False
    """Work out what exactly the fixes would write."""
    debug: bool = False
    """Show where a rule or reader failed."""
    written: bool = False
    """Somebody writes the files: the same ones are judged again and again, so what did not change of their trees is kept."""
