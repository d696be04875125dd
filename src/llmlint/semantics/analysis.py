"""The meaning of one file: its tests, fixtures, mocks and patches, evaluated, as nouns for the rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, Function
from llmlint.contracts.walking import walk
from llmlint.model.result import Shadow
from llmlint.project.project import Project
from llmlint.project.source import SourceFile
from llmlint.semantics.doubles.judging import judge_doubles
from llmlint.semantics.fixture_requests import FixtureRequests
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import (
    ContractProblem,
    Noun,
    Statistics,
    Unresolved,
)
from llmlint.semantics.patches import Patcher
from llmlint.semantics.proof.tests import Test, TestModule
from llmlint.semantics.scope import Scope
from llmlint.semantics.sink import Sink
from llmlint.semantics.special_values import MOCKER_FIXTURES
from llmlint.semantics.values import ClassValue, Instance, Value, members_of
from llmlint.semantics.world import World


@dataclass(slots=True)
class Analysis:
    """What one file means."""

    nouns: list[Noun | Test | TestModule] = field(default_factory=list)
    """In source order; at the end the tests as a whole."""
    repeated: bool = False
    """Whether some call gives a keyword twice, which only Python's compiler refuses."""
    statistics: Statistics = field(default_factory=Statistics)
    unresolved: list[Unresolved] = field(default_factory=list)
    uses: list[tuple[int, int, str, bool, str]] = field(default_factory=list)
    """(row from 1, column from 0 in code points, kind, resolved, reason), if they were asked for."""
    shadow: Shadow = field(default_factory=Shadow)
    """What a type checker has to be told, if somebody is to tell it."""


_SETUP: Final = frozenset(
    {
        "setUp", "setUpClass", "asyncSetUp", "setUpTestData", "setup", "setup_method", "setup_class", "setup_module",
        "setup_function", "setUpModule", "tearDown", "tearDownClass", "asyncTearDown", "teardown_method", "teardown_class",
        "teardown", "teardown_module", "teardown_function", "__init__", "before_each", "after_each",
    }
)  # fmt: skip


