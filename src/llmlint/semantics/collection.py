"""What pytest and unittest collect of a file, and under which decorators it runs."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.symbols import Class, Function, FunctionNode, Module
from llmlint.project.path_change import roots_added_in
from llmlint.project.source import SourceFile
from llmlint.semantics.fakes import Fakes
from llmlint.semantics.imports import Imports
from llmlint.semantics.interpreter import Evaluator
from llmlint.semantics.marks import Mark, Parametrization, marks_in
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.patches import Patcher
from llmlint.semantics.scope import Scope
from llmlint.semantics.sink import Sink
from llmlint.semantics.values import Value
from llmlint.semantics.world import World

_SWITCH: Final = re.compile(r"([\w.]+)\.__test__ = False")


class Collected:
    """The state of one file's analysis, and which of its functions are tests."""

    def __init__(self, world: World, source: SourceFile, sink: Sink | None = None) -> None:
        self.world = world
        self.source = source
        self.sink = sink or Sink()
        module = world.library.adopt(source.path, source.text, source.tree)
        if "sys.path" in source.text or "addsitedir" in source.text:
            added = roots_added_in(source.tree, source.path, world.project.base or world.project.root)
            module.roots = tuple(dict.fromkeys((*module.roots, *added)))
        self.module = module
        world.inference.judge(module)
        self.evaluator = Evaluator(world, module, self.sink)
        self.evaluator.hooks = self
        self.chain = tuple(conftest for conftest in world.fixtures.chain(module) if conftest.path != module.path)
        for conftest in self.chain:
            if conftest.roots:
                module.roots = tuple(dict.fromkeys((*module.roots, *conftest.roots)))
        self.imports = Imports(self.evaluator, self.chain)
        self.evaluator.test_modules = [module, *self.chain, *self._helpers()]
        self.guarded = 0
        self._names = world.project.pytest.names(source.path)
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
        self.requested: dict[Function, dict[str, Value]] = {}
        """What the fixtures give that each function asks for, by parameter."""
        self.injected: dict[Function, dict[str, Mock]] = {}
        """What decorators (``@patch``) hand to parameters."""
        self._fixture_values: dict[Function, Value] = {}
        self._handed: dict[tuple[Class, Class], None] = {}
        self._collected: dict[Class, bool] = {}

    def _evaluate(self, function: Function, cls: Class | None) -> Scope | None:
        """Evaluate a function of the file, once: `FileAnalysis` does."""
        raise NotImplementedError

    def _helpers(self) -> Iterator[Module]:
        """The modules of the tests that this one imports."""
        seen: set[str] = set()
        library, roots = self.world.library, self.module.roots
        for bindings in self.module.table.values():
            for binding in bindings:
                if binding.module and binding.module != "?" and binding.module not in seen:
                    seen.add(binding.module)
                    location = library.location(binding.module, roots)
                    if location is None or not location.by_test:
                        continue
                    found = library.module(binding.module, roots)
                    if found is not None and found.by_test and found.tree is not None:
                        yield found

    def defined(self, node: FunctionNode, cls: Class | None, values: list[Value]) -> None:
        """A function of the module, or a method of one of its classes."""
        function = self.module.function_at(node, cls)
        self.functions.append((function, cls))
        if self.evaluator.muted:
            self.muted.add(function)
        self.decorations[node] = values

    def is_test(self, function: Function, cls: Class | None) -> bool:
        """Whether pytest (or unittest) collects the function."""
        if self.source.role != "test":
            return False
        if cls is None:
            if self.world.functions.info(function).manager is not None:
                return False  # a context manager whose name begins as a test's does: unittest collects no functions
            return self.matches(function.name, self._names[1]) and self._matches_switch(function, None)
        if not self.collects(cls):
            return False
        if not self._matches_switch(function, cls):
            return False
        if self.world.classes.derives(cls, "unittest.case.TestCase"):
            return function.name.startswith("test")
        return self.matches(function.name, self._names[1])

    def _matches_switch(self, function: Function, cls: Class | None) -> bool:
        """Whether nothing sets ``__test__`` on the function."""
        if self._switches is None:
            self._switches = frozenset(_SWITCH.findall(self.module.text) if "__test__" in self.module.text else ())
        return (f"{cls.name}.{function.name}" if cls is not None else function.name) not in self._switches

    def collects(self, cls: Class) -> bool:
        """Whether pytest (or unittest) looks for tests in the class."""
        found = self._collected.get(cls)
        if found is None and self._switched_off(cls):
            found = self._collected[cls] = False
        if found is None:
            unit = self.world.classes.derives(cls, "unittest.case.TestCase")
            found = unit or (cls.scope is None and self.matches(cls.name, self._names[0]))
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
    def matches(name: str, patterns: tuple[str, ...]) -> bool:
        """Whether a name is one that pytest collects by its ``python_…`` settings: a prefix or a glob."""
        return any(name.startswith(p) or (any(c in p for c in "*?[") and fnmatch.fnmatch(name, p)) for p in patterns)

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
            if last == "expectedFailure" or "xfail" in last.lower():
                yield None
            elif last == "raises" and isinstance(node, ast.Call):
                for argument in node.args:
                    yield exceptions(self.world.inference.module_value(self.module, argument), argument)

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
