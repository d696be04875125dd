"""LLM502: a public module that nobody froze."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem


def check(use: ContractProblem) -> Iterator[Finding]:
    if use.kind == "no-contract":
        yield Finding(
            at=use.at,
            message=f"the public module '{use.module}' has no contract ({use.detail})",
            symbol=use.module,
            side="contract",
        )
