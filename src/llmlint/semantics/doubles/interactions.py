"""Tests that assert nothing but which calls their mocks took."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.contracts.symbols import Function
from llmlint.contracts.walking import walk
from llmlint.semantics.doubles.context import Context
from llmlint.semantics.doubles.flow import is_test_case_assertion
from llmlint.semantics.mocks.assertions import API, ASSERTIONS
from llmlint.semantics.nouns import InteractionOnly
from llmlint.semantics.values import FunctionValue

_INTERACTS: Final = re.compile(r"\.(?:assert_|called|call_|calls|mock_calls|method_calls|await)")


class Interactions:
    """Finds them test by test."""

    def __init__(self, context: Context) -> None:
        self.module = context.module
        self.evaluator = context.evaluator

    def judge(self, function: Function) -> None:
        """Count the assertions about calls of mocks, unless there is one of another kind."""
        if not _INTERACTS.search(self.module.text_of(function.node)):
            return
        count = 0
        for node in walk(function.node):
            if isinstance(node, ast.Assert):
                if not _asks_a_mock(node.test):
                    return
                count += 1
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ASSERTIONS:
                    count += 1
                elif is_test_case_assertion(node):
                    if not any(_asks_a_mock(argument) for argument in node.args):
                        return
                    count += 1
                elif name in ("raises", "warns", "fail", "deprecated_call", "assertLogs") or re.match(
                    r"_?(assert|check|verify|expect|ensure|validate)", name
                ):
                    return
                elif self._asserts(node):
                    return
        if count:
            self.evaluator.emit(InteractionOnly(function.node, count))

    def _asserts(self, call: ast.Call) -> bool:
        """Whether a helper of the tests asserts something."""
        callee = self.evaluator.callee(call)
        if not isinstance(callee, FunctionValue) or not callee.function.module.by_test:
            return False
        return any(isinstance(node, (ast.Assert, ast.Raise)) for node in walk(callee.function.node))


def _asks_a_mock(node: ast.expr) -> bool:
    """Whether a condition is about the calls that a mock took."""
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in API and inner.attr not in ("return_value", "side_effect")
        for inner in walk(node)
    )
