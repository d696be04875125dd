"""LLM503: a public function or class that no docstring describes."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem


def check(use: ContractProblem) -> Iterator[Finding]:
    if use.kind == "undocumented":
        yield Finding(
            at=use.at,
            message=f"the contract of '{use.name}' has no docstring: nothing says what a test of it has to show",
            symbol=use.name,
            side="contract",
        )
