"""A test that was announced and not written."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.skeletons import skeleton
from llmlint.semantics.proof.tests import Test

_WORDS = {
    "empty": "has no body: it passes and tests nothing",
    "not implemented": "is not written: it only raises NotImplementedError",
    "skipped": "is always skipped, and nothing says why",
}


def check(test: Test) -> Iterator[Finding]:
    found = skeleton(test)
    if found is not None:
        yield Finding(at=test.definition, message=f"'{test.name}' {_WORDS[found[0]]}", symbol=test.function.symbol)
