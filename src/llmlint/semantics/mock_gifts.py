"""What mocks are told to give, judged when their file is over: values that the contract cannot give, coroutines where there are none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FUNCTION, Function, Member
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.fitting import Fitting
from llmlint.semantics.mock_standing import result
from llmlint.semantics.mock_values import Configured, Mock, Record
from llmlint.semantics.nouns import MockAwait, MockGift, Outcome, Owner
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
    from llmlint.semantics.mocks import Mocks

_IGNORED: Final = re.compile(r"#\s*type:\s*ignore|#\s*pyright:\s*ignore")
_SYNCHRONOUS: Final = frozenset({"Mock", "MagicMock"})
_OVERLOADS: Final = 4
"""More overloads than are followed."""


class MockGifts:
    """Judges what one file tells its mocks to give."""

    def __init__(self, mocks: Mocks) -> None:
        self.mocks = mocks
        self.evaluator = mocks.evaluator
        self.world = mocks.evaluator.world
        self.fitting = Fitting(self.world)
        self._wrong_kind: set[Mock] = set()
        """Mocks whose calls give a coroutine where the contract's do not, or the other way round."""

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

    # -- return_value, side_effect -----------------------------------------------------------------------------------------

    def _judge_gift(self, item: Configured) -> None:
        mock = item.mock
        if item.form == "side_effect" and self._has_no_effect(item.value):
            subject = self._subject(mock)
            if subject is None and (mock.stands is not None or mock.opaque):
                return
            given = self.fitting.given(item.value)
            if subject is None:
                subject = self.world.attributes.owner(item.value)
            if subject is not None:
                self.evaluator.emit(MockGift(item.node, "side_effect", "effect", subject, "", given, ""))
            return
        expected = self._returned(mock)
        if expected is None:
            return
        for node, value in self._given(item):
            if isinstance(value, (Unknown, Coroutine)):
                continue
            if self.fitting.cannot_be(value, expected) and not self._body_may_give(mock, value):
                self._emit(node, item, value, expected)

    def _emit(self, node: ast.expr, item: Configured, value: Value, expected: Value) -> None:
        given, wanted = self.fitting.given(value), self.fitting.expected(expected)
        if item.mock.of is not None:
            owner = self.world.attributes.owner(item.mock.of[0])
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

    def _raises(self, value: Value) -> bool:
        return any(
            isinstance(member, (Instance, ClassValue))
            and self.world.classes.derives(member.cls, "builtins.BaseException")
            for member in members_of(value)
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
        if len(stands.functions) > _OVERLOADS or not self.evaluator.mocks.certain(stands):
            return None
        for function in stands.functions:
            info = self.world.functions.info(function)
            if info.opaque or info.fixture is not None or info.manager is not None or info.kind == "property":
                return None
            if function.owner is None and function.name not in function.module.table:
                return None  # what a decorator made: its body says nothing of the one it decorates
            if self.world.inference.is_generator(function):
                return None
        found = result(self.world, stands)
        if found is None or isinstance(found, (Unknown, Coroutine)):
            return None
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
        for given in _returned_nodes(node):
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

    # -- attributes --------------------------------------------------------------------------------------------------------

    def _judge_attribute(self, item: Configured) -> None:
        """``mock.name = value``: a plain value for a method, or of the wrong type for an annotated attribute."""
        stands = item.mock.stands
        if not isinstance(stands, Instance) or is_dunder(item.name):
            return
        found = self.world.attributes.get(stands, item.name)
        owner = self.world.attributes.owner(stands)
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
            if self.world.vetoes.subclass_has(stands.cls, item.name):
                return
            given, expected = self.fitting.given(item.value), self.fitting.expected(wanted)
            self.evaluator.emit(MockGift(item.node, "attribute", "type", owner, item.name, given, expected))

    def _by_parameter(self, member: Member) -> Value:
        """What an attribute holds that only ``__init__`` assigns, from a parameter that is annotated."""
        if len(member.bindings) != 1 or not isinstance(member.value, ast.Name) or member.method is None:
            return UNKNOWN
        if member.method.name != "__init__" or self.world.vetoes.stored_in_project(member.name):
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

    # -- coroutines --------------------------------------------------------------------------------------------------------

    def _judge_flavors(self) -> None:
        seen: set[int] = set()
        for record in self.mocks.records:
            for mock in record.mocks:
                if mock.home is self.mocks:
                    self._judge_built(record, mock, seen)
                    self._judge_parts(mock, seen, 0)
        for mock in self.mocks.replaced:
            self._judge_replacement(mock, seen)
        for mock in self.mocks.patched:
            self._judge_parts(mock, seen, 0)

    def _judge_built(self, record: Record, mock: Mock, seen: set[int]) -> None:
        """A mock that the test builds in the place of one function or method."""
        if record.specced or mock.opaque or not isinstance(mock.stands, FunctionValue) or not record.handed:
            return
        if record.factory in _SYNCHRONOUS or record.factory == "AsyncMock":
            self._judge_flavor(mock, record.node, record.factory == "AsyncMock", seen, part=False)

    def _judge_replacement(self, mock: Mock, seen: set[int]) -> None:
        if isinstance(mock.stands, FunctionValue) and mock.at is not None:
            self._judge_flavor(mock, mock.at, mock.flavor == "async", seen, part=False)

    def _judge_parts(self, mock: Mock, seen: set[int], depth: int) -> None:
        for name, child in mock.children.items():
            if not isinstance(child, Mock) or child.record is not None or depth > 6:
                continue
            if (
                name != "()"
                and not is_dunder(name)
                and isinstance(child.stands, FunctionValue)
                and child.at is not None
            ):
                if child.flavor and not mock.guided and child.actions & {"configured", "asserted"}:
                    self._judge_flavor(child, child.at, child.flavor == "async", seen, part=True)
            self._judge_parts(child, seen, depth + 1)

    def _judge_flavor(self, mock: Mock, at: ast.expr, asynchronous: bool, seen: set[int], *, part: bool) -> None:
        stands = mock.stands
        assert isinstance(stands, FunctionValue)
        if id(at) in seen or not self.mocks.certain(stands) or self.evaluator.sink is None:
            return
        function = stands.function
        info = self.world.functions.info(function)
        if (
            info.opaque
            or info.manager is not None
            or self.world.inference.is_generator(function)
            or info.kind == "property"
        ):
            return
        if asynchronous and not function.is_async:
            if not self._surely_synchronous(stands):
                return
        elif not asynchronous and function.is_async:
            if not self._unawaitable(mock):
                return
        else:
            return
        owner = self._subject(mock)
        if owner is not None:
            seen.add(id(at))
            self._wrong_kind.add(mock)
            self.evaluator.emit(MockAwait(at, owner, function.is_async, part))

    def _surely_synchronous(self, stands: FunctionValue) -> bool:
        """Whether nothing that the contract gives can be awaited."""
        if any(function.is_async for function in stands.functions) or len(stands.functions) > _OVERLOADS:
            return False
        found = union(
            self.world.calls.function_result(
                function, stands.receiver, Arguments(starred=True, double_starred=True), stands.scope
            )
            for function in stands.functions
        )
        if isinstance(found, Unknown):
            return all(self._passes_on(function) for function in stands.functions)
        return all(
            is_none(member)
            or (isinstance(member, Instance) and self.fitting.decided(member) and not self._is_protocol(member))
            for member in members_of(found)
        ) and not isinstance(found, Unknown)

    def _passes_on(self, function: Function) -> bool:
        """Whether a function that says ``Any`` only gives what plain functions of the standard library give it (``json.loads``)."""
        if function.module.is_stub or function.node.returns is None:
            return False
        returned = list(_returned_nodes(function.node))
        for node in returned:
            if not isinstance(node, ast.Call):
                return False
            called = self.world.inference.module_value(function.module, node.func)
            if (
                not isinstance(called, FunctionValue)
                or called.function.is_async
                or called.function.module.kind != "typeshed"
            ):
                return False
        return bool(returned)

    def _is_protocol(self, value: Instance) -> bool:
        self.world.classes.mro(value.cls)
        return "protocol" in value.cls.memo and value.cls.module.kind != "typeshed"

    def _unawaitable(self, mock: Mock) -> bool:
        """Whether what the synchronous mock gives cannot be awaited, for certain."""
        effects = [item for item in self.mocks.configured if item.mock is mock and item.form == "side_effect"]
        if effects:
            return all(self._effect_unawaitable(item) for item in effects)
        if "()" in mock.given:
            return self._value_unawaitable(mock.children["()"])
        return not ("not called" in mock.actions and "configured" not in mock.actions)

    def _effect_unawaitable(self, item: Configured) -> bool:
        value = item.value
        if isinstance(value, Instance) and value.items is not None:
            given = [element for element in value.items if not self._raises(element)]
            return bool(given) and all(self._value_unawaitable(element) for element in given)
        if isinstance(value, FunctionValue) and value.function.is_async:
            return False
        if isinstance(value, (FunctionValue, Callable)):
            return self._value_unawaitable(self.mocks.outcome(value))
        return False  # an exception is raised just as well before anything is awaited

    def _value_unawaitable(self, value: Value) -> bool:
        for member in members_of(value):
            if isinstance(member, Mock):
                if member.flavor == "async" or member.opaque or member.record is None and member.stands is None:
                    return False
            elif not isinstance(member, Instance):
                return False
            elif not is_none(member) and member.literal is NOTHING:
                classes = self.world.classes
                if not member.exact or classes.open(member.cls) or classes.member(member.cls, "__await__") is not None:
                    return False
        return not isinstance(value, Unknown)

    def _subject(self, mock: Mock) -> Owner | None:
        return self.world.attributes.owner(mock.stands) if mock.stands is not None else None


def _returns(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(True for _ in _returned_nodes(node))


def _returned_nodes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr | None]:
    """What the ``return`` statements of a body give; None for a bare one."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Return):
            pending = [item.value]
            while pending:
                value = pending.pop()
                if isinstance(value, ast.IfExp):
                    pending += [value.body, value.orelse]
                elif isinstance(value, ast.BoolOp):
                    pending += value.values
                else:
                    yield value
        elif not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(item))


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
