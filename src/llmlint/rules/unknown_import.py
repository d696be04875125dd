"""Importing a name that the module does not have."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import ImportUse, Outcome


def check(use: ImportUse) -> Iterator[Finding]:
    if use.name is None or use.outcome is not Outcome.MISSING or use.guarded:
        return
    names = use.owner.names() if use.owner else ()
    near = nearest(use.name, names)
    yield Finding(
        at=use.node,
        message=f"module '{use.module}' has no name '{use.name}' to import",
        symbol=f"{use.module}.{use.name}",
        truth=use.owner.truth if use.owner else None,
        suggestion=near,
        remedy=rename_to(near, use.node, use.name, safe=unmistakable(use.name, near, names)),
    )
