"""Following what a test relies on: whether its helpers, classes, context managers and fixtures assert."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import root_name
from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import Binding, Class, Function, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.proof.body import Body, body_of, last_name, nodes_of
from llmlint.semantics.proof.checks import inner_checks, is_assertion, own_checks
from llmlint.semantics.proof.helpers import reached
from llmlint.semantics.values import ClassValue, FunctionValue, Instance, Value, members_of

if TYPE_CHECKING:
    from llmlint.semantics.fixtures import Fixture
    from llmlint.semantics.world import World

_FRAME: Final = (
    "setUp", "asyncSetUp", "setUpClass", "tearDown", "asyncTearDown", "tearDownClass", "setup_method", "teardown_method",
    "setup_class", "teardown_class", "setup", "teardown",
)  # fmt: skip
MODULE_FRAME: Final = (
    "setup_module", "teardown_module", "setup_function", "teardown_function", "setUpModule", "tearDownModule",
)  # fmt: skip
"""What sets up and tears down modules and functions."""
_CHECKING_FIXTURES: Final = (
    "httpx_mock", "respx_mock", "benchmark", "snapshot", "data_regression", "file_regression", "num_regression",
    "image_regression", "dataframe_regression", "ndarrays_regression", "obj_regression", "aiobenchmark", "subtests_check",
    "check", "image_diff", "mpl_image_compare", "doctest_namespace", "django_assert_num_queries",
)  # fmt: skip
"""Fixtures of plugins that fail a test by themselves."""
FRAME: Final = frozenset({*_FRAME, *MODULE_FRAME, "addModuleCleanup", "setUpTestData", "__init__"})
"""The names of what sets up and tears down."""
_VERBS: Final = (
    "wait_for", "wait_until", "eventually",
    "check", "verify", "expect", "ensure", "should", "must", "validate", "compare", "test", "run_test", "match", "require",
    "_check", "_verify", "_expect", "_ensure", "_validate", "_compare", "_test", "_run_test", "do_test", "run_check",
)  # fmt: skip
"""What a function that asserts is called, where it cannot be found."""


class Following:
    """Answers once a session for each function and class of the tests; quiet about what is not theirs."""

    def __init__(self, world: World) -> None:
        self.world = world

    # -- functions -------------------------------------------------------------------------------------------------------

    def body(self, function: Function) -> Body:
        """The body of a function, walked once."""
        return body_of(function.node)

    def nodes(self, function: Function) -> list[ast.AST]:
        """Every node of a function's statements in the order of the source, inner functions and classes not entered."""
        return nodes_of(function.node)

    def callees(self, module: Module) -> Mapping[ast.AST, Value]:
        """What the calls in a helper module were found to call, as far as it was evaluated."""
        return self.world.inference.quiet(module).callees

    def asserts(self, function: Function) -> bool:
        """Whether a function of the tests asserts, itself or by what it names."""
        # A circle adds nothing.
        return self.world.answers.once(function.memo, "asserts", False, lambda: self._asserts(function))

    def _asserts(self, function: Function) -> bool:
        if self.world.functions.info(function).opaque:
            return True  # `@raises(E)`, or whatever else a decorator does
        if not function.module.by_test:
            return self._states(function)
        body = self.body(function)
        callees = self.callees(function.module)
        if own_checks(body, callees) or inner_checks(body, callees):
            return True
        return self.names_what_asserts(function, body, callees)

    def _states(self, function: Function) -> bool:
        """Whether a function, or a helper that it calls, fails with an ``AssertionError``: what else it raises belongs to what
        it does, as in a fake.
        """
        for one in reached(function, self):
            body = self.body(one)
            if any(is_assertion(check) for check in (*own_checks(body, {}), *inner_checks(body, {}))):
                return True
        return False

    def class_asserts(self, cls: Class) -> bool:
        """Whether a class of the tests asserts in one of its methods."""
        return self.world.answers.once(cls.memo, "asserts", False, lambda: self._any_method_asserts(cls))

    def _any_method_asserts(self, cls: Class) -> bool:
        return any(self._is_theirs(base.module) and self._methods_assert(base) for base in self.world.classes.mro(cls))

    def _methods_assert(self, cls: Class) -> bool:
        return any(
            self._states(cls.module.function_at(node, cls))
            for node in cls.node.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        )

    def names_what_asserts(self, function: Function, body: Body, callees: Mapping[ast.AST, Value]) -> bool:
        """Whether what a body names (calls, hands over, enters, decorates with) asserts, or may for all that is known."""
        module, cls = function.module, function.owner
        bound = body.bound
        for node in (*body.own.names, *body.inner.names):
            if (node.id in module.table or module.stars) and node.id not in bound:
                if self._named(module, node):
                    return True
        for attribute in (*body.own.attributes, *body.inner.attributes):
            if isinstance(attribute.value, ast.Name):
                if cls is not None and attribute.value.id in ("self", "cls"):
                    if self._own_member(cls, attribute.attr):
                        return True
                elif attribute.value.id in module.table and self._named(module, attribute):
                    return True
        for call in (*body.own.calls, *body.inner.calls):
            if self._callee_asserts(call, callees.get(call), module):
                return True
        return False

    def _callee_asserts(self, call: ast.Call, callee: Value | None, module: Module) -> bool:
        if callee is None:
            return self._may_assert(call, module)
        return any(self._value_asserts(value) for value in members_of(callee))

    def _value_asserts(self, value: Value) -> bool:
        if isinstance(value, FunctionValue):
            return any(self._is_theirs(f.module) and self._method_asserts(f) for f in value.functions)
        if isinstance(value, ClassValue):
            return self._is_theirs(value.cls.module) and self.class_asserts(value.cls)
        if isinstance(value, Instance):
            member = self.world.classes.member(value.cls, "__call__", on_class=True)
            return member is not None and any(self._is_theirs(f.module) and self.asserts(f) for f in member.functions())
        return False

    def _method_asserts(self, function: Function) -> bool:
        """Whether a function asserts; a method may lay up what its object asserts later."""
        owner = function.owner
        if self.asserts(function):
            return True
        # Of a class of tests, what its other methods assert is not asserted here.
        return owner is not None and not _has_tests(owner) and self.class_asserts(owner)

    def _may_assert(self, call: ast.Call, module: Module) -> bool:
        """Whether a call of something that is not known may assert: it is called as what does."""
        name = last_name(call.func).lower()
        if not name.startswith(_VERBS):
            return False
        root = root_name(call.func)
        for binding in module.table.get(root, ()):
            if binding.module and binding.module != "?":
                found = self.world.library.module(binding.module, module.roots)
                if found is not None and not self._is_theirs(found):
                    # A library's function or class: those of them that fail tests are called assert…, expect… or verify….
                    return name.startswith(("expect", "verify", "should"))
        return True

    def _is_theirs(self, module: Module) -> bool:
        """Whether a module belongs to the tests, or is what the project gives to those who write tests."""
        return module.by_test or (
            module.own
            and not {"testing", "test", "tests", "testutils", "test_utils"}.isdisjoint(module.name.split("."))
        )

    # -- names -------------------------------------------------------------------------------------------------------------

    def _named(self, module: Module, node: ast.Name | ast.Attribute) -> bool:
        key = ("asserts", node.id if isinstance(node, ast.Name) else ast.unparse(node))
        return self.world.answers.once(module.memo, key, False, lambda: self._resolved(module, node))

    def _resolved(self, module: Module, node: ast.Name | ast.Attribute) -> bool:
        symbol = self.world.library.resolve(module, node)
        if isinstance(symbol, Function):
            return self._is_theirs(symbol.module) and self.asserts(symbol)
        if isinstance(symbol, Class):
            return self._is_theirs(symbol.module) and self.class_asserts(symbol)
        if isinstance(symbol, Variable):
            return self._is_theirs(symbol.module) and self._variable_asserts(symbol.module, symbol.binding)
        if symbol is None and isinstance(node, ast.Name):
            return any(self._binding_asserts(module, binding) for binding in module.table.get(node.id, ()))
        return False

    def _binding_asserts(self, module: Module, binding: Binding) -> bool:
        """One of several that a name may stand for."""
        if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._is_theirs(module) and self.asserts(module.function_at(binding.node))
        if isinstance(binding.node, ast.ClassDef):
            return self._is_theirs(module) and self.class_asserts(module.class_at(binding.node))
        return False

    def _variable_asserts(self, module: Module, binding: Binding) -> bool:
        """``check = partial(_check, 3)``, ``expectation = pytest.raises(…)``."""
        if binding.value is None:
            return False
        body = Body([ast.copy_location(ast.Expr(binding.value), binding.value)])
        if own_checks(body, {}) or inner_checks(body, {}):
            return True
        return any(self._named(module, node) for node in body.own.names if node.id in module.table)

    def _own_member(self, cls: Class, name: str) -> bool:
        member = self.world.classes.member(cls, name)
        if member is None:
            # What a base that is not known gives to the test may assert, if it is called so.
            return bool(self.world.classes.open(cls)) and name.lower().startswith(_VERBS)
        found = [*member.functions()]
        if found:
            return any(self._is_theirs(function.module) and self.asserts(function) for function in found)
        if member.value is not None and self._is_theirs(member.owner.module):
            body = Body([ast.copy_location(ast.Expr(member.value), member.value)])
            return any(self._named(member.owner.module, node) for node in body.own.names)
        return False

    # -- what stands around a test -------------------------------------------------------------------------------------------

    def frame_asserts(self, module: Module, cls: Class | None) -> bool:
        """Whether the set-up or tear-down around a test asserts."""
        if cls is not None and any(self._own_member(cls, name) for name in _FRAME if self._is_written(cls, name)):
            return True
        return any(name in module.table and self._named(module, ast.Name(name, ast.Load())) for name in MODULE_FRAME)

    def _is_written(self, cls: Class, name: str) -> bool:
        member = self.world.classes.member(cls, name)
        return member is not None and self._is_theirs(member.owner.module)

    def fixtures_assert(self, names: Iterable[str], module: Module, cls: Class | None) -> bool:
        """Whether one of the fixtures, or one that they ask for, asserts."""
        return any(
            self._fixture_asserts(fixture, module, cls) for fixture in self._fixtures(names, module, cls)
        ) or any(name in _CHECKING_FIXTURES or name.startswith(("snapshot", "assert")) for name in names)

    def _fixtures(self, names: Iterable[str], module: Module, cls: Class | None) -> Iterator[Fixture]:
        for name in names:
            found = self.world.fixtures.find(name, module, cls)
            if found is not None:
                yield found

    def _fixture_asserts(self, fixture: Fixture, module: Module, cls: Class | None) -> bool:
        memo = fixture.function.memo
        return self.world.answers.once(
            memo, "fixture asserts", False, lambda: self._fixture_does_assert(fixture, module, cls)
        )

    def _fixture_does_assert(self, fixture: Fixture, module: Module, cls: Class | None) -> bool:
        function = fixture.function
        if self._is_theirs(function.module) and self.asserts(function):
            return True
        arguments = function.node.args
        names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        others = [name for name in names if name not in (fixture.name, "self", "cls", "request")]
        return self.fixtures_assert(others, module, cls)

    def autouse(self, module: Module, cls: Class | None) -> bool:
        """Whether a fixture of the file or class that its tests have without asking asserts about what they did: behind its
        ``yield``. One of a conftest looks after the whole suite, and knows nothing of the test.
        """
        found = self._judges_afterwards(module)
        if cls is not None and not found:
            found = any(
                self._after(fixture.function)
                for fixture in self.world.fixtures.of_class(cls).values()
                if is_autouse(self.world.functions.info(fixture.function).fixture)
            )
        return found

    def _judges_afterwards(self, source: Module) -> bool:
        key = "<autouse asserts>"
        if key not in source.memo:
            source.memo[key] = any(
                self._after(fixture.function)
                for fixture in self.world.fixtures.of_module(source).values()
                if is_autouse(self.world.functions.info(fixture.function).fixture)
            )
        return bool(source.memo[key])

    def _after(self, function: Function) -> bool:
        if not self._is_theirs(function.module):
            return False
        rest = _behind_yield(function.node.body)
        if not rest:
            return False
        body = Body(rest)
        return bool(own_checks(body, {})) or self.names_what_asserts(function, body, {})


def _has_tests(cls: Class) -> bool:
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
        for node in cls.node.body
    )


def is_autouse(decorator: ast.expr | None) -> bool:
    """Whether a fixture's decorator says that every test has it without asking."""
    return isinstance(decorator, ast.Call) and any(keyword.arg == "autouse" for keyword in decorator.keywords)


def _behind_yield(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that run when the fixture is torn down."""
    for index, statement in enumerate(statements):
        if any(isinstance(node, ast.Yield) for node in walk(statement)):
            inside: list[ast.stmt] = []
            if isinstance(statement, (ast.With, ast.AsyncWith)):
                inside = [statement, *_behind_yield(statement.body)]
                inside = inside[1:]
            elif isinstance(statement, (ast.Try, ast.TryStar)):
                inside = [*_behind_yield(statement.body), *statement.orelse, *statement.finalbody]
            return [*inside, *statements[index + 1 :]]
    return []
