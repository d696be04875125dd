"""Calls that mean more than their signature says: mocks, patches, ``raises``, ``hasattr`` and their kin."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Function
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.marks import Mark, ParameterSet
from llmlint.semantics.mock_values import CallSpec, Mock, MockCalls, MockType
from llmlint.semantics.names import SPECIALS
from llmlint.semantics.nouns import CallUse, GuardUse, Outcome, Problem
from llmlint.semantics.patches import Patcher
from llmlint.semantics.values import (
    NEVER,
    UNKNOWN,
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Super,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator
    from llmlint.semantics.scope import Scope

_MOCKS: Final = frozenset(
    {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "PropertyMock", "ThreadingMock"}
)
_PATCHES: Final = {
    "patch": "patch",
    "patch.object": "patch_object",
    "patch.multiple": "patch_multiple",
    "patch.dict": "patch_dict",
}
_LEAVING: Final = frozenset(
    {"pytest.skip", "pytest.fail", "pytest.xfail", "pytest.exit", "unittest.skipTest", "unittest.fail"}
)
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
_RAISES: Final = frozenset({"raises", "assert_raises", "should_raise", "assert_raises_regex"})
MOCKER_FIXTURES: Final = frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"})


class Raises(Value):
    """``pytest.raises(E)``, ``assertRaises(E)``, ``suppress(E)``: exceptions that are expected inside."""

    __slots__ = ("exceptions", "info")

    def __init__(self, exceptions: frozenset[str] | None, info: Value) -> None:
        self.exceptions = exceptions
        self.info = info


class Request(Value):
    """The ``request`` fixture; ``param`` is what the fixture's ``params`` (or an indirect parametrize) give."""

    __slots__ = ("param", "plain")

    def __init__(self, param: Value, plain: Value) -> None:
        self.param = param
        self.plain = plain


class Bounded(Value):
    """A method of one of the special values, or a path of ``call.a.b``."""

    __slots__ = ("name", "path", "target")

    def __init__(self, target: Value, name: str, path: tuple[str, ...] = ()) -> None:
        self.target = target
        self.name = name
        self.path = path


