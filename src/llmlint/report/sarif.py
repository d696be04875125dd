"""SARIF 2.1.0 (OASIS), as GitHub's code scanning takes it: relative URIs, rules with help, four fields a region, a run a tool."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from llmlint.model.diagnostic import Diagnostic, Fix
from llmlint.model.position import Span
from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.fingerprints import fingerprints
from llmlint.report.place import shown
from llmlint.report.wording import hint, sentence

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_HOMES = {
    "ruff": "https://docs.astral.sh/ruff/",
    "mypy": "https://mypy.readthedocs.io/",
    "import-linter": "https://import-linter.readthedocs.io/",
}


def sarif(result: RunResult, context: Context) -> Iterator[str]:
    """One log; ours is the first run, each tool with findings has its own."""
    found: dict[str, list[tuple[Diagnostic, str]]] = {"llmlint": []}
    for diagnostic, fingerprint in fingerprints(result, context):
        found.setdefault(diagnostic.source, []).append((diagnostic, fingerprint))
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            _run(tool, found[tool], context) for tool in sorted(found, key=lambda tool: (tool != "llmlint", tool))
        ],
    }
    yield json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(tool: str, found: Sequence[tuple[Diagnostic, str]], context: Context) -> dict[str, Any]:
    rules = _rules(tool, [diagnostic for diagnostic, _ in found], context)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    driver: dict[str, Any] = {"name": tool}
    if tool in _HOMES:
        driver["informationUri"] = _HOMES[tool]
    if tool == "llmlint":
        driver["version"] = context.version
    driver["rules"] = rules
    failures = [diagnostic for diagnostic, _ in found if diagnostic.code == "LLM904"]
    notifications = [{"level": "error", "message": {"text": failure.message}} for failure in failures]
    invocation: dict[str, Any] = {"executionSuccessful": not failures}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        # GitHub tells runs of one commit apart by their category (SARIF section 3.17.3).
        "automationDetails": {"id": f"llmlint/{tool}/"},
        "invocations": [invocation],
        "results": [_result(one, fingerprint, index, context) for one, fingerprint in found],
    }


def _rules(tool: str, found: Sequence[Diagnostic], context: Context) -> list[dict[str, Any]]:
    if tool == "llmlint":
        codes = {diagnostic.code for diagnostic in found}
        return [
            {
                "id": rule.code,
                "name": "".join(part.capitalize() for part in rule.name.split("-")),
                "shortDescription": {"text": rule.sentence},
                "fullDescription": {"text": rule.sentence},
                "help": {"text": _plain(rule.text), "markdown": rule.text},
                "defaultConfiguration": {"level": _LEVELS[rule.severity]},
                "properties": {"tags": ["tests", _family(rule.code)], "precision": "high"},
            }
            for code, rule in sorted(context.rules().items())
            if code in codes
        ]
    known: dict[str, Diagnostic] = {}
    for diagnostic in found:
        known.setdefault(diagnostic.code, diagnostic)
    rules = []
    for code, one in sorted(known.items()):
        text = f"{tool} {code}" + (f" ({one.name})" if one.name != code else "")
        rule: dict[str, Any] = {
            "id": code,
            # A name that only repeats the id is to be left out (SARIF section 3.49.7).
            **({"name": one.name} if one.name != code else {}),
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},  # code scanning demands it
            "help": {"text": f"{text}\n{one.url or _HOMES.get(tool, '')}"},
            "defaultConfiguration": {"level": _LEVELS[one.severity]},
            "properties": {"tags": [tool]},
        }
        if one.url:
            rule["helpUri"] = one.url
        rules.append(rule)
    return rules


def _family(code: str) -> str:
    families = {"1": "contract", "2": "hallucination", "3": "mock", "4": "proof", "5": "contract", "9": "run"}
    return families.get(code[3:4], "tests")


def _plain(markdown: str) -> str:
    """The beginning of a page, up to its examples."""
    return markdown.partition("\n## Faulty")[0].strip()


def _result(diagnostic: Diagnostic, fingerprint: str, index: dict[str, int], context: Context) -> dict[str, Any]:
    text = sentence(diagnostic, context.cwd)
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": "\n".join([text, *diagnostic.notes])},
        "locations": [{"physicalLocation": _location(diagnostic.path, diagnostic.span, context)}],
        "partialFingerprints": {"llmlint/v1": fingerprint},
    }
    if diagnostic.code in index:
        result["ruleIndex"] = index[diagnostic.code]
    if diagnostic.truth is not None:
        path, row = diagnostic.truth
        span = Span(row, 0, row, len(context.line(path, row)))
        place = _location(path, span, context)
        result["relatedLocations"] = [{"id": 1, "physicalLocation": place, "message": {"text": "what decided"}}]
    if diagnostic.fix is not None and diagnostic.fix.edits:
        result["fixes"] = [_fix(diagnostic.path, diagnostic.fix, context)]
    properties: dict[str, Any] = {"side": diagnostic.side}
    if diagnostic.also:
        properties["also"] = list(diagnostic.also)
    if words := hint(diagnostic):
        properties["hint"] = words
    result["properties"] = properties
    return result


def _fix(path: str, fix: Fix, context: Context) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in sorted(fix.edits, key=lambda edit: edit.span)
    ]
    change = {"artifactLocation": {"uri": _uri(path, context)}, "replacements": replacements}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}


def _location(path: str, span: Span, context: Context) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(path, context)}, "region": _region(span)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.row,
        "startColumn": span.column + 1,
        "endLine": span.end_row,
        "endColumn": span.end_column + 1,
    }


def _uri(path: str, context: Context) -> str:
    return quote(shown(path, context.cwd), safe="/")
