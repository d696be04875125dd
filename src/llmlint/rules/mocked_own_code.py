"""LLM316: a mock of the project's own code, at no declared boundary."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import MockUse, PatchUse


def check(use: PatchUse | MockUse, settings: Settings) -> Iterator[Finding]:
    owner = use.replaces if isinstance(use, PatchUse) else use.stands_for
    if owner is None or not owner.own or owner.by_test:
        return
    if isinstance(use, PatchUse):
        if use.form == "mocker.spy":
            return  # it replaces nothing
    elif use.patched or any(keyword.arg == "wraps" for keyword in use.node.keywords):
        return  # of a mock that a patch puts in place the patch speaks; one that wraps calls what it stands for
    named = [owner.symbol, use.target] if isinstance(use, PatchUse) else [owner.symbol]
    if any(is_at(name, boundary) for name in named for boundary in settings.boundaries):
        return
    if isinstance(use, PatchUse):
        at, doing = use.at, f"'{use.target}' is replaced"
    else:
        at, doing = use.node, f"this {use.factory.rpartition('.')[2]} stands for '{owner.name}'"
    yield Finding(
        at=at,
        message=f"{doing}, the project's own code, which is no declared boundary",
        symbol=owner.symbol,
        truth=owner.truth,
    )


def is_at(name: str, boundary: str) -> bool:
    """Whether a dotted name is the boundary, lies below it, or matches it as a glob."""
    return name == boundary or name.startswith(f"{boundary}.") or fnmatchcase(name, boundary)
