"""What tests and fixtures ask for: fixtures and parametrized values, judged and evaluated."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.contracts.symbols import Class, Function, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.collection import Collected
from llmlint.semantics.fixtures import Fixture
from llmlint.semantics.injecting import hands_more
from llmlint.semantics.marks import Mark
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import (
    FixtureRequest,
    Outcome,
    ParametrizeProblem,
)
from llmlint.semantics.scope import Scope
from llmlint.semantics.special_values import MOCKER_FIXTURES, Request
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Unknown,
    Value,
    members_of,
    same,
    union,
)

_KEPT: Final = 8
"""So many values are kept of one fixture, for what it may be given."""


class FixtureRequests(Collected):
    """Gives parameters their values."""

    def _given(self, function: Function, cls: Class | None, is_test: bool) -> dict[str, Value]:
        """What the parameters of a test or fixture are given: parametrized values and fixtures."""
        if cls is not None and is_test and self.world.classes.derives(cls, "unittest.case.TestCase"):
            return {}
        arguments = function.node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        if cls is not None and self.world.functions.info(function).kind != "static":
            parameters = parameters[1:]
        if is_test:
            by_keyword = self._named_injections(function, cls)
            parameters = [
                argument for argument in parameters[self._injections(function, cls) :] if argument.arg not in by_keyword
            ]
        defaults = len(arguments.defaults)
        all_positional = [*arguments.posonlyargs, *arguments.args]
        defaulted = (
            {argument.arg for argument in all_positional[len(all_positional) - defaults :]} if defaults else set()
        )
        required = [argument for argument in parameters if argument.arg not in defaulted]
        required += [a for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None]
        given: dict[str, Value] = {}
        opaque = bool(self.world.functions.info(function).opaque) or self._parametrized_by_helper(function)
        names = {argument.arg for argument in (*parameters, *arguments.kwonlyargs)}
        if is_test:
            self._use_fixtures(function, cls)
            certain = self._judge_parametrize(function, cls, given, names, opaque)
            opaque = opaque or not certain
        injected = bool(self.world.functions.info(function).opaque) and hands_more(self.world, self.module, function)
        for argument in required:
            name = argument.arg
            if injected and argument in parameters:
                given[name] = self.evaluator.annotated(argument.annotation, cls) if argument.annotation else UNKNOWN
                continue  # what stands in the name's place is the decorator's, whatever fixture is called so
            if name in given:
                if given[name] is UNKNOWN or type(given[name]) is Unknown:
                    annotated = self.evaluator.annotated(argument.annotation, cls)
                    given[name] = annotated if argument.annotation is not None else given[name]
                continue
            given[name] = self._request(argument, name, function, cls, opaque)
            if name == "request" and not is_test:
                given[name] = self._request_object(self._params(function))
            self.requested.setdefault(function, {})[name] = given[name]
            if type(given[name]) is Unknown and argument.annotation is not None:
                if not self._said_otherwise(name, argument.annotation, function, cls):
                    given[name] = self.evaluator.annotated(argument.annotation, cls)
        return given

    def _said_otherwise(self, name: str, annotation: ast.expr, function: Function, cls: Class | None) -> bool:
        """Whether a fixture that gives nobody knows what says itself that it is something else than its user's annotation does.

        Nothing holds the annotation of a parameter against the fixture: ``caplog: logging.LoggerAdapter`` runs and passes.
        """
        fixtures = self.world.fixtures
        found = fixtures.find(name, self.module, cls, function if function.name == name else None)
        if found is None:
            return fixtures.provided_by_pytest(name)
        returns = found.function.node.returns
        return returns is not None and _words(annotation).isdisjoint(_words(returns))

    def _is_used(self, function: Function) -> bool:
        """Whether the module itself, or a source of the project, uses a function that is called like a test: a helper, of tests that
        pytest does not run."""
        tree = self.module.tree
        if tree is None or function.owner is not None or self.world.functions.info(function).fixture is not None:
            return False
        if self.world.project_text.used_by_sources(self.module, function.name):
            return True
        if self.module.text.count(function.name) < 2:
            return False
        return any(isinstance(node, ast.Name) and node.id == function.name for node in walk(tree))

    def _parametrized_by_helper(self, function: Function) -> bool:
        """Whether a decorator is a function that itself parametrizes what it is given."""
        for decorator in function.node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            found = self.world.library.resolve(self.module, called)
            if isinstance(found, Function) and "parametrize" in found.module.text_of(found.node):
                return True
        return False

    def _judge_parametrize(
        self, function: Function, cls: Class | None, given: dict[str, Value], names: set[str], opaque: bool
    ) -> bool:
        certain = True
        for parametrization, own in self._parametrizations(function, cls):
            if not parametrization.known:
                certain = False
                continue
            if own:
                for problem in parametrization.row_problems(function.name):
                    self.evaluator.emit(problem)
            values = parametrization.values()
            for name, value in values.items():
                if name in names:
                    if name not in parametrization.indirect:
                        given[name] = value
                elif own and not opaque and not self._may_be_fixture(name, cls):
                    node = parametrization.mark.node
                    if node is None:
                        continue
                    at = node.args[0] if node.args else node
                    self.evaluator.emit(
                        ParametrizeProblem(at, "unknown-argument", name, function.name, names=tuple(sorted(names)))
                    )
        return certain

    def _use_fixtures(self, function: Function, cls: Class | None) -> None:
        """The fixtures that ``usefixtures`` marks of the test and of its class name."""
        for node in (function.node, cls.node if cls is not None else None):
            for value in self.decorations.get(node, ()) if node is not None else ():
                if isinstance(value, Mark) and value.name == "usefixtures" and not value.arguments.starred:
                    for item, name in zip(value.arguments.nodes, value.arguments.positional, strict=False):
                        if isinstance(name, Instance) and isinstance(name.literal, str):
                            self._request(item, name.literal, function, cls, False)

    def _may_be_fixture(self, name: str, cls: Class | None) -> bool:
        fixtures = self.world.fixtures
        named = any("usefixtures" in source.text for source in (self.module, *self.chain))
        return (
            (fixtures.find(name, self.module, cls) is not None and named)
            or name == "request"
            or fixtures.asked_by_fixture(name, self.module, cls)
            or not fixtures.certain(self.module)
            or fixtures.mentioned(name, self.module)
        )

    def _request(
        self, node: ast.arg | ast.expr, name: str, function: Function, cls: Class | None, opaque: bool
    ) -> Value:
        """A fixture that a test or fixture asks for: recorded, and its value."""
        fixtures = self.world.fixtures
        above = function if self.world.functions.info(function).fixture is not None and function.name == name else None
        if not self.sink.judging:
            return self.fixture_value(name, cls, above)
        found = fixtures.find(name, self.module, cls, above)
        evaluator = self.evaluator
        if found is not None or fixtures.provided_by_pytest(name) or self._made_by_mocker(name):
            evaluator.count("fixture", node, True)
            outcome = Outcome.FOUND
        else:
            outcome = Outcome.UNKNOWN
            written = self.world.project_text
            fed = self.world.functions.info(function).fixture is not None and (
                written.parametrized(name)
                or written.parametrized(function.name)
                or written.provided_below(self.module, name)
            )
            if (
                not opaque
                and not fed
                and not self._is_used(function)
                and fixtures.certain(self.module)
                and not fixtures.mentioned(name, self.module)
                and not self._plugin_is_missing()
            ):
                if (cls is None or not self._class_is_mixin(cls)) and not self.world.may_be_of_plugin(name):
                    outcome = Outcome.MISSING
            evaluator.count("fixture", node, outcome is Outcome.MISSING, "no fixture of that name is found")
        module = self.module

        def names() -> list[str]:
            return fixtures.names(module, cls)

        known = not self.world.fixture_may_be_elsewhere(name) and not fixtures.cannot_run_here(module)
        if outcome is Outcome.MISSING:
            evaluator.emit(FixtureRequest(node, name, outcome, function.name, names, known))
        return self.fixture_value(name, cls, above)

    def _plugin_is_missing(self) -> bool:
        """Whether the module asks for a package (``importorskip``) that is not installed here, and may bring a plugin with it."""
        library = self.world.library
        return any(library.module(top, self.module.roots) is None for top in self.evaluator.optional_imports)

    def _class_is_mixin(self, cls: Class) -> bool:
        return not self.collects(cls) or self.world.project_text.subclass_exists(cls)

    def _made_by_mocker(self, name: str) -> bool:
        if name not in MOCKER_FIXTURES:
            return False
        return self.world.library.module("pytest_mock") is not None or self.world.fixture_may_be_elsewhere(name)

    def fixture_value(self, name: str, cls: Class | None, above: Function | None = None) -> Value:
        """What asking for the fixture ``name`` gives."""
        world = self.world
        if name in MOCKER_FIXTURES:
            fixture_class = world.classes.named("pytest_mock.plugin", "MockerFixture")
            return Special("mocker", Instance(fixture_class) if fixture_class is not None else UNKNOWN)
        if name == "monkeypatch":
            patch_class = world.classes.named("_pytest.monkeypatch", "MonkeyPatch")
            return Special("monkeypatch", Instance(patch_class) if patch_class is not None else UNKNOWN)
        if name == "request":
            return self._request_object(UNKNOWN)
        found = world.fixtures.find(name, self.module, cls, above)
        if found is None:
            return UNKNOWN
        value = self._fixture_values.get(found.function)
        if value is None:
            self._fixture_values[found.function] = UNKNOWN
            value = self._fixture_values[found.function] = self._fixture(found, cls)
        return value.fork() if isinstance(value, Mock) else value

    def _request_object(self, param: Value) -> Value:
        request_class = self.world.classes.named("_pytest.fixtures", "FixtureRequest")
        return Request(param, Instance(request_class) if request_class is not None else UNKNOWN)

    def _fixture(self, fixture: Fixture, cls: Class | None) -> Value:
        function = fixture.function
        if function.module is self.module:
            scope = self._evaluate(function, fixture.cls)
        else:
            given: dict[str, Value] = {}
            arguments = function.node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                name = argument.arg
                if name in ("self", "cls") and fixture.cls is not None:
                    continue
                if name == "request":
                    given[name] = self._request_object(self._params(function))
                    continue
                value = self.fixture_value(name, cls, function if name == fixture.name else None)
                if not isinstance(value, Unknown):
                    given[name] = value
            return self._of_elsewhere(fixture, given)
        return self._provided(fixture, scope)

    def _take_doubles(self, module: Module) -> None:
        """What the fixtures of another module put in the place of attributes."""
        for name, puts in self.world.inference.quiet(module).doubled.items():
            self.evaluator.doubled.setdefault(name, {}).update(puts)

    def _of_elsewhere(self, fixture: Fixture, given: dict[str, Value]) -> Value:
        """What a fixture of another module provides. Many files ask for the same: what holds no mock is kept for them all."""
        kept = self.world.fixtures.kept.setdefault(fixture.function, [])
        for asked, value, replaced in kept:
            if asked.keys() == given.keys() and all(_as_before(asked[name], value) for name, value in given.items()):
                self.evaluator.shared_replaced |= replaced
                self._take_doubles(fixture.function.module)
                return value
        scope = self.world.inference.quiet(fixture.function.module).run(fixture.function, None, given, None)
        self.evaluator.shared_replaced |= scope.replaced
        self._take_doubles(fixture.function.module)
        value = self._provided(fixture, scope)
        if len(kept) < _KEPT and not any(map(_is_mutable, (value, *given.values()))):
            kept.append((given, value, frozenset(scope.replaced)))
        return value

    def _params(self, function: Function) -> Value:
        """``request.param``: one of the ``params`` of a fixture, unless a test may give it something else (``indirect``)."""
        decorator = self.world.functions.info(function).fixture
        if isinstance(decorator, ast.Call) and not self.world.project_text.parametrized(function.name):
            for keyword in decorator.keywords:
                if keyword.arg == "params":
                    values = self.world.inference.module_value(function.module, keyword.value)
                    return self.world.calls.element(values)
        return UNKNOWN

    def _provided(self, fixture: Fixture, scope: Scope | None) -> Value:
        world = self.world
        function = fixture.function
        if scope is None:
            return UNKNOWN
        values = scope.yields if world.inference.is_generator(function) else scope.returns
        value = union(values) if values else world.none
        if isinstance(value, Mock) and function.node.returns is not None:
            annotated = world.annotations.value(function.node.returns, function.module, function.owner)
            if world.inference.is_generator(function):
                annotated = (
                    world.calls.async_element(annotated) if function.is_async else world.calls.element(annotated)
                )
            self.evaluator.mocks.hand(value, annotated, "annotation")
        if function.node.returns is not None:
            unknown = any(isinstance(member, Unknown) for member in members_of(value))
            if unknown:
                annotated = world.annotations.value(function.node.returns, function.module, function.owner)
                if world.inference.is_generator(function):
                    annotated = (
                        world.calls.async_element(annotated) if function.is_async else world.calls.element(annotated)
                    )
                if not isinstance(annotated, Unknown):
                    return annotated
        return value


def _words(annotation: ast.expr) -> frozenset[str]:
    """The last parts of the names in an annotation, those of typing's aliases aside."""
    text = ast.unparse(annotation)
    return frozenset(re.findall(r"(\w+)\b(?!\.)", text)) - {
        "None",
        "Generator",
        "Iterator",
        "AsyncGenerator",
        "AsyncIterator",
        "Any",
    }


def _as_before(asked: Value, given: Value) -> bool:
    if isinstance(asked, Request) and isinstance(given, Request):
        return same(asked.param, given.param)
    return asked is given or same(asked, given)


def _is_mutable(value: Value) -> bool:
    """Whether a value is, holds or closes over a mock, which each test changes for itself."""
    for member in members_of(value):
        if isinstance(member, Instance):
            parts = (*member.args, *(member.items or ()), *(member.keys or {}).values())
            if any(map(_is_mutable, parts)):
                return True
        elif isinstance(member, Request):
            if _is_mutable(member.param):
                return True
        elif isinstance(member, FunctionValue):
            if member.scope is not None or (member.receiver is not None and _is_mutable(member.receiver)):
                return True
        elif not isinstance(member, (Unknown, ClassValue, ModuleValue)) and not (
            isinstance(member, Special) and not _is_mutable(member.value)
        ):
            return True
    return False
