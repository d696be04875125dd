"""LLM313: a patch of a name that its user imported before."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MissedPatch


def check(patch: MissedPatch) -> Iterator[Finding]:
    yield Finding(
        at=patch.at,
        message=f"'{patch.user}' imported '{patch.binding}' for itself and does not see '{patch.target}' replaced: the patch changes nothing",
        symbol=patch.target,
        truth=patch.truth,
        suggestion=f"{patch.user}.{patch.binding}",
    )
