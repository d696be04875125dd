"""Calls that mean more than their signature says: mocks, patches, ``raises``, ``hasattr`` and their kin."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.contracts.symbols import Function
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.builtin_calls import BuiltinCalls
from llmlint.semantics.marks import Mark, ParameterSet
from llmlint.semantics.mocks.values import CallSpec, Mock, MockCalls
from llmlint.semantics.names import SPECIALS
from llmlint.semantics.nouns import Outcome
from llmlint.semantics.patches import Patcher
from llmlint.semantics.special_values import Bounded, Raises, Request
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Special,
    Value,
)

_MOCKS: Final = frozenset(
    {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "PropertyMock", "ThreadingMock"}
)

_PATCHES: Final = {
    "patch": "patch",
    "patch.object": "patch_object",
    "patch.multiple": "patch_multiple",
    "patch.dict": "patch_dict",
}

_FUNCTIONS: Final = {
    "unittest.case.TestCase.assertRaises": "unittest.assertRaises",
    "unittest.case.TestCase.assertRaisesRegex": "unittest.assertRaises",
    "unittest.case.TestCase.failUnlessRaises": "unittest.assertRaises",
    "unittest.case.TestCase.assertIsInstance": "unittest.assertIsInstance",
    "unittest.case.TestCase.assertIsNotNone": "unittest.assertIsNotNone",
    "unittest.case.TestCase.assertTrue": "unittest.assertTrue",
    "unittest.case.TestCase.skipTest": "unittest.skipTest",
    "unittest.case.TestCase.fail": "unittest.fail",
    "_pytest.monkeypatch.MonkeyPatch.setattr": "monkeypatch.setattr",
    "_pytest.monkeypatch.MonkeyPatch.delattr": "monkeypatch.delattr",
    "_pytest.fixtures.FixtureRequest.getfixturevalue": "request.getfixturevalue",
    "attr.attrib": "attr.ib",
    "attr._make.attrib": "attr.ib",
    "attr.ib": "attr.ib",
    "attr.field": "attr.ib",
    "attrs.field": "attr.ib",
    "dataclasses.field": "attr.ib",
    "contextlib._BaseExitStack.enter_context": "contextlib.enter_context",
    "contextlib.ExitStack.enter_context": "contextlib.enter_context",
    "unittest.case.TestCase.enterContext": "contextlib.enter_context",
    "pytest_mock.plugin.MockerFixture._Patcher.__call__": "mocker.patch",
    "pytest_mock.plugin.MockerFixture._Patcher.object": "mocker.patch.object",
    "pytest_mock.plugin.MockerFixture._Patcher.multiple": "mocker.patch.multiple",
    "pytest_mock.plugin.MockerFixture._Patcher.dict": "mocker.patch.dict",
    "pytest_mock.plugin.MockerFixture.spy": "mocker.spy",
    "pytest_mock.plugin.MockerFixture.stub": "mocker.stub",
    "pytest_mock.plugin.MockerFixture.async_stub": "mocker.async_stub",
    "pytest_mock.plugin.MockerFixture.create_autospec": "mocker.create_autospec",
}

_RAISES: Final = re.compile(r"raises|(?:assert|should|must|expect|expects)_raises?(?:_\w+)?")
"""What projects call functions of their own that expect an exception, which they are told first."""


class Specials(BuiltinCalls):
    """Attributes and calls of special values, for one file's evaluation."""

    def of_function(self, function: Function) -> str | None:
        """The special path of a plain function, where it has one."""
        memo = function.memo
        found = memo.get("special", 0)
        if found == 0:
            found = _FUNCTIONS.get(function.symbol)
            if found is None and function.owner is None and not function.module.is_stub:
                if function.name.isidentifier() and "raise" in function.name and _RAISES.fullmatch(function.name):
                    found = "project.raises"  # a project's own: it is called as everybody's is
            memo["special"] = found
        return found  # type: ignore[no-any-return]

    def attribute(self, special: Special, name: str) -> Value | None:
        """``special.name``; None where the plain value behind it decides."""
        path = special.path
        if path == "pytest.mark" or path.startswith("pytest.mark."):
            return Special(f"pytest.mark.{name}", UNKNOWN)
        if path == "unittest.mock.call":
            return Bounded(special, "call", (name,))
        if path in ("unittest.mock.sentinel", "unittest.mock.ANY", "unittest.mock.DEFAULT"):
            return UNKNOWN
        if path == "unittest.mock.patch":
            if name in ("object", "multiple", "dict", "stopall", "TEST_PREFIX"):
                return Special(f"{path}.{name}", UNKNOWN)
            return None
        if path == "mocker" or path == "mocker.patch":
            if name in ("call", "ANY", "sentinel", "DEFAULT", "mock_open", "seal"):
                return Special(f"unittest.mock.{name}", UNKNOWN)
            found = self.evaluator.world.attributes.get(special.value, name)
            return Special(f"{path}.{name}", found.value) if found.outcome is not Outcome.MISSING else None
        dotted = f"{path}.{name}"
        if dotted in SPECIALS or dotted == "unittest.mock":
            plain = self.evaluator.world.attributes.get(special.value, name).value
            if isinstance(plain, Special):
                plain = plain.value
            return Special(dotted, plain)
        if path == "monkeypatch" and name in ("setattr", "delattr"):
            return Special(dotted, self.evaluator.world.attributes.get(special.value, name).value)
        return None

    def member(self, value: Value, name: str) -> Value:
        """An attribute of the interpreter's own values."""
        if isinstance(value, Request):
            if name == "param":
                return value.param
            if name == "getfixturevalue":
                return Special("request.getfixturevalue", UNKNOWN)
            found = self.evaluator.world.attributes.get(value.plain, name)
            return found.value
        if isinstance(value, Patcher):
            return Bounded(value, name)
        if isinstance(value, CallSpec):
            return Bounded(value, "call", (*value.path, "()", name))
        if isinstance(value, MockCalls):
            keywords = name == "kwargs" and value.name in ("call_args", "await_args")
            return MockCalls(value.mock, "kwargs") if keywords else UNKNOWN
        if isinstance(value, Raises):
            return self.evaluator.world.attributes.get(value.info, name).value
        return UNKNOWN

    def call(self, node: ast.Call, special: Special | Bounded) -> Value:
        """Call a special value; its arguments are not evaluated yet."""
        evaluator = self.evaluator
        if isinstance(special, Bounded):
            return self._bounded(node, special)
        path = special.path
        if path in (
            "pytest.raises",
            "project.raises",
            "unittest.assertRaises",
            "contextlib.suppress",
            "pytest.RaisesExc",
        ):
            return self._raises(node, path)
        if path.startswith("builtins."):
            return self._builtin(node, path[9:], special)
        arguments = evaluator.arguments(node)
        family, _, rest = path.partition(".")
        if path.startswith("unittest.mock."):
            return self._mock(node, path[14:], arguments, special)
        if family == "mocker":
            return self._mocker(node, rest, arguments, special)
        if family == "monkeypatch":
            return evaluator.patches.set_attribute(node, path, arguments)
        if path == "request.getfixturevalue":
            first = arguments.positional[0] if arguments.positional else None
            if isinstance(first, Instance) and isinstance(first.literal, str) and evaluator.hooks is not None:
                return evaluator.hooks.fixture_value(first.literal, evaluator.scope.cls)  # type: ignore[no-any-return]
            return UNKNOWN
        if path == "contextlib.enter_context":
            entered = arguments.positional[0] if arguments.positional else UNKNOWN
            if isinstance(entered, Patcher):
                return entered.mock
            if isinstance(entered, Raises):
                evaluator.expect(entered.exceptions)
                return entered.info
            return evaluator.world.calls.entered(entered, False)
        if path == "pytest.importorskip":
            return self._importorskip(arguments)
        if path.startswith("pytest.mark."):
            return Mark(path[12:], arguments, node)
        if path == "pytest.param":
            return ParameterSet(arguments)
        if path == "pytest.fixture":
            return UNKNOWN
        if path == "attr.ib":
            return UNKNOWN
        if path == "typing.cast" and len(node.args) == 2:
            return evaluator.annotated(node.args[0], evaluator.scope.cls)
        if path in ("copy.copy", "copy.deepcopy") and arguments.positional:
            return arguments.positional[0]
        if path == "functools.partial" and arguments.positional:
            first = arguments.positional[0]
            if isinstance(first, (FunctionValue, ClassValue, Callable)):
                return Callable(
                    evaluator.world.calls.result(
                        first, Arguments(arguments.positional[1:], starred=True, double_starred=True)
                    )
                )
            return UNKNOWN
        if path.startswith("unittest.assert") and len(node.args) >= 1:
            if path.endswith("assertIsInstance") and len(node.args) >= 2:
                evaluator.narrowing.assume_class(node.args[0], node.args[1])
            elif path.endswith("assertIsNotNone"):
                evaluator.narrowing.assume_not_none(node.args[0])
            elif path.endswith("assertTrue"):
                evaluator.narrowing.apply(node.args[0], True)
            return evaluator.world.none
        if isinstance(special.value, (FunctionValue, ClassValue, Instance)):
            return evaluator.call(node, special.value, arguments)
        return UNKNOWN

    def _mock(self, node: ast.Call, name: str, arguments: Arguments, special: Special) -> Value:
        evaluator = self.evaluator
        if name in _MOCKS:
            return evaluator.mocks.build(node, name, arguments)
        if name == "create_autospec":
            return evaluator.mocks.autospec(node, arguments)
        if name in _PATCHES:
            found: Value = getattr(evaluator.patches, _PATCHES[name])(node, name, arguments)
            return found
        if name == "call":
            return CallSpec((), arguments, node)
        if name == "mock_open":
            return Mock(evaluator.mocks, None, opaque=True)
        return UNKNOWN

    def _mocker(self, node: ast.Call, name: str, arguments: Arguments, special: Special) -> Value:
        evaluator = self.evaluator
        if name in _MOCKS:
            return evaluator.mocks.build(node, name, arguments)
        if name in ("stub", "async_stub"):
            return evaluator.mocks.stub(node, f"mocker.{name}")
        if name == "create_autospec":
            return evaluator.mocks.autospec(node, arguments)
        if name == "spy":
            return evaluator.patches.spy(node, "mocker.spy", arguments)
        if name in _PATCHES:
            found: Value = getattr(evaluator.patches, _PATCHES[name])(node, f"mocker.{name}", arguments)
            return found
        return UNKNOWN

    def _bounded(self, node: ast.Call, special: Bounded) -> Value:
        arguments = self.evaluator.arguments(node)
        target = special.target
        if special.name == "call":
            return CallSpec(special.path, arguments, node)
        if isinstance(target, Patcher) and special.name in ("start", "__enter__"):
            return target.mock
        return UNKNOWN
