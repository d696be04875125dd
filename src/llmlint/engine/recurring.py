"""What only a whole run tells: findings that repeat what another file of it has."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span, Truth
from llmlint.model.result import FileResult, Recurring
from llmlint.project.source import SourceError, read_text, split_lines


def with_recurring(results: Sequence[FileResult]) -> list[FileResult]:
    """The results, in their order, with what recurs in them: all but the first of those that share a key, by path and place.

    What is kept of a file (in a cache, by another process) is what may recur, so the outcome is that of the run's files alone.
    """
    first: dict[tuple[str, str], tuple[str, Recurring]] = {}
    found: dict[str, list[Diagnostic]] = {}
    for result in sorted(results, key=lambda result: result.path):
        for one in result.recurring:
            path, earlier = first.setdefault((one.code, one.key), (result.path, one))
            if path != result.path:
                found.setdefault(result.path, []).append(_told(one, result.path, earlier, path))
    return [_joined(result, found[result.path]) if result.path in found else result for result in results]


def _told(one: Recurring, path: str, earlier: Recurring, its_path: str) -> Diagnostic:
    return Diagnostic(
        path=path,
        span=Span(one.row, one.column, one.row, one.end_column),
        code=one.code,
        name=one.name,
        severity=one.severity,
        message=one.message.replace("{earlier}", earlier.symbol),
        symbol=one.symbol or None,
        truth=Truth(its_path, earlier.row),
    )


def _joined(result: FileResult, found: list[Diagnostic]) -> FileResult:
    try:
        lines = split_lines(read_text(result.path))
    except SourceError:
        lines = []
    quoted = tuple((one.span.row, lines[one.span.row - 1]) for one in found if one.span.row <= len(lines))
    return result.joined(FileResult(result.path, tuple(found), quoted))