class FileAnalysis(FixtureRequests):
    """Evaluates one file; the evaluator asks it about fixtures and tells it of definitions."""

    shadowed = False
    """Whether a shadow of the file is asked for."""

    def run(self) -> Analysis:
        """Evaluate the file and judge it."""
        tests = self.evaluate()
        self.evaluator.mocks.judge()
        judge_doubles(self, tests)
        self._judge_fakes()
        return self._result()

    def evaluate(self) -> list[tuple[Function, Class | None]]:
        """Evaluate the module's own statements, then fixtures and set-up, then tests, then everything else; gives the tests."""
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
        evaluator.mocks.settle()
        return tests

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
        tests = TestModule(self)
        shadow = self._shadow() if self.shadowed else Shadow()
        return Analysis(
            [*_unique(nouns), tests, *tests.tests], sink.repeated, statistics, sink.unresolved, uses, shadow
        )

    def _shadow(self) -> Shadow:
        from llmlint.semantics.shadows import Shadows

        return Shadows(self).shadow(self.requested)

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
        outer = evaluator.testing
        try:
            evaluator.parameters(function, scope, receiver, given)
            self._apply_patches(function, cls, scope)
            evaluator.testing = function if is_test else None
            evaluator.body(function.node.body, scope, expected)
        finally:
            evaluator.testing = outer
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
        if injected and not self.is_test(function, cls):
            names = self._left_to_patches(function, names, len(injected))
        for name, value in zip(names, injected, strict=False):
            mock = value.fork() if isinstance(value, Mock) else value
            scope.bind(name, mock)
            if isinstance(mock, Mock):
                self.injected.setdefault(function, {})[name] = mock

    def _left_to_patches(self, function: Function, names: list[str], count: int) -> list[str]:
        """The parameters of a helper that its patches fill: those behind what its callers give by position; none where they differ."""
        calls = [
            node
            for node in (walk(self.source.tree) if self.module.text.count(f"{function.name}(") > 1 else ())
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == function.name
        ]
        if any(isinstance(argument, ast.Starred) for call in calls for argument in call.args):
            return []
        given = {len(call.args) for call in calls}
        if not given:
            required = len(names) - len(function.node.args.defaults)
            given = {0 if function.name in _SETUP else max(required - count, 0)}
        first = given.pop()
        return names[first : first + count] if not given else []

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import statement, wherever it stands."""
        if not self.evaluator.judging:
            return
        guarded = bool(self.guarded or self.evaluator.muted)
        for use in self.imports.uses(node, guarded):
            self.evaluator.emit(use)

    def is_fixture(self, name: str, cls: Class | None) -> bool:
        """Whether ``name`` is a fixture in scope."""
        return self.world.fixtures.find(name, self.module, cls) is not None or name in MOCKER_FIXTURES

    def may_be_undefined(self, name: str) -> bool:
        """Whether a name that no scope binds is undefined for certain."""
        text = self.module.text
        if name == "tags" and self.source.path.endswith("conf.py"):
            return False  # Sphinx runs its settings with that name
        if any(word in text for word in ("exec(", "globals()", "__builtins__", "builtins.", "import builtins")):
            return False
        if any("builtins" in conftest.text for conftest in self.chain):
            return False
        if any(star == "?" or self.world.library.module(star, self.module.roots) is None for star in self.module.stars):
            return False
        return not any(name in _bound_by_expressions(statement) for statement in self.source.tree.body)

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


@per_node
def _bound_by_expressions(statement: ast.stmt) -> frozenset[str]:
    """The names that ``:=`` and lists of type parameters bind below a statement."""
    names: set[str] = set()
    parts: list[ast.AST] = [statement]
    if isinstance(statement, ast.ClassDef):
        names.update(getattr(one, "name", "") for one in getattr(statement, "type_params", ()))
        names.update(*map(_bound_by_expressions, statement.body))
        parts = [*statement.decorator_list, *statement.bases, *statement.keywords]
    for node in (node for part in parts for node in walk(part)):
        if isinstance(node, ast.NamedExpr):
            names.add(node.target.id)
        names.update(getattr(one, "name", "") for one in getattr(node, "type_params", ()))
    return frozenset(names)


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


class Analyzer:
    """Analyzes the files of one project; what they share is read once."""

    def __init__(self, project: Project, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Nothing is read yet.

        Args:
            project: Whose files are understood.
            texts: What stands for files (absolute paths): the buffers of an editor.
        """
        self.project = project
        self.world = World(project, texts)

    def analyze(
        self, source: SourceFile, *, facts: tuple[type, ...] = (object,), record: bool = False, shadowed: bool = False
    ) -> Analysis:
        """The nouns of one parsed file.

        Args:
            source: The file.
            facts: The kinds of nouns that somebody asks for; others may be left out, where they cost something of their own.
            record: Whether to list every use, and those that could not be judged.
            shadowed: Whether to tell what a type checker has to know.
        """
        if source.role == "contract":
            return Analysis()
        analysis = FileAnalysis(self.world, source, Sink(record, facts))
        analysis.shadowed = shadowed
        return analysis.run()

    def is_own(self, symbol: str | None) -> bool:
        """Whether a dotted name begins with one of the project's own packages."""
        return symbol is not None and symbol.partition(".")[0] in self.world.project.own_packages

    def is_data(self, path: str) -> bool:
        """Whether a file among the tests is none that they import: they hand it to a program that reads or runs it."""
        return self.world.library.finder.is_test_path(path) and not self.world.project_text.imported_by_name(path)

    @property
    def files_read(self) -> tuple[str, ...]:
        """Every file that was read so far besides those that were analyzed, so that a cache knows what results rest on."""
        return self.world.files_read

    def contract_problems(self, *, prose: bool = True) -> Iterator[tuple[str, ContractProblem]]:
        """(path, problem) of every configured contract, in the order of their paths."""
        from llmlint.semantics.contract_audit import ContractAudit

        yield from ContractAudit(self.world, prose=prose).problems()

    def problems_of(self, path: str, *, prose: bool = True) -> Iterator[ContractProblem]:
        """The problems of the contract at ``path`` (absolute)."""
        from llmlint.semantics.contract_audit import ContractAudit

        yield from ContractAudit(self.world, prose=prose).of_contract(path)
