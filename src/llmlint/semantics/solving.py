"""Type variables: solved by arguments, and whether a value may be of an annotated type."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

from llmlint.contracts.signature import (
    Parameter,
    Signature,
    bind,
)
from llmlint.contracts.symbols import Class, Function
from llmlint.semantics.annotations import Substitution
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.protocols import AWAITABLES, ELEMENT_PROTOCOLS, Protocols
from llmlint.semantics.values import (
    NOTHING,
    PROXY,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Never,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)

_DECIDING: Final = frozenset(
    f"__{name}__"
    for name in (
        "iter",
        "next",
        "call",
        "len",
        "getitem",
        "fspath",
        "await",
        "aiter",
        "anext",
        "index",
        "int",
        "float",
        "reversed",
    )
)
"""Methods of protocols that classes define themselves or have not: no decorator and no base of all makes them."""


def _named_for_values(annotation: ast.expr) -> set[str]:
    """The names in an annotation, those of what a callable takes or gives left out: of it others tell more."""
    if isinstance(annotation, ast.Subscript) and getattr(annotation.value, "id", "") == "Callable":
        return set()
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


class Solving(Protocols):
    """Solves type variables and chooses overloads."""

    def _matching(self, value: FunctionValue, arguments: Arguments) -> list[Function]:
        """The overloads that these arguments may choose: the first one where their types are known."""
        uncertain = arguments.starred or arguments.double_starred
        overloads = [f for f in value.functions if self.world.functions.info(f).overload]
        candidates: list[Function] = []
        for function in overloads or value.functions:
            if value.receiver is not None and function.owner is not None and _types_self(function):
                uncertain = True  # `def get(self: AsyncClient) -> …`: what `self` is may decide
        for function in overloads or value.functions:
            bound = self.world.functions.drops_first(function, value.receiver)
            signature = self.bound(function, bound).signature
            if bind(
                signature,
                len(arguments.positional),
                arguments.names(),
                starred=arguments.starred,
                double_starred=arguments.double_starred,
            ):
                continue
            if self._defaults_otherwise(value, signature, arguments):
                continue
            for parameter, argument in arguments.filling(signature):
                if parameter.annotation is None:
                    continue
                expected = self.world.annotations.accepted(
                    parameter.annotation, function.module, function.owner, self._as_instance(value.receiver)
                )
                if getattr(parameter.annotation, "id", "") == "Self":
                    expected = self._as_instance(value.receiver) or expected
                if not self.may_be(argument, expected) or self._holds_otherwise(argument, expected):
                    break
                if type(argument) is Unknown or _holds_unknown(argument):
                    uncertain = True
            else:
                candidates.append(function)
                if not uncertain:
                    break
        return candidates

    def _holds_otherwise(self, value: Value, expected: Value) -> bool:
        """Whether ``value`` is a collection, and for certain not of what ``expected`` is one of."""
        if not isinstance(value, Instance) or not isinstance(expected, Instance) or len(expected.args) != 1:
            return False
        if expected.cls.name not in ELEMENT_PROTOCOLS:
            return False
        wanted = expected.args[0]
        if any(
            isinstance(member, Instance) and member.cls.name in ("float", "complex") for member in members_of(wanted)
        ):
            return False  # which an int is as good as
        return not self.may_be(self.element(value), wanted)

    def _defaults_otherwise(self, value: FunctionValue, signature: Signature, arguments: Arguments) -> bool:
        """Whether an overload says another default of what is not given than the function that runs has."""
        real = value.function
        if (
            real.module.is_stub
            or self.world.functions.info(real).overload
            or arguments.starred
            or arguments.double_starred
        ):
            return False
        filled = {parameter.name for parameter, _ in arguments.filling(signature)}
        defaults = {parameter.name: parameter.default for parameter in self.bound(real, False).signature.parameters}
        for parameter in signature.parameters:
            if parameter.name not in filled and isinstance(parameter.default, ast.Constant):
                other = defaults.get(parameter.name)
                if parameter.default.value is not ... and isinstance(other, ast.Constant):
                    if other.value != parameter.default.value:
                        return True
        return False

    def may_be(self, value: Value, expected: Value) -> bool:
        """Whether ``value`` may be of the type ``expected``; False only for certain."""
        if isinstance(expected, (Unknown, Never)) or isinstance(value, (Unknown, Never)):
            return True
        if isinstance(value, Union):
            return any(self.may_be(member, expected) for member in value.members)
        if isinstance(expected, Union):
            return any(self.may_be(value, member) for member in expected.members)
        classes = self.world.classes
        if isinstance(value, Coroutine) and isinstance(expected, Instance):
            return expected.cls.symbol in (
                "typing.Coroutine",
                "typing.Awaitable",
                "types.CoroutineType",
            ) or self._protocol(expected.cls)
        if isinstance(expected, Instance):
            if isinstance(value, Instance):
                if is_none(expected) or is_none(value):
                    return is_none(expected) and is_none(value)
                if expected.literal is not NOTHING:
                    if value.literal is not NOTHING:
                        return type(value.literal) is type(expected.literal) and bool(value.literal == expected.literal)
                    return classes.is_subclass(expected.cls, value.cls)
                if classes.is_subclass(value.cls, expected.cls) or classes.open(value.cls):
                    return True
                if self._protocol(expected.cls):
                    return all(
                        classes.member(value.cls, name) is not None
                        for name in classes.body(expected.cls)
                        if not name.startswith("_") or name in _DECIDING
                    )
                return not value.exact and classes.is_subclass(expected.cls, value.cls)
            if is_none(expected):
                return not isinstance(value, (ClassValue, FunctionValue, Callable, ModuleValue))
            if isinstance(value, ClassValue):
                return self._protocol(expected.cls) or expected.cls.symbol in (
                    "builtins.type",
                    "builtins.object",
                    "typing.Hashable",
                )
            if isinstance(value, (FunctionValue, Callable)):
                return self._protocol(expected.cls) or expected.cls.symbol.startswith(("types.", "builtins.object"))
            if isinstance(value, ModuleValue):
                return self._protocol(expected.cls) or expected.cls.symbol == "types.ModuleType"
            return True
        if isinstance(expected, ClassValue):
            if isinstance(value, ClassValue):
                return classes.is_subclass(value.cls, expected.cls)
            return not isinstance(value, Instance) or value.cls.symbol == "builtins.type"
        if isinstance(expected, Callable):
            wanted = expected.result
            if isinstance(value, FunctionValue) and isinstance(wanted, Instance):
                if wanted.cls.symbol in (
                    "typing.Coroutine",
                    "typing.Awaitable",
                    "typing.AsyncGenerator",
                    "typing.AsyncIterator",
                ):
                    result = self.result(value, Arguments(starred=True, double_starred=True))
                    return value.function.is_async or isinstance(result, (Unknown, Coroutine))
            if isinstance(value, Instance):
                return not is_none(value) and classes.member(value.cls, "__call__") is not None
            return not isinstance(value, ModuleValue)
        return True

    def _protocol(self, cls: Class) -> bool:
        self.world.classes.mro(cls)
        return "protocol" in cls.memo

    def _as_instance(self, receiver: Value | None) -> Value | None:
        if isinstance(receiver, ClassValue):
            return Instance(receiver.cls, receiver.args, receiver.exact)
        if isinstance(receiver, Instance) and receiver.literal is not NOTHING:
            return Instance(receiver.cls, receiver.args)
        return receiver

    def _variables(self, function: Function, returns: ast.expr) -> frozenset[str]:
        """The type variables (and ``Self``) that the returns annotation names."""
        found: set[str] = set()
        scoped = {p.name for p in getattr(function.node, "type_params", ())}
        if function.owner is not None:
            scoped |= set(self.world.annotations.parameters(function.owner))
        if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
            try:
                returns = ast.parse(returns.value, mode="eval").body
            except (SyntaxError, ValueError):
                return frozenset()
        for node in ast.walk(returns):
            if isinstance(node, ast.Name):
                if (
                    node.id in scoped
                    or node.id == "Self"
                    or self.world.annotations.is_type_variable(function.module, node)
                ):
                    found.add(node.id)
            elif isinstance(node, ast.Attribute) and node.attr == "Self":
                found.add("Self")
        return frozenset(found)

    def solve_all(
        self,
        given: Iterable[tuple[Parameter, Value]],
        subst: Substitution,
        variables: frozenset[str],
        function: Function,
    ) -> None:
        """Bind type variables by all arguments: one that is not known may be anything, whatever else is given for the same variable."""
        unknown: set[str] = set()
        for parameter, value in given:
            if parameter.annotation is not None:
                self._solve(parameter.annotation, value, subst, variables, function)
                if type(value) is Unknown or self._fits_by_shape(parameter.annotation, value, function):
                    unknown |= _named_for_values(parameter.annotation)
        subst.update(dict.fromkeys(unknown & variables, UNKNOWN))

    def _fits_by_shape(self, node: ast.expr, value: Value, function: Function) -> bool:
        """Whether a value fits an annotation for what methods it has, if it does (``SupportsKeysAndGetItem``): of what, is not worked out."""
        if not isinstance(node, ast.Subscript) or not isinstance(value, Instance):
            return False
        symbol = self.world.library.resolve(function.module, node.value, function.owner)
        if not isinstance(symbol, Class) or symbol.name in ELEMENT_PROTOCOLS or symbol.name in AWAITABLES:
            return False
        return not self.world.classes.is_subclass(value.cls, symbol)

    def _solve(
        self, node: ast.expr, value: Value, subst: Substitution, variables: frozenset[str], function: Function
    ) -> None:
        """Bind type variables in the parameter annotation ``node`` by the argument ``value``."""
        if isinstance(node, ast.Name):
            if node.id in variables and node.id != "Self":
                found = _widened(value)
                old = subst.get(node.id)
                subst[node.id] = found if old is None or type(old) is Unknown else union((old, found))
            return
        if isinstance(node, ast.BinOp):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and side.value is None:
                    value = without_none(value)
            names = [
                side for side in (node.left, node.right) if not (isinstance(side, ast.Constant) and side.value is None)
            ]
            for side in names:
                if isinstance(side, ast.Subscript) or len(names) == 1:
                    self._solve(side, value, subst, variables, function)
            return
        if not isinstance(node, ast.Subscript):
            return
        last = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if last in ("type", "Type"):
            values = [Instance(m.cls, m.args) if isinstance(m, ClassValue) else UNKNOWN for m in members_of(value)]
            self._solve(items[0], union(values), subst, variables, function)
        elif last in ("Optional",):
            self._solve(items[0], without_none(value), subst, variables, function)
        elif last in ("Union",):
            for item in items:
                if isinstance(item, ast.Subscript):
                    self._solve(item, value, subst, variables, function)
        elif last in AWAITABLES:
            self._solve(items[-1], self.awaited(value), subst, variables, function)
        elif last in ("Callable",):
            if len(items) == 2 and isinstance(value, (FunctionValue, Callable, ClassValue)):
                given = self.result(value, Arguments(starred=True, double_starred=True))
                if isinstance(items[0], ast.Constant) and items[0].value is ...:
                    given = _as_run_elsewhere(value, given)
                self._solve(items[1], given, subst, variables, function)
        elif last in ELEMENT_PROTOCOLS and len(items) >= 1:
            self._solve(items[0], self.element(value), subst, variables, function)
        elif isinstance(value, Instance) and value.args:
            symbol = self.world.library.resolve(function.module, node.value, function.owner)
            if isinstance(symbol, Class) and self.world.classes.is_subclass(value.cls, symbol):
                inner = self.world.annotations.substitution(value.cls, value.args, symbol)
                for item, name in zip(items, self.world.annotations.parameters(symbol), strict=False):
                    self._solve(item, inner.get(name, UNKNOWN), subst, variables, function)

    def _solved_arguments(self, cls: Class, arguments: Arguments) -> tuple[Value, ...]:
        names = self.world.annotations.parameters(cls)
        constructors = self.constructor(cls) or []
        best = self._nearest_exact(constructors, arguments)
        if best is None or best.function is None:
            return ()
        owner = best.function.owner
        if owner is not cls:
            return ()
        subst: Substitution = {}
        variables = frozenset(names)
        self.solve_all(arguments.filling(best.signature), subst, variables, best.function)
        if not subst:
            return ()
        return tuple(subst.get(name, UNKNOWN) for name in names)

    def _nearest_exact(self, signatures: list[Bound], arguments: Arguments) -> Bound | None:
        for bound in signatures:
            if bind(
                bound.signature,
                len(arguments.positional),
                arguments.names(),
                starred=arguments.starred,
                double_starred=arguments.double_starred,
            ):
                continue
            if bound.function is not None and len(signatures) > 1:
                for parameter, given in arguments.filling(bound.signature):
                    if parameter.annotation is not None and not self.may_be(
                        given, self.world.annotations.value(parameter.annotation, bound.function.module, bound.outer)
                    ):
                        break
                else:
                    return bound
                continue
            return bound
        return None


def _types_self(function: Function) -> bool:
    """Whether a method annotates its receiver."""
    arguments = function.node.args
    return any(argument.annotation is not None for argument in [*arguments.posonlyargs, *arguments.args][:1])


def _widened(value: Value) -> Value:
    """A literal as an instance of its class: what a type variable is solved with."""
    if isinstance(value, Instance) and value.literal is not NOTHING and not is_none(value):
        return Instance(value.cls, value.args, value.exact)
    return value


def _holds_unknown(value: Value) -> bool:
    """Whether it is a collection of nobody knows what: `sum` of that may be anything."""
    return isinstance(value, Instance) and any(type(item) is Unknown for item in value.args)


def _as_run_elsewhere(value: Value, given: Value) -> Value:
    """What ``submit(function: Callable[..., T], *args) -> T`` makes of what the function gives: it may wait for a coroutine, and hand
    back what stands for an object elsewhere."""
    if isinstance(given, Coroutine):
        return UNKNOWN
    if isinstance(value, ClassValue) and isinstance(given, Instance):
        return Instance(given.cls, given.args, via=PROXY)
    return given
