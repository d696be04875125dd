"""LLM313: a patch of a name that its user imported before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.names import rewrite_string
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.nouns import MissedPatch


def check(patch: MissedPatch) -> Iterator[Finding]:
    seen = f"{patch.user}.{patch.binding}"
    written = isinstance(patch.at, ast.Constant) and patch.at.value == patch.target
    yield Finding(
        at=patch.at,
        message=f"'{patch.user}' imported '{patch.binding}' for itself and does not see '{patch.target}' replaced: the patch changes nothing",
        symbol=patch.target,
        truth=patch.truth,
        suggestion=seen,
        remedy=Remedy(f"Patch '{seen}'", partial(rewrite_string, node=patch.at, old=patch.target, new=seen))
        if written
        else None,
    )
