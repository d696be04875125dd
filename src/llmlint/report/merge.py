"""One fault, one finding: what several found is told once, by the one who says most, with the others' names beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span

_SAME: tuple[frozenset[str], ...] = (
    frozenset({"ruff:F821", "mypy:name-defined"}),
    frozenset({"ruff:F811", "mypy:no-redef"}),
    frozenset({"ruff:invalid-syntax", "mypy:syntax"}),
    frozenset({"ruff:F823", "mypy:used-before-def"}),
    frozenset({"ruff:PLE1310", "mypy:misc"}),
    frozenset({"ruff:B018", "mypy:unused-coroutine"}),
    frozenset({"ruff:BLE001", "ruff:S110", "ruff:E722"}),
    frozenset({"ruff:B011", "ruff:PT015", "ruff:PT017"}),
    frozenset({"ruff:B017", "ruff:PT011"}),
)
"""What tools call the same fault, where no rule of ours speaks of it."""

_ORDER = ("llmlint", "ruff", "mypy", "import-linter")


def merged(diagnostics: Sequence[Diagnostic], overlaps: Mapping[str, AbstractSet[str]]) -> tuple[Diagnostic, ...]:
    """The diagnostics of one file, each fault once, ordered by place and code.

    Args:
        diagnostics: Of llmlint and of tools.
        overlaps: For our codes, what tools call the same (``mypy:attr-defined``), as their pages declare it.
    """
    ranked = sorted(diagnostics, key=lambda one: (_rank(one), one.span, one.code, one.message))
    kept: list[Diagnostic] = []
    by_row: dict[int, list[int]] = {}
    for diagnostic in ranked:
        found = None
        if diagnostic.source != "llmlint":
            places = {index for row in _rows(diagnostic.span) for index in by_row.get(row, ())}
            same = [index for index in sorted(places) if _same(kept[index], diagnostic, overlaps)]
            found = min(same, key=lambda index: _distance(kept[index], diagnostic)) if same else None
        if found is not None:
            kept[found] = _with(kept[found], diagnostic)
            continue
        for row in _rows(diagnostic.span):
            by_row.setdefault(row, []).append(len(kept))
        kept.append(diagnostic)
    return tuple(sorted(kept, key=lambda one: (one.span, one.code, one.message)))


def _rank(diagnostic: Diagnostic) -> int:
    return _ORDER.index(diagnostic.source) if diagnostic.source in _ORDER else len(_ORDER)


def _rows(span: Span) -> range:
    # A finding on a whole block is met by its first rows; what is far below is something else.
    return range(span.row, min(span.end_row, span.row + 40) + 1)


def _same(first: Diagnostic, other: Diagnostic, overlaps: Mapping[str, AbstractSet[str]]) -> bool:
    if first.selector == other.selector:
        # A tool that says something of one place several times (an argument `**options` and each parameter that it may fill).
        if first.selector == "mypy:operator" and first.span[:2] == other.span[:2]:
            return (
                True  # where both operands may be None, each is a message, and what the first one is about has no end
            )
        return first.span == other.span and not _is_empty(first.span)
    if first.source == "llmlint":
        # What one of our findings stands for (``also``) counts as its own.
        if not any(other.selector in overlaps.get(code, ()) for code in (first.code, *first.also)):
            return False
    elif (first.selector, other.selector) == ("mypy:arg-type", "mypy:return-value"):
        # Of a lambda that is the argument: it begins first, and an older mypy does not tell where it ends.
        return other.span[2:] <= first.span[2:] or first.span[:2] <= other.span[:2] < (first.span.row + 1, 0)
    elif not any({first.selector, other.selector} <= same for same in _SAME):
        return False
    return _meet(first.span, other.span)


def _is_empty(span: Span) -> bool:
    return span[:2] == span[2:]


def _meet(one: Span, other: Span) -> bool:
    """Whether two places have a character in common, or touch where one is empty."""
    first, second = sorted((one, other))
    end = (first.end_row, first.end_column)
    start = (second.row, second.column)
    return (
        start < end
        or start == (first.row, first.column)
        or (start == end and (second[2:] == start or first[2:] == first[:2]))
    )


def _distance(kept: Diagnostic, other: Diagnostic) -> tuple[int, int]:
    one, two = kept.span, other.span
    # Of several faults in a line the one is meant whose name the tool says too.
    name = (kept.symbol or "").rpartition(".")[2]
    says = 0 if name and f'"{name}"' in other.message else 1
    return says, abs(one.row - two.row) * 1000 + abs(one.end_column - two.end_column)


def _with(kept: Diagnostic, other: Diagnostic) -> Diagnostic:
    if kept.selector == other.selector:
        told = (kept.message, *kept.notes)
        wider = max(kept.span, other.span, key=lambda span: span[2:])
        return replace(
            kept, span=wider, notes=(*kept.notes, *(one for one in (other.message, *other.notes) if one not in told))
        )
    also = dict.fromkeys((*kept.also, other.selector))
    return replace(kept, also=tuple(also), fix=kept.fix or other.fix)
