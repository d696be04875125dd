"""What decorators make of a function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.ancestry import PROPERTY_LIKE
from llmlint.contracts.class_syntax import returns_its_argument
from llmlint.contracts.symbols import Function
from llmlint.semantics.handing import own_keywords
from llmlint.semantics.injecting import injects
from llmlint.semantics.values import UNKNOWN, FunctionValue, Value

if TYPE_CHECKING:
    from llmlint.semantics.world import World

KEEPING: Final = frozenset(
    {
        "abc.abstractmethod",
        "abc.abstractproperty",
        "typing.overload",
        "typing.override",
        "typing.final",
        "typing.no_type_check",
        "typing.type_check_only",
        "typing_extensions.overload",
        "typing_extensions.override",
        "typing_extensions.final",
        "typing_extensions.deprecated",
        "typing_extensions.type_check_only",
        "warnings.deprecated",
        "functools.lru_cache",
        "functools.cache",
        "functools.wraps",
        "types.coroutine",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
        "unittest.expectedFailure",
        "pytest.hookimpl",
        "pytest.hookspec",
        "pydantic.field_validator",
        "pydantic.model_validator",
        "pydantic.validator",
        "pydantic.root_validator",
        "pydantic.field_serializer",
        "tenacity.retry",
        "atexit.register",
        "_typeshed.type_check_only",
    }
)
"""Decorators that leave the signature and the result as they are."""
_CACHES: Final = frozenset({"functools.lru_cache", "functools.cache"})
_WRAPPERS: Final = 8
"""How many wrappers around each other are looked through."""
_FIXTURES: Final = frozenset({"pytest.fixture", "pytest_asyncio.fixture", "pytest.yield_fixture"})
_MANAGERS: Final = {"contextlib.contextmanager": "sync", "contextlib.asynccontextmanager": "async"}


class FunctionInfo(NamedTuple):
    """What the decorators of a function say."""

    kind: str
    """``function``, ``method``, ``static``, ``class`` or ``property``."""
    opaque: tuple[ast.expr, ...]
    """Decorators whose effect is not known, outermost first."""
    manager: str | None
    """``sync`` or ``async`` for a context manager made of a generator."""
    fixture: ast.expr | None
    """The decorator that makes it a pytest fixture."""
    overload: bool
    injected: bool = False
    """Whether a patch may hand it arguments that its callers do not give."""
    cached: bool = False
    """Whether the outermost decorator is that of ``functools`` that keeps results, which makes an object with methods of its own."""


class Functions:
    """Reads decorators, once a function."""

    def __init__(self, world: World) -> None:
        self.world = world

    def info(self, function: Function) -> FunctionInfo:
        """What the decorators of ``function`` say."""
        found = function.memo.get("info")
        if found is None:
            found = function.memo["info"] = self._info(function)
        return found

    def _info(self, function: Function) -> FunctionInfo:
        kind = "method" if function.owner is not None else "function"
        if function.owner is not None:
            if function.name in ("__init_subclass__", "__class_getitem__"):
                kind = "class"
            elif function.name == "__new__":
                kind = "static"
        opaque: list[ast.expr] = []
        manager: str | None = None
        fixture: ast.expr | None = None
        overload = injected = cached = False
        module, library = function.module, self.world.library
        for node in function.node.decorator_list:
            name = ""
            if isinstance(node, ast.Name) and node.id not in module.table:
                name = node.id
            if not name:
                name = library.origin(module, node).removeprefix("builtins.")
            if isinstance(node, ast.Attribute) and node.attr in ("setter", "getter", "deleter"):
                kind = "property"
            elif name.endswith((".cached_property", "computed_field")) or name in PROPERTY_LIKE:
                kind = "property"
            elif name == "staticmethod" or name == "abc.abstractstaticmethod":
                kind = "static"
            elif name == "classmethod" or name == "abc.abstractclassmethod":
                kind = "class"
            elif name in _MANAGERS:
                manager = _MANAGERS[name]
            elif name in _FIXTURES:
                fixture = node
            elif name.rpartition(".")[2] == "fixture":
                fixture = node
                opaque.append(node)  # another plugin's: it may hand over what pytest knows nothing of
            elif name in KEEPING:
                overload = overload or name.endswith(".overload")
                cached = cached or (name in _CACHES and node is function.node.decorator_list[0])
            elif name.startswith("pytest.mark"):
                pass
            elif name.startswith(("unittest.mock.patch", "mock.patch")):
                injected = injected or injects(node, name) or name.endswith(".multiple")
            elif function.module.kind == "typeshed":
                pass
            elif not self._keeps(function, node):
                opaque.append(node)
        return FunctionInfo(kind, tuple(opaque), manager, fixture, overload, injected, cached)

    def _keeps(self, function: Function, node: ast.expr) -> bool:
        target = node.func if isinstance(node, ast.Call) else node
        symbol = self.world.library.resolve(function.module, target, function.owner)
        if not isinstance(symbol, Function):
            return False
        if symbol.symbol in KEEPING:
            return True
        if returns_its_argument(symbol.node):
            return True
        return symbol.name != "inject" and self._typed_to_keep(symbol)  # what it fills in is the point of that one

    def _typed_to_keep(self, decorator: Function) -> bool:
        """``def decorator(function: F) -> F`` with a type variable ``F``."""
        node = decorator.node
        arguments = [*node.args.posonlyargs, *node.args.args]
        if len(arguments) != 1 or arguments[0].annotation is None or node.returns is None:
            return False
        first, returns = arguments[0].annotation, node.returns
        return (
            isinstance(first, ast.Name)
            and isinstance(returns, ast.Name)
            and first.id == returns.id
            and self.world.annotations.is_type_variable(decorator.module, first)
        )

    def unwrapped(self, value: FunctionValue) -> tuple[FunctionValue, frozenset[str]]:
        """The function that ``functools.wraps`` says a wrapper stands for (else the value), and the keywords that wrappers take besides."""
        more: frozenset[str] = frozenset()
        for _ in range(_WRAPPERS):
            original = self._wrapped(value)
            own = own_keywords(value.function.node) if original is not None else None
            if original is None or own is None:
                break
            more |= own
            value = FunctionValue(original.functions, value.receiver, original.scope, value.loose)
        return value, more

    def _wrapped(self, value: FunctionValue) -> FunctionValue | None:
        function, arguments = value.function, value.function.node.args
        if value.scope is None or arguments.vararg is None or arguments.kwarg is None:
            return None
        for node in function.node.decorator_list:
            if isinstance(node, ast.Call) and len(node.args) == 1:
                if self.world.library.origin(function.module, node.func) == "functools.wraps":
                    found = self.world.inference.quiet(function.module).in_frame(value.scope, node.args[0])
                    return found if isinstance(found, FunctionValue) and found.function is not function else None
        return None

    def drops_first(self, function: Function, receiver: Value | None) -> bool:
        """Whether the first parameter is filled by what the function is bound to."""
        if receiver is None:
            return False
        return function.owner is None or self.info(function).kind in ("method", "class")

    def decorated(self, function: Function, receiver: Value | None) -> Value:
        """The value of a function with decorators of unknown effect: their own code is followed where it is short."""
        meanwhile: Value = UNKNOWN
        value = self.world.answers.once(function.memo, "decorated", meanwhile, lambda: self._apply(function))
        if isinstance(value, FunctionValue) and receiver is not None and value.receiver is None:
            if self.info(function).kind != "static":
                return FunctionValue(value.functions, receiver, value.scope)
        return value

    def _apply(self, function: Function) -> Value:
        value: Value = FunctionValue((function,))
        for node in reversed(self.info(function).opaque):
            value = self.world.inference.decorate(function, node, value)
            if not isinstance(value, FunctionValue):
                return UNKNOWN
        return value
