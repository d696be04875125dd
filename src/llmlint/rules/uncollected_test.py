"""A test that never runs."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.collecting import uncollected
from llmlint.semantics.proof.tests import TestModule

_WORDS = {
    "async": "never runs: it is a coroutine, and neither a mark nor a mode of a plugin has it awaited",
    "async method": "never runs: unittest.TestCase calls it and does not await it; IsolatedAsyncioTestCase does",
    "init": "is not collected, because it has an '__init__': none of its tests runs",
    "file": "never runs: pytest does not look for tests in a file of this name",
    "fixture": "never runs: it is a fixture that nobody asks for",
    "nested": "never runs: it is an inner function that nobody calls",
}


def check(module: TestModule) -> Iterator[Finding]:
    for found in uncollected(module):
        yield Finding(at=module.head(found.node), message=f"'{found.name}' {_WORDS[found.why]}", symbol=found.name)
