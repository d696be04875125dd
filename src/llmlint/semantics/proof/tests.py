"""Tests as a whole: what pytest collects in a file, and what each test proves. Everything is found when it is asked for."""

from __future__ import annotations

import ast
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, Function, FunctionNode
from llmlint.model.position import Span
from llmlint.semantics.marks import Mark, marks_in
from llmlint.semantics.patches import Patcher
from llmlint.semantics.proof.body import Body, last_name, nodes_of, own_nodes, without_docstring
from llmlint.semantics.proof.checks import Check, form_of, inner_checks, is_assertion, own_checks
from llmlint.semantics.proof.following import FRAME
from llmlint.semantics.proof.idle import calls_only_what_does_nothing
from llmlint.semantics.values import Value

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis


_FAILING: Final = r"(?:rais|crash|fail|throw|error|break|explode|hang|warn|block|deadlock|boom|kaboom|blow|recurse|segfault|leak|die|choke|panic)"
_POINT: Final = re.compile(
    rf"(?:not|nt|never|no|without|wont|cannot|cant|instead of)[_\s-]+(?:\w+[_\s-]+){{0,3}}?(?:an?[_\s])?{_FAILING}"
    r"|\bno\b[^.\n]{0,60}(?:exception|error)|kaboom|barf|\bboom"
    r"|no[_\s-]?(?:exception|issue|problem|traceback|op)|without[_\s](?:an?[_\s])?(?:\w+[_\s])?(?:exception|issue|problem)"
    r"|should[_\s](?:\w+[_\s])?(?:pass|work|succeed|be[_\s](?:ok|fine|allowed|accepted|ignored|possible))"
    r"|reach(?:es|ed)?[_\s](?:this|here)|get[_\s](?:to[_\s])?here|if (?:this|it) (?:works|passes|runs)|is enough"
    r"|surviv|gracefull|smoke|benchmark|sanity|(?:for|just)[_\s](?:the[_\s])?coverage|just[_\s](?:run|make|exercise|call|ensure)|silently"
)
"""What the authors of a test without assertion write in its name or docstring, who know what they do."""


