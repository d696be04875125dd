"""LLM504: an example in a contract's docstring that the contract does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem


def check(use: ContractProblem) -> Iterator[Finding]:
    if use.kind == "broken-example":
        yield Finding(
            at=use.at,
            message=f"the example cannot run: {use.detail}",
            symbol=use.name,
            truth=use.truth,
            side="contract",
        )
