"""LLM309: a test that is fed by too many mocks and patches."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import MockLoad


def check(load: MockLoad, settings: Settings) -> Iterator[Finding]:
    count = load.own + load.fixtures
    if count <= settings.max_mocks:
        return
    of = f" ({load.fixtures} of them from fixtures)" if load.fixtures else ""
    yield Finding(
        at=load.node,
        message=f"'{load.node.name}' is fed by {count} mocks and patches{of}; more than {settings.max_mocks} leave little to test",
        symbol=load.node.name,
    )
