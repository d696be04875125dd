"""LLM501: a contract that says something else than its implementation."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem


def check(use: ContractProblem) -> Iterator[Finding]:
    if use.kind == "drift":
        yield Finding(
            at=use.at, message=use.detail, symbol=f"{use.module}.{use.name}", truth=use.truth, side="contract"
        )
