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
    if owner.kind == "typed dict" and use.context != "key":
        key = use.name if use.name in owner.names() else nearest(use.name, owner.names())
        yield Finding(
            at=of_name(use.node),
            message=f"'{owner.name}' is a dictionary and has no attribute '{use.name}'",
            symbol=f"{owner.symbol}.{use.name}",
            truth=owner.truth,
            suggestion=f'["{key}"]' if key is not None else None,
        )
        return
    if use.name == "__getitem__":
        yield Finding(
            at=use.node,
            message=f"{owner.kind} '{owner.name}' is subscripted, and not what it gives",
            symbol=owner.symbol,
            truth=owner.truth,
            suggestion=f"{owner.name.rpartition('.')[2]}()",
        )
        return
    if use.name == "__call__":
        yield Finding(
            at=use.node,
            message=f"'{owner.name}' is a property: what is called is what it gives",
            symbol=owner.symbol,
            truth=owner.truth,
            suggestion=owner.name.rpartition(".")[2],
        )
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
