"""One argument more in a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.fixing.rewrite import Unfixable

if TYPE_CHECKING:
    import libcst as cst


def with_keyword(call: cst.Call, keyword: str, value: str) -> cst.Call:
    """The call with ``keyword=value`` at its end, or in the place of what the keyword was given.

    Raises:
        Unfixable: the arguments are laid out in a way that leaves no place for one more.
    """
    import libcst as cst

    expression = cst.parse_expression(value)
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == keyword:
            return call.with_deep_changes(argument, value=expression)
    bare = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    added = cst.Arg(expression, keyword=cst.Name(keyword), equal=bare)
    if not call.args:
        return call.with_changes(args=(added,))
    *before, last = call.args
    if isinstance(last.value, cst.GeneratorExp) and not isinstance(last.comma, cst.Comma):
        raise Unfixable("a generator stands alone")
    if not isinstance(last.comma, cst.Comma):
        blank = last.whitespace_after_arg
        if isinstance(blank, cst.ParenthesizedWhitespace):
            # Hanging, without a comma at the end: the new one goes on a line of its own.
            between = _between(before, call, blank)
            last = last.with_changes(
                comma=cst.Comma(whitespace_after=between), whitespace_after_arg=cst.SimpleWhitespace("")
            )
            return call.with_changes(args=(*before, last, added.with_changes(whitespace_after_arg=blank)))
        return call.with_changes(args=(*before, last, added))
    behind = last.comma.whitespace_after
    if not isinstance(behind, cst.ParenthesizedWhitespace):
        last = last.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        return call.with_changes(args=(*before, last, added))
    between = _between(before, call, behind)
    end = behind.with_changes(first_line=cst.TrailingWhitespace(newline=behind.first_line.newline), empty_lines=())
    last = last.with_changes(comma=cst.Comma(whitespace_after=between))
    return call.with_changes(args=(*before, last, added.with_changes(comma=cst.Comma(whitespace_after=end))))


def _between(before: list[cst.Arg], call: cst.Call, behind: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    """What stands between two arguments of the call, with the comment that follows its last one."""
    import libcst as cst

    known = call.whitespace_before_args
    if before and isinstance(before[-1].comma, cst.Comma):
        known = before[-1].comma.whitespace_after
    if not isinstance(known, cst.ParenthesizedWhitespace):
        known = call.whitespace_before_args
    if not isinstance(known, cst.ParenthesizedWhitespace):
        raise Unfixable("the arguments do not stand one a line")
    return behind.with_changes(indent=known.indent, last_line=known.last_line)
