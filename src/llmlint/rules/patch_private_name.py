"""Patching a private name."""

import ast
from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import twin
from llmlint.semantics.nouns import Outcome, PatchUse


def check(use: PatchUse) -> Iterator[Finding]:
    private = use.private_part
    if private is None or (use.outcome is Outcome.MISSING and not use.creates):
        return
    if use.form.endswith(("setitem", "delitem")):
        return
    if private != use.name and not _is_path(use):
        return  # the object itself is reached by an import or an attribute, which is reported there
    what = f"'{use.target}'" if private == use.name else f"'{use.target}' through the private name '{private}'"
    yield Finding(
        at=use.at,
        message=f"{use.form} of {what}, which is private and may change without notice",
        symbol=use.target,
        truth=use.owner.truth if use.owner else None,
        suggestion=twin(use.name, use.owner.names()) if use.owner and private == use.name else None,
    )


def _is_path(use: PatchUse) -> bool:
    """Whether a string names the whole target, and not an expression its owner."""
    first = [
        *use.node.args[:1],
        *(keyword.value for keyword in use.node.keywords if keyword.arg in ("target", "in_dict")),
    ]
    return any(given is use.at or isinstance(given, ast.Constant | ast.JoinedStr) for given in first)
