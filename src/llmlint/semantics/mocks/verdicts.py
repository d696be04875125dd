"""What is asked of mocks, judged when their file is over: attributes that are not there, calls that do not bind."""

from __future__ import annotations

import ast
import collections
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from llmlint.contracts.signature import Mismatch
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.mocks.assertions import API, meant_of_state, misspelt
from llmlint.semantics.mocks.standing import result
from llmlint.semantics.mocks.values import Call, Mock, Use
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import MockAttributeUse, MockCall, Outcome, Problem
from llmlint.semantics.stored_names import foreign_stores
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Value,
    is_none,
    members_of,
)

if TYPE_CHECKING:
    from llmlint.semantics.mocks.mocks import Mocks

_TOLD: Final = (
    "called",
    "call_count",
    "return_value",
    "side_effect",
    "call_args",
    "call_args_list",
    "await_count",
    "reset_mock",
)
"""What tests ask of mocks, and tell them, besides assertions."""
_PERMITTING: Final = ("spec", "autospec", "wraps")
"""Ways to give a spec to a mock that let the test add attributes of its own."""


class MockVerdicts:
    """Judges the uses and calls of one file's mocks."""

    def __init__(self, mocks: Mocks) -> None:
        self.mocks = mocks
        self.evaluator = mocks.evaluator
        self._foreign: frozenset[str] | None = None
        self._permitted: set[tuple[str, str]] = set()
        self._asserted: collections.Counter[str] | None = None
        """How often assertions of this file name a keyword."""
        self._near: dict[tuple[str, frozenset[str]], str | None] = {}

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
        owner = self.evaluator.world.owners.of(stands) if stands is not None else None
        return owner.symbol if owner is not None else ""

    def _judge(self, use: Use) -> None:
        mock = use.mocks[0]
        if any(use.name in other.given for other in use.mocks) and not use.stored:
            return
        attributes = self.evaluator.world.attributes
        for other in use.mocks:
            stands = other.stands
            if stands is None or isinstance(stands, (FunctionValue, Callable)):
                if len(use.mocks) == 1 and not self._judge_spelling(use):
                    if not isinstance(stands, FunctionValue) or not self._judge_of_function(use, stands):
                        self._judge_state(use)
                return
            if attributes.get(stands, use.name).outcome is not Outcome.MISSING or not self._confirmed(stands, use.name):
                return
            if not use.stored and (self._symbol(stands), use.name) in self._permitted:
                return
        if use.stored and (self._comes_back(use.name) or self._is_own_storage(use.name)):
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

    def _is_own_storage(self, name: str) -> bool:
        """Whether the tests keep something of their own under a private name: they read it again."""
        return name.startswith("_") and any(getattr(node, "attr", "") == name for node in self.mocks.reads)

    def _judge_spelling(self, use: Use) -> bool:
        """Whether the name is that of an assertion, misspelt, and said to be."""
        mock, child = use.mocks[0], use.child
        if use.stored or (isinstance(child, Mock) and child.shaped):
            return False
        record = mock.record
        if record is not None and (record.unsafe or (record.specced and mock.stands is None)):
            return False
        real = misspelt(use.name)
        if real is not None:
            self._emit(use, real)
        return real is not None

    def _judge_state(self, use: Use) -> None:
        """A name that is put in the place of what mocks record or are told."""
        told = meant_of_state(use.name)
        if told is not None and not (isinstance(use.child, Mock) and use.child.shaped) and not self._is_known(use):
            self._emit(use, told)

    def _is_known(self, use: Use) -> bool:
        """Whether something here has the name that is asked of a mock, or told it: sources that ask for it, tests that define, spell or
        (what was told) read it."""
        mock, name = use.mocks[0], use.name
        record = mock.record
        if record is not None and (record.unsafe or (record.specced and mock.stands is None)):
            return True
        text = self.evaluator.world.project_text
        if text.mentioned(name) or text.stored(name) or text.asked(name) or self._foreign_to_tests(name):
            return True
        reads = rf"|\.{name}\b(?!\s*=(?!=))" if use.stored else rf"|\.{name}\s*=(?!=)|(?<=[(,])\s*{name}=(?!=)"
        made = re.compile(rf"""\b(?:def|class)\s+{name}\b|["']{name}["']|^\s*{name}\s*[:=](?!=){reads}""", re.MULTILINE)
        return any(made.search(module.text) is not None for module in self.evaluator.test_modules)

    def _judge_of_function(self, use: Use, stands: FunctionValue) -> bool:
        """An attribute of the mock of a plain function: what the function gives has it, or mocks have one that is spelt nearly so; whether
        that was said."""
        world, function = self.evaluator.world, stands.function
        if use.mocks[0].opaque or not world.calls.is_plain(function) or function.name.startswith("__"):
            return False
        given = result(world, stands)
        has_it = given is not None and self._has(given, use.name)
        if not has_it and not unmistakable(use.name, nearest(use.name, _TOLD), _TOLD):
            return False
        if self._foreign_to_tests(use.name) or world.project_text.asked(use.name) or world.owners.of(stands) is None:
            return False
        if function.module.own and world.project_text.stored(use.name):
            return False
        self._emit(use, None, meant=f"return_value.{use.name}" if has_it else None)
        return True

    def _has(self, given: Value, name: str) -> bool:
        members = [member for member in members_of(given) if not is_none(member)]
        return bool(members) and all(
            isinstance(member, Instance) and self.evaluator.world.classes.member(member.cls, name) is not None
            for member in members
        )

    def _foreign_to_tests(self, name: str) -> bool:
        """Whether the tests store an attribute of that name on something that is no mock."""
        if self._foreign is None:
            own, *others = self.evaluator.test_modules
            self._foreign = foreign_stores(own, but=frozenset(self.mocks.stores)).union(
                *(foreign_stores(module) for module in others)
            )
        return name in self._foreign

    def _confirmed(self, stands: Value, name: str) -> bool:
        """Whether it stands that there is no such attribute, and that the tests do not add it in another way."""
        evaluator = self.evaluator
        if self._foreign_to_tests(name) or evaluator.world.project_text.asked(name):
            return False
        if isinstance(stands, Instance) and stands.via is not None and self._foreign_to_tests(stands.via):
            return False
        if evaluator.world.owners.of(stands) is None:
            return False
        return all(
            evaluator.world.vetoes.confirm(self._closed(member, name), name, [])
            for member in members_of(stands)
            if not is_none(member)
        )

    def _closed(self, stands: Value, name: str) -> Value:
        """A protocol of the project as what its code takes it for, where that code knows no such name."""
        if isinstance(stands, Instance) and not stands.exact and stands.cls.own and "protocol" in stands.cls.memo:
            written = self.evaluator.world.project_text
            if not written.mentioned(name) and not written.subclass_has(stands.cls, name):
                return Instance(stands.cls, stands.args, exact=True)
        return stands

    def _emit(self, use: Use, real: str | None, *, permitted: bool = False, meant: str | None = None) -> None:
        evaluator = self.evaluator
        mock = use.mocks[0]
        evaluator.emit(
            MockAttributeUse(
                use.node,
                use.name,
                use.action,  # type: ignore[arg-type]
                evaluator.world.owners.of(mock.stands) if mock.stands is not None else None,
                Outcome.MISSING,
                mock.by if mock.by in ("spec", "autospec", "patch", "annotation", "parameter") else "unknown",  # type: ignore[arg-type]
                mock.parameter,
                real,
                permitted=permitted,
                meant=meant,
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
        wrapped, more = self._unwrapped(stands)
        if wrapped is stands:
            found = evaluator.world.calls.mismatches(stands, call.arguments)
        else:
            found = self._strange(wrapped, more, call.arguments)
        if found is None:
            if call.assertion is not None and call.arguments.keywords:
                self._judge_unheard(call)
            return
        if self._as_instance(stands, call.arguments) or self._through_class(call.mock, stands, call.arguments):
            return
        if self._as_contract(stands, call.arguments):
            return
        bound, mismatches = found
        owner = evaluator.world.owners.of(wrapped)
        if owner is None or not self.mocks.certain(wrapped) or not evaluator.certain_beyond(bound):
            return
        problems = evaluator.problems(node, call.arguments, bound.signature, mismatches)
        if call.assertion is not None and any(
            problem.kind == "unknown-keyword" and self._passed_on(node, problem.name) for problem in problems
        ):
            return
        evaluator.emit(
            MockCall(node, call.assertion, owner, str(bound.signature), tuple(bound.signature.keywords), problems)
        )

    def _as_instance(self, stands: FunctionValue | ClassValue, arguments: Arguments) -> bool:
        """Whether the mock of a class is called as objects of that class are: it was handed on as one of them."""
        if not isinstance(stands, ClassValue):
            return False
        instance = Instance(stands.cls, stands.args)
        if self.evaluator.world.classes.member(stands.cls, "__call__") is None:
            return False
        return self.evaluator.world.calls.mismatches(instance, arguments) is None

    def _as_contract(self, stands: FunctionValue | ClassValue, arguments: Arguments) -> bool:
        """Whether the method is a fake's, and what it stands in for takes the call: it is the fake that is wrong (LLM315)."""
        if not isinstance(stands, FunctionValue) or stands.function.owner is None or not stands.function.module.by_test:
            return False
        world = self.evaluator.world
        for base in world.classes.mro(stands.function.owner)[1:]:
            member = world.classes.body(base).get(stands.function.name)
            if member is not None and member.kind == "method":
                real = FunctionValue(member.functions(), stands.receiver, base.scope)
                return world.calls.mismatches(real, arguments) is None
        return False

    def _through_class(self, mock: Mock, stands: FunctionValue | ClassValue, arguments: Arguments) -> bool:
        """Whether the project calls the method through its class, with the instance as the first argument, and so it was called."""
        if not isinstance(stands, FunctionValue) or mock.strict or not isinstance(stands.receiver, Instance):
            return False
        owner = stands.function.owner
        if owner is None or not self.evaluator.world.project_text.called_through(owner.name, stands.function.name):
            return False
        through = FunctionValue(stands.functions, None, stands.scope)
        return self.evaluator.world.calls.mismatches(through, arguments) is None

    def _unwrapped(self, stands: FunctionValue | ClassValue) -> tuple[FunctionValue | ClassValue, frozenset[str]]:
        """The function whose signature a wrapper has, and the keywords that the wrapper takes besides."""
        if isinstance(stands, FunctionValue):
            found, more = self.evaluator.world.functions.unwrapped(stands)
            if found.function is not stands.function:
                return found, more
        return stands, frozenset()

    def _strange(
        self, stands: FunctionValue | ClassValue, more: frozenset[str], arguments: Arguments
    ) -> tuple[Bound, list[Mismatch]] | None:
        """Keywords that neither a wrapper nor what it wraps takes; what else the wrapper hands over is its own affair."""
        assert isinstance(stands, FunctionValue)
        found = self.evaluator.world.calls.declared_mismatches(stands, arguments)
        if found is None:
            return None
        problems = [one for one in found[1] if one.kind == "unknown-keyword" and one.name not in more]
        return (found[0], problems) if problems else None

    def _judge_unheard(self, call: Call) -> None:
        """An asserted keyword that the real one takes in its ``**kwargs``, while nobody hands it in: no text but the assertion's has it."""
        evaluator = self.evaluator
        assert isinstance(call.mock.stands, (FunctionValue, ClassValue))
        stands, more = self._unwrapped(call.mock.stands)
        signatures = self._signatures(call.mock.stands, stands)
        if len(signatures) != 1 or not signatures[0].signature.var_keyword:
            return
        bound = signatures[0]
        if bound.function is None or not bound.function.module.own or bound.function.module.by_test:
            return
        known = {*bound.signature.keywords, *more}
        problems = tuple(
            Problem("unheard-keyword", name, keyword, near)
            for name, _, keyword in call.arguments.keywords
            if name not in known and (near := self._meant(name, known)) is not None and not self._heard(name)
        )
        owner = evaluator.world.owners.of(stands) if problems else None
        if owner is not None and self.mocks.certain(stands):
            parameters = tuple(bound.signature.keywords)
            evaluator.emit(MockCall(call.node, call.assertion, owner, str(bound.signature), parameters, problems))

    def _signatures(self, wrapper: Value, stands: FunctionValue | ClassValue) -> list[Bound]:
        calls = self.evaluator.world.calls
        if stands is not wrapper and isinstance(stands, FunctionValue):
            return calls.declared(stands)
        return calls.signatures(stands) or []

    def _meant(self, name: str, known: Iterable[str]) -> str | None:
        """The near keyword that the callee or another assertion of the file names."""
        if self._asserted is None:
            self._asserted = collections.Counter(
                name
                for node, names in {
                    call.node: call.arguments.names() for call in self.mocks.calls if call.assertion
                }.items()
                for name in names
            )
        key = (name, frozenset(known))
        if key not in self._near:  # a file asserts the same few keywords again and again
            self._near[key] = nearest(name, {*known, *self._asserted})
        return self._near[key]

    def _heard(self, name: str) -> bool:
        """Whether any text but assertions of this file has the name."""
        module = self.evaluator.module
        written = len(re.findall(rf"\b{re.escape(name)}\b", module.text))
        assert self._asserted is not None
        return written > self._asserted[name] or self.evaluator.world.project_text.spelt(name, module.path)

    def _judge_keyword(self, mock: Mock, name: str, node: ast.Subscript) -> None:
        """``mock.call_args.kwargs["name"]``, of a call that cannot have had such a keyword."""
        if not isinstance(mock.stands, (FunctionValue, ClassValue)):
            return
        stands, more = self._unwrapped(mock.stands)
        signatures = [bound.signature for bound in self._signatures(mock.stands, stands)]
        asked = Arguments(keywords=[(name, UNKNOWN, ast.keyword(name, node))], starred=True, double_starred=True)
        if (
            not signatures
            or name in more
            or any(signature.var_keyword or name in signature.keywords for signature in signatures)
            or self._as_instance(mock.stands, asked)
            or self._as_contract(mock.stands, asked)
        ):
            return
        owner = self.evaluator.world.owners.of(stands)
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
