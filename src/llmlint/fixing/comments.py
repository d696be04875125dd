"""Taking a suppression, or one code of it, out of a comment."""

from __future__ import annotations

import re

from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.position import Span

_FORM = re.compile(r"(?P<head>#\s*llmlint:\s*ignore(?:-file)?)\s*(?:\[(?P<codes>[^\]#]*)\])?\s*(?:--.*|(?P<rest>#.*))?")


def drop_suppression(file: Rewrite, span: Span, written: str) -> None:
    """Takes a code, as it is written, out of the suppression at ``span``; the whole of it where no other code is left.

    A line that held nothing else goes with it.

    Raises:
        Unfixable: no suppression stands there.
    """
    form = _FORM.fullmatch(file.text(span))
    if form is None:
        raise Unfixable("no suppression stands there")
    codes = [code for code in (form["codes"] or "").split(",") if code.strip()]
    left = [code for code in codes if code.strip() != written]
    if left:
        start = span.column + form.start("codes")
        kept = ",".join(left) if left[0] == codes[0] else ",".join([left[0].lstrip(), *left[1:]])
        file.edit(Span(span.row, start, span.row, start + len(form["codes"])), kept)
        return
    line = file.source.lines[span.row - 1]
    before, rest = line[: span.column], form["rest"] or ""
    if rest:
        file.edit(Span(span.row, span.column, span.row, span.column + form.start("rest")), "")
    elif before.strip() or span.row == len(file.source.lines):
        file.edit(Span(span.row, len(before.rstrip()), span.row, len(line)), "")
    else:
        file.edit(Span(span.row, 0, span.row + 1, 0), "")
