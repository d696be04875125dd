"""LLM302: a patch that puts a mock without a signature in the place of real code."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import Outcome, PatchUse

LIES = {
    "function": "that takes any arguments",
    "async function": "that takes any arguments",
    "class": "that takes any arguments and has any attribute",
    "instance": "that has any attribute",
    "module": "that has any attribute",
}
"""What the mock lets pass, by what stands at the target; a plain value has no signature to keep."""


def check(use: PatchUse) -> Iterator[Finding]:
    lie = LIES.get(use.target_kind)
    if lie is None or not use.makes_mock or use.outcome is Outcome.MISSING:
        return
    several = use.form.rpartition(".")[2] == "multiple"
    yield Finding(
        at=use.at if several else use.node,
        message=f"'{use.target}' is a real {use.target_kind}, replaced by a mock {lie}",
        symbol=use.target,
        suggestion="autospec=True",
    )
