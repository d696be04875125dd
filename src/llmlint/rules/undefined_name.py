"""Using a name that no scope binds."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import UndefinedName


def check(use: UndefinedName) -> Iterator[Finding]:
    if use.fixture:
        message = f"'{use.name}' is not defined here; it is a fixture: ask for it as a parameter"
    else:
        message = f"'{use.name}' is not defined"
    yield Finding(
        at=use.node,
        message=message,
        symbol=use.name,
        suggestion=None if use.fixture else nearest(use.name, use.names()),
    )
