"""Patching what does not exist."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import Outcome, PatchUse
from llmlint.semantics.wording import lacks


def check(use: PatchUse) -> Iterator[Finding]:
    if use.outcome is not Outcome.MISSING or use.creates:
        return
    missing = use.missing_part or use.name
    written = missing.rpartition(".")[2]
    names = use.owner.names() if use.owner else ()
    near = nearest(written, names)
    yield Finding(
        at=use.at,
        message=f"{use.form} of '{use.target}': "
        + (lacks(use.owner, missing) if use.owner else f"there is no module '{missing}'"),
        symbol=use.target,
        truth=use.owner.truth if use.owner else None,
        suggestion=near,
        remedy=rename_to(near, use.at, written, safe=unmistakable(written, near, names)),
    )
