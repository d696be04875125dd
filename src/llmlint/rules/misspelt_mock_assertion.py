"""LLM307: an assertion on a mock that asserts nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.rewrite import Rewrite
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.mocks.assertions import ASSERTIONS
from llmlint.semantics.nearest import unmistakable
from llmlint.semantics.nouns import MockAttributeUse
from llmlint.semantics.place import of_name

_REFUSED = ("assert", "assret")
"""What mocks themselves refuse to make up, in every Python there is."""


def check(use: MockAttributeUse) -> Iterator[Finding]:
    if use.uncalled:
        yield Finding(
            at=of_name(use.node),
            message=f"'{use.name}' is named but not called, so it checks nothing",
            symbol=use.name,
            suggestion=f"{use.name}()",
            remedy=_remedy(use, use.name, f"Call '{use.name}'"),
        )
    elif use.misspelt is not None and use.misspelt not in ASSERTIONS:
        yield Finding(
            at=of_name(use.node),
            message=f"'{use.name}' is nothing that mocks record or are told: they make it up",
            symbol=use.name,
            suggestion=use.misspelt,
        )
    elif use.misspelt is not None:
        yield Finding(
            at=of_name(use.node),
            message=f"'{use.name}' is no assertion that mocks have, so it checks nothing",
            symbol=use.name,
            suggestion=use.misspelt,
            remedy=_remedy(use, use.misspelt, f"Rename to '{use.misspelt}'"),
        )


def _remedy(use: MockAttributeUse, new: str, message: str) -> Remedy | None:
    if not isinstance(use.node, ast.Attribute):
        return None
    safe = use.name.startswith(_REFUSED) and not use.uncalled and unmistakable(use.name, new, ASSERTIONS)
    return Remedy(message, partial(assert_really, node=use.node, new=new, call=use.uncalled), safe)


def assert_really(file: Rewrite, node: ast.Attribute, new: str, call: bool) -> None:
    """Calls the assertion ``new``; no longer behind ``assert``, for it returns None."""
    import libcst as cst

    named = file.find(node, cst.Attribute)
    changed: cst.BaseExpression = named.with_changes(attr=named.attr.with_changes(value=new))
    place: cst.CSTNode = named
    above = file.parent(named)
    if call:
        changed = cst.Call(changed.with_changes(lpar=(), rpar=()))
    elif isinstance(above, cst.Call) and above.func is named:
        changed, place = above.with_changes(func=changed), above
    above = file.parent(place)
    if isinstance(above, cst.Assert) and above.test is place and above.msg is None:
        file.replace(above, cst.Expr(changed.with_changes(lpar=(), rpar=()), semicolon=above.semicolon))
    else:
        file.replace(place, changed)
