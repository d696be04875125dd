"""A test that is too long to tell what failed."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.proof.checks import is_assertion
from llmlint.semantics.proof.tests import Test


def check(test: Test, settings: Settings) -> Iterator[Finding]:
    statements = test.body.own.statements + test.body.inner.statements
    if statements > settings.max_statements:
        yield Finding(
            at=test.definition,
            message=f"'{test.name}' has {statements} statements, more than {settings.max_statements}",
            symbol=test.function.symbol,
        )
    # What an inner function raises is what it does, not what the test asserts.
    assertions = len(test.checks) + sum(is_assertion(check) for check in test.inner_checks)
    if assertions > settings.max_assertions:
        yield Finding(
            at=test.definition,
            message=f"'{test.name}' makes {assertions} assertions, more than {settings.max_assertions}",
            symbol=test.function.symbol,
        )
