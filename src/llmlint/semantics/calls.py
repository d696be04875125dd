"""Calling a value: its signatures, whether arguments bind to them, and what the call returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.classes import Field
from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    Mismatch,
    Parameter,
    Signature,
    bind,
    from_function,
)
from llmlint.contracts.symbols import FUNCTION, Class, Function
from llmlint.semantics.annotations import Substitution
from llmlint.semantics.values import (
    NOTHING,
    UNINFERRED,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Never,
    Special,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.scope import Scope
    from llmlint.semantics.world import World

_ELEMENT_PROTOCOLS: Final = frozenset(
    {
        "Iterable", "Iterator", "Collection", "Sequence", "MutableSequence", "Container", "Reversible", "AbstractSet", "Set",
        "MutableSet", "list", "List", "set", "frozenset", "deque", "Generator", "tuple", "SupportsNext", "SupportsIter",
    }
)  # fmt: skip
_PASSED_ON: Final = frozenset({f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output")})
"""Functions whose source takes any keyword and hands it to what does not: the stub decides."""
_AWAITABLES: Final = frozenset(
    {"Awaitable", "Coroutine", "Future", "Task", "_FutureLike", "_CoroutineLike", "CoroutineType"}
)


class Arguments:
    """The arguments of one call, evaluated."""

    __slots__ = ("double_starred", "keywords", "nodes", "positional", "starred")

    def __init__(
        self,
        positional: Sequence[Value] = (),
        nodes: Sequence[ast.expr] = (),
        keywords: Sequence[tuple[str, Value, ast.keyword]] = (),
        starred: bool = False,
        double_starred: bool = False,
    ) -> None:
        self.positional = positional
        self.nodes = nodes
        self.keywords = keywords
        self.starred = starred
        self.double_starred = double_starred

    def names(self) -> list[str]:
        """The keywords."""
        return [name for name, _, _ in self.keywords]

    def filling(self, signature: Signature) -> Iterable[tuple[Parameter, Value]]:
        """Each parameter with the value that fills it, as far as that is certain."""
        if not self.starred:
            for index, value in enumerate(self.positional):
                parameter = signature.parameter_for(index, None)
                if parameter is not None:
                    yield parameter, value
        for name, value, _ in self.keywords:
            parameter = signature.parameter_for(0, name)
            if parameter is not None:
                yield parameter, value

    def keyword(self, name: str) -> Value | None:
        """The value of a keyword."""
        for given, value, _ in self.keywords:
            if given == name:
                return value
        return None


class Bound:
    """A signature, with what is needed to evaluate its annotations."""

    __slots__ = ("function", "outer", "owner", "signature")

    def __init__(
        self, signature: Signature, function: Function | None, outer: Class | None, owner: Class | None
    ) -> None:
        self.signature = signature
        self.function = function
        self.outer = outer
        self.owner = owner
        """The class that is constructed, for a constructor."""


class Calls:
    """Binds and evaluates calls."""

    def __init__(self, world: World) -> None:
        self.world = world

    # -- signatures ------------------------------------------------------------------------------------------------------

    def signatures(self, value: Value) -> list[Bound] | None:
        """The signatures that ``value`` may be called with (any of them will do); None if they are not known."""
        if isinstance(value, FunctionValue):
            return self._function_signatures(value)
        if isinstance(value, ClassValue):
            return self.constructor(value.cls) if value.exact else None
        if isinstance(value, Callable):
            return [Bound(value.signature, None, None, None)] if value.signature is not None else None
        if isinstance(value, Special):
            return self.signatures(value.value)
        if isinstance(value, Instance) and not is_none(value):
            found = self.world.attributes.get(value, "__call__").value
            return (
                self._function_signatures(found)
                if isinstance(found, FunctionValue) and found.receiver is not None
                else None
            )
        return None

    def _function_signatures(self, value: FunctionValue) -> list[Bound] | None:
        result: list[Bound] = []
        for function in value.functions:
            info = self.world.functions.info(function)
            if info.opaque or info.injected or info.fixture is not None or info.kind == "property":
                return None
            if function.owner is not None and function.owner.own_open and _without_self(function):
                return None  # an interface that is no class of Python's own (zope.interface)
            if function.symbol == "typing.NamedTuple._replace" and isinstance(value.receiver, Instance):
                return self._replacing(value.receiver.cls)
            bound = self.world.functions.drops_first(function, value.receiver)
            result.append(self._bound(function, bound))
            if value.loose:
                result.append(self._bound(function, True))
        return result

    def _replacing(self, cls: Class) -> list[Bound] | None:
        """``point._replace(x=1)``: the fields of the named tuple, each by keyword."""
        shape = self.world.classes.shape(cls)
        if not shape.known:
            return None
        parameters = [Parameter(field.name, KEYWORD_ONLY, False, field.annotation, None) for field in shape.fields]
        return [Bound(Signature("_replace", parameters), None, cls, None)]

    def is_plain(self, function: Function) -> bool:
        """Whether a function (and the source behind its stub) is a ``def`` without decorators that may add attributes."""
        functions = [function]
        if function.module.is_stub:
            for signatures in self._implementations(FunctionValue((function,))):
                functions.extend(bound.function for bound in signatures if bound.function is not None)
                if not signatures:
                    return False
        return all(
            getattr(decorator, "id", getattr(decorator, "attr", ""))
            in ("staticmethod", "classmethod", "overload", "abstractmethod")
            for item in functions
            for decorator in item.node.decorator_list
        )

    def _bound(self, function: Function, drop: bool) -> Bound:
        key = ("bound", drop)
        found = function.memo.get(key)
        if found is None:
            name = function.name
            signature = from_function(function.node, name, drop_first=drop, stub=function.module.is_stub)
            found = function.memo[key] = Bound(signature, function, function.owner, None)
        return found

    def constructor(self, cls: Class) -> list[Bound] | None:
        """The signatures of ``cls(...)``; None where they are not known."""
        key = "constructor"
        if key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        cls.memo[key] = None
        found = cls.memo[key] = self._constructor(cls)
        return found

    def _constructor(self, cls: Class) -> list[Bound] | None:
        classes = self.world.classes
        order = classes.mro(cls)
        if order[-1].symbol != "builtins.object":
            return None
        for base in order:
            if base.own_open and ("base" in base.own_open or "inherits" in base.own_open):
                return None
            for keyword in base.node.keywords:
                if keyword.arg == "metaclass" and classes.own_openness(base):
                    return None
        if "protocol" in cls.memo:
            return None
        shape = classes.shape(cls)
        if shape.kind == "enum" or not classes.keeps_class(cls):
            return None
        for base in order:
            if base.symbol == "builtins.object":
                break
            body = classes.body(base)
            generator = classes.generator(base)
            if generator is not None and generator[0] == "attrs" and "__init__" in body:
                return None  # which of the two wins is a matter of attrs' options
            if "__init__" in body or "__new__" in body:
                if shape.kind in ("pydantic", "namedtuple", "typeddict") and base.module.kind != "source":
                    pass
                elif base.symbol in ("pydantic.main.BaseModel", "typing.NamedTuple", "builtins.dict", "builtins.tuple") and shape.kind in (
                    "pydantic", "namedtuple", "typeddict",
                ):  # fmt: skip
                    pass
                else:
                    return self._explicit(cls, base)
            if self._generates(base, shape.kind):
                signature = classes.generated_init(
                    cls if shape.kind in ("pydantic", "namedtuple", "typeddict") else base
                )
                if signature is None:
                    return None
                if signature.name != cls.name:
                    signature = Signature(cls.name, signature.parameters, drops=signature.drops)
                return [Bound(signature, None, base, cls)]
            if base.module.kind == "contract":
                self.world.library.canonical(base)
                twin = base.implementation
                if twin is not None and twin is not base:
                    return self.constructor(twin)
                return None
            if base.module.is_stub and base.module.kind != "source":
                return None
        return [Bound(Signature(cls.name, ()), None, None, cls)]

    def _generates(self, cls: Class, kind: str) -> bool:
        classes = self.world.classes
        if kind == "pydantic":
            return cls.symbol == "pydantic.main.BaseModel"
        if kind == "namedtuple":
            return cls.symbol == "typing.NamedTuple"
        if kind == "typeddict":
            return cls.symbol == "builtins.dict"
        if kind in ("dataclass", "attrs"):
            own = classes.shape(cls)
            return own.generates_init and classes.generator(cls) is not None
        return False

    def _explicit(self, cls: Class, base: Class) -> list[Bound] | None:
        classes = self.world.classes
        body = classes.body(base)
        init, new = body.get("__init__"), body.get("__new__")
        if init is not None and new is not None and base.module.kind not in ("typeshed", "stub"):
            return None
        if init is None:
            # __new__ decides; a later __init__ (of a base that is not object) has to take the same arguments.
            later = next((b for b in classes.mro(cls) if "__init__" in classes.body(b)), None)
            if (
                later is not None
                and later.symbol not in ("builtins.object", "builtins.type")
                and not base.module.is_stub
            ):
                return None
        else:
            for other in classes.mro(cls):
                if other is base:
                    break
                if "__new__" in classes.body(other):
                    return None
            earlier = next((b for b in classes.mro(cls) if "__new__" in classes.body(b)), None)
            if earlier is not None and not earlier.module.is_stub and earlier.symbol != "builtins.object":
                return None
        member = init or new
        assert member is not None
        result: list[Bound] = []
        for function in member.functions():
            info = self.world.functions.info(function)
            if info.opaque:
                return None
            signature = from_function(function.node, cls.name, drop_first=True, stub=function.module.is_stub)
            result.append(Bound(signature, function, base, cls))
        return result or None

    # -- binding ---------------------------------------------------------------------------------------------------------

    def mismatches(self, value: Value, arguments: Arguments) -> tuple[Bound, list[Mismatch]] | None:
        """How the arguments do not bind: the signature that comes nearest, and what is wrong. None if they do, or nobody knows.

        Whatever a stub says, a call that binds to the implementation behind it is right.
        """
        signatures = self.signatures(value)
        if not signatures:
            return None
        found = self._nearest(signatures, arguments)
        if found is None:
            return None
        for other in self._implementations(value):
            if self._nearest(other, arguments) is None:
                return None
        return found

    def _nearest(self, signatures: list[Bound], arguments: Arguments) -> tuple[Bound, list[Mismatch]] | None:
        best: tuple[Bound, list[Mismatch]] | None = None
        count = len(arguments.positional)
        names = arguments.names()
        for bound in signatures:
            problems = bind(
                bound.signature, count, names, starred=arguments.starred, double_starred=arguments.double_starred
            )
            if not problems:
                return None
            if best is None or len(problems) < len(best[1]):
                best = (bound, problems)
        return best

    def _implementations(self, value: Value) -> Iterable[list[Bound]]:
        if isinstance(value, Special):
            value = value.value
        if isinstance(value, FunctionValue):
            function = value.function
            if not function.module.is_stub or function.symbol in _PASSED_ON:
                return
            if function.owner is None:
                source = function.module.implementation
                seen = 0
                while source is not None and seen < 4:
                    bindings = source.table.get(function.name)
                    if bindings is None:
                        if not any(True for _ in source.stars):
                            break
                        entry = self.world.library.entry(source, function.name)
                        bindings = getattr(entry, "bindings", None)
                        if bindings is None:
                            break
                        source = entry.module  # type: ignore[union-attr]
                    nodes = [binding.node for binding in bindings if binding.form == FUNCTION]
                    if nodes:
                        signatures = self._function_signatures(
                            FunctionValue(tuple(source.function_at(node) for node in nodes), value.receiver)
                        )
                        yield signatures if signatures is not None else []
                    else:
                        symbol = self.world.library.symbol(source, function.name)
                        if not (isinstance(symbol, Function) and symbol.module.kind == "typeshed"):
                            yield []  # else it is written in C: the stub is all there is
                    break
            else:
                hidden = self.world.classes.hidden(function.owner, function.name)
                if hidden is not None:
                    functions = tuple(hidden.functions())
                    signatures = None
                    if functions:
                        signatures = self._function_signatures(
                            FunctionValue(functions, value.receiver, loose=value.loose)
                        )
                    yield signatures if signatures is not None else []
        elif isinstance(value, ClassValue) and value.cls.module.is_stub:
            self.world.library.canonical(value.cls)
            twin = value.cls.implementation
            if twin is not None and twin is not value.cls:
                signatures = self.constructor(twin)
                yield signatures if signatures is not None else []

    # -- results ---------------------------------------------------------------------------------------------------------

    def result(self, value: Value, arguments: Arguments) -> Value:
        """What calling ``value`` returns."""
        if isinstance(value, FunctionValue):
            functions: Sequence[Function] = value.functions
            if len(functions) > 1:
                functions = self._matching(value, arguments)
            results = [self.function_result(f, value.receiver, arguments, value.scope) for f in functions]
            return union(results) if results else UNINFERRED
        if isinstance(value, ClassValue):
            return self.construct(value, arguments)
        if isinstance(value, Callable):
            return value.result
        if isinstance(value, Instance) and not is_none(value):
            found = self.world.attributes.get(value, "__call__").value
            return self.result(found, arguments) if isinstance(found, FunctionValue) else UNKNOWN
        if isinstance(value, Union):
            return union(self.result(member, arguments) for member in value.members if not is_none(member))
        if isinstance(value, Special):
            return self.result(value.value, arguments)
        if isinstance(value, Unknown):
            return value
        return UNKNOWN

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
            signature = self._bound(function, bound).signature
            if bind(
                signature,
                len(arguments.positional),
                arguments.names(),
                starred=arguments.starred,
                double_starred=arguments.double_starred,
            ):
                continue
            for parameter, argument in arguments.filling(signature):
                if parameter.annotation is None:
                    continue
                expected = self.world.annotations.accepted(
                    parameter.annotation, function.module, function.owner, self._as_instance(value.receiver)
                )
                if getattr(parameter.annotation, "id", "") == "Self":
                    expected = self._as_instance(value.receiver) or expected
                if not self.may_be(argument, expected):
                    break
                if type(argument) is Unknown:
                    uncertain = True
            else:
                candidates.append(function)
                if not uncertain:
                    break
        return candidates[:4]

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
                        if not name.startswith("_")
                        or name
                        in ("__iter__", "__next__", "__call__", "__len__", "__getitem__", "__fspath__", "__await__")
                    )
                return not value.exact and classes.is_subclass(expected.cls, value.cls)
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

    def function_result(
        self, function: Function, receiver: Value | None, arguments: Arguments | None, scope: Scope | None
    ) -> Value:
        """What a function returns: by its annotation, else by its body."""
        node = function.node
        info = self.world.functions.info(function)
        if node.returns is not None:
            value = self._annotated_result(function, receiver, arguments)
            if type(value) is Unknown and not function.module.is_stub and arguments is not None:
                return self._inferred_result(function, receiver, arguments, scope)
        elif function.module.is_stub:
            return UNKNOWN
        else:
            return self._inferred_result(function, receiver, arguments, scope)
        if info.manager is not None:
            return self.manager(info.manager, self.element(value))
        if function.is_async and not self.world.inference.is_generator(function):
            return Coroutine(value, function)
        return value

    def _inferred_result(
        self, function: Function, receiver: Value | None, arguments: Arguments | None, scope: Scope | None
    ) -> Value:
        returned, yielded = self.world.inference.results(function, receiver, arguments, scope)
        info = self.world.functions.info(function)
        if info.manager is not None:
            return self.manager(info.manager, yielded)
        if self.world.inference.is_generator(function):
            name = "AsyncGenerator" if function.is_async else "Generator"
            cls = self.world.classes.named("typing", name)
            return Instance(cls, (yielded, UNKNOWN, returned)) if cls is not None else UNKNOWN
        if function.is_async:
            return Coroutine(returned, function)
        return returned

    def manager(self, kind: str, yielded: Value) -> Value:
        """What a function decorated with ``contextmanager`` (``kind`` 'sync') or ``asynccontextmanager`` returns."""
        name = "_GeneratorContextManager" if kind == "sync" else "_AsyncGeneratorContextManager"
        cls = self.world.classes.named("contextlib", name)
        return Instance(cls, (yielded, UNKNOWN, UNKNOWN)) if cls is not None else UNKNOWN

    def _annotated_result(self, function: Function, receiver: Value | None, arguments: Arguments | None) -> Value:
        returns = function.node.returns
        assert returns is not None
        variables = function.memo.get("variables")
        if variables is None:
            variables = function.memo["variables"] = self._variables(function, returns)
        annotations = self.world.annotations
        if not variables:
            return annotations.value(returns, function.module, function.owner)
        subst: Substitution = {}
        own = self._as_instance(receiver)
        if function.owner is not None and isinstance(own, Instance):
            subst.update(annotations.substitution(own.cls, own.args, function.owner))
        node = function.node
        positional = [*node.args.posonlyargs, *node.args.args]
        if receiver is not None and positional and positional[0].annotation is not None:
            self._solve(positional[0].annotation, receiver, subst, variables, function)
        if arguments is not None:
            drop = self.world.functions.drops_first(function, receiver)
            for parameter, value in arguments.filling(self._bound(function, drop).signature):
                if parameter.annotation is not None:
                    self._solve(parameter.annotation, value, subst, variables, function)
        for name in variables:
            subst.setdefault(name, own if name == "Self" and own is not None else UNKNOWN)
        return annotations.value(returns, function.module, function.owner, subst, own)

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
        elif last in _AWAITABLES:
            self._solve(items[-1], self.awaited(value), subst, variables, function)
        elif last in ("Callable",):
            if len(items) == 2 and isinstance(value, (FunctionValue, Callable, ClassValue)):
                self._solve(
                    items[1],
                    self.result(value, Arguments(starred=True, double_starred=True)),
                    subst,
                    variables,
                    function,
                )
        elif last in _ELEMENT_PROTOCOLS and len(items) >= 1:
            self._solve(items[0], self.element(value), subst, variables, function)
        elif isinstance(value, Instance) and value.args:
            symbol = self.world.library.resolve(function.module, node.value, function.owner)
            if isinstance(symbol, Class) and self.world.classes.is_subclass(value.cls, symbol):
                inner = self.world.annotations.substitution(value.cls, value.args, symbol)
                for item, name in zip(items, self.world.annotations.parameters(symbol), strict=False):
                    self._solve(item, inner.get(name, UNKNOWN), subst, variables, function)

    # -- construction ----------------------------------------------------------------------------------------------------

    def construct(self, value: ClassValue, arguments: Arguments) -> Value:
        """``cls(...)``."""
        cls = value.cls
        classes = self.world.classes
        exact = value.exact
        key = "constructs"
        found = cls.memo.get(key)
        if found is None:
            found = "exact"
            for base in classes.mro(cls):
                new = classes.body(base).get("__new__")
                if new is not None and base.symbol != "builtins.object" and not base.module.is_stub:
                    found = "unknown"
            if classes.open(cls):
                for base in classes.mro(cls):
                    meta = classes.metaclass(base)
                    if meta is not None and meta.module.kind == "source" and "__call__" in classes.body(meta):
                        found = "unknown"
            cls.memo[key] = found
        if found == "unknown":
            member = classes.member(cls, "__new__", on_class=True)
            if member is not None and member.owner.module.kind == "source":
                for function in member.functions():
                    if function.node.returns is not None:
                        return self.function_result(function, value, None, None)
                # An own __new__ most often caches instances of the class itself; a subclass is as possible.
                return UNINFERRED
            return UNINFERRED
        if classes.shape(cls).kind == "enum" and (len(arguments.positional) != 1 or arguments.keywords):
            return UNINFERRED  # the functional API makes a class (https://docs.python.org/3/library/enum.html)
        args = value.args
        if not args and classes.shape(cls).kind == "plain" and self.world.annotations.parameters(cls):
            args = self._solved_arguments(cls, arguments)
        return Instance(cls, args, exact=exact)

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
        for parameter, given in arguments.filling(best.signature):
            if parameter.annotation is not None:
                self._solve(parameter.annotation, given, subst, variables, best.function)
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

    # -- protocols of the language ---------------------------------------------------------------------------------------

    def element(self, value: Value) -> Value:
        """What iterating over ``value`` gives."""
        if isinstance(value, Instance):
            if value.items is not None:
                return union(value.items) if value.items else UNKNOWN
            if isinstance(value.literal, str):
                return Instance(value.cls)
            if is_none(value):
                return UNKNOWN
            found = self._method_result(value, "__iter__")
            if isinstance(found, Instance):
                if found.cls.symbol in ("typing.Iterator", "typing.Generator") and found.args:
                    return found.args[0]
                return self._method_result(found, "__next__")
            return UNKNOWN
        if isinstance(value, ClassValue) and self.world.classes.shape(value.cls).kind == "enum":
            return Instance(value.cls, exact=True)
        if isinstance(value, Union):
            return union(self.element(member) for member in value.members if not is_none(member))
        return UNKNOWN

    def async_element(self, value: Value) -> Value:
        """What ``async for`` over ``value`` gives."""
        if isinstance(value, Instance):
            found = self._method_result(value, "__aiter__")
            if isinstance(found, Instance):
                if found.cls.symbol in ("typing.AsyncIterator", "typing.AsyncGenerator") and found.args:
                    return found.args[0]
                return self.awaited(self._method_result(found, "__anext__"))
        return UNKNOWN

    def awaited(self, value: Value) -> Value:
        """What ``await value`` gives."""
        if isinstance(value, Coroutine):
            return value.result
        if isinstance(value, Instance):
            if value.cls.symbol in ("typing.Awaitable", "typing.Coroutine") and value.args:
                return value.args[-1]
            found = self._method_result(value, "__await__")
            if isinstance(found, Instance) and len(found.args) >= 3:
                return found.args[2]
            return UNKNOWN
        if isinstance(value, Union):
            return union(self.awaited(member) for member in value.members)
        return UNKNOWN

    def entered(self, value: Value, asynchronous: bool) -> Value:
        """What ``with value as x`` binds ``x`` to."""
        if isinstance(value, Union):
            return union(self.entered(member, asynchronous) for member in value.members)
        if not isinstance(value, Instance):
            return UNKNOWN
        found = self._method_result(value, "__aenter__" if asynchronous else "__enter__")
        return self.awaited(found) if asynchronous else found

    def subscript(self, value: Value, key: Value) -> Value:
        """``value[key]``."""
        if isinstance(value, Instance):
            if value.items is not None and isinstance(key, Instance) and isinstance(key.literal, int):
                index = int(key.literal)
                if -len(value.items) <= index < len(value.items):
                    return value.items[index]
                return UNKNOWN
            if value.keys is not None and isinstance(key, Instance) and key.literal is not NOTHING:
                return value.keys.get(key.literal, UNKNOWN)
            if self.world.classes.shape(value.cls).kind == "typeddict":
                field = self.typed_key(value, key)
                return (
                    self.world.attributes.annotated(field.annotation, field.owner)
                    if field and field.annotation
                    else UNKNOWN
                )
            if value.cls.symbol in ("builtins.list", "builtins.tuple") and isinstance(key, Instance):
                if key.cls.symbol == "builtins.slice":
                    return Instance(value.cls, value.args)
            found = self.world.attributes.get(value, "__getitem__").value
            if isinstance(found, FunctionValue):
                return self.result(found, Arguments((key,)))
            return UNKNOWN
        if isinstance(value, ClassValue):
            if self.world.classes.shape(value.cls).kind == "enum":
                return Instance(value.cls, exact=True)
            return ClassValue(value.cls, (), value.exact)
        if isinstance(value, Union):
            return union(self.subscript(member, key) for member in value.members if not is_none(member))
        return UNKNOWN

    def typed_key(self, value: Instance, key: Value) -> Field | None:
        """The field of a TypedDict that a literal key names."""
        if not isinstance(key, Instance) or not isinstance(key.literal, str):
            return None
        for field in self.world.classes.shape(value.cls).fields:
            if field.name == key.literal:
                return field
        return None

    def _method_result(self, value: Value, name: str) -> Value:
        found = self.world.attributes.get(value, name).value
        if isinstance(found, FunctionValue):
            return self.result(found, Arguments())
        return UNKNOWN


def _types_self(function: Function) -> bool:
    """Whether a method annotates its receiver."""
    arguments = function.node.args
    return any(argument.annotation is not None for argument in [*arguments.posonlyargs, *arguments.args][:1])


def _without_self(function: Function) -> bool:
    """Whether a method does not name its receiver."""
    arguments = function.node.args
    first = [*arguments.posonlyargs, *arguments.args][:1]
    return not any(argument.arg.lstrip("_") in ("self", "cls", "mcs", "mcls", "klass", "metacls") for argument in first)


def _widened(value: Value) -> Value:
    """A literal as an instance of its class: what a type variable is solved with."""
    if isinstance(value, Instance) and value.literal is not NOTHING and not is_none(value):
        return Instance(value.cls, value.args, value.exact)
    return value
