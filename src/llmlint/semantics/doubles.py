"""What the mocks and patches of a test do to it: judged for each test when its file is over."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Class, Function, FunctionNode
from llmlint.contracts.walking import walk
from llmlint.semantics.flow import Flow, chain, is_test_case_assertion, root_name
from llmlint.semantics.mock_assertions import API, ASSERTIONS
from llmlint.semantics.mock_values import Mock
from llmlint.semantics.nouns import (
    InteractionOnly,
    MockEcho,
    MockedSubject,
    MockLoad,
    UnusedMock,
)
from llmlint.semantics.patch_reach import PatchReach
from llmlint.semantics.patches import Replacement
from llmlint.semantics.values import Callable, ClassValue, FunctionValue, Instance, ModuleValue, Value

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis
    from llmlint.semantics.fixtures import Fixture
    from llmlint.semantics.interpreter import Evaluator

_NOT_CALLED: Final = frozenset({"assert_not_called", "assert_not_awaited"})
_CONFIGURES: Final = frozenset({"configure_mock", "reset_mock", "mock_add_spec"})
_SETUP: Final = frozenset({"setUp", "asyncSetUp", "setup_method", "setup"})
_COUNTED: Final = frozenset(
    {"patch", "patch.object", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr", "mocker.patch",
     "mocker.patch.object", "mocker.patch.multiple"}
)  # fmt: skip
_INTERACTS: Final = re.compile(r"\.(?:assert_|called|call_|calls|mock_calls|method_calls|await)")
_SILENCING: Final = re.compile(r"\blocals\(\)|\bglobals\(\)|\bexec\(|\beval\(|\bvars\(\)")


class Doubles:
    """Judges the tests of one file by the mocks and patches that feed them."""

    def __init__(self, analysis: FileAnalysis, tests: list[tuple[Function, Class | None]]) -> None:
        self.analysis = analysis
        self.evaluator = analysis.evaluator
        self.world = analysis.world
        self.mocks = analysis.evaluator.mocks
        self.patches = analysis.evaluator.patches
        self.tests = tests
        self._flows: dict[ast.AST, Flow] = {}
        self._reach = PatchReach(analysis.evaluator, self._flow)
        self._counts: dict[Function, int] = {}
        self._loads: dict[tuple[frozenset[Function], Class | None], list[tuple[Function, int, int, int]]] = {}
        """The tests by the fixtures that feed them mocks: each with what it adds and what these make, near and shared."""
        self._found: dict[tuple[str, Class | None, Function | None], Fixture | None] = {}
        self._echoing = sorted(
            node.lineno for node in (*self.mocks.echoes, *self.evaluator.replaced_reads) if isinstance(node, ast.expr)
        )
        """The rows in which a test reads from a mock, or something that is replaced."""
        self._calls: dict[ast.AST | None, list[ast.Call]] = {}
        for call, inside in self.mocks.made.items():
            self._calls.setdefault(inside, []).append(call)
        self._inside: dict[ast.AST | None, list[Replacement]] = {}
        for replacement in self.patches.replacements.values():
            self._inside.setdefault(replacement.inside, []).append(replacement)

    def judge(self) -> None:
        """Emit what can be said."""
        if not self.mocks.made and not self.patches.replacements and not self.mocks.patched and not self.analysis.chain:
            return
        for function, cls in self.tests:
            replacements = list(self._active(function, cls))
            self._load(function, cls, replacements)
            self._subjects(function, replacements)
            self._echoes(function, replacements)
            self._interactions(function)
            self._reach.judge(function, cls, replacements)
        self._report_loads()
        self._unused_mocks()

    def _flow(self, node: FunctionNode) -> Flow:
        found = self._flows.get(node)
        if found is None:
            found = self._flows[node] = Flow(node)
        return found

    def _active(self, function: Function, cls: Class | None) -> Iterator[Replacement]:
        """The patches of a test: in its body, on it, on its class."""
        yield from self._inside.get(function.node, ())
        decorators = [*function.node.decorator_list, *(cls.node.decorator_list if cls is not None else ())]
        for replacement in self._inside.get(None, ()):
            if any(replacement.node is decorator for decorator in decorators):
                yield replacement

    # -- how many ----------------------------------------------------------------------------------------------------------

    def _load(self, function: Function, cls: Class | None, replacements: list[Replacement]) -> None:
        own = sum(1 for item in replacements if item.form in _COUNTED) + self._built(self.evaluator, function.node)
        made: dict[Function, int] = {}
        for fixture in self._fixtures(function, cls):
            module = fixture.module
            evaluator = self.evaluator if module is self.analysis.module else self.world.inference.quiet(module)
            count = self._made_by(evaluator, fixture)
            if count:
                made[fixture] = count
        set_up = self._set_up(function, cls)
        near = sum(count for fixture, count in made.items() if fixture.module is self.analysis.module) + set_up
        key = (frozenset(made), cls if set_up else None)
        self._loads.setdefault(key, []).append((function, own, near, sum(made.values()) + set_up - near))

    def _report_loads(self) -> None:
        """The load of each test; what the fixtures alone bring is said once, of the first test that asks for them."""
        for loads in self._loads.values():
            for index, (function, own, near, shared) in enumerate(loads):
                if own or (near + shared and index == 0):
                    self.evaluator.emit(MockLoad(function.node, own, near, shared, len(loads) if index == 0 else 0))

    def _made_by(self, evaluator: Evaluator, fixture: Function) -> int:
        """What a fixture patches and builds."""
        count = self._counts.get(fixture)
        if count is None:
            count = self._built(evaluator, fixture.node)
            count += sum(
                1
                for item in evaluator.patches.replacements.values()
                if item.form in _COUNTED and (item.inside is fixture.node or item.node in fixture.node.decorator_list)
            )
            self._counts[fixture] = count
        return count

    def _built(self, evaluator: Evaluator, node: ast.AST) -> int:
        """The mocks that a function builds, those left out that a patch puts in place."""
        mocks = evaluator.mocks
        own = self._calls.get(node, []) if evaluator is self.evaluator else mocks.made
        found = [
            call for call in own if mocks.made[call] is node and call not in mocks.joined and call not in mocks.parts
        ]
        if not found:
            return 0
        patches = [item.node for item in evaluator.patches.replacements.values() if item.inside is node]
        return sum(1 for call in found if not any(_holds(patch, call) for patch in patches))

    def _fixtures(self, function: Function, cls: Class | None) -> Iterator[Function]:
        """The fixtures that a test asks for, those that these ask for included."""
        fixtures = self.world.fixtures
        seen: set[Function] = set()
        pending: list[tuple[Function, Function | None]] = [(function, None)]
        while pending:
            asking, above = pending.pop()
            arguments = asking.node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                same = above if asking.name == argument.arg else None
                key = (argument.arg, cls, same)
                if key in self._found:
                    found = self._found[key]
                else:
                    found = self._found[key] = fixtures.find(argument.arg, self.analysis.module, cls, same)
                if found is not None and found.function not in seen:
                    seen.add(found.function)
                    yield found.function
                    pending.append((found.function, found.function))

    def _set_up(self, function: Function, cls: Class | None) -> int:
        """What the set-up of the test's class makes: its patches, and those mocks that the test mentions."""
        if cls is None:
            return 0
        count = 0
        text = ""
        body = self.world.classes.body(cls)
        for name in _SETUP:
            member = body.get(name)
            for method in member.functions() if member is not None else ():
                count += sum(1 for item in self._inside.get(method.node, ()) if item.form in _COUNTED)
                for statement in walk(method.node):
                    if isinstance(statement, ast.Assign) and statement.value in self.mocks.made:
                        target = chain(statement.targets[0])
                        text = text or self.analysis.module.text_of(function.node)
                        if target is not None and re.search(rf"{re.escape(target)}\b", text):
                            count += (
                                statement.value not in self.mocks.joined and statement.value not in self.mocks.parts
                            )
        return count

    # -- the subject itself ------------------------------------------------------------------------------------------------

    def _subjects(self, function: Function, replacements: list[Replacement]) -> None:
        replaced: list[tuple[ast.expr, ast.AST, str, Value, str | None, Value]] = []
        for item in replacements:
            owner = item.target.owner
            if isinstance(owner, (Instance, ClassValue)) and item.form not in ("mocker.spy", "monkeypatch.delattr"):
                by_object = len(item.node.args) > 1 and item.at is item.node.args[1]
                shown = chain(item.node.args[0]) if by_object else None
                replaced.append((item.at, item.node, item.name, owner, shown, item.value))
        for target, receiver, mock in self.mocks.assigned:
            if isinstance(receiver, (Instance, ClassValue)) and self._within(function.node, target):
                replaced.append((target, target, target.attr, receiver, chain(target.value), mock))
        replaced = [item for item in replaced if isinstance(item[-1], Mock)]
        if not replaced:
            return
        flow = self._flow(function.node)
        behind = list(self._asserted_calls(flow))
        for at, node, name, owner, shown, value in replaced:
            if self._own_method(owner, name) is None:
                continue
            named = shown if isinstance(owner, Instance) else None
            form: bool | None = None
            for call, condition in behind:
                if self._is_subject(call, owner, named, name) and self._holds_there(flow, node, call):
                    if call.func.attr == name:  # type: ignore[attr-defined]
                        form = True
                    elif form is None and self._passes_through(flow, condition, call, value):
                        form = False
            subject = self.world.attributes.owner(owner) if form is not None else None
            if subject is not None:
                self.evaluator.emit(MockedSubject(at, subject, name, form is True))

    def _passes_through(self, flow: Flow, condition: ast.expr, call: ast.Call, value: Value) -> bool:
        """Whether the result itself is asserted to be the very value that the replaced method was told to give."""
        given = value.sources.get("()") if isinstance(value, Mock) else None
        if given is None or not isinstance(condition, ast.Compare):
            return False
        sides = (condition.left, condition.comparators[0])
        if not isinstance(condition.ops[0], (ast.Eq, ast.Is)) or all(flow.origin(side) is not call for side in sides):
            return False
        if isinstance(given, ast.Constant) and not isinstance(given.value, (str, bytes, float)):
            return False  # `True`, `None` and small numbers come from anywhere
        ways = {ast.dump(given), ast.dump(flow.origin(given))}
        return any(ast.dump(side) in ways or ast.dump(flow.origin(side)) in ways for side in sides)

    def _within(self, function: ast.AST, node: ast.expr) -> bool:
        last = getattr(function, "end_lineno", 0) or 0
        return bool(getattr(function, "lineno", 0) <= node.lineno <= last)

    def _holds_there(self, flow: Flow, node: ast.AST, call: ast.Call) -> bool:
        """Whether the replacement is in force where the call stands: behind it, and inside its ``with``."""
        parent = flow.parents.get(node)
        if isinstance(parent, ast.withitem):
            return any(outer is flow.parents[parent] for outer in flow.around(call))
        if flow.parents.get(node) is flow.node and node in flow.node.decorator_list or parent is None:
            return True
        return call.lineno > getattr(node, "lineno", 0)

    def _own_method(self, owner: Value, name: str) -> FunctionValue | None:
        """The method of the project's own class that is replaced."""
        if not isinstance(owner, (Instance, ClassValue)) or not owner.cls.module.own or owner.cls.module.by_test:
            return None
        found = self.world.attributes.get(owner, name).value
        return found if isinstance(found, FunctionValue) and found.function.owner is not None else None

    def _is_subject(self, call: ast.Call, owner: Value, shown: str | None, name: str) -> bool:
        """Whether the call is one of a method of the object (or class) whose method is replaced."""
        function = call.func
        assert isinstance(function, ast.Attribute)
        if shown is not None:
            return chain(function.value) == shown
        receiver = self.evaluator.replaced_reads.get(function)
        if receiver is None:
            callee = self.evaluator.callee(call)
            receiver = callee.receiver if isinstance(callee, FunctionValue) else None
        if not isinstance(receiver, (Instance, ClassValue)) or not isinstance(owner, (Instance, ClassValue)):
            return False
        for base in self.world.classes.mro(receiver.cls):
            if base is owner.cls:
                return True
            if name in self.world.classes.body(base):
                return False  # an override: the replaced one is reached through it, if at all
        return False

    def _asserted_calls(self, flow: Flow) -> Iterator[tuple[ast.Call, ast.expr]]:
        """The calls of methods whose results are asserted, each with the assertion."""
        for condition in flow.asserted():
            sides = [condition.left, *condition.comparators] if isinstance(condition, ast.Compare) else [condition]
            for side in sides:
                node = flow.origin(side)
                while isinstance(node, (ast.Attribute, ast.Subscript)):
                    node = flow.origin(node.value)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node, condition

    # -- echoes ------------------------------------------------------------------------------------------------------------

    def _echoes(self, function: Function, replacements: list[Replacement]) -> None:
        first = bisect_left(self._echoing, function.node.lineno)
        if first == len(self._echoing) or self._echoing[first] > (function.node.end_lineno or 0):
            return
        flow = self._flow(function.node)
        for node in walk(function.node):
            sides: list[ast.expr] = []
            at: ast.expr | None = None
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
                at = node.test
                if len(node.test.ops) == 1 and isinstance(node.test.ops[0], (ast.Eq, ast.Is)):
                    sides = [node.test.left, node.test.comparators[0]]
            elif isinstance(node, ast.Call) and is_test_case_assertion(node) and len(node.args) >= 2:
                at = node
                if node.func.attr in ("assertEqual", "assertIs", "assertDictEqual", "assertListEqual"):  # type: ignore[attr-defined]
                    sides = node.args[:2]
            for side, other in ((sides[0], sides[1]), (sides[1], sides[0])) if sides else ():
                read, keys = self._read(flow, side)
                given = next(
                    (
                        item
                        for item in self._echoed(flow, read, replacements)
                        if self._same(flow, _part_of(flow.origin(item), keys) if keys else item, read, other)
                    ),
                    None,
                )
                if at is not None and given is not None:
                    self.evaluator.emit(MockEcho(at, _short(read), given))
                    break

    def _read(self, flow: Flow, side: ast.expr) -> tuple[ast.expr, list[object]]:
        """What a side of an assertion reads, and the literal keys by which it takes a part of that."""
        keys: list[object] = []
        node = flow.origin(side)
        while (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node not in self.mocks.echoes
        ):
            keys.insert(0, node.slice.value)
            node = flow.origin(node.value)
        return node, keys

    def _echoed(self, flow: Flow, read: ast.expr, replacements: list[Replacement]) -> Iterator[ast.expr]:
        """The expressions of the values that the test may read back from a mock."""
        found = self.mocks.echoes.get(read)
        if found is not None:
            mock, name = found
            handed = name != "()" and (
                self._is_handed(flow, root_name(read)) or isinstance(mock.children.get(name), Mock)
            )
            if not handed and name in mock.sources:
                yield mock.sources[name]
        elif isinstance(read, ast.Call) and isinstance(read.func, ast.Attribute):
            receiver = self.evaluator.replaced_reads.get(read.func)
            for item in replacements if isinstance(receiver, ModuleValue) else ():
                owner = item.target.owner
                if item.name == read.func.attr and isinstance(owner, ModuleValue) and owner.module is receiver.module:  # type: ignore[union-attr]
                    if (
                        isinstance(item.value, Mock)
                        and "effect" not in item.value.actions
                        and "()" in item.value.sources
                    ):
                        yield item.value.sources["()"]
                    elif isinstance(item.value, Callable) and item.value.node is not None:
                        yield item.value.node.body

    def _same(self, flow: Flow, given: ast.expr | None, read: ast.expr, other: ast.expr) -> bool:
        if given is None:
            return False
        if isinstance(other, ast.Attribute) and other.attr == "return_value" and isinstance(read, ast.Call):
            if ast.dump(other.value) == ast.dump(read.func):
                return True
        ways = {ast.dump(given), ast.dump(flow.origin(given))}
        return ast.dump(other) in ways or ast.dump(flow.origin(other)) in ways

    def _is_handed(self, flow: Flow, name: str | None) -> bool:
        """Whether a mock leaves the test's hands, so that something else may have changed it."""
        return name is None or any(self._use_of(flow, load) == "used" for load in flow.loads.get(name, ()))

    def _use_of(self, flow: Flow, load: ast.Name) -> str:
        """What one mention of a mock does: ``configures`` it, asserts that it was ``not called``, ``reads`` it, or is ``used``."""
        node: ast.AST = load
        parent = flow.parents.get(node)
        while isinstance(parent, (ast.Attribute, ast.Call, ast.Subscript)) and _carries(parent, node):
            if isinstance(parent, ast.Call) and isinstance(node, ast.Attribute):
                statement = flow.parents.get(parent)
                if isinstance(statement, ast.Expr) and node.attr in _CONFIGURES:
                    return "configures"
                if isinstance(statement, ast.Expr) and node.attr in _NOT_CALLED:
                    return "not called"
            node, parent = parent, flow.parents.get(parent)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return "configures"
        if node is load:
            return "used"
        if isinstance(node, ast.Attribute) and node.attr not in API:
            return "reads"
        return "used"

    # -- interactions ------------------------------------------------------------------------------------------------------

    def _interactions(self, function: Function) -> None:
        """Count the assertions about calls of mocks, unless there is one of another kind."""
        if not _INTERACTS.search(self.analysis.module.text_of(function.node)):
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

    # -- mocks for nothing -------------------------------------------------------------------------------------------------

    def _unused_mocks(self) -> None:
        for call, inside in self.mocks.made.items():
            if not isinstance(inside, (ast.FunctionDef, ast.AsyncFunctionDef)) or call in self.mocks.joined:
                continue
            flow = self._flow(inside)
            statement = flow.parents.get(call)
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            target = statement.targets[0]
            if not isinstance(target, ast.Name) or len(flow.bound.get(target.id, ())) != 1 or target.id == "_":
                continue
            if any(isinstance(outer, ast.ClassDef) for outer in flow.around(statement)):
                continue
            text = self.analysis.module.text_of(inside)
            if _SILENCING.search(text) or re.search(rf"\b(?:global|nonlocal)\b[^\n]*\b{target.id}\b", text):
                continue
            uses = {self._use_of(flow, load) for load in flow.loads.get(target.id, ())}
            if uses <= {"configures", "not called"}:
                self.evaluator.emit(UnusedMock(call, target.id, False, "not called" in uses))


def _part_of(node: ast.expr, keys: list[object]) -> ast.expr | None:
    """What the keys lead to in a display of dicts and lists."""
    for key in keys:
        found: ast.expr | None = None
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    found = value
        elif (
            isinstance(node, (ast.List, ast.Tuple)) and isinstance(key, int) and -len(node.elts) <= key < len(node.elts)
        ):
            found = node.elts[key]
        if found is None:
            return None
        node = found
    return node


def _holds(outer: ast.expr, inner: ast.expr) -> bool:
    """Whether an expression stands inside another one."""
    start, end = (outer.lineno, outer.col_offset), (outer.end_lineno or 0, outer.end_col_offset or 0)
    return start <= (inner.lineno, inner.col_offset) and (inner.end_lineno or 0, inner.end_col_offset or 0) <= end


def _carries(parent: ast.AST, node: ast.AST) -> bool:
    """Whether ``node`` is what the attribute, call or subscript is one of."""
    return getattr(parent, "func", None) is node or getattr(parent, "value", None) is node


def _asks_a_mock(node: ast.expr) -> bool:
    """Whether a condition is about the calls that a mock took."""
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in API and inner.attr not in ("return_value", "side_effect")
        for inner in walk(node)
    )


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:57]}..."
