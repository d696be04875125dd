"""The parts of a diagnostic in words."""

from __future__ import annotations

from llmlint.model.diagnostic import Diagnostic
from llmlint.report.place import shown


def truth(diagnostic: Diagnostic, cwd: str) -> tuple[str, str] | None:
    """What kind of file decided, and where: ``("contract", "contracts/shop/cache.pyi:12")``."""
    if diagnostic.truth is None:
        return None
    path, row = diagnostic.truth
    return "contract" if path.endswith(".pyi") else "source", f"{shown(path, cwd)}:{row}"


def mark(diagnostic: Diagnostic) -> str:
    """`` [*]`` where ``--fix`` would fix it."""
    fix = diagnostic.fix if diagnostic.source == "llmlint" else None
    return " [*]" if fix is not None and fix.applicability == "safe" else ""


def hint(diagnostic: Diagnostic) -> str | None:
    """The suggestion as a sentence without its end: a name is asked for, a piece of code is told."""
    suggestion = diagnostic.suggestion
    if suggestion is None:
        return None
    if all(part.isidentifier() for part in suggestion.replace("-", "_").split(".")):
        return f"did you mean '{suggestion}'?"
    return f"write '{suggestion}'"


def sentence(diagnostic: Diagnostic, cwd: str) -> str:
    """Everything in one line: the message, where the truth stands, the nearest real name."""
    text = diagnostic.message
    if place := truth(diagnostic, cwd):
        text += f" ({place[1]})"
    if help_text := hint(diagnostic):
        text += f"; {help_text}"
    return text


def count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number} {noun}"
