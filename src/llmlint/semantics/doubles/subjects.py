"""Tests that replace a part of the very object whose behaviour they assert."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmlint.contracts.dotted import dotted
from llmlint.contracts.symbols import Function
from llmlint.semantics.doubles.context import Context
from llmlint.semantics.doubles.flow import Flow
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import MockedSubject
from llmlint.semantics.patch_targets import Replacement
from llmlint.semantics.values import ClassValue, FunctionValue, Instance, Value


class MockedSubjects:
    """Finds them test by test."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.evaluator = context.evaluator
        self.world = context.world
        self.mocks = context.mocks

    def judge(self, function: Function, replacements: list[Replacement]) -> None:
        replaced: list[tuple[ast.expr, ast.AST, str, Value, str, Value]] = []
        for item in replacements:
            owner = item.target.owner
            if isinstance(owner, (Instance, ClassValue)) and item.form not in ("mocker.spy", "monkeypatch.delattr"):
                by_object = len(item.node.args) > 1 and item.at is item.node.args[1]
                shown = dotted(item.node.args[0]) if by_object else ""
                replaced.append((item.at, item.node, item.name, owner, shown, item.value))
        for target, receiver, mock in self.mocks.assigned:
            if isinstance(receiver, (Instance, ClassValue)) and self._within(function.node, target):
                replaced.append((target, target, target.attr, receiver, dotted(target.value), mock))
        replaced = [item for item in replaced if isinstance(item[-1], Mock)]
        if not replaced:
            return
        flow = self.context.flow(function.node)
        behind = list(self._asserted_calls(flow))
        for at, node, name, owner, shown, value in replaced:
            if self._own_method(owner, name) is None:
                continue
            named = shown if isinstance(owner, Instance) else ""
            form: bool | None = None
            for call, condition in behind:
                if self._is_subject(call, owner, named, name) and self._holds_there(flow, node, call):
                    if call.func.attr == name:  # type: ignore[attr-defined]
                        form = True
                    elif form is None and self._passes_through(flow, condition, call, value):
                        form = False
            subject = self.world.owners.of(owner) if form is not None else None
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

    def _is_subject(self, call: ast.Call, owner: Value, shown: str, name: str) -> bool:
        """Whether the call is one of a method of the object (or class) whose method is replaced."""
        function = call.func
        assert isinstance(function, ast.Attribute)
        if shown:
            return dotted(function.value) == shown
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
