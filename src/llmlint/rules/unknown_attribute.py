"""Using an attribute, member or key that does not exist."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import AttributeUse, Outcome
from llmlint.semantics.place import of_name
from llmlint.semantics.wording import lacks


def check(use: AttributeUse) -> Iterator[Finding]:
    owner = use.owner
    if use.outcome is not Outcome.MISSING or owner is None or (use.context == "store" and not use.fails):
        return
    near = nearest(use.name, owner.names())
    yield Finding(
        at=of_name(use.node),
        message=lacks(owner, use.name),
        symbol=f"{owner.symbol}.{use.name}",
        truth=owner.truth,
        suggestion=near,
        remedy=rename_to(near, use.node, use.name, safe=unmistakable(use.name, near, owner.names())),
    )
