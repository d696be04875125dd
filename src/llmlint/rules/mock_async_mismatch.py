"""LLM306: a mock that is awaited where the contract is not, or not where it is."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockAwait


def check(use: MockAwait) -> Iterator[Finding]:
    name = use.callee.name
    if use.asynchronous:
        message = f"'{name}' is a coroutine; a call of this mock cannot be awaited"
    else:
        message = f"'{name}' is a plain function; a call of this mock gives a coroutine that nobody awaits"
    yield Finding(
        at=use.node,
        message=message,
        symbol=use.callee.symbol,
        truth=use.callee.truth,
        suggestion="AsyncMock" if use.asynchronous else "MagicMock",
    )
