"""Importing a module that does not exist."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import ImportUse, Outcome


def check(use: ImportUse) -> Iterator[Finding]:
    if use.name is not None or use.outcome is not Outcome.MISSING or use.guarded:
        return
    missing = use.missing_part or use.module
    parent, _, last = missing.rpartition(".")
    if not use.own and not parent and (use.declared or not use.environment_known):
        return
    near = nearest(last, use.owner.names()) if use.owner else None
    prefix = f"{parent}." if parent else ""
    yield Finding(
        at=use.statement,
        message=f"there is no module '{missing}'" + ("" if missing == use.module else f" (for '{use.module}')"),
        symbol=use.module,
        truth=use.owner.truth if use.owner else None,
        suggestion=prefix + near if near else None,
    )
