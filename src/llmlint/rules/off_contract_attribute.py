"""Relying on an attribute that the contract does not publish."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import AttributeUse, Outcome
from llmlint.semantics.place import of_name


def check(use: AttributeUse) -> Iterator[Finding]:
    owner = use.owner
    if use.outcome is not Outcome.OFF_CONTRACT or use.private or owner is None:
        return
    yield Finding(
        at=of_name(use.node),
        message=f"'{use.name}' is not part of the contract of '{owner.name}', though the implementation has it",
        symbol=f"{owner.symbol}.{use.name}",
        truth=owner.truth or use.truth,
        suggestion=nearest(use.name, owner.names()),
    )
