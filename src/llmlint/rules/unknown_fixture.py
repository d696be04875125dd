"""Asking for a fixture that nothing defines."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import FixtureRequest, Outcome


def check(request: FixtureRequest) -> Iterator[Finding]:
    if request.outcome is not Outcome.MISSING:
        return
    near = nearest(request.name, request.names())
    sure = unmistakable(request.name, near, request.names())
    if not sure and not request.environment_known:
        return  # a plugin that is not known may define it
    yield Finding(
        at=request.node,
        message=f"'{request.by}' asks for a fixture '{request.name}' that nothing in scope defines",
        symbol=request.name,
        suggestion=near,
        remedy=rename_to(
            near,
            request.node,
            request.name,
            safe=request.environment_known and sure,
        ),
    )
