"""LLM309: a test that is fed by too many mocks and patches."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import MockLoad


def check(load: MockLoad, settings: Settings) -> Iterator[Finding]:
    limit = settings.max_mocks
    fixtures = load.fixtures + load.shared
    count = load.own + fixtures
    if count <= limit or not is_its_own(load, limit):
        return
    others = ""
    if load.fixtures > limit and load.alike > 1:
        others = (
            f", as are {load.alike - 1} more tests of this file"
            if load.alike > 2
            else ", as is another test of this file"
        )
    of = f" ({fixtures} of them from fixtures{others})" if fixtures else ""
    yield Finding(
        at=load.node,
        message=f"'{load.node.name}' is fed by {count} mocks and patches{of}; more than {limit} leave little to test",
        symbol=load.node.name,
    )


def is_its_own(load: MockLoad, limit: int) -> bool:
    """Whether the test itself, or its file, makes it too many, and not a harness that every test of the suite has around it."""
    if load.shared > limit:
        return load.own + load.fixtures > limit
    if load.fixtures > limit and load.own <= limit:
        return (
            load.alike > 0
        )  # the file's fixtures are too much by themselves: said of the first test that asks for them
    mine = load.own + load.fixtures
    return mine > limit // 2 and (load.own > 1 or mine > load.shared)
