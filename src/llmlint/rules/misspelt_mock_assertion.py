"""LLM307: an assertion on a mock that asserts nothing."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import MockAttributeUse
from llmlint.semantics.place import of_name


def check(use: MockAttributeUse) -> Iterator[Finding]:
    if use.uncalled:
        yield Finding(
            at=of_name(use.node),
            message=f"'{use.name}' is named but not called, so it checks nothing",
            symbol=use.name,
            suggestion=f"{use.name}()",
        )
    elif use.misspelt is not None:
        yield Finding(
            at=of_name(use.node),
            message=f"'{use.name}' is no assertion that mocks have, so it checks nothing",
            symbol=use.name,
            suggestion=use.misspelt,
        )
