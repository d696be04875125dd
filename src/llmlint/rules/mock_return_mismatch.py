"""LLM305: a mock is told to give what the contract cannot give."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockGift


def check(gift: MockGift) -> Iterator[Finding]:
    yield Finding(
        at=gift.node,
        message=describe(gift),
        symbol=f"{gift.subject.symbol}.{gift.name}" if gift.name else gift.subject.symbol,
        truth=gift.subject.truth,
    )


def describe(gift: MockGift) -> str:
    """What is untrue about the value."""
    if gift.kind == "effect":
        return f"'side_effect' is {gift.given}: neither an exception nor callable nor iterable, so the call fails"
    if gift.kind == "method":
        return f"'{gift.subject.name}.{gift.name}' is a method; the mock has {gift.given} in its place, which nobody can call"
    if gift.form == "attribute":
        return f"'{gift.subject.name}.{gift.name}' is {gift.expected}; the mock has {gift.given}"
    return f"'{gift.subject.name}' returns {gift.expected or 'None'}; the mock gives {gift.given}"
