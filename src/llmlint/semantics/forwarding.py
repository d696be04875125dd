"""``**kwargs`` that a function hands on: what those refuse that it hands them to, the function refuses as well."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.per_node import per_node
from llmlint.contracts.signature import KEYWORD_ONLY, VAR_KEYWORD, Parameter, Signature
from llmlint.contracts.symbols import Class, FunctionNode
from llmlint.contracts.walking import pairs, walk
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.handing import Handing, handing
from llmlint.semantics.inference import identity_of
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    Special,
    Union,
    Value,
    is_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.callables import Callables
    from llmlint.semantics.scope import Scope

_DEEP: Final = 8
"""How many functions a keyword is followed through."""
_ASKED: Final = 2 * _DEEP


# -- constructors ------------------------------------------------------------------------------------------------------


def hands_on(node: FunctionNode, owner: Class) -> ast.Call | None:
    """The ``super().__init__(…, **kwargs)`` that a constructor runs whatever happens, if it does nothing else with ``kwargs``."""
    if node.args.kwarg is None:
        return None
    name = node.args.kwarg.arg
    for outer, inner in pairs(node):
        if isinstance(inner, ast.Name) and inner.id == name:
            if not (isinstance(outer, ast.keyword) and outer.arg is None):
                return None
    for statement in node.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and _is_super(call.func):
            if not _names_owner(call.func.value, owner):  # type: ignore[attr-defined]
                return None
            spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
            return call if len(spread) == 1 and isinstance(spread[0], ast.Name) and spread[0].id == name else None
        if any(isinstance(inner, ast.Return) for inner in walk(statement)):
            return None
    return None


def with_those_of(signature: Signature, *others: Signature) -> Signature:
    """The signature whose ``**kwargs`` are the keywords of the next ones."""
    known = {parameter.name for parameter in signature.parameters}
    own = [parameter for parameter in signature.parameters if parameter.kind != VAR_KEYWORD]
    # An annotation of the other one would be read in the wrong module.
    more: dict[str, Parameter] = {}
    for other in others:
        for name, parameter in other.keywords.items():
            if name not in known:
                more.setdefault(name, Parameter(name, KEYWORD_ONLY, False, None, parameter.default))
    return Signature(signature.name, [*own, *more.values()])


def _is_super(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__init__"
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "super"
    )


# -- functions ---------------------------------------------------------------------------------------------------------


class Forwarding:
    """Follows ``**kwargs`` from a function to those that it hands them to."""

    def __init__(self, callables: Callables) -> None:
        self.callables = callables
        self.world = callables.world
        self._followed: list[object] = []
        self._asked: list[object] = []
        """The functions of which it is being asked whether those that they hand to refuse a keyword."""
        self._cuts = 0
        """How often a keyword was not followed because it went in a circle or too far."""

    def refused(self, bound: Bound, value: Value, arguments: Arguments) -> Bound | None:
        """The signature that stands for ``**kwargs`` as well, if a keyword of the call of ``value`` is refused further on."""
        function = bound.function
        if function is None or function.module.is_stub:
            return None
        if isinstance(value, FunctionValue) and isinstance(value.receiver, Instance):
            if value.receiver.cls is not function.owner and self.world.classes.open(value.receiver.cls):
                return None  # what comes after it in the order of a class with a base that is not known
        plan = self._plan(bound)
        if plan is None:
            return None
        known = bound.signature.keywords
        strange = tuple(name for name in arguments.names() if name not in known and name not in plan.keys)
        if not strange:
            return None
        receiver: Value | None = value.receiver if isinstance(value, FunctionValue) else None
        scope = value.scope if isinstance(value, FunctionValue) else None
        if bound.owner is not None:
            receiver = Instance(bound.owner, exact=True)
        nothing = self._nothing(bound, arguments)
        more = arguments.double_starred or bool(plan.keys)
        identity = identity_of(receiver)
        if identity is None or scope is not None:
            return self._refused(bound, plan, receiver, scope, nothing, strange, more)
        # A test calls the same function again and again in the same manner.
        given = frozenset(
            (name, getattr(value, "cls", None) if _is_class(value) else None) for name, value in nothing.items()
        )
        key = (identity, bound.owner, len(bound.signature.parameters), given, strange, more)
        kept: dict[object, Bound | None] = self.world.inference.kept(function, "refused", key)
        if key not in kept:
            before = self._cuts, self.world.answers.cuts
            found = self._refused(bound, plan, receiver, scope, nothing, strange, more)
            if before != (self._cuts, self.world.answers.cuts):
                return found
            kept[key] = found
        return kept[key]

    def _refused(
        self,
        bound: Bound,
        plan: Handing,
        receiver: Value | None,
        scope: Scope | None,
        nothing: dict[str, Value],
        strange: Sequence[str],
        more: bool,
    ) -> Bound | None:
        function = bound.function
        followed = self._followed_calls(bound, receiver, scope, nothing, plan)
        if followed is None:
            return None
        if function in self._asked or len(self._asked) >= _ASKED:
            self._cuts += 1
            return None  # functions that hand on to each other
        for name in strange:
            self._asked.append(function)
            try:
                found = self._refused_by_all(followed, name, strange, more)
            finally:
                self._asked.pop()
            if found is not None:
                signature = with_those_of(bound.signature, *(other.signature for other in found))
                keys = [
                    Parameter(key, KEYWORD_ONLY, False) for key in sorted(plan.keys) if key not in signature.keywords
                ]
                signature = Signature(signature.name, [*signature.parameters, *keys])
                through = (
                    *(callee for callee, _ in followed),
                    *(callee for other in found for callee in other.through),
                )
                reached = frozenset(name for call in plan.calls for name in _on_the_way(call.func)).union(
                    *(other.reached for other in found)
                )
                return Bound(signature, function, bound.outer, bound.owner, through, reached)
        return None

    def _plan(self, bound: Bound) -> Handing | None:
        assert bound.function is not None
        memo = bound.function.memo
        if "handing" not in memo:
            memo["handing"] = handing(bound.function.node)
        return memo["handing"]  # type: ignore[no-any-return]

    def _refused_by_all(
        self, followed: Sequence[tuple[Value, Arguments]], name: str, spread: Sequence[str], more: bool
    ) -> list[Bound] | None:
        """The signatures that refuse the keyword; None if one of the callees may take it.

        ``spread`` are names that ``**kwargs`` hold; with ``more``, it may hold others as well.
        """
        found: list[Bound] = []
        for callee, given in followed:
            explicit = given.names()
            keywords = [(key, UNKNOWN, ast.keyword(key, ast.Constant(None))) for key in spread if key not in explicit]
            arguments = Arguments(
                given.positional, given.nodes, [*given.keywords, *keywords], starred=given.starred, double_starred=more
            )
            mismatch = self.callables.mismatches(callee, arguments)
            if mismatch is None or not any(
                problem.kind == "unknown-keyword" and problem.name == name for problem in mismatch[1]
            ):
                return None
            found.append(mismatch[0])
        return found

    def _followed_calls(
        self, bound: Bound, receiver: Value | None, scope: Scope | None, nothing: dict[str, Value], plan: Handing
    ) -> list[tuple[Value, Arguments]] | None:
        """What the calls of ``plan`` call, with what they give it besides; None where one of them is not known."""
        function = bound.function
        assert function is not None
        if function in self._followed or len(self._followed) >= _DEEP:
            self._cuts += 1
            return None
        self._followed.append(function)
        try:
            evaluator = self.world.inference.quiet(function.module)
            for call in plan.calls:
                evaluator.callees.pop(call, None)
            owner = function.owner
            frame = evaluator.run(function, receiver, nothing, scope or (owner.scope if owner is not None else None))
            found: list[tuple[Value, Arguments]] = []
            for call in plan.calls:
                callee = evaluator.callees.get(call)
                if callee is None and call in plan.inner:
                    callee = evaluator.in_frame(frame, call.func)
                if _is_super_call(call.func):
                    callee = self._next(call.func, owner, receiver)
                elif callee is not None and _is_partial(callee) and call.args:
                    callee = evaluator.in_frame(frame, call.args[0])
                if callee is None or not self._is_certain(callee):
                    return None
                found.append((callee, self._explicit(call, bound, frame)))
            return found
        finally:
            self._followed.pop()

    def _nothing(self, bound: Bound, arguments: Arguments) -> dict[str, Value]:
        """Parameters that are None, as the call says or leaves them out, and those that are given a class to be called."""
        filled = {parameter.name: value for parameter, value in arguments.filling(bound.signature)}
        nothing = {name: value for name, value in filled.items() if is_none(value) or _is_class(value)}
        if not arguments.starred and not arguments.double_starred:
            for parameter in bound.signature.parameters:
                default = parameter.default
                if parameter.name not in filled and isinstance(default, ast.Constant) and default.value is None:
                    nothing[parameter.name] = self.world.none
        return nothing

    def _explicit(self, call: ast.Call, bound: Bound, frame: Scope) -> Arguments:
        """What a call gives besides ``**kwargs``; of parameters that are None, that they are."""
        assert bound.function is not None
        stored = _stored(bound.function.node)

        def value(node: ast.expr) -> Value:
            known = frame.names.get(node.id) if isinstance(node, ast.Name) and node.id not in stored else None
            return known if known is not None and is_none(known) else UNKNOWN

        starred = any(isinstance(argument, ast.Starred) for argument in call.args)
        positional = [] if starred else call.args
        return Arguments(
            [value(argument) for argument in positional],
            positional,
            [(keyword.arg, value(keyword.value), keyword) for keyword in call.keywords if keyword.arg is not None],
            starred=starred,
            double_starred=True,
        )

    def _next(self, function: ast.expr, owner: Class | None, receiver: Value | None) -> Value | None:
        """``super().name``: the method of the next class in the order of what the method is bound to."""
        assert isinstance(function, ast.Attribute)
        if owner is None or not isinstance(receiver, (Instance, ClassValue)) or not _names_owner(function.value, owner):
            return None
        classes = self.world.classes
        order = classes.mro(receiver.cls)
        if owner not in order or order[-1].symbol != "builtins.object":
            return None
        following = order[order.index(owner) + 1 :]
        if function.attr == "__init__":
            bounds = self.callables.along(receiver.cls, following)
            return Constructing(bounds) if bounds is not None else None
        for base in following:
            if base.own_open and ("base" in base.own_open or "inherits" in base.own_open):
                return None
            member = classes.body(base).get(function.attr)
            if member is not None:
                return self.world.member_values.value(member, receiver)
        return None

    def _is_certain(self, callee: Value) -> bool:
        """Whether it is that function which is called, and no override."""
        if isinstance(callee, Union):
            return False
        if isinstance(callee, FunctionValue) and isinstance(callee.receiver, Instance) and not callee.receiver.exact:
            return not self.world.project_text.subclass_has(callee.receiver.cls, callee.function.name)
        return isinstance(callee, (FunctionValue, ClassValue, Special, Constructing))


class Constructing(Value):
    """``super().__init__``: the signatures of the next constructor."""

    __slots__ = ("bounds",)

    def __init__(self, bounds: list[Bound]) -> None:
        self.bounds = bounds


def _is_super_call(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "super"
    )


def _names_owner(call: ast.expr, owner: Class) -> bool:
    """Whether it is ``super()``, or ``super(Owner, self)``."""
    if not isinstance(call, ast.Call) or not call.args:
        return True
    return isinstance(call.args[0], ast.Name) and call.args[0].id == owner.name


def _on_the_way(function: ast.expr) -> list[str]:
    """The names by which what is called is reached, its own left out."""
    return dotted(function).split(".")[:-1]


def _is_class(value: Value) -> bool:
    return isinstance(value, ClassValue) and value.exact and not value.cls.module.is_stub


def _is_partial(callee: Value) -> bool:
    return isinstance(callee, Special) and callee.path == "functools.partial"


@per_node
def _stored(function: FunctionNode) -> frozenset[str]:
    """The names that a function binds or deletes, inner functions included."""
    return frozenset(
        inner.id for inner in walk(function) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
    )
