"""One fault, one finding: what two of our rules, or one of them twice, say of the same is told once.

It comes after suppressions, so that what is left speaks for itself where the other is silenced or was not selected.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import get_args

from llmlint.engine.pages import Page
from llmlint.engine.suppressions import first_rows
from llmlint.model.diagnostic import Diagnostic, Fix, Severity

_SEVERITIES = get_args(Severity)
"""The gravest first."""


def own_overlaps(pages: Iterable[Page]) -> dict[str, frozenset[str]]:
    """For our codes, which of ours the page declares to be the same fault; a tool's codes have the tool's name before them."""
    declared = {page.code: frozenset(code for code in page.overlaps if ":" not in code) for page in pages}
    return {code: others for code, others in declared.items() if others}


def told_once(
    diagnostics: Sequence[Diagnostic], overlaps: Mapping[str, AbstractSet[str]], tree: ast.Module | None
) -> tuple[Diagnostic, ...]:
    """The diagnostics of one file, in their order, without those that another one stands for.

    Args:
        diagnostics: llmlint's own, those that are reported.
        overlaps: For our codes, the codes whose findings at the same place, or about the same line, are the same fault; a code that names
            itself says so of what it finds about one symbol in one statement, in the same words.
        tree: The file, if it is a program.
    """
    if not overlaps or not any(one.code in overlaps for one in diagnostics):
        return tuple(diagnostics)
    first = first_rows(tree) if tree is not None else {}
    kept = list(diagnostics)
    for other in diagnostics:
        index = next((at for at, one in enumerate(kept) if _stands_for(one, other, overlaps, first)), None)
        if index is not None:
            # Whatever already stands for others hands them on.
            folded = next(one for one in kept if _place(one) == _place(other))
            kept[index] = _with(kept[index], folded)
            kept.remove(folded)
    return tuple(kept)


def _stands_for(
    one: Diagnostic, other: Diagnostic, overlaps: Mapping[str, AbstractSet[str]], first: Mapping[int, int]
) -> bool:
    if other.code not in overlaps.get(one.code, ()):
        return False
    if _SEVERITIES.index(one.severity) > _SEVERITIES.index(other.severity):
        return False
    if one.code != other.code:
        # What is said of a whole test names the line that it is about.
        return one.span == other.span or f"(line {one.span.row})" in other.message
    rows = [first.get(span.row, span.row) for span in (one.span, other.span)]
    same = (one.symbol, one.message) == (other.symbol, other.message) and one.symbol is not None
    return same and rows[0] == rows[1] and one.span < other.span


def _place(one: Diagnostic) -> tuple[object, ...]:
    return one.code, one.span, one.symbol, one.message


def _with(one: Diagnostic, other: Diagnostic) -> Diagnostic:
    also = dict.fromkeys((*one.also, *other.also))
    notes = dict.fromkeys((*one.notes, *other.notes))
    if one.code != other.code:
        also[other.code] = None
        return replace(one, also=tuple(also), notes=tuple(notes))
    notes[f"the same at {other.span.row}:{other.span.column + 1}"] = None
    return replace(one, also=tuple(also), notes=tuple(notes), fix=_both(one.fix, other.fix))


def _both(one: Fix | None, other: Fix | None) -> Fix | None:
    if one is None or other is None or one.applicability != other.applicability:
        return one
    return replace(one, edits=tuple(sorted({*one.edits, *other.edits}, key=lambda edit: edit.span)))
