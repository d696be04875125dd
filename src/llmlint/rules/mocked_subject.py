"""LLM308: a test that replaces a method of what it tests."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockedSubject


def check(use: MockedSubject) -> Iterator[Finding]:
    name = f"{use.subject.name}.{use.method}"
    if use.itself:
        message = f"'{name}' is replaced, and it is its result that the test asserts: the test tests its own mock"
    else:
        message = f"'{name}' is replaced on the very '{use.subject.name}' whose behaviour the test asserts"
    yield Finding(at=use.at, message=message, symbol=f"{use.subject.symbol}.{use.method}", truth=use.subject.truth)
