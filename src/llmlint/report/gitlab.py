"""GitLab's Code Quality report (docs.gitlab.com, "Code Quality", "Code Quality report format")."""

from __future__ import annotations

import json
from collections.abc import Iterator

from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.fingerprints import fingerprints
from llmlint.report.place import shown
from llmlint.report.wording import sentence

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def gitlab(result: RunResult, context: Context) -> Iterator[str]:
    """One array; fingerprints are unique and outlive edits around the finding."""
    records = [
        {
            "description": f"{diagnostic.selector} {sentence(diagnostic, context.cwd)}",
            "check_name": diagnostic.selector,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[diagnostic.severity],
            "location": {
                "path": shown(diagnostic.path, context.cwd),
                "lines": {"begin": diagnostic.span.row, "end": diagnostic.span.end_row},
            },
        }
        for diagnostic, fingerprint in fingerprints(result, context)
    ]
    yield json.dumps(records, indent=2, ensure_ascii=False) + "\n"
