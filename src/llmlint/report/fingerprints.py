"""What a finding is known by when the file around it changes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import RunResult
from llmlint.report.context import Context
from llmlint.report.place import shown

_SPACE = re.compile(r"\s+")
_POSITION = re.compile(r"\b(?:line|row|column) \d+")


def fingerprints(result: RunResult, context: Context) -> Iterator[tuple[Diagnostic, str]]:
    """Each diagnostic with its fingerprint.

    It is made from the path, the rule, the symbol and the normalized text of the line, not from the line's number; of several equal
    ones in a file each has its ordinal, in the order of the file.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for diagnostic in result.diagnostics:
        key = identity(diagnostic, context)
        ordinal = seen[key]
        seen[key] += 1
        text = "\0".join((*key, str(ordinal)))
        yield diagnostic, hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def identity(diagnostic: Diagnostic, context: Context) -> tuple[str, str, str, str]:
    """Path, rule, symbol (or the message, where there is none) and normalized line."""
    what = diagnostic.symbol or _POSITION.sub("", diagnostic.message)
    line = normalized(context.line(diagnostic.path, diagnostic.span.row))
    return shown(diagnostic.path, context.cwd), diagnostic.selector, what, line


def normalized(line: str) -> str:
    """A line without its indentation, with every stretch of space as one, and without a comment that silences something."""
    bare = re.sub(r"#\s*(?:llmlint:|noqa|type:\s*ignore).*", "", line)
    return _SPACE.sub(" ", bare).strip()
