"""LLM311: a mock that stands for a plain value."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockUse

ARTICLES = {"enum": "an enum", "attrs class": "an attrs class"}


def check(use: MockUse) -> Iterator[Finding]:
    if not use.value:
        return
    owner = use.stands_for
    kind = ARTICLES.get(use.value, f"a {use.value}")
    subject = f"'{owner.name}', {kind}" if owner is not None and owner.name != use.value else kind
    yield Finding(
        at=use.node,
        message=f"this {use.factory.rpartition('.')[2]} stands for {subject} that can simply be built",
        symbol=owner.symbol if owner is not None else f"builtins.{use.value}",
        truth=owner.truth if owner is not None else None,
    )
