"""LLM310: an assertion that compares a mock with what it was told."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockEcho


def check(echo: MockEcho) -> Iterator[Finding]:
    yield Finding(
        at=echo.node,
        message=f"'{echo.text}' gives what the mock was told to give in line {echo.configured.lineno}; no code under test is between",
        symbol=echo.text,
    )
