"""Reaching into an object's private members."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import twin
from llmlint.semantics.nouns import AttributeUse, Outcome
from llmlint.semantics.place import of_name

_VERBS = {"load": "reads", "store": "writes", "delete": "deletes", "key": "reads"}


def check(use: AttributeUse) -> Iterator[Finding]:
    if not use.private or use.outcome is Outcome.MISSING:
        return
    owner = use.owner
    yield Finding(
        at=of_name(use.node),
        message=f"the test {_VERBS[use.context]} '{use.name}', which is private"
        + (f" to '{owner.name}'" if owner else ""),
        symbol=f"{owner.symbol}.{use.name}" if owner else None,
        truth=use.truth or (owner.truth if owner else None),
        suggestion=twin(use.name, owner.names()) if owner else None,
    )
