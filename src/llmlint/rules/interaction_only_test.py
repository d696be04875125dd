"""LLM312: a test that asserts calls of mocks alone."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import InteractionOnly


def check(test: InteractionOnly) -> Iterator[Finding]:
    many = "its only assertion is" if test.assertions == 1 else f"all its {test.assertions} assertions are"
    yield Finding(
        at=test.node,
        message=f"'{test.node.name}' says how the code works and not what it does: {many} about calls made on mocks",
        symbol=test.node.name,
    )
