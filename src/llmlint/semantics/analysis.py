"""The meaning of one file: its tests, fixtures, mocks and patches, evaluated, as nouns for the rules."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from llmlint.contracts.symbols import Class, Function, FunctionNode, Module
from llmlint.project.path_change import roots_added_in
from llmlint.project.project import Project
from llmlint.project.source import SourceFile
from llmlint.semantics.contract_audit import ContractAudit
from llmlint.semantics.fakes import Fakes
from llmlint.semantics.fixtures import Fixture
from llmlint.semantics.imports import Imports
from llmlint.semantics.interpreter import Evaluator
from llmlint.semantics.marks import Mark, Parametrization, marks_in
from llmlint.semantics.mocks import Mock
from llmlint.semantics.nouns import (
    ContractProblem,
    FixtureRequest,
    Noun,
    Outcome,
    ParametrizeProblem,
    Statistics,
    Unresolved,
)
from llmlint.semantics.patches import Patcher
from llmlint.semantics.scope import Scope
from llmlint.semantics.sink import Sink
from llmlint.semantics.specials import MOCKER_FIXTURES, Request
from llmlint.semantics.values import UNKNOWN, ClassValue, Instance, Special, Unknown, Value, members_of
from llmlint.semantics.world import World

_SWITCH: Final = re.compile(r"([\w.]+)\.__test__ = False")
_SETUP: Final = frozenset(
    {
        "setUp", "setUpClass", "asyncSetUp", "setUpTestData", "setup", "setup_method", "setup_class", "setup_module",
        "setup_function", "setUpModule", "tearDown", "tearDownClass", "asyncTearDown", "teardown_method", "teardown_class",
        "teardown", "teardown_module", "teardown_function", "__init__", "before_each", "after_each",
    }
)  # fmt: skip


@dataclass(slots=True)
class Analysis:
    """What one file means."""

    nouns: list[Noun] = field(default_factory=list)
    """In source order."""
    repeated: bool = False
    """Whether some call gives a keyword twice, which only Python's compiler refuses."""
    statistics: Statistics = field(default_factory=Statistics)
    unresolved: list[Unresolved] = field(default_factory=list)
    uses: list[tuple[int, int, str, bool, str]] = field(default_factory=list)
    """(row from 1, column from 0 in code points, kind, resolved, reason), if they were asked for."""


