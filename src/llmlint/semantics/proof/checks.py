"""What in a test can fail it on purpose: assertions of every kind, each with the condition that it states."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from llmlint.contracts.per_node import per_node
from llmlint.model.record import record
from llmlint.semantics.mocks.assertions import ASSERTIONS
from llmlint.semantics.mocks.values import MockMethod
from llmlint.semantics.proof.body import Body, last_name
from llmlint.semantics.values import Special, Value

Form = Literal["assert", "method", "mock", "raises", "warns", "fail", "raise", "status"]
"""``assert``; ``assertEqual`` and its kin; ``assert_called…``; ``raises``; ``warns``, ``assertLogs``; ``fail``; ``raise``;
``raise_for_status``, ``check=True``: a failure of what ran fails the test."""


@record
class Check:
    """One place where a test may fail on purpose."""

    node: ast.Assert | ast.Raise | ast.Call
    form: Form
    condition: ast.expr | None = None
    """What has to be true, as an expression (``assertEqual(a, b)`` as ``a == b``); None where there is none to write down."""


_RAISES: Final = frozenset(
    {
        "raises", "raises_regexp", "RaisesGroup", "RaisesExc", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp",
        "assertRaisesMessage", "failUnlessRaises", "assertRaisesExactly", "raises_exc",
    }
)  # fmt: skip
_WARNS: Final = frozenset(
    {
        "warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "assertWarnsMessage", "assertLogs", "assertNoLogs",
        "assertNumQueries",
    }
)  # fmt: skip
_METHODS: Final = frozenset(
    {
        "fnmatch_lines", "fnmatch_lines_random", "no_fnmatch_line", "re_match_lines", "re_match_lines_random",
        "no_re_match_line", "failUnless", "failIf", "failUnlessEqual", "failIfEqual", "eq_", "ok_", "image_comparison",
    }
)  # fmt: skip
_STATUS: Final = frozenset({"raise_for_status", "check_returncode", "check_call", "check_output"})
_WAITING: Final = frozenset({"get", "result", "fail_after"})
"""What raises when something does not come about in time."""
_SPECIALS: Final[Mapping[str, Form]] = {
    "pytest.raises": "raises",
    "project.raises": "raises",
    "pytest.RaisesGroup": "raises",
    "pytest.RaisesExc": "raises",
    "pytest.warns": "warns",
    "pytest.deprecated_call": "warns",
    "pytest.fail": "fail",
    "unittest.fail": "fail",
    "unittest.assertRaises": "raises",
}
_COMPARISONS: Final[Mapping[str, type[ast.cmpop]]] = {
    "assertEqual": ast.Eq, "assertEquals": ast.Eq, "assertNotEqual": ast.NotEq, "assertNotEquals": ast.NotEq,
    "assertIs": ast.Is, "assertIsNot": ast.IsNot, "assertIn": ast.In, "assertNotIn": ast.NotIn, "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE, "assertGreater": ast.Gt, "assertGreaterEqual": ast.GtE, "assertListEqual": ast.Eq,
    "assertDictEqual": ast.Eq, "assertTupleEqual": ast.Eq, "assertSetEqual": ast.Eq, "assertSequenceEqual": ast.Eq,
    "assertMultiLineEqual": ast.Eq, "failUnlessEqual": ast.Eq, "assertCountEqual": ast.Eq,
}  # fmt: skip


def checks_of(
    asserts: list[ast.Assert], raises: list[ast.Raise], calls: list[ast.Call], callees: Mapping[ast.AST, Value]
) -> list[Check]:
    """The checks among some nodes, in the order of the source."""
    found = [Check(node, "assert", node.test) for node in asserts]
    found += [Check(node, "raise") for node in raises if node.exc is not None]
    for call in calls:
        form = form_of(call, callees.get(call))
        if form is not None:
            found.append(Check(call, form, condition(call) if form == "method" else None))
    found.sort(key=lambda check: (check.node.lineno, check.node.col_offset))
    return found


def own_checks(body: Body, callees: Mapping[ast.AST, Value]) -> list[Check]:
    """The checks that run when the function does."""
    return checks_of(body.own.asserts, body.own.raises, body.own.calls, callees)


def inner_checks(body: Body, callees: Mapping[ast.AST, Value]) -> list[Check]:
    """Those of its inner functions and classes."""
    return checks_of(body.inner.asserts, body.inner.raises, body.inner.calls, callees)


def is_assertion(check: Check) -> bool:
    """Whether a failure of it is that of an assertion: of what is raised only ``AssertionError`` is."""
    if not isinstance(check.node, ast.Raise):
        return True
    return check.node.exc is not None and last_name(check.node.exc) in ("AssertionError", "failureException", "Failed")


def form_of(call: ast.Call, callee: Value | None = None) -> Form | None:
    """How a call checks, by what it calls and by its name; None if it does not."""
    if isinstance(callee, Special) and callee.path in _SPECIALS:
        return _SPECIALS[callee.path]
    if isinstance(callee, MockMethod):
        return "mock" if last_name(call.func).startswith("assert") else None
    return _form_by_name(call)


@per_node
def _form_by_name(call: ast.Call) -> Form | None:
    name = last_name(call.func)
    if name in ASSERTIONS:
        return "mock" if name.startswith("assert") else None
    if name in _RAISES:
        return "raises"
    if name in _WARNS:
        return "warns"
    if name.lower().startswith("assert") or name in _METHODS:
        return "method"
    if name == "fail" and isinstance(call.func, ast.Attribute) and last_name(call.func.value) in ("self", "pytest"):
        return "fail"
    if name in _STATUS:
        return "status"
    if name.startswith("expect") and isinstance(call.func, ast.Attribute):
        return "mock"  # a fake that is told what has to happen, and fails where it does not
    if name.startswith(("wait_for", "wait_until")):
        return "status"
    if name in _WAITING and (name == "fail_after" or any(k.arg == "timeout" for k in call.keywords)):
        return "status"
    if name == "run" and any(keyword.arg == "check" and _is_true(keyword.value) for keyword in call.keywords):
        return "status"
    return None


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def condition(call: ast.Call) -> ast.expr | None:
    """What a method of ``unittest`` states, as an expression at the place of the call."""
    name, arguments = last_name(call.func), call.args
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        return None
    made: ast.expr | None = None
    if name in _COMPARISONS and len(arguments) >= 2:
        made = ast.Compare(arguments[0], [_COMPARISONS[name]()], [arguments[1]])
    elif name in ("assertTrue", "failUnless", "assert_", "ok_") and arguments:
        return arguments[0]
    elif name in ("assertFalse", "failIf") and arguments:
        made = ast.UnaryOp(ast.Not(), arguments[0])
    elif name in ("assertIsNone", "assertIsNotNone") and arguments:
        none = ast.copy_location(ast.Constant(None), call)
        made = ast.Compare(arguments[0], [ast.Is() if name == "assertIsNone" else ast.IsNot()], [none])
    elif name == "assertIsInstance" and len(arguments) >= 2:
        function = ast.copy_location(ast.Name("isinstance", ast.Load()), call)
        made = ast.Call(function, arguments[:2], [])
    return ast.copy_location(made, call) if made is not None else None


def stated(check: Check) -> Iterator[ast.expr]:
    """The conditions that have all to hold: ``a and b`` are two."""
    pending = [check.condition] if check.condition is not None else []
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            pending[:0] = node.values
        else:
            yield node
