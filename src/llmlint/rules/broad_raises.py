"""``raises`` that takes any failure for the one that is meant."""

import ast
from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.proof.body import last_name
from llmlint.semantics.proof.raising import expectations, names_its_own, statements_that_may_raise
from llmlint.semantics.proof.tests import Test


def check(test: Test) -> Iterator[Finding]:
    for expected in expectations(test):
        broad = _broad(expected.exception)
        if broad:
            if expected.matched or names_its_own(test, broad):
                continue
            yield Finding(
                at=expected.call,
                message=f"every failure is {'a' if broad[0] == 'B' else 'an'} {broad}, also a misspelt name in the test: "
                "expect the exception that is meant, or give 'match'",
            )
        elif expected.block is not None and not expected.matched:
            inside = statements_that_may_raise(expected, test.module.callees)
            if len(inside) > 1:
                yield Finding(
                    at=expected.call,
                    message=f"{len(inside)} statements in this block may raise: leave only the one that is meant to",
                )


def _broad(node: ast.expr | None) -> str:
    for one in node.elts if isinstance(node, ast.Tuple) else [node]:
        if isinstance(one, (ast.Name, ast.Attribute)) and last_name(one) in ("Exception", "BaseException"):
            return last_name(one)
    return ""
