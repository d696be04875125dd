"""LLM309: a test that is fed by too many mocks and patches."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import MockLoad


def check(load: MockLoad, settings: Settings) -> Iterator[Finding]:
    count, limit = load.own + load.fixtures, settings.max_mocks
    if count <= limit:
        return
    if load.fixtures > limit:
        if load.own <= limit and not load.alike:
            return  # the fixtures are too much by themselves: that is said of the first test that asks for them
        others = f", as are {load.alike - 1} more tests of this file" if load.alike > 1 else ""
        of = f" ({load.fixtures} of them from fixtures{others})"
    else:
        of = f" ({load.fixtures} of them from fixtures)" if load.fixtures else ""
    yield Finding(
        at=load.node,
        message=f"'{load.node.name}' is fed by {count} mocks and patches{of}; more than {limit} leave little to test",
        symbol=load.node.name,
    )
