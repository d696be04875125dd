"""What signatures a value is called by, and whether arguments bind to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    POSITIONAL_ONLY,
    Mismatch,
    Parameter,
    Signature,
    bind,
    from_function,
)
from llmlint.contracts.symbols import FUNCTION, Class, Function
from llmlint.semantics.values import (
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Special,
    Value,
    is_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.forwarding import Constructing, Forwarding, hands_on, with_those_of

_PASSED_ON: Final = frozenset({f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output")})
"""Functions whose source takes any keyword and hands it to what does not: the stub decides."""


class Callables:
    """Finds signatures: of functions, constructors and callable objects; a stub's beside its source's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.forwarding = Forwarding(self)

    def result(self, function: Value, arguments: Arguments) -> Value:
        """What calling ``function`` gives: `Calls` tells."""
        raise NotImplementedError

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
        if isinstance(value, Constructing):
            return value.bounds
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
            result.append(self.bound(function, bound))
            if value.loose:
                result.append(self.bound(function, True))
        return result

    def _replacing(self, cls: Class) -> list[Bound] | None:
        """``point._replace(x=1)``: the fields of the named tuple, each by keyword."""
        shape = self.world.classes.shape(cls)
        if not shape.known or not shape.fields:
            return None  # those of the standard library are not read
        parameters = [Parameter(field.name, KEYWORD_ONLY, False, field.annotation, None) for field in shape.fields]
        return [Bound(Signature("_replace", parameters), None, cls, None)]

    def is_plain(self, function: Function) -> bool:
        """Whether a function (and the source behind its stub) is a ``def`` without decorators that may add attributes but those that
        keep results, which are known (``FunctionInfo.cached``)."""
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
            for decorator in item.node.decorator_list[self.world.functions.info(item).cached :]
        )

    def bound(self, function: Function, drop: bool) -> Bound:
        """The signature of a function; ``drop`` leaves out its first parameter, which a receiver fills."""
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
        if order[-1].symbol != "builtins.object" or cls.symbol == "typing.NamedTuple":
            return None
        for base in order:
            if base.own_open and ("base" in base.own_open or "inherits" in base.own_open):
                return None
            if "typed base" in base.memo:
                return None  # when the program runs, the base is another one
            for keyword in base.node.keywords:
                if keyword.arg == "metaclass" and classes.own_openness(base):
                    return None
        if "protocol" in cls.memo:
            return None
        shape = classes.shape(cls)
        if shape.kind == "enum" or not classes.keeps_class(cls):
            return None
        return self.along(cls, order)

    def along(self, cls: Class, order: Sequence[Class]) -> list[Bound] | None:
        """The signatures of the first constructor of ``cls`` in (the rest of) its order."""
        classes = self.world.classes
        shape = classes.shape(cls)
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
            if signature.var_keyword and init is not None and len(member.functions()) == 1:
                signature = self._completed(cls, base, function, signature)
            result.append(Bound(signature, function, base, cls))
        return result or None

    def _completed(self, cls: Class, base: Class, function: Function, signature: Signature) -> Signature:
        """The signature of ``__init__``, its ``**kwargs`` replaced by what the next one in the order of ``cls`` takes."""
        if not function.module.own or function.module.is_stub or hands_on(function.node, base) is None:
            return signature
        order = self.world.classes.mro(cls)
        following = self.along(cls, order[order.index(base) + 1 :])
        if following is None or len(following) != 1:
            return signature
        found = following[0].signature
        if found.var_keyword or found.drops:
            return signature
        return with_those_of(signature, found)

    def mismatches(self, value: Value, arguments: Arguments) -> tuple[Bound, list[Mismatch]] | None:
        """How the arguments do not bind: the signature that comes nearest, and what is wrong. None if they do, or nobody knows.

        Whatever a stub says, a call that binds to the implementation behind it is right.
        """
        signatures = self.signatures(value)
        if not signatures:
            return None
        found = self._nearest(signatures, arguments)
        if found is None:
            found = self._handed_on(value, signatures, arguments)
        if found is None:
            return None
        sources = list(self._implementations(value))
        if any(self._takes(value, other, arguments) for other in sources):
            return None
        if not sources and arguments.names() and self._may_be_named(found[0]):
            return None
        return found

    def _takes(self, value: Value, source: list[Bound], arguments: Arguments) -> bool:
        """Whether the implementation behind a stub takes the arguments, and what it hands its ``**kwargs`` to as well."""
        if self._nearest(source, arguments) is not None:
            return False
        function = source[0].function if len(source) == 1 else None
        if function is None or not isinstance(value, FunctionValue):
            return True
        return self._handed_on(FunctionValue((function,), value.receiver), source, arguments) is None

    @staticmethod
    def _may_be_named(bound: Bound) -> bool:
        """Whether parameters that a stub makes positional may have names after all: where no source can be read behind it, typeshed's
        stubs alone are held against what runs (and those of the abstract collections are about any mapping, not about theirs)."""
        module = bound.owner.module if bound.owner is not None else bound.function.module if bound.function else None
        if (
            module is None
            or not module.is_stub
            or module.own
            or (module.kind == "typeshed" and module.name != "typing")
        ):
            return False
        return any(parameter.kind == POSITIONAL_ONLY for parameter in bound.signature.parameters)

    def declared(self, value: FunctionValue) -> list[Bound]:
        """The signatures as they are written, whatever decorators make of them: those of what a wrapper says that it stands for."""
        drop = self.world.functions.drops_first
        found = [self.bound(function, drop(function, value.receiver)) for function in value.functions]
        return found + [self.bound(function, True) for function in value.functions] if value.loose else found

    def declared_mismatches(self, value: FunctionValue, arguments: Arguments) -> tuple[Bound, list[Mismatch]] | None:
        """As `mismatches`, of the signatures as they are written."""
        return self._nearest(self.declared(value), arguments)

    def _handed_on(
        self, value: Value, signatures: list[Bound], arguments: Arguments
    ) -> tuple[Bound, list[Mismatch]] | None:
        """How keywords do not bind that the one signature takes as ``**kwargs`` and hands on."""
        if len(signatures) != 1 or not arguments.keywords or not signatures[0].signature.var_keyword:
            return None
        bound = signatures[0]
        if all(name in bound.signature.keywords for name in arguments.names()):
            return None
        narrowed = self.forwarding.refused(bound, value.value if isinstance(value, Special) else value, arguments)
        return self._nearest([narrowed], arguments) if narrowed is not None else None

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
            if best is None or _badness(problems) < _badness(best[1]):
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
                if hidden is None and self._may_be_made(function.owner):
                    yield []
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

    def _may_be_made(self, owner: Class) -> bool:
        """Whether the source behind a stub's class finds by ``__getattr__`` what the stub lists: of which object is not said there."""
        self.world.library.canonical(owner)
        twin = owner.implementation
        return twin is not None and twin is not owner and self.world.classes.member(twin, "__getattr__") is not None


def _badness(problems: list[Mismatch]) -> tuple[int, int]:
    """How far arguments are from a signature: by the number of problems, and the one that takes most of them is the nearest."""
    return len(problems), -max((problem.takes or 0 for problem in problems), default=0)


def _without_self(function: Function) -> bool:
    """Whether a method does not name its receiver."""
    arguments = function.node.args
    first = [*arguments.posonlyargs, *arguments.args][:1]
    return not any(argument.arg.lstrip("_") in ("self", "cls", "mcs", "mcls", "klass", "metacls") for argument in first)