_DEFINING: Final = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""That an import or a definition is possible is all that such a test can show."""
_ELSEWHERE: Final = re.compile(r"\bassert\b|\bexpect")
"""In a text: a program that is run elsewhere, and asserts there."""


_POSSIBLE: Final = re.compile(
    r"accept|allow|hashable|pickl?e?able|idempotent|ignor|optional|compatib|can[_\s]be|tak(?:es|ing)[_\s]|permit|tolera|required"
)
"""What they write where nothing comes back that could be looked at."""


_ABSENT: Final = re.compile(r"_no_|without|_empty|_missing|_none(?:_|$)|_twice|_again")
"""What is in the name of a test about something that is not there, or is done already: then nothing is meant to happen."""


@per_node
def _caught_in(function: FunctionNode) -> set[ast.AST]:
    """The nodes of a function that stand in a ``try`` that catches something."""
    return {
        inner
        for node in nodes_of(function)
        if isinstance(node, (ast.Try, ast.TryStar)) and node.handlers
        for inner in own_nodes(node.body)
    }


def _is_verdict(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare) or isinstance(node, ast.BoolOp) and all(map(_is_verdict, node.values))


class Test:
    """A function or method that pytest (or unittest) collects."""

    __test__ = False

    def __init__(self, module: TestModule, function: Function, cls: Class | None) -> None:
        self.module = module
        self.function = function
        self.cls = cls
        """The class that it is a method of."""

    @property
    def node(self) -> FunctionNode:
        """Its ``def``."""
        return self.function.node

    @property
    def definition(self) -> Span:
        """Where it stands in a report: its ``def`` line, up to the name."""
        return self.module.head(self.node)  # type: ignore[return-value]

    @property
    def name(self) -> str:
        """As ``TestCart.test_add``."""
        return f"{self.cls.qualname}.{self.function.name}" if self.cls is not None else self.function.name

    @cached_property
    def unittest(self) -> bool:
        """Whether it is a method of a ``unittest.TestCase``."""
        return self.cls is not None and self.module.world.classes.derives(self.cls, "unittest.case.TestCase")

    # -- its body --------------------------------------------------------------------------------------------------------

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """The statements behind its docstring."""
        return without_docstring(self.node)

    @property
    def nodes(self) -> list[ast.AST]:
        """Every node of its statements in the order of the source, inner functions and classes not entered."""
        return self.module.following.nodes(self.function)

    @property
    def body(self) -> Body:
        """What it calls, asserts and names."""
        return self.module.following.body(self.function)

    @cached_property
    def checks(self) -> list[Check]:
        """Where it asserts, itself."""
        return self.module.own_checks(self.function)

    @cached_property
    def inner_checks(self) -> list[Check]:
        """Where its inner functions and classes assert."""
        return self.module.inner_checks(self.function)

    # -- what it proves --------------------------------------------------------------------------------------------------

    @cached_property
    def asserts(self) -> bool:
        """Whether anything can fail it on purpose: in itself, what it names, its fixtures, its set-up and its decorators."""
        caught = self._caught
        if any(is_assertion(check) or check.node not in caught for check in self.checks):
            return True
        if any(is_assertion(check) for check in self.inner_checks):
            return True
        following = self.module.following
        module, cls = self.module.module, self.cls
        return (
            self.expects_failure
            or self._makes_its_own
            or all(isinstance(node, _DEFINING) for node in self.statements)
            or any(_ELSEWHERE.search(str(text.value)) for text in (*self.body.own.strings, *self.body.inner.strings))
            or bool(self.module.world.functions.info(self.function).opaque)
            or following.names_what_asserts(self.function, self.body, self.module.callees)
            or following.fixtures_assert(self.fixtures, module, cls)
            or following.frame_asserts(module, cls)
            or following.autouse(module, cls)
        )

    @cached_property
    def says_that_passing_is_the_point(self) -> bool:
        """Whether its name, docstring or a comment says that it is there to see that something does not fail, or what it calls does
        nothing else.
        """
        if self.drops_a_verdict:
            return False
        lines = self.module.source.lines[self.node.lineno - 1 : self.node.end_lineno]
        comments = [line.partition("#")[2] for line in lines if "#" in line]
        summary = (ast.get_docstring(self.node) or "").partition("\n\n")[0]
        words = "\n".join((self.function.name, summary, *comments)).lower()
        words = words.replace("'", "").replace("’", "")
        if self._faces_failure or calls_only_what_does_nothing(self.module.world, self.nodes, self.module.callees):
            return True
        if self._keeps_nothing and (_POSSIBLE.search(words) or _ABSENT.search(self.function.name.lower())):
            return True
        return _POINT.search(words) is not None

    @cached_property
    def _caught(self) -> set[ast.AST]:
        """What stands in a ``try`` that catches something: what is raised there is raised to be caught."""
        return _caught_in(self.node)

    @cached_property
    def drops_a_verdict(self) -> bool:
        """Whether it compares something, and nothing looks at the outcome: an assertion was meant, or was there once."""
        read = {name.id for name in (*self.body.own.names, *self.body.inner.names)}
        for node in self.nodes:
            if isinstance(node, ast.Expr):
                if isinstance(node.value, ast.Compare):
                    return True
            elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Compare, ast.UnaryOp, ast.BoolOp)):
                if _is_verdict(node.value) and all(
                    isinstance(target, ast.Name) and target.id not in read for target in node.targets
                ):
                    return True
        return False

    @cached_property
    def _keeps_nothing(self) -> bool:
        """Whether no result of a call is given a name that is not used: what is called is called for its own sake."""
        read = {name.id for name in (*self.body.own.names, *self.body.inner.names)}
        return not any(
            isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in read
            for node in self.nodes
        )

    @cached_property
    def _faces_failure(self) -> bool:
        """Whether it has something raise an exception on purpose: that the code gets over it is what it shows."""
        if any(isinstance(check.node, ast.Raise) for check in self.inner_checks):
            return True
        for node in self.nodes:
            given: ast.expr | None = None
            if isinstance(node, ast.Assign):
                if any(isinstance(target, ast.Attribute) and target.attr == "side_effect" for target in node.targets):
                    given = node.value
            elif isinstance(node, ast.keyword) and node.arg == "side_effect":
                given = node.value
            if given is not None and last_name(given).endswith(("Error", "Exception", "Exit", "Interrupt", "Warning")):
                return True
        return False

    @cached_property
    def _makes_its_own(self) -> bool:
        """Whether it ends with making an instance of a class that it defines: that this is possible is what it shows."""
        last = self.statements[-1] if self.statements else None
        own = {node.name for node in self.statements if isinstance(node, ast.ClassDef)}
        return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and last_name(last.value.func) in own

    @cached_property
    def is_counterpart(self) -> bool:
        """Whether it calls, and does no more than that, what another test of the file expects to raise: then not to raise
        is what it shows.
        """
        called: set[str] = set()
        if self.drops_a_verdict:
            return False
        for node in self.nodes:
            if isinstance(node, ast.Expr):
                call = node.value.value if isinstance(node.value, ast.Await) else node.value
                if isinstance(call, ast.Call):
                    called.add(last_name(call.func))
        if called & self.module.expected_to_raise:
            return True
        return any(self.module.raises_elsewhere(name) for name in sorted(called - {""}))

    @cached_property
    def fixtures(self) -> tuple[str, ...]:
        """The fixtures that it asks for by its parameters and by ``usefixtures``; parametrized arguments are among them."""
        if self.unittest:
            return ()
        arguments = self.node.args
        names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        if self.cls is not None and self.module.world.functions.info(self.function).kind != "static":
            names = names[1:]
        for mark in self.marks:
            if mark.name == "usefixtures":
                names += [
                    node.value
                    for node in mark.arguments.nodes
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                ]
        return tuple(dict.fromkeys(names))

    # -- its marks -------------------------------------------------------------------------------------------------------

    @cached_property
    def decorations(self) -> list[tuple[ast.expr, Value]]:
        """Its decorators with their values, those of its class behind them."""
        found = list(self.module.decorations(self.node))
        if self.cls is not None:
            found += self.module.decorations(self.cls.node)
        return found

    @cached_property
    def marks(self) -> list[Mark]:
        """Those that are called, on itself, its class and its module."""
        found = [value for _, value in self.decorations if isinstance(value, Mark)]
        return found + self.module.marks + self.module.class_marks(self.cls)

    def marked(self, *names: str) -> ast.expr | None:
        """The decorator of one of those names (``skip``, ``xfail``), called or not, on itself or its class; None without."""
        for node, _ in self.decorations:
            if last_name(node) in names:
                return node
        return None

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The arguments that ``parametrize`` gives, as far as they are written out."""
        names: set[str] = set()
        for mark in self.marks:
            if mark.name == "parametrize" and mark.arguments.nodes:
                first = mark.arguments.nodes[0]
                items = first.elts if isinstance(first, (ast.List, ast.Tuple)) else [first]
                for item in items:
                    if isinstance(item, ast.Constant) and isinstance(item.value, str):
                        names.update(part.strip() for part in item.value.split(","))
        return frozenset(names)

    @cached_property
    def unknown_parameters(self) -> frozenset[str]:
        """What it asks for that is no fixture of the tests with one value: parametrized elsewhere, or by a fixture's ``params``."""
        fixtures, functions = self.module.world.fixtures, self.module.world.functions
        names = {"request"} if "request" in self.fixtures else set()
        for name in self.fixtures:
            found = fixtures.find(name, self.module.module, self.cls)
            if found is None:
                names.add(name)
                continue
            decorator = functions.info(found.function).fixture
            if isinstance(decorator, ast.Call) and any(keyword.arg == "params" for keyword in decorator.keywords):
                names.add(name)
        return frozenset(names)

    @cached_property
    def expects_failure(self) -> bool:
        """Whether it is expected to fail, or what would pass without notice is made to fail it."""
        if self.marked("xfail", "expectedFailure", "raises"):
            return True
        if any(mark.name == "xfail" for mark in self.marks):
            return True
        for mark in self.marks:
            if mark.name == "filterwarnings" and any(
                isinstance(node, ast.Constant) and str(node.value).startswith("error") for node in mark.arguments.nodes
            ):
                return True
        return any(
            last_name(call.func) in ("simplefilter", "filterwarnings")
            and any(isinstance(node, ast.Constant) and node.value == "error" for node in call.args)
            for call in self.body.own.calls
        )

    @cached_property
    def patches(self) -> list[Patcher]:
        """The patches among its decorators."""
        return [value for _, value in self.decorations if isinstance(value, Patcher)]


