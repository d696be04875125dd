"""What a guide shows as the thing not to do: its rows are no advice, and nobody is to mend them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BAD = re.compile(
    r"(?:❌|🚫|✗|✘|⛔)|(?:BAD|WRONG|AVOID|INCORRECT|DON['’]?T|DO NOT|NEVER|ANTI-?PATTERN)\b"
    r"|(?:[Bb]ad|[Ww]rong|[Aa]void|[Ii]ncorrect|[Aa]nti-?pattern)(?: \w+){0,2}:"
)
_GOOD = re.compile(
    r"(?:✅|✓|✔|☑)|(?:GOOD|CORRECT|RIGHT|BETTER|DO|PREFER)\b|(?:[Gg]ood|[Cc]orrect|[Rr]ight|[Bb]etter|[Pp]refer\w*)(?: \w+){0,2}:"
)
_SAID = re.compile(r"(?i)\b(?:what not to do|do(?:n['’]?t| not) do (?:this|that|it)|anti-?patterns?\b[^.]*:?$)")
_PAST = re.compile(
    r"""(?i)(?:=+!?\s*)?[("'\[]*(?:before|old(?: way| code| api| style)?|previous(?:ly)?|formerly|deprecated|legacy)\b[^\w]*$"""
)
"""The title of a block that shows how it was: of a tab (``=== "Before"``), a heading or a line of its own."""
_COMMENT = re.compile(r"\s*#+\s*(?P<text>\S.*)")
_MARKUP = re.compile(r"[\s>#*_\d.\-]*")


def counterexample_rows(lines: Sequence[str], before: Sequence[str]) -> frozenset[int]:
    """The rows (from 0) of a block that the comments in it, or the line of text right above it, call bad; a comment that calls what follows
    good ends them.

    Args:
        lines: The block's.
        before: Those of the guide above it, its fence left out.
    """
    above = next((line for line in reversed(before) if line.strip()), "")
    text = above[_MARKUP.match(above).end() :]  # type: ignore[union-attr]
    bad = (
        not above.lstrip().startswith(("```", "~~~"))
        and (_BAD.match(text) or _SAID.search(text) or _PAST.match(text)) is not None
    )
    found: set[int] = set()
    for row, line in enumerate(lines):
        comment = _COMMENT.match(line)
        if comment is not None:
            if _BAD.match(comment["text"]):
                bad = True
            elif _GOOD.match(comment["text"]):
                bad = False
        if bad:
            found.add(row)
    return frozenset(found)
