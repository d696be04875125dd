"""What mocks are told to give, judged when their file is over: values that the contract cannot give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FUNCTION, Function, FunctionNode, Member
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.standing import result
from llmlint.semantics.mocks.values import Configured, Mock
from llmlint.semantics.nouns import MockGift, Outcome
from llmlint.semantics.values import (
    NOTHING,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.flavors import OVERLOADS, MockFlavors, returned_nodes

_IGNORED: Final = re.compile(r"#\s*type:\s*ignore|#\s*pyright:\s*ignore")


class MockGifts(MockFlavors):
    """Judges what one file tells its mocks to give."""

    def judge(self) -> None:
        """Emit what cannot be."""
        self._judge_flavors()
        for item in self.mocks.configured:
            if item.mock in self._wrong_kind:
                continue
            if item.form == "attribute":
                self._judge_attribute(item)
            else:
                self._judge_gift(item)

    def _judge_gift(self, item: Configured) -> None:
        mock = item.mock
        if item.form == "side_effect" and self._has_no_effect(item.value):
            subject = self._subject(mock)
            if subject is None and (mock.stands is not None or mock.opaque):
                return
            given = self.fitting.given(item.value)
            if subject is None:
                subject = self.world.owners.of(item.value)
            if subject is not None:
                self.evaluator.emit(MockGift(item.node, "side_effect", "effect", subject, "", given, ""))
            return
        if item.form == "return_value" and any(
            other.form == "side_effect" and other.mock is mock for other in self.mocks.configured
        ):
            return  # what is raised or computed in its place
        expected = self._returned(mock)
        if expected is None:
            return
        if isinstance(item.value, Callable) and is_none(expected):
            return  # a lambda always gives something
        for node, value in self._given(item):
            if isinstance(value, (Unknown, Coroutine)) or self._awaited_itself(mock, value):
                continue
            if self.fitting.cannot_be(value, expected) and not self._body_may_give(mock, value):
                self._emit(node, item, value, expected)

    def _awaited_itself(self, mock: Mock, value: Value) -> bool:
        """Whether a synchronous mock of a coroutine gives something to await (a future), which holds what the contract gives."""
        stands = mock.stands
        if mock.flavor == "async" or not isinstance(stands, FunctionValue) or not stands.function.is_async:
            return False
        return any(
            isinstance(one, Instance) and self.world.classes.member(one.cls, "__await__") is not None
            for one in members_of(value)
        )

    def _emit(self, node: ast.expr, item: Configured, value: Value, expected: Value) -> None:
        given, wanted = self.fitting.given(value), self.fitting.expected(expected)
        if item.mock.of is not None:
            owner = self.world.owners.of(item.mock.of[0])
            if owner is not None:
                self.evaluator.emit(MockGift(node, "attribute", "type", owner, item.mock.of[1], given, wanted))
            return
        subject = self._subject(item.mock)
        if subject is not None:
            self.evaluator.emit(MockGift(node, item.form, "type", subject, "", given, wanted))

    def _given(self, item: Configured) -> Iterator[tuple[ast.expr, Value]]:
        """What calling the mock gives, each with its expression."""
        value = item.value
        if item.form == "return_value":
            yield item.node, value
            return
        if isinstance(value, Instance) and value.items is not None:
            nodes = item.node.elts if isinstance(item.node, (ast.List, ast.Tuple)) else []
            for index, element in enumerate(value.items):
                if not self._raises(element):
                    yield nodes[index] if len(nodes) == len(value.items) else item.node, element
        elif isinstance(value, (FunctionValue, Callable)):
            if isinstance(value, FunctionValue) and any(
                isinstance(inner, ast.Name) and inner.id == "DEFAULT" for inner in ast.walk(value.function.node)
            ):
                return
            if isinstance(value, FunctionValue) and not _returns(value.function.node):
                return  # it only looks at what it is called with
            yield item.node, self.mocks.outcome(value)

    def _has_no_effect(self, value: Value) -> bool:
        """Whether a ``side_effect`` is neither an exception nor callable nor iterable."""
        if not isinstance(value, Instance) or is_none(value):
            return False
        if value.literal is NOTHING and not value.exact:
            return False
        classes = self.world.classes
        if classes.open(value.cls) or self._raises(value):
            return False
        return all(
            classes.member(value.cls, name) is None for name in ("__iter__", "__next__", "__getitem__", "__call__")
        )

    def _returned(self, mock: Mock) -> Value | None:
        """What calling the mocked thing gives, where that is certain."""
        stands = mock.stands
        if isinstance(stands, Callable):
            return stands.result if mock.by == "patch" or mock.record is not None else None
        if isinstance(stands, ClassValue):
            return (
                Instance(stands.cls, stands.args) if stands.exact and not self.world.classes.open(stands.cls) else None
            )
        if not isinstance(stands, FunctionValue):
            return None
        if len(stands.functions) > OVERLOADS or not self.evaluator.mocks.certain(stands):
            return None
        for function in stands.functions:
            info = self.world.functions.info(function)
            if info.opaque or info.fixture is not None or info.manager is not None or info.kind == "property":
                return None
            if function.owner is None and function.name not in function.module.table:
                return None  # what a decorator made: its body says nothing of the one it decorates
            if function.node.returns is None and function.owner is not None:
                if self.world.project_text.subclass_has(function.owner, function.name) or _gives_only_none(
                    function.node
                ):
                    return None  # an override may give anything, or somebody else's
            if _says_any(function.node.returns):
                return None  # whatever its body gives today
            if self.world.inference.is_generator(function):
                return None
            if function.owner is not None and function.node.returns is None:
                if self.world.project_text.subclass_has(function.owner, function.name):
                    return None  # what a body gives that others override is no promise of theirs
        found = result(self.world, stands)
        if found is None or isinstance(found, (Unknown, Coroutine)):
            return None
        if any(function.node.returns is None for function in stands.functions):
            return union([_any_of(member) for member in members_of(found)])  # what a body gives today is no promise
        if all(function.module.kind == "typeshed" for function in stands.functions):
            return union(
                [_any_of(member) for member in members_of(found)]
            )  # it gives another one where another machine is
        return found

    def _body_may_give(self, mock: Mock, value: Value) -> bool:
        """Whether the body behind the annotation gives such a value all the same: then it is the annotation that lies."""
        stands = mock.stands
        if not isinstance(stands, FunctionValue):
            return False
        return any(self._gives(function, stands, value) for function in self._bodies(stands.function))

    def _bodies(self, function: Function) -> Iterator[Function]:
        if not function.module.is_stub:
            yield function
        elif function.owner is not None:
            hidden = self.world.classes.hidden(function.owner, function.name)
            yield from hidden.functions() if hidden is not None else ()
        elif function.module.implementation is not None:
            source = function.module.implementation
            for binding in source.table.get(function.name, ()):
                if binding.form == FUNCTION:
                    yield source.function_at(binding.node)

    def _gives(self, function: Function, stands: FunctionValue, value: Value) -> bool:
        node = function.node
        if _IGNORED.search(function.module.text_of(node)):
            return True
        kinds = {_kind(member) for member in members_of(value)}
        for given in returned_nodes(node):
            shown = _shown_kind(given)
            if shown is not None and shown in kinds:
                return True
        if function.node.returns is None:
            # It is by its body that we know; whether control reaches its end is not known.
            return any(is_none(member) for member in members_of(value)) and _returns(node)
        returned, _ = self.world.inference.results(function, stands.receiver, None, stands.scope)
        if isinstance(returned, Unknown) or not members_of(returned):
            return False
        return not self.fitting.cannot_be(value, returned)

    def _judge_attribute(self, item: Configured) -> None:
        """``mock.name = value``: a plain value for a method, or of the wrong type for an annotated attribute."""
        stands = item.mock.stands
        if not isinstance(stands, Instance) or is_dunder(item.name):
            return
        found = self.world.attributes.get(stands, item.name)
        owner = self.world.owners.of(stands)
        if owner is None or found.outcome not in (Outcome.FOUND, Outcome.OFF_CONTRACT):
            return
        if isinstance(found.value, FunctionValue):
            if not all(self._is_plain(member) for member in members_of(item.value)):
                return
            if self.mocks.certain(found.value) and self._is_method(found.value):
                given = self.fitting.given(item.value)
                self.evaluator.emit(MockGift(item.node, "attribute", "method", owner, item.name, given, ""))
            return
        member = self.world.classes.member(stands.cls, item.name)
        if member is None:
            return
        wanted = found.value if self._annotated(member) else self._by_parameter(member)
        if self.fitting.cannot_be(item.value, wanted) and not isinstance(item.value, Mock):
            written = self.world.project_text
            if written.subclass_has(stands.cls, item.name) or written.asked(item.name):
                return
            given, expected = self.fitting.given(item.value), self.fitting.expected(wanted)
            self.evaluator.emit(MockGift(item.node, "attribute", "type", owner, item.name, given, expected))

    def _by_parameter(self, member: Member) -> Value:
        """What an attribute holds that only ``__init__`` assigns, from a parameter that is annotated."""
        if len(member.bindings) != 1 or not isinstance(member.value, ast.Name) or member.method is None:
            return UNKNOWN
        if member.method.name != "__init__" or self.world.project_text.stored(member.name):
            return UNKNOWN
        arguments = member.method.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.arg == member.value.id and argument.annotation is not None:
                if any(
                    isinstance(n, ast.Name) and n.id == argument.arg and isinstance(n.ctx, ast.Store)
                    for n in ast.walk(member.method)
                ):
                    return UNKNOWN
                return self.world.annotations.value(argument.annotation, member.owner.module, member.owner)
        return UNKNOWN

    def _annotated(self, member: object) -> bool:
        """Whether an annotation says what the attribute is: nothing that is assigned to it elsewhere counts."""
        kind = getattr(member, "kind", "")
        if kind == "property":
            functions = list(member.functions())  # type: ignore[attr-defined]
            return bool(functions) and all(
                function.node.returns is not None
                or any("setter" in ast.unparse(d) for d in function.node.decorator_list)
                for function in functions
            )
        return getattr(member, "annotation", None) is not None

    def _is_method(self, value: FunctionValue) -> bool:
        info = self.world.functions.info(value.function)
        return info.kind in ("method", "class", "static") and not info.opaque and value.function.owner is not None

    def _is_plain(self, value: Value) -> bool:
        """Whether nobody can call it."""
        if not isinstance(value, Instance):
            return False
        return is_none(value) or value.literal is not NOTHING or (value.exact and value.cls.module.name == "builtins")


def _any_of(value: Value) -> Value:
    """A literal as any value of its class."""
    if isinstance(value, Instance) and value.literal is not NOTHING and not is_none(value):
        return Instance(value.cls, value.args)
    return value


def _returns(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(True for _ in returned_nodes(node))


def _shown_kind(node: ast.expr | None) -> str | None:
    """The builtin class of a literal or a display."""
    if node is None:
        return "NoneType"
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    names = {ast.Dict: "dict", ast.List: "list", ast.Tuple: "tuple", ast.Set: "set", ast.JoinedStr: "str"}
    return names.get(type(node)) or {ast.ListComp: "list", ast.DictComp: "dict"}.get(type(node))


def _kind(value: Value) -> str:
    if is_none(value):
        return "NoneType"
    return value.cls.qualname if isinstance(value, Instance) else ""


def _says_any(annotation: ast.expr | None) -> bool:
    return getattr(annotation, "attr", getattr(annotation, "id", "")) == "Any"


def _gives_only_none(node: FunctionNode) -> bool:
    """Whether a body is documentation and ``return None``: nobody writes that but for others to write something else."""
    last = node.body[-1]
    return (
        len(node.body) == 2
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
        and isinstance(last, ast.Return)
        and isinstance(last.value, ast.Constant)
        and last.value.value is None
    )
