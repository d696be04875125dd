"""The closing line, and the tables behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from llmlint.model.result import KINDS, RunResult
from llmlint.report.place import shown
from llmlint.report.style import Style, printable
from llmlint.report.wording import count


def closing(result: RunResult, style: Style) -> str:
    """``Found 3 errors and 2 warnings in 2 of 12 files.``, that all is well, or that there was nothing to check."""
    found = Counter(diagnostic.severity for diagnostic in result.diagnostics)
    if not found and not result.checked:
        return "Nothing was checked.\n"
    if not found:
        files = style.dim(f"({count(result.checked, 'file')})")
        return f"{style.good('All checks passed!')} {files}\n"
    parts = [
        style.severity(severity, count(found[severity], severity if severity != "info" else "remark"))
        for severity in ("error", "warning", "info")
        if found[severity]
    ]
    words = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    faulty = sum(1 for file in result.files if file.diagnostics)
    return f"Found {words} in {count(faulty, 'file')} ({result.checked} checked).\n"


def fixable(result: RunResult, style: Style, *, fixed: bool, unsafe: bool) -> str:
    """How much could be fixed and by which option; nothing where nothing can be.

    Args:
        result: What was found.
        style: How to color.
        fixed: Whether ``--fix`` was given, so that what is safe is fixed already.
        unsafe: Whether ``--unsafe-fixes`` was.
    """
    # What another tool would fix, it fixes itself.
    fixes = [one.fix for one in result.diagnostics if one.source == "llmlint" and one.fix]
    found = Counter(fix.applicability for fix in fixes)
    now = 0 if fixed else found["safe"] + (found["unsafe"] if unsafe else 0)
    more = 0 if unsafe else found["unsafe"]
    # What a fix writes is worked out only where somebody wants to see it; not all of them can be written.
    at_most = "up to " if any(fix.applicability == "unsafe" and not fix.edits for fix in fixes) else ""
    options = "--fix --unsafe-fixes" if unsafe else "--fix"
    if now:
        words = f"[*] {at_most if unsafe else ''}{now} fixable with {options}" + (
            f" ({at_most}{more} more with --unsafe-fixes)" if more else ""
        )
    elif more:
        words = f"No safe fixes{' are left' if fixed else ''} ({at_most}{more} with --unsafe-fixes)"
    else:
        return ""
    return style.dim(f"{words}.") + "\n"


def statistics(result: RunResult, style: Style) -> Iterator[str]:
    """How often each rule spoke, and how much could be judged at all."""
    found = Counter((diagnostic.selector, diagnostic.name, diagnostic.severity) for diagnostic in result.diagnostics)
    if found:
        broad = max(len(str(number)) for number in found.values())
        for (code, name, severity), number in sorted(found.items(), key=lambda item: (-item[1], item[0])):
            yield f"{number:>{broad}}  {style.severity(severity, code)}  {name}\n"
        yield "\n"
    total: Counter[str] = Counter()
    resolved: Counter[str] = Counter()
    for file in result.files:
        total.update(dict(file.total))
        resolved.update(dict(file.resolved))
    plurals = {"attribute": "attributes", "call": "calls", "patch": "patches", "fixture": "fixtures"}
    digits = max(len(f"{number:,}") for number in [0, *total.values()])
    yield "Resolved\n"
    for kind in KINDS:
        share = f"{100 * resolved[kind] / total[kind]:5.1f} %" if total[kind] else "    –  "
        counts = style.dim(f"{resolved[kind]:>{digits},} of {total[kind]:>{digits},}")
        yield f"  {plurals[kind]:<10}  {share}  {counts}\n"


def unresolved(result: RunResult, cwd: str, style: Style) -> Iterator[str]:
    """What could not be judged, a line each; columns count from 1."""
    for file in result.files:
        for use in file.unresolved:
            place = f"{style.bold(printable(shown(file.path, cwd)))}:{use.row}:{use.column + 1}:"
            yield f"{place} unresolved {use.kind} '{printable(use.text)}': {printable(use.reason)}\n"
