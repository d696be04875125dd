"""A test that asserts nothing and expects nothing."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.skeletons import skeleton
from llmlint.semantics.proof.tests import Test


def check(test: Test) -> Iterator[Finding]:
    if test.asserts or skeleton(test) is not None:
        return
    if not test.says_that_passing_is_the_point and not test.is_counterpart:
        yield Finding(
            at=test.definition,
            message=f"'{test.name}' asserts nothing and expects nothing: it passes whatever the code does, if it does not crash",
            symbol=test.function.symbol,
        )
