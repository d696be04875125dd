"""Guarding statements by an attribute that can never be there."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import GuardUse
from llmlint.semantics.wording import lacks


def check(guard: GuardUse) -> Iterator[Finding]:
    yield Finding(
        at=guard.node,
        message=f"{lacks(guard.owner, guard.name)}, so what this {guard.form} guards never runs",
        symbol=f"{guard.owner.symbol}.{guard.name}",
        truth=guard.owner.truth,
        suggestion=nearest(guard.name, guard.owner.names()),
    )
