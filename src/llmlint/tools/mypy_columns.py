"""mypy's columns in code points.

mypy takes its columns for UTF-8 bytes and converts them. Its faster parser already counts code points, so on a line that is not
ASCII they are converted once too often. Which parser was at work its output does not tell; where a token begins does.
"""

from __future__ import annotations

import io
import re
import tokenize

_WORD = re.compile(r"[^\W\d]\w*|\d[\w.]*|[\"'(\[{~+-]")


def code_point_column(line: str, column: int) -> int:
    """The column that is meant by the one that mypy reports.

    Args:
        line: The line that it looked at.
        column: As reported, from 0.
    """
    if line.isascii():
        return column
    once_too_often = len(line[:column].encode(errors="surrogatepass"))
    if once_too_often == column or once_too_often > len(line):
        return column
    starts = _starts(line)
    if column in starts and once_too_often not in starts:
        return column
    return once_too_often


def _starts(line: str) -> set[int]:
    """Where an expression may begin in a line."""
    try:
        stripped = line.lstrip()
        shift = len(line) - len(stripped)
        tokens = list(tokenize.generate_tokens(io.StringIO(stripped).readline))
        return {token.start[1] + shift for token in tokens}
    except (tokenize.TokenError, SyntaxError):
        return {found.start() for found in _WORD.finditer(line)}
