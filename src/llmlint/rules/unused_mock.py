"""LLM314: a mock that is handed to nothing, a patch that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nouns import UnusedMock


def check(mock: UnusedMock) -> Iterator[Finding]:
    if mock.patch:
        message = (
            f"the patch changes nothing that the project's code looks up, and its mock '{mock.name}' is never read"
        )
    elif mock.asserted:
        message = f"'{mock.name}' is handed to nothing, so that nobody could have called it"
    else:
        message = f"'{mock.name}' is built and handed to nothing"
    yield Finding(at=mock.at, message=message, symbol=mock.name)