class Specials:
    """Attributes and calls of special values, for one file's evaluation."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def of_function(self, function: Function) -> str | None:
        """The special path of a plain function, where it has one."""
        memo = function.memo
        found = memo.get("special", 0)
        if found == 0:
            found = _FUNCTIONS.get(function.symbol)
            if found is None and function.name in _RAISES and function.owner is None and not function.module.is_stub:
                found = "pytest.raises"  # a project's own: it is called as everybody's is
            memo["special"] = found
        return found  # type: ignore[no-any-return]

    # -- attributes ------------------------------------------------------------------------------------------------------

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
            plain = self.evaluator.world.attributes.get(special.value, name).value
            return Special(f"{path}.{name}", plain)
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

    # -- calls -----------------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call, special: Special | Bounded) -> Value:
        """Call a special value; its arguments are not evaluated yet."""
        evaluator = self.evaluator
        if isinstance(special, Bounded):
            return self._bounded(node, special)
        path = special.path
        if path in ("pytest.raises", "unittest.assertRaises", "contextlib.suppress", "pytest.RaisesExc"):
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

    def leaves(self, node: ast.Call, value: Value) -> bool:
        """Whether the call does not return (``pytest.skip``, ``self.fail``, ``sys.exit``)."""
        if value is NEVER:
            return True
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in ("skip", "fail", "xfail", "exit") and isinstance(function.value, ast.Name):
                return function.value.id == "pytest"
            return (
                function.attr in ("skipTest", "fail")
                and isinstance(function.value, ast.Name)
                and function.value.id == "self"
            )
        return False

    # -- expectations ----------------------------------------------------------------------------------------------------

    def exceptions(self, value: Value, node: ast.expr) -> frozenset[str] | None:
        """The names of the expected exceptions; None where they are not known: any."""
        if isinstance(value, ClassValue):
            return frozenset({value.cls.name})
        if isinstance(value, Instance) and value.items is not None:
            names: set[str] = set()
            for item in value.items:
                if not isinstance(item, ClassValue):
                    return None
                names.add(item.cls.name)
            return frozenset(names)
        return None

    def _raises(self, node: ast.Call, path: str) -> Value:
        evaluator = self.evaluator
        given: list[ast.expr] = list(node.args)
        expected: frozenset[str] | None = None
        kind: Value = UNKNOWN
        if given and not isinstance(given[0], ast.Starred):
            kind = evaluator.eval(given[0])
            expected = self.exceptions(kind, given[0])
            if path == "contextlib.suppress":
                names: set[str] = set()
                for item in given:
                    found = self.exceptions(evaluator.eval(item), item)
                    if found is None:
                        return Raises(None, evaluator.world.none)
                    names |= found
                return Raises(frozenset(names), evaluator.world.none)
        for keyword in node.keywords:
            if keyword.arg in ("expected_exception", "exception"):
                kind = evaluator.eval(keyword.value)
                expected = self.exceptions(kind, keyword.value)
            elif keyword.arg in ("match", "msg", "expected_regex", "check"):
                evaluator.eval(keyword.value)
            elif keyword.arg is not None and path == "pytest.raises" and len(given) == 1:
                self._unknown_keyword(node, keyword)
        regex = (
            1
            if path == "unittest.assertRaises"
            and isinstance(node.func, ast.Attribute)
            and node.func.attr.endswith("Regex")
            else 0
        )
        info = self._info(kind, path)
        if len(given) > 1 + regex:
            # The function form: what is called, and its arguments, are what may fail.
            evaluator.expect(expected)
            for item in given[1:]:
                evaluator.eval(item)
            for keyword in node.keywords:
                evaluator.eval(keyword.value)
            evaluator.probes.pop()
            return info
        return Raises(expected, info)

    def _unknown_keyword(self, node: ast.Call, keyword: ast.keyword) -> None:
        """``pytest.raises(E, matches=…)``: its ``**kwargs`` are for the function that it may be given."""
        evaluator = self.evaluator
        evaluator.eval(keyword.value)
        raises = evaluator.narrowing.quietly(node.func)
        plain = raises.value if isinstance(raises, Special) else raises
        owner = evaluator.world.attributes.owner(plain)
        if owner is None or evaluator.probing("TypeError"):
            return
        problem = Problem("unknown-keyword", keyword.arg, keyword)
        evaluator.emit(
            CallUse(node, owner, "raises(expected_exception, *, match=None)", ("match", "check"), (problem,))
        )

    def _info(self, kind: Value, path: str) -> Value:
        """``excinfo``: its ``value`` is the exception."""
        if isinstance(kind, ClassValue):
            return self._info_of(Instance(kind.cls), path)
        if isinstance(kind, Instance) and kind.items:
            return self._info_of(
                union(Instance(i.cls) if isinstance(i, ClassValue) else UNKNOWN for i in kind.items), path
            )
        return self._info_of(UNKNOWN, path)

    def _info_of(self, raised: Value, path: str) -> Value:
        classes = self.evaluator.world.classes
        if path == "unittest.assertRaises":
            cls = classes.named("unittest.case", "_AssertRaisesContext")
        else:
            cls = classes.named("_pytest._code.code", "ExceptionInfo")
        return Instance(cls, (raised,)) if cls is not None else UNKNOWN

    def _importorskip(self, arguments: Arguments) -> Value:
        first = arguments.positional[0] if arguments.positional else None
        if isinstance(first, Instance) and isinstance(first.literal, str):
            evaluator = self.evaluator
            top = first.literal.partition(".")[0]
            if evaluator.scope is evaluator.top:
                evaluator.optional_imports.add(top)
            else:
                evaluator.guards.append(("import", top))
            return evaluator.world.names.imported(first.literal, evaluator.module)
        return UNKNOWN

    # -- mock, mocker ----------------------------------------------------------------------------------------------------

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

    # -- builtins --------------------------------------------------------------------------------------------------------

    def _builtin(self, node: ast.Call, name: str, special: Special) -> Value:
        evaluator = self.evaluator
        world = evaluator.world
        if name == "super":
            return self._super(node)
        arguments = evaluator.arguments(node)
        positional = arguments.positional
        if arguments.starred:
            return UNKNOWN
        if name == "getattr" and len(positional) >= 2:
            return self._getattr(node, arguments)
        if name in ("setattr", "delattr") and len(positional) >= 2:
            literal = positional[1].literal if isinstance(positional[1], Instance) else None
            if isinstance(literal, str):
                if name == "setattr" and isinstance(positional[0], (Instance, ClassValue, ModuleValue)):
                    evaluator.judge_store(node, positional[0], literal)
                evaluator.replaced_names.add(literal)
                if isinstance(positional[0], Mock) and len(positional) == 3:
                    evaluator.mocks.store(positional[0], literal, positional[2], node)
                elif len(positional) == 3 and isinstance(positional[2], Mock) and isinstance(positional[0], Instance):
                    evaluator.mocks.hand_attribute(positional[2], world.attributes.get(positional[0], literal).value)
            else:
                evaluator.guards.append((ast.unparse(node.args[0]), "*"))
            return world.none
        if name in ("hasattr", "isinstance", "issubclass", "callable"):
            return world.boolean
        if name == "type" and len(positional) == 3:
            return UNKNOWN
        if name == "type" and len(positional) == 1:
            value = positional[0]
            if isinstance(value, Mock):
                return MockType(value)
            return ClassValue(value.cls, value.args, exact=value.exact) if isinstance(value, Instance) else UNKNOWN
        if name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter") and positional:
            element = world.calls.element(positional[0])
            kind = {"sorted": "list", "reversed": "list", "iter": "list"}.get(name, name)
            if name == "iter" or name == "reversed":
                cls = world.classes.named("typing", "Iterator")
                return Instance(cls, (element,)) if cls is not None else UNKNOWN
            items = positional[0].items if isinstance(positional[0], Instance) and name in ("list", "tuple") else None
            return world.collection(kind, [element], items)
        if name == "enumerate" and positional:
            row = (world.integer, world.calls.element(positional[0]))
            return world.collection("list", [world.collection("tuple", list(row), row)], None)
        if name == "zip" and positional:
            parts = tuple(world.calls.element(value) for value in positional)
            return world.collection("list", [world.collection("tuple", list(parts), parts)], None)
        if name == "next" and positional:
            element = world.calls.element(positional[0])
            return union((element, positional[1])) if len(positional) > 1 else element
        if name in ("vars", "locals", "globals", "exec", "eval"):
            return UNKNOWN
        return evaluator.call(node, special.value, arguments)

    def _super(self, node: ast.Call) -> Value:
        evaluator = self.evaluator
        given = [evaluator.eval(argument) for argument in node.args]
        scope: Scope | None = evaluator.scope
        while scope is not None:
            if scope.cls is not None and scope.receiver is not None and not scope.is_class:
                if given and not (
                    len(given) == 2
                    and isinstance(given[0], ClassValue)
                    and given[0].cls is scope.cls
                    and given[1] is scope.receiver
                ):
                    return UNKNOWN
                return Super(scope.cls, scope.receiver)
            scope = scope.parent
        return UNKNOWN

    def _getattr(self, node: ast.Call, arguments: Arguments) -> Value:
        evaluator = self.evaluator
        value, name = arguments.positional[0], arguments.positional[1]
        literal = name.literal if isinstance(name, Instance) else None
        if not isinstance(literal, str) or isinstance(value, Unknown):
            return UNKNOWN
        if isinstance(value, Mock):
            return evaluator.mocks.attribute(value, literal, node, quiet=len(arguments.positional) > 2)
        if len(arguments.positional) > 2:
            found = evaluator.world.attributes.get(value, literal)
            if found.outcome is not Outcome.MISSING:
                evaluator.private(node, literal, value, found.outcome, "load")
            return union((found.value, arguments.positional[2]))
        if literal in evaluator.replaced_names or evaluator.guarded(node.args[0], literal):
            return UNKNOWN
        return evaluator.read(node, value, literal)

    # -- guards that are never true ------------------------------------------------------------------------------------------

    def gate(self, test: ast.expr) -> None:
        """Look for ``hasattr(x, "name")`` in a condition that gates statements, where ``x`` can never have the name."""
        evaluator = self.evaluator
        if evaluator.sink is None or evaluator.muted:
            return
        stack: list[ast.expr] = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.BoolOp):
                stack.extend(node.values)
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                stack.append(node.operand)
            elif isinstance(node, ast.Compare):
                stack.append(node.left)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) >= 2:
                if node.func.id == "hasattr" or (node.func.id == "getattr" and len(node.args) == 3):
                    self._gate(node, node.func.id)

    def _gate(self, node: ast.Call, form: str) -> None:
        evaluator = self.evaluator
        name = node.args[1]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return
        value = evaluator.narrowing.quietly(node.args[0])
        if isinstance(value, Special):
            value = value.value
        if not isinstance(value, (Instance, ClassValue, ModuleValue)) or is_none(value):
            return
        owner = evaluator.world.attributes.owner(value)
        if owner is None or not owner.own or owner.by_test or name.value in evaluator.replaced_names:
            return
        if evaluator.world.attributes.get(value, name.value).outcome is not Outcome.MISSING:
            return
        if evaluator.confirm(value, name.value):
            evaluator.emit(GuardUse(node, name.value, owner, form))  # type: ignore[arg-type]
