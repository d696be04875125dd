"""What is asked of mocks, judged when their file is over: attributes that are not there, calls that do not bind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.semantics.mock_assertions import API, misspelt
from llmlint.semantics.mock_values import Call, Mock, Use
from llmlint.semantics.nouns import MockAttributeUse, MockCall, Outcome, Problem
from llmlint.semantics.values import (
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Value,
    is_none,
    members_of,
)
from llmlint.semantics.vetoes import foreign_stores

if TYPE_CHECKING:
    from llmlint.semantics.mocks import Mocks

_PERMITTING: Final = ("spec", "autospec", "wraps")
"""Ways to give a spec to a mock that let the test add attributes of its own."""


class MockVerdicts:
    """Judges the uses and calls of one file's mocks."""

    def __init__(self, mocks: Mocks) -> None:
        self.mocks = mocks
        self.evaluator = mocks.evaluator
        self._foreign: frozenset[str] | None = None
        self._permitted: set[tuple[str, str]] = set()

    def judge(self) -> None:
        """Emit what cannot be."""
        self._find_permitted()
        for use in self.mocks.uses:
            self._judge(use)
        for call in self.mocks.calls:
            self._judge_call(call)
        for mock, name, node in self.mocks.keywords:
            self._judge_keyword(mock, name, node)

    def _find_permitted(self) -> None:
        """What the tests openly give to mocks with a spec, other mocks of the class have by other names as well."""
        for use in self.mocks.uses:
            if use.stored and use.mocks[0].strict in _PERMITTING:
                self._permitted.add((self._symbol(use.mocks[0].stands), use.name))

    def _symbol(self, stands: Value | None) -> str:
        owner = self.evaluator.world.attributes.owner(stands) if stands is not None else None
        return owner.symbol if owner is not None else ""

    def _judge(self, use: Use) -> None:
        mock = use.mocks[0]
        if any(use.name in other.given for other in use.mocks) and not use.stored:
            return
        attributes = self.evaluator.world.attributes
        for other in use.mocks:
            stands = other.stands
            if stands is None or isinstance(stands, (FunctionValue, Callable)):
                if len(use.mocks) == 1:
                    self._judge_spelling(use)
                return
            if attributes.get(stands, use.name).outcome is not Outcome.MISSING or not self._confirmed(stands, use.name):
                return
            if not use.stored and (self._symbol(stands), use.name) in self._permitted:
                return
        if use.stored and self._comes_back(use.name):
            return
        self._emit(use, None if use.stored else misspelt(use.name), permitted=use.stored and mock.strict in _PERMITTING)

    def _comes_back(self, name: str) -> bool:
        """Whether the test reads an attribute of that name off something that is no mock: it is to arrive there."""
        tree = self.evaluator.module.tree
        return tree is not None and any(
            isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.ctx, ast.Load)
            and node not in self.mocks.reads
            for node in ast.walk(tree)
        )

    def _judge_spelling(self, use: Use) -> None:
        mock, child = use.mocks[0], use.child
        if use.stored or (isinstance(child, Mock) and child.shaped):
            return
        record = mock.record
        if record is not None and (record.unsafe or (record.specced and mock.stands is None)):
            return
        real = misspelt(use.name)
        if real is not None:
            self._emit(use, real)

    def _confirmed(self, stands: Value, name: str) -> bool:
        """Whether it stands that there is no such attribute, and that the tests do not add it in another way."""
        evaluator = self.evaluator
        if self._foreign is None:
            own, *others = evaluator.test_modules
            self._foreign = foreign_stores(own, but=frozenset(self.mocks.stores)).union(
                *(foreign_stores(module) for module in others)
            )
        if name in self._foreign or evaluator.world.vetoes.asked_in_project(name):
            return False
        if isinstance(stands, Instance) and stands.via is not None and stands.via in self._foreign:
            return False
        if evaluator.world.attributes.owner(stands) is None:
            return False
        return all(
            evaluator.world.vetoes.confirm(self._closed(member, name), name, [])
            for member in members_of(stands)
            if not is_none(member)
        )

    def _closed(self, stands: Value, name: str) -> Value:
        """A protocol of the project as what its code takes it for, where that code knows no such name."""
        if isinstance(stands, Instance) and not stands.exact and stands.cls.own and "protocol" in stands.cls.memo:
            vetoes = self.evaluator.world.vetoes
            if not vetoes.mentioned_in_project(name) and not vetoes.subclass_has(stands.cls, name):
                return Instance(stands.cls, stands.args, exact=True)
        return stands

    def _emit(self, use: Use, real: str | None, *, permitted: bool = False) -> None:
        evaluator = self.evaluator
        mock = use.mocks[0]
        evaluator.emit(
            MockAttributeUse(
                use.node,
                use.name,
                use.action,  # type: ignore[arg-type]
                evaluator.world.attributes.owner(mock.stands) if mock.stands is not None else None,
                Outcome.MISSING,
                mock.by if mock.by in ("spec", "autospec", "patch", "annotation", "parameter") else "unknown",  # type: ignore[arg-type]
                mock.parameter,
                real,
                permitted=permitted,
            )
        )

    def _judge_call(self, call: Call) -> None:
        evaluator = self.evaluator
        stands, node = call.mock.stands, call.node
        if not isinstance(stands, (FunctionValue, ClassValue)):
            return
        if (
            call.assertion is None
            and call.mock.strict != "autospec"
            and not call.awaited
            and not node.args
            and not node.keywords
        ):
            return  # `mock().method.return_value = …`: a way to reach what it returns
        found = evaluator.world.calls.mismatches(stands, call.arguments)
        if found is None:
            return
        bound, mismatches = found
        owner = evaluator.world.attributes.owner(stands)
        if owner is None or not self.mocks.certain(stands) or not all(map(evaluator.certain_call, bound.through)):
            return
        problems = evaluator.problems(node, call.arguments, bound.signature, mismatches)
        if call.assertion is not None and any(
            problem.kind == "unknown-keyword" and self._passed_on(node, problem.name) for problem in problems
        ):
            return
        evaluator.emit(
            MockCall(node, call.assertion, owner, str(bound.signature), tuple(bound.signature.keywords), problems)
        )

    def _judge_keyword(self, mock: Mock, name: str, node: ast.Subscript) -> None:
        """``mock.call_args.kwargs["name"]``, of a call that cannot have had such a keyword."""
        stands = mock.stands
        if not isinstance(stands, (FunctionValue, ClassValue)):
            return
        signatures = [bound.signature for bound in self.evaluator.world.calls.signatures(stands) or ()]
        if not signatures or any(signature.var_keyword or name in signature.keywords for signature in signatures):
            return
        owner = self.evaluator.world.attributes.owner(stands)
        if owner is None or not self.mocks.certain(stands) or self._passed_on(node, name):
            return
        signature = signatures[0]
        problem = Problem("unknown-keyword", name, node.slice)
        self.evaluator.emit(MockCall(node, "call_args", owner, str(signature), tuple(signature.keywords), (problem,)))

    def _passed_on(self, assertion: ast.expr, name: str | None) -> bool:
        """Whether the test that asserts the keyword hands it in as well, to see it passed on."""
        tree = self.evaluator.module.tree
        if tree is None:
            return False
        within = [
            node
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.lineno <= assertion.lineno <= (node.end_lineno or node.lineno)
        ]
        if not within:
            return False
        for node in ast.walk(within[-1]):
            if isinstance(node, ast.Dict) and any(
                isinstance(key, ast.Constant) and key.value == name for key in node.keys
            ):
                return True
            if isinstance(node, ast.Call) and any(keyword.arg == name for keyword in node.keywords):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called not in API and _root(function) != "call":
                    return True
        return False


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes and calls begins with."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