class Analyzer:
    """Analyzes the files of one project; what they share is read once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.world = World(project)

    def analyze(self, source: SourceFile, *, record: bool = False) -> Analysis:
        """The nouns of one parsed file. With ``record`` every use is listed, and those that could not be judged."""
        if source.role == "contract":
            return Analysis()
        return FileAnalysis(self.world, source, record).run()

    @property
    def files_read(self) -> tuple[str, ...]:
        """Every file that was read so far besides those that were analyzed, so that a cache knows what results rest on."""
        return self.world.files_read

    def contract_problems(self) -> Iterator[tuple[str, ContractProblem]]:
        """(path, problem) of every configured contract, in the order of their paths."""
        yield from ContractAudit(self.world).problems()


class FileAnalysis:
    """Evaluates one file; the evaluator asks it about fixtures and tells it of definitions."""

    def __init__(self, world: World, source: SourceFile, record: bool) -> None:
        self.world = world
        self.source = source
        self.sink = Sink(record)
        module = world.library.adopt(source.path, source.text, source.tree)
        if "sys.path" in source.text or "addsitedir" in source.text:
            added = roots_added_in(source.tree, source.path, world.project.base or world.project.root)
            module.roots = tuple(dict.fromkeys((*module.roots, *added)))
        self.module = module
        self.evaluator = Evaluator(world, module, self.sink)
        self.evaluator.hooks = self
        self.chain = tuple(conftest for conftest in world.fixtures.chain(module) if conftest.path != module.path)
        for conftest in self.chain:
            if conftest.roots:
                module.roots = tuple(dict.fromkeys((*module.roots, *conftest.roots)))
        self.imports = Imports(self.evaluator, self.chain)
        self.evaluator.test_modules = [module, *self.chain, *self._helpers()]
        self.guarded = 0
        self.fakes = Fakes(world)
        self.functions: list[tuple[Function, Class | None]] = []
        self.classes: list[Class] = []
        self.scopes: dict[Function, Scope | None] = {}
        """What evaluating each fixture gave; None while it is being evaluated, and for everything else."""
        self.muted: set[Function] = set()
        """Functions that are defined behind a version check."""
        self._switches: frozenset[str] | None = None
        """What the file says ``__test__ = False`` of."""
        self.decorations: dict[ast.AST, list[Value]] = {}
        self._fixture_values: dict[Function, Value] = {}
        self._handed: dict[tuple[Class, Class], None] = {}
        self._collected: dict[Class, bool] = {}

    def _helpers(self) -> Iterator[Module]:
        """The modules of the tests that this one imports."""
        seen: set[str] = set()
        for bindings in self.module.table.values():
            for binding in bindings:
                if binding.module and binding.module != "?" and binding.module not in seen:
                    seen.add(binding.module)
                    found = self.world.library.module(binding.module, self.module.roots)
                    if found is not None and found.by_test and found.tree is not None:
                        yield found

    # -- the run ---------------------------------------------------------------------------------------------------------

    def run(self) -> Analysis:
        """Evaluate the module's own statements, then fixtures and set-up, then tests, then everything else."""
        evaluator = self.evaluator
        evaluator.block(self.source.tree.body)
        evaluator.run_deferred(evaluator.top)
        tests: list[tuple[Function, Class | None]] = []
        others: list[tuple[Function, Class | None]] = []
        for function, cls in self.functions:
            if self.world.functions.info(function).fixture is not None or function.name in _SETUP:
                self._evaluate(function, cls)
            elif self.is_test(function, cls):
                tests.append((function, cls))
            else:
                others.append((function, cls))
        for function, cls in tests:
            self._evaluate(function, cls)
        evaluator.probes = list(dict.fromkeys(evaluator.seen_probes))
        evaluator.deferring = True
        for function, cls in others:
            self._evaluate(function, cls)
        evaluator.deferring = False
        evaluator.probes = []
        evaluator.mocks.conclude()
        evaluator.mocks.report()
        self._judge_fakes()
        return self._result()

    def _result(self) -> Analysis:
        evaluator, sink = self.evaluator, self.sink
        statistics = sink.statistics
        statistics.total["attribute"] = evaluator.attributes_total
        statistics.resolved["attribute"] = evaluator.attributes_resolved
        statistics.total["call"] = evaluator.calls_total
        statistics.resolved["call"] = evaluator.calls_resolved
        nouns = sorted(sink.nouns, key=_position)
        uses = []
        for node, kind, resolved, reason in sink.uses:
            span = self.source.span(node)  # type: ignore[arg-type]
            uses.append((span.row, span.column, kind, resolved, reason))
        self.world.inference.forget(self.module)
        return Analysis(_unique(nouns), sink.repeated, statistics, sink.unresolved, uses)

    # -- definitions -----------------------------------------------------------------------------------------------------

    def defined(self, node: FunctionNode, cls: Class | None, values: list[Value]) -> None:
        """A function of the module, or a method of one of its classes."""
        function = self.module.function_at(node, cls)
        self.functions.append((function, cls))
        if self.evaluator.muted:
            self.muted.add(function)
        self.decorations[node] = values

    def class_body(self, cls: Class, scope: Scope, values: list[Value]) -> None:
        """A class statement: its body is evaluated now, its methods with the other functions."""
        self.classes.append(cls)
        self.decorations[cls.node] = values
        evaluator = self.evaluator
        inner = Scope(self.module, cls.node, scope, cls, is_class=True)
        inner.receiver = ClassValue(cls)
        saved, evaluator.scope = evaluator.scope, inner
        try:
            evaluator.block(cls.node.body)
        finally:
            evaluator.scope = saved
        if cls.scope is not None:
            mine = [(function, owner) for function, owner in self.functions if owner is cls]
            self.functions = [item for item in self.functions if item[1] is not cls]
            for function, _ in mine:
                evaluator.defer(scope, lambda function=function: self._local_method(function, cls))
            for job in inner.deferred:
                scope.deferred.append(job)

    def _local_method(self, function: Function, cls: Class) -> None:
        frame = self.evaluator.run(function, None, {}, cls.scope)
        function.memo["stores"] = frame.stores

    # -- tests -----------------------------------------------------------------------------------------------------------

    def is_test(self, function: Function, cls: Class | None) -> bool:
        """Whether pytest (or unittest) collects the function."""
        if self.source.role != "test":
            return False
        if cls is None:
            return self._matches(function.name, self.world.project.pytest.python_functions) and self._matches_switch(
                function, None
            )
        if not self._collects(cls):
            return False
        if not self._matches_switch(function, cls):
            return False
        if self.world.classes.derives(cls, "unittest.case.TestCase"):
            return function.name.startswith("test")
        return self._matches(function.name, self.world.project.pytest.python_functions)

    def _matches_switch(self, function: Function, cls: Class | None) -> bool:
        """Whether nothing sets ``__test__`` on the function."""
        if self._switches is None:
            self._switches = frozenset(_SWITCH.findall(self.module.text) if "__test__" in self.module.text else ())
        return (f"{cls.name}.{function.name}" if cls is not None else function.name) not in self._switches

    def _collects(self, cls: Class) -> bool:
        found = self._collected.get(cls)
        if found is None and self._switched_off(cls):
            found = self._collected[cls] = False
        if found is None:
            unit = self.world.classes.derives(cls, "unittest.case.TestCase")
            found = unit or (cls.scope is None and self._matches(cls.name, self.world.project.pytest.python_classes))
            self._collected[cls] = found
        return found

    def _switched_off(self, cls: Class) -> bool:
        """Whether pytest passes the class by: ``__test__ = False``, or an ``__init__`` of its own."""
        classes = self.world.classes
        switch = classes.member(cls, "__test__", on_class=True)
        if switch is not None and isinstance(switch.value, ast.Constant) and not switch.value.value:
            return True
        made = classes.member(cls, "__init__", on_class=True)
        return (
            made is not None
            and made.owner.module.kind == "source"
            and not classes.derives(cls, "unittest.case.TestCase")
        )

    @staticmethod
    def _matches(name: str, patterns: tuple[str, ...]) -> bool:
        return any(name.startswith(p) or (any(c in p for c in "*?[") and fnmatch.fnmatch(name, p)) for p in patterns)

    def _evaluate(self, function: Function, cls: Class | None) -> Scope | None:
        if function in self.scopes:
            return self.scopes[function]
        self.scopes[function] = None
        evaluator = self.evaluator
        info = self.world.functions.info(function)
        is_test = self.is_test(function, cls)
        given: dict[str, Value] = {}
        if is_test or info.fixture is not None:
            given = self._given(function, cls, is_test)
        else:
            given = evaluator.given_by_callers(function)
        receiver: Value | None = None
        if cls is not None and info.kind != "static":
            receiver = ClassValue(cls, exact=False) if info.kind == "class" else Instance(cls)
        scope = Scope(self.module, function.node, (cls.scope if cls is not None else None) or evaluator.top, cls)
        scope.function = function
        expected: list[frozenset[str] | None] = []
        saved = evaluator.scope, evaluator.muted, evaluator.guards
        evaluator.scope, evaluator.muted, evaluator.guards = evaluator.top, int(function in self.muted), []
        conditions = self._conditions(function, cls)
        for condition, holds in conditions:
            evaluator.muted += _asks_for_a_version(condition) and evaluator.narrowing.guard(condition)
            evaluator.narrowing.apply(condition, holds)
        self.guarded += bool(conditions)
        probes, seen, replaced = evaluator.probes, evaluator.seen_probes, evaluator.replaced_names
        expected.extend(self._expected(function))
        try:
            evaluator.parameters(function, scope, receiver, given)
            self._apply_patches(function, cls, scope)
            evaluator.body(function.node.body, scope, expected)
        finally:
            self.guarded -= bool(conditions)
            evaluator.scope, evaluator.muted, evaluator.guards = saved
            evaluator.probes, evaluator.replaced_names = probes, replaced
            if evaluator.seen_probes is not seen:
                seen.extend(evaluator.seen_probes)
                evaluator.seen_probes = seen
        if info.fixture is not None:
            self.scopes[function] = scope
        if not is_test:
            evaluator.shared_replaced |= scope.replaced
        if cls is not None:
            function.memo["stores"] = scope.stores
        return scope

    def _conditions(self, function: Function, cls: Class | None) -> list[tuple[ast.expr, bool]]:
        """The conditions that ``skipif`` marks (and unittest's decorators) set, and whether they hold where the test runs."""
        found: list[tuple[ast.expr, bool]] = []
        for node in (function.node, cls.node if cls is not None else None):
            if node is None:
                continue
            for decorator, value in zip(node.decorator_list, self.decorations.get(node, ()), strict=False):
                call = value.node if isinstance(value, Mark) else decorator
                if isinstance(call, ast.Call) and call.args:
                    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                    if name in ("skipif", "skipIf", "skipUnless"):
                        found.append((call.args[0], name == "skipUnless"))
        for binding in self.module.table.get("pytestmark", ()):
            values = binding.value.elts if isinstance(binding.value, (ast.List, ast.Tuple)) else [binding.value]
            found.extend(
                (value.args[0], False)
                for value in values
                if isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "skipif" and value.args
            )
        return found

    def _expected(self, function: Function) -> Iterator[frozenset[str] | None]:
        """What the decorators of a test expect it to raise: ``xfail(raises=E)``, ``expectedFailure``, ``@raises(E)`` of other runners."""
        exceptions = self.evaluator.specials.exceptions
        for node, value in zip(function.node.decorator_list, self.decorations.get(function.node, []), strict=False):
            if isinstance(value, Mark):
                raises = value.arguments.keyword("raises") if value.name == "xfail" else None
                if raises is not None:
                    yield exceptions(raises, node)
                continue
            name = node.func if isinstance(node, ast.Call) else node
            last = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
            if last == "expectedFailure":
                yield None
            elif last == "raises" and isinstance(node, ast.Call):
                for argument in node.args:
                    yield exceptions(self.world.inference.module_value(self.module, argument), argument)

    def _apply_patches(self, function: Function, cls: Class | None, scope: Scope) -> None:
        """``@patch`` hands its mock to the next positional parameter, the lowest decorator first."""
        injected: list[Value] = []
        for node in (function.node, cls.node if cls is not None and function.name.startswith("test") else None):
            for value in reversed(self.decorations.get(node, []) if node is not None else []):
                if isinstance(value, Patcher):
                    if value.injects:
                        injected.append(value.mock)
                    for name, mock in value.named.items():
                        scope.bind(name, mock.fork() if isinstance(mock, Mock) else mock)
        names = [argument.arg for argument in (*function.node.args.posonlyargs, *function.node.args.args)]
        if cls is not None and self.world.functions.info(function).kind != "static":
            names = names[1:]
        if not self.is_test(function, cls) and len(names) > len(injected):
            names = names[-len(injected) :] if injected else []  # the callers of a helper give the first ones
        for name, value in zip(names, injected, strict=False):
            scope.bind(name, value.fork() if isinstance(value, Mock) else value)

    def _named_injections(self, function: Function, cls: Class | None) -> set[str]:
        """The parameters that ``patch.multiple`` fills."""
        names: set[str] = set()
        for node in (function.node, cls.node if cls is not None and function.name.startswith("test") else None):
            for value in self.decorations.get(node, []) if node is not None else []:
                if isinstance(value, Patcher):
                    names.update(value.named)
        return names

    def _injections(self, function: Function, cls: Class | None) -> int:
        count = 0
        for node in (function.node, cls.node if cls is not None and function.name.startswith("test") else None):
            for value in self.decorations.get(node, []) if node is not None else []:
                count += isinstance(value, Patcher) and value.injects
        return count

    def _parametrizations(self, function: Function, cls: Class | None) -> list[tuple[Parametrization, bool]]:
        """Each ``parametrize`` of the test, and whether it stands on the function itself."""
        marks = [(mark, True) for mark in self.decorations.get(function.node, []) if isinstance(mark, Mark)]
        if cls is not None:
            marks += [(mark, True) for mark in self.decorations.get(cls.node, []) if isinstance(mark, Mark)]
            written = self.world.classes.body(cls).get("pytestmark")
            if written is not None and written.value is not None:
                value = self.world.inference.class_value(cls, written.value)
                marks += [(mark, False) for mark in marks_in(value)]
        if "pytestmark" in self.module.table:
            marks += [(mark, False) for mark in marks_in(self.world.names.value(self.module, "pytestmark"))]
        return [(Parametrization(mark), own) for mark, own in marks if mark.name == "parametrize"]

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
        opaque = bool(self.world.functions.info(function).opaque)
        names = {argument.arg for argument in (*parameters, *arguments.kwonlyargs)}
        if is_test:
            self._use_fixtures(function, cls)
            certain = self._judge_parametrize(function, cls, given, names, opaque)
            opaque = opaque or not certain
        for argument in required:
            name = argument.arg
            if name in given:
                if given[name] is UNKNOWN or type(given[name]) is Unknown:
                    annotated = self.evaluator.annotated(argument.annotation, cls)
                    given[name] = annotated if argument.annotation is not None else given[name]
                continue
            given[name] = self._request(argument, name, function, cls, opaque)
            if type(given[name]) is Unknown and argument.annotation is not None:
                given[name] = self.evaluator.annotated(argument.annotation, cls)
        return given

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

    # -- fixtures --------------------------------------------------------------------------------------------------------

    def _request(
        self, node: ast.arg | ast.expr, name: str, function: Function, cls: Class | None, opaque: bool
    ) -> Value:
        """A fixture that a test or fixture asks for: recorded, and its value."""
        fixtures = self.world.fixtures
        above = function if self.world.functions.info(function).fixture is not None and function.name == name else None
        found = fixtures.find(name, self.module, cls, above)
        evaluator = self.evaluator
        if found is not None or name == "request" or name in MOCKER_FIXTURES and self._has_plugin("pytest_mock"):
            evaluator.count("fixture", node, True)
            outcome = Outcome.FOUND
        else:
            outcome = Outcome.UNKNOWN
            fed = self.world.functions.info(function).fixture is not None and self.world.vetoes.parametrized(name)
            if not opaque and not fed and fixtures.certain(self.module) and not fixtures.mentioned(name, self.module):
                if cls is None or not self._class_is_mixin(cls):
                    outcome = Outcome.MISSING
            evaluator.count("fixture", node, outcome is Outcome.MISSING, "no fixture of that name is found")
        module = self.module

        def names() -> list[str]:
            return fixtures.names(module, cls)

        known = self.world.project.environment.known
        if outcome is Outcome.MISSING:
            evaluator.emit(FixtureRequest(node, name, outcome, function.name, names, known))
        return self.fixture_value(name, cls, above)

    def _class_is_mixin(self, cls: Class) -> bool:
        return not self._collects(cls) or self.world.vetoes.subclass_exists(cls)

    def _has_plugin(self, name: str) -> bool:
        return self.world.library.module(name) is not None or not self.world.project.environment.known

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
        world = self.world
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
                    given[name] = self._request_object(self._params(fixture))
                    continue
                value = self.fixture_value(name, cls, function if name == fixture.name else None)
                if not isinstance(value, Unknown):
                    given[name] = value
            quiet = world.inference.quiet(function.module)
            scope = quiet.run(function, None, given, None)
            self.evaluator.shared_replaced |= scope.replaced
        return self._provided(fixture, scope)

    def _params(self, fixture: Fixture) -> Value:
        """``request.param``: one of the fixture's ``params``."""
        decorator = self.world.functions.info(fixture.function).fixture
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "params":
                    values = self.world.inference.module_value(fixture.function.module, keyword.value)
                    return self.world.calls.element(values)
        return UNKNOWN

    def _provided(self, fixture: Fixture, scope: Scope | None) -> Value:
        world = self.world
        function = fixture.function
        if scope is None:
            return UNKNOWN
        from llmlint.semantics.values import union

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

    # -- what the evaluator asks -----------------------------------------------------------------------------------------

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import statement, wherever it stands."""
        guarded = bool(self.guarded or self.evaluator.muted)
        for use in self.imports.uses(node, guarded):
            self.evaluator.emit(use)

    def is_fixture(self, name: str, cls: Class | None) -> bool:
        """Whether ``name`` is a fixture in scope."""
        return self.world.fixtures.find(name, self.module, cls) is not None or name in MOCKER_FIXTURES

    def may_be_undefined(self, name: str) -> bool:
        """Whether a name that no scope binds is undefined for certain."""
        text = self.module.text
        if any(word in text for word in ("exec(", "globals()", "__builtins__", "builtins.", "import builtins")):
            return False
        if any("builtins" in conftest.text for conftest in self.chain):
            return False
        if any(star == "?" or self.world.library.module(star, self.module.roots) is None for star in self.module.stars):
            return False
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.NamedExpr) and node.target.id == name:
                return False
            if any(getattr(p, "name", "") == name for p in getattr(node, "type_params", ())):
                return False
        return True

    def fake_handed(self, value: Value, expected: Value) -> None:
        """An instance of a class of the tests is handed to a typed parameter."""
        members = [member for member in members_of(expected) if isinstance(member, Instance)]
        if isinstance(value, Instance) and len(members) == 1 and value.cls.module is self.module:
            self._handed[(value.cls, members[0].cls)] = None

    def _judge_fakes(self) -> None:
        for cls in self.classes:
            for fake in self.fakes.by_subclass(cls):
                self.evaluator.emit(fake)
        for cls, contract in self._handed:
            for fake in self.fakes.by_parameter(cls, contract):
                self.evaluator.emit(fake)


def _asks_for_a_version(condition: ast.expr) -> bool:
    """Whether a condition asks for more than the platform, whose names are known for all of them."""
    text = ast.unparse(condition)
    return "version" in text.lower() or "platform" not in text and "os.name" not in text


def _position(noun: Noun) -> tuple[int, int, str]:
    node = getattr(noun, "node", None) or getattr(noun, "at", None)
    if isinstance(node, ast.AST):
        return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), type(noun).__name__
    return 0, 0, type(noun).__name__


def _unique(nouns: list[Noun]) -> list[Noun]:
    """A place that was evaluated twice (a loop, a helper) makes one noun."""
    seen: set[tuple[str, int, str]] = set()
    result: list[Noun] = []
    for noun in nouns:
        node = getattr(noun, "at", None) if hasattr(noun, "at") else getattr(noun, "node", None)
        name = getattr(noun, "name", "") or getattr(noun, "assertion", "") or getattr(noun, "kind", "")
        key = (type(noun).__name__, id(node), str(name))
        if key not in seen:
            seen.add(key)
            result.append(noun)
    return result
