"""Guarding statements by an attribute that can never be there."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import GuardUse
from llmlint.semantics.wording import lacks


def check(guard: GuardUse) -> Iterator[Finding]:
    near = nearest(guard.name, guard.owner.names())
    yield Finding(
        at=guard.node,
        message=f"{lacks(guard.owner, guard.name)}, so what this {guard.form} guards never runs",
        symbol=f"{guard.owner.symbol}.{guard.name}",
        truth=guard.owner.truth,
        suggestion=near,
        remedy=rename_to(near, guard.node, guard.name, safe=False),
    )
