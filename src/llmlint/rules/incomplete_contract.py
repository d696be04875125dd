"""LLM506: a contract that leaves out a whole kind of member."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem

SHOWN = 3
"""How many of the members that were left out the message names."""


def check(use: ContractProblem) -> Iterator[Finding]:
    if use.kind != "incomplete":
        return
    count = len(use.missing)
    names = ", ".join(f"'{name}'" for name in use.missing[:SHOWN]) + (", …" if count > SHOWN else "")
    yield Finding(
        at=use.at,
        message=f"the contract of '{use.name}' publishes no {use.detail}, where the implementation has {count}: {names}",
        symbol=use.name,
        truth=use.truth,
        side="contract",
    )
