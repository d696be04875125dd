"""JUnit's XML as Ant defined it: a suite a file, a case a finding; a file without findings has one case that passed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from llmlint.model.result import FileResult, RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.wording import sentence

# No character that XML 1.0 (section 2.2) does not have.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_FIXED = 'timestamp="1970-01-01T00:00:00" hostname="localhost"'
"""What the schema demands and would make two reports of the same findings differ."""


def junit(result: RunResult, context: Context) -> Iterator[str]:
    """One document."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n'
    for number, file in enumerate(result.files):
        yield from _suite(file, number, context)
    yield "</testsuites>\n"


def _suite(file: FileResult, number: int, context: Context) -> Iterator[str]:
    name = _attribute(shown(file.path, context.cwd))
    count = len(file.diagnostics)
    yield (
        f'  <testsuite name={name} package={name} id="{number}" tests="{max(count, 1)}" failures="{count}" errors="0" '
        f'time="0" {_FIXED}>\n    <properties/>\n'
    )
    for diagnostic in file.diagnostics:
        span = diagnostic.span
        place = f"line {span.row}, col {span.column + 1}"
        message = sentence(diagnostic, context.cwd)
        body = "\n".join([f"{place}, {diagnostic.severity}: {message}", *diagnostic.notes])
        case = _attribute(f"{diagnostic.selector} ({place})")
        kind = _attribute(diagnostic.severity)
        yield f'    <testcase name={case} classname={name} time="0">\n'
        yield f"      <failure message={_attribute(message)} type={kind}>{escape(_clean(body))}</failure>\n    </testcase>\n"
    if not count:
        yield f'    <testcase name="llmlint" classname={name} time="0"/>\n'
    yield "    <system-out/>\n    <system-err/>\n  </testsuite>\n"


def _attribute(text: str) -> str:
    return quoteattr(" ".join(_clean(text).split()))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