class TestModule:
    """A file of tests (or a conftest) as a whole."""

    __test__ = False

    def __init__(self, analysis: FileAnalysis) -> None:
        self._analysis = analysis
        self.world = analysis.world
        self.module = analysis.module
        self.source = analysis.source
        self.following = analysis.world.following
        self.callees = analysis.evaluator.callees
        """What each call in it was found to call."""
        self._own_checks: dict[Function, list[Check]] = {}
        self._inner_checks: dict[Function, list[Check]] = {}

    @property
    def role(self) -> str:
        """``test`` or ``conftest``."""
        return self.source.role

    @cached_property
    def tests(self) -> list[Test]:
        """What is collected, in the order of the source."""
        found = [
            Test(self, function, cls)
            for function, cls in self.functions
            if self._analysis.is_test(function, cls) and not self.is_frame(function)
        ]
        return sorted(found, key=lambda test: test.node.lineno)

    @cached_property
    def checks(self) -> list[Check]:
        """Every check in the functions of the file: tests, fixtures and helpers."""
        return [check for function, _ in self.functions for check in self.checks_of(function)]

    def checks_of(self, function: Function) -> list[Check]:
        """Every check in a function of the file."""
        return [*self.own_checks(function), *self.inner_checks(function)]

    def own_checks(self, function: Function) -> list[Check]:
        """The checks that run when a function of the file does."""
        found = self._own_checks.get(function)
        if found is None:
            found = self._own_checks[function] = own_checks(self.following.body(function), self.callees)
        return found

    def inner_checks(self, function: Function) -> list[Check]:
        """Those of its inner functions and classes."""
        found = self._inner_checks.get(function)
        if found is None:
            found = self._inner_checks[function] = inner_checks(self.following.body(function), self.callees)
        return found

    def is_test(self, function: Function, cls: Class | None) -> bool:
        """Whether pytest (or unittest) collects the function, by its name and where it stands."""
        return self._analysis.is_test(function, cls)

    def head(self, node: ast.stmt) -> Span | ast.stmt:
        """Where a definition stands in a report: its ``def`` or ``class`` line, up to the name."""
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return node
        words = {ast.FunctionDef: "def ", ast.AsyncFunctionDef: "async def ", ast.ClassDef: "class "}
        return Span(node.lineno, node.col_offset, node.lineno, node.col_offset + len(words[type(node)] + node.name))

    def is_frame(self, function: Function) -> bool:
        """Whether it is a fixture, or sets up or tears down."""
        return function.name in FRAME or self.world.functions.info(function).fixture is not None

    @cached_property
    def expected_to_raise(self) -> frozenset[str]:
        """The last names of what the file calls where it expects an exception."""
        names: set[str] = set()
        for test in self.tests:
            if test.marked("raises"):
                names.update(last_name(call.func) for call in test.body.own.calls)
            for node in test.nodes:
                if isinstance(node, (ast.With, ast.AsyncWith)):
                    managers = [item.context_expr for item in node.items]
                    if any(
                        isinstance(one, ast.Call) and form_of(one, self.callees.get(one)) == "raises"
                        for one in managers
                    ):
                        names.update(last_name(one.func) for one in own_nodes(node.body) if isinstance(one, ast.Call))
                elif (
                    isinstance(node, ast.Call)
                    and len(node.args) > 1
                    and form_of(node, self.callees.get(node)) == "raises"
                ):
                    names.add(last_name(node.args[1]))
        names.discard("")
        return frozenset(names)

    @property
    def functions(self) -> list[tuple[Function, Class | None]]:
        """Every function and method of the file, inner ones left out."""
        return self._analysis.functions

    @property
    def classes(self) -> list[Class]:
        """Every class of the file."""
        return self._analysis.classes

    def collects(self, cls: Class) -> bool:
        """Whether pytest looks for tests in the class."""
        return self._analysis.collects(cls)

    def decorations(self, node: FunctionNode | ast.ClassDef) -> list[tuple[ast.expr, Value]]:
        """The decorators of a definition, with their values."""
        return list(zip(node.decorator_list, self._analysis.decorations.get(node, ()), strict=False))

    @cached_property
    def marks(self) -> list[Mark]:
        """The marks of ``pytestmark``."""
        if "pytestmark" not in self.module.table:
            return []
        return list(marks_in(self.world.names.value(self.module, "pytestmark")))

    def raises_elsewhere(self, name: str) -> bool:
        """Whether another file of the tests calls ``name`` right where it expects an exception; found in their text."""
        if len(name) < 4:
            return False
        word = re.escape(name)
        block = re.compile(
            rf"[rR]aises\w*\([^\n]*:\n(?:[^\n]*\n)?[^\n]*\b{word}\(|[rR]aises\w*\([^,\n]+,\s*[\w.]*\b{word}\b"
        )
        folder = os.path.dirname(self.source.path)
        files = [path for path in self.world.python_files(self.world.project.root) if os.path.dirname(path) == folder]
        return any(path != self.source.path and block.search(self.world.text(path)) for path in files)

    def class_marks(self, cls: Class | None) -> list[Mark]:
        """The marks of a class's ``pytestmark``."""
        if cls is None:
            return []
        written = self.world.classes.body(cls).get("pytestmark")
        if written is None or written.value is None:
            return []
        return list(marks_in(self.world.inference.class_value(cls, written.value)))
