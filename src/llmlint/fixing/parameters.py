"""Asking for a fixture: a parameter more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmlint.fixing.rewrite import Rewrite, Unfixable

if TYPE_CHECKING:
    import libcst as cst


def ask_for(file: Rewrite, node: cst.CSTNode, fixture: str) -> None:
    """Gives the test or fixture around ``node`` the parameter ``fixture``, unless it has it.

    Raises:
        Unfixable: no function that pytest calls stands around the node, or its parameters leave no place for one more.
    """
    import libcst as cst

    function = file.enclosing(node, cst.FunctionDef)
    if function is None or file.enclosing(node, (cst.Lambda, cst.FunctionDef)) is not function:
        raise Unfixable("not in a function of its own")
    if not _asked_by_pytest(file, function):
        raise Unfixable(f"'{function.name.value}' is not called by pytest")
    parameters = function.params
    every = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    if any(parameter.name.value == fixture for parameter in every):
        return
    if isinstance(parameters.star_arg, cst.Param) or parameters.kwonly_params or parameters.star_kwarg:
        raise Unfixable("the parameters leave no place for one more")
    if any(parameter.default is not None for parameter in every):
        raise Unfixable("a parameter with a default is the last")
    own = parameters.params
    added = cst.Param(cst.Name(fixture))
    own = _one_more_line(own, added) if own and isinstance(own[-1].comma, cst.Comma) else (*own, added)
    file.replace(parameters, parameters.with_changes(params=own))


def _asked_by_pytest(file: Rewrite, function: cst.FunctionDef) -> bool:
    import libcst as cst

    for decorator in function.decorators:
        made = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        name = made.attr.value if isinstance(made, cst.Attribute) else getattr(made, "value", "")
        if name == "fixture":
            # A fixture of a wider scope cannot ask for one of a narrower.
            arguments = decorator.decorator.args if isinstance(decorator.decorator, cst.Call) else ()
            return not any(one.keyword is not None and one.keyword.value == "scope" for one in arguments)
        # A patch hands over positions, a data provider names: one parameter more may be theirs.
        if name in ("given", "patch", "object", "multiple", "expand"):
            return False
    if not function.name.value.startswith("test"):
        return False
    around = file.enclosing(function, (cst.ClassDef, cst.FunctionDef))
    if isinstance(around, cst.FunctionDef):
        return False
    return not isinstance(around, cst.ClassDef) or not any(
        "TestCase" in file.module.code_for_node(base) for base in around.bases
    )


def _one_more_line(own: Sequence[cst.Param], added: cst.Param) -> Sequence[cst.Param]:
    """``own``, which end in a comma, and ``added`` written as they are."""
    import libcst as cst

    last = own[-1]
    assert isinstance(last.comma, cst.Comma)
    behind = last.comma.whitespace_after
    before = own[-2].comma.whitespace_after if len(own) > 1 and isinstance(own[-2].comma, cst.Comma) else None
    if not isinstance(behind, cst.ParenthesizedWhitespace):
        # `(a, b,)`
        return (*own[:-1], last.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))), added)
    if not isinstance(before, cst.ParenthesizedWhitespace):
        raise Unfixable("the parameters do not stand one a line")
    # A comment behind the last parameter stays with it.
    between = behind.with_changes(indent=before.indent, last_line=before.last_line)
    end = behind.with_changes(first_line=cst.TrailingWhitespace(newline=behind.first_line.newline), empty_lines=())
    changed = last.with_changes(comma=last.comma.with_changes(whitespace_after=between))
    return (*own[:-1], changed, added.with_changes(comma=cst.Comma(whitespace_after=end)))
