"""Writing an attribute that nothing reads."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import AttributeUse, Outcome
from llmlint.semantics.place import of_name
from llmlint.semantics.wording import lacks


def check(use: AttributeUse) -> Iterator[Finding]:
    owner = use.owner
    if use.outcome is not Outcome.MISSING or owner is None or not owner.own or use.context != "store" or use.fails:
        return
    near = nearest(use.name, owner.names())
    yield Finding(
        at=of_name(use.node),
        message=f"{lacks(owner, use.name)}: this write only creates it",
        symbol=f"{owner.symbol}.{use.name}",
        truth=owner.truth,
        suggestion=near,
        remedy=rename_to(near, use.node, use.name, safe=False),
    )
