"""LLM505: a contract that cannot be what it says."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import ContractProblem


def check(use: ContractProblem) -> Iterator[Finding]:
    match use.kind:
        case "syntax":
            message = f"the contract of '{use.module}' does not parse ({use.detail}), so its source stands in for it"
        case "undefined-name":
            message = f"the contract of '{use.module}' names '{use.name}', which it neither defines nor imports"
        case "private-name":
            message = f"the contract of '{use.module}' publishes the private name '{use.name}'"
        case _:
            return
    symbol = use.module if use.kind == "syntax" else f"{use.module}.{use.name}"
    yield Finding(at=use.at, message=message, symbol=symbol, truth=use.truth, side="contract")
