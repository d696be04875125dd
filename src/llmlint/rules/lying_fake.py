"""LLM315: a fake whose methods are not those of the class it stands in for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import Fake, FakeMethod


def check(use: Fake) -> Iterator[Finding]:
    for _, group in groupby(use.methods, key=lambda method: id(method.node)):
        ways = list(group)
        method = ways[0]
        invented = method.kind == "not-in-contract"
        yield Finding(
            at=method.node,
            message=f"'{use.node.name}.{method.name}' {describe(ways, use.contract.name)}",
            symbol=f"{use.contract.symbol}.{method.name}",
            truth=method.truth or use.contract.truth,
            suggestion=nearest(method.name, use.contract.names()) if invented else None,
        )


def describe(ways: list[FakeMethod], contract: str) -> str:
    """What is untrue about one method, to follow its name."""
    method = ways[0]
    match method.kind:
        case "signature":
            details = " and ".join(way.detail for way in ways if way.kind == "signature")
            return f"{details}, unlike '{contract}.{method.name}', which it stands in for"
        case "async":
            return f"is asynchronous; '{contract}.{method.name}', which it stands in for, is not"
        case "sync":
            return f"is not asynchronous; '{contract}.{method.name}', which it stands in for, is"
        case "not-in-contract":
            return f"stands in for a method that '{contract}' does not have"
