"""Annotations into values: what an expression of the typing specification says of the thing it annotates."""

from __future__ import annotations

import ast
from collections.abc import Callable as Evaluator
from typing import TYPE_CHECKING

from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import Class, Module
from llmlint.semantics.values import (
    ANY,
    BUILTIN,
    NEVER,
    UNKNOWN,
    Callable,
    ClassValue,
    Instance,
    Unknown,
    Value,
    annotated_union,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World

Evaluate = Evaluator[[ast.expr], Value]

Substitution = dict[str, Value]
"""Type variables by name."""

_NONE: Substitution = {}
_ALIASES = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Type": "type",
    "Text": "str",
}
_PROMOTED = {"builtins.float": ("int",), "builtins.complex": ("float", "int")}
"""Numbers that the typing specification lets stand for each other."""
_WRAPPERS = frozenset({"Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "InitVar", "Unpack"})


class Annotations:
    """Evaluates annotations, without guessing: what is not understood is unknown."""

    def __init__(self, world: World) -> None:
        self.world = world

    def value(
        self,
        node: ast.expr,
        module: Module,
        outer: Class | None = None,
        substitution: Substitution = _NONE,
        receiver: Value | None = None,
    ) -> Value:
        """The value that ``node`` (in the scope of ``module`` and the class body ``outer``) says something has."""
        if not substitution and receiver is None:
            memo: dict[int, tuple[ast.expr, Value]] = module.memo.setdefault("<annotations>", {})
            found = memo.get(id(node))
            if found is not None:
                return found[1]
            memo[id(node)] = (node, UNKNOWN)
            value = self._value(node, module, outer, substitution, receiver, 0)
            memo[id(node)] = (node, value)
            return value
        return self._value(node, module, outer, substitution, receiver, 0)

    def _value(
        self,
        node: ast.expr,
        module: Module,
        outer: Class | None,
        subst: Substitution,
        receiver: Value | None,
        depth: int,
    ) -> Value:
        if depth > 20:
            return UNKNOWN
        world = self.world
        if isinstance(node, ast.Constant):
            if node.value is None:
                return world.none
            if isinstance(node.value, str):
                try:
                    inner = ast.parse(node.value.strip(), mode="eval").body
                except (SyntaxError, ValueError, RecursionError):
                    return UNKNOWN
                return self._value(inner, module, outer, subst, receiver, depth + 1)
            return UNKNOWN
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return annotated_union(
                (
                    self._value(node.left, module, outer, subst, receiver, depth + 1),
                    self._value(node.right, module, outer, subst, receiver, depth + 1),
                )
            )
        if isinstance(node, (ast.Name, ast.Attribute)):
            if isinstance(node, ast.Name) and node.id in subst:
                return subst[node.id]
            symbol = world.library.resolve(module, node, outer)
            return self._symbol(symbol, node, module, outer, subst, receiver, depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, module, outer, subst, receiver, depth)
        return UNKNOWN

    def accepted(self, node: ast.expr, module: Module, outer: Class | None, receiver: Value | None = None) -> Value:
        """What a parameter annotated ``node`` accepts: as ``value``, but for a type variable its bound."""
        if isinstance(node, ast.Name):
            symbol = self.world.library.resolve(module, node, outer)
            if (
                isinstance(symbol, Variable)
                and isinstance(symbol.binding.value, ast.Call)
                and self.is_type_variable(module, node)
            ):
                for keyword in symbol.binding.value.keywords:
                    if keyword.arg == "bound":
                        return self.value(keyword.value, symbol.module)
            if node.id == "Self":
                return self.value(node, module, outer, receiver=receiver)
        return self.value(node, module, outer)

    def _symbol(
        self,
        symbol: object,
        node: ast.expr,
        module: Module,
        outer: Class | None,
        subst: Substitution,
        receiver: Value | None,
        depth: int,
    ) -> Value:
        if isinstance(symbol, Class):
            name = symbol.symbol
            if name in (
                "typing.Any",
                "builtins.object",
                "builtins.type",
                "_typeshed.Incomplete",
                "_typeshed.MaybeNone",
            ):
                return ANY
            if name == "types.NoneType":
                return self.world.none
            if name in _PROMOTED:
                parts = [Instance(symbol)]
                for other in _PROMOTED[name]:
                    cls = self.world.classes.builtin(other)
                    if cls is not None:
                        parts.append(Instance(cls))
                return union(parts)
            return Instance(symbol, said=_speaker(module)) if name in BUILTIN else Instance(symbol)
        if isinstance(symbol, Variable):
            return self._variable(symbol, subst, receiver, depth)
        return UNKNOWN

    def _variable(self, symbol: Variable, subst: Substitution, receiver: Value | None, depth: int) -> Value:
        name = symbol.name
        source = symbol.module.name
        if source in ("typing", "typing_extensions"):
            if name == "Self":
                return receiver if receiver is not None else UNKNOWN
            if name in ("NoReturn", "Never"):
                return NEVER
            if name == "Type":
                return ANY
            if name in _ALIASES:
                cls = self.world.classes.builtin(_ALIASES[name])
                return Instance(cls) if cls is not None else UNKNOWN
            if name == "LiteralString":
                cls = self.world.classes.builtin("str")
                return Instance(cls) if cls is not None else UNKNOWN
            if name in ("Callable",):
                return Callable(UNKNOWN)
        value = symbol.binding.value
        if name in subst:
            return subst[name]
        if value is None:
            return UNKNOWN
        if isinstance(value, ast.Call):
            origin = self.world.library.origin(symbol.module, value).rpartition(".")[2]
            if origin == "NewType" and len(value.args) == 2:
                stub = symbol.module
                if stub.kind == "stub" and stub.implementation is not None and name not in stub.implementation.table:
                    return UNKNOWN  # it stands for a class that nobody is shown
                return self._value(value.args[1], symbol.module, None, subst, receiver, depth + 1)
            return UNKNOWN  # a type variable among them: its bound says little, a subclass is as likely
        if source in ("typing", "typing_extensions"):
            return UNKNOWN
        return self._value(value, symbol.module, None, subst, receiver, depth + 1)

    def _subscript(
        self,
        node: ast.Subscript,
        module: Module,
        outer: Class | None,
        subst: Substitution,
        receiver: Value | None,
        depth: int,
    ) -> Value:
        world = self.world
        symbol = world.library.resolve(module, node.value, outer)
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]

        def inner(item: ast.expr) -> Value:
            return self._value(item, module, outer, subst, receiver, depth + 1)

        name = ""
        if isinstance(symbol, Variable):
            if symbol.module.name in ("typing", "typing_extensions", "dataclasses", "_typeshed"):
                name = symbol.name
            else:
                return self._alias(symbol, [inner(item) for item in items], depth)
        elif isinstance(symbol, Class):
            if symbol.symbol in ("dataclasses.InitVar",):
                return inner(items[0])
            if symbol.symbol == "builtins.type":
                return self._type_of(inner(items[0]))
            if symbol.symbol == "builtins.tuple":
                return self._tuple(symbol, items, inner)
            if symbol.symbol in ("collections.abc.Callable", "typing.Callable"):
                name = "Callable"
            elif world.calls.makes_another(symbol):
                return UNKNOWN
            else:
                said = _speaker(module) if symbol.symbol in BUILTIN else None
                return Instance(symbol, tuple(inner(item) for item in items), said=said)
        elif symbol is None:
            name = ""
        if name == "Optional":
            return union((inner(items[0]), world.none))
        if name == "Union":
            return annotated_union(inner(item) for item in items)
        if name in _WRAPPERS:
            return inner(items[0])
        if name == "Literal":
            return annotated_union(self._literal(item) for item in items)
        if name in ("Callable",):
            result = inner(items[-1]) if len(items) > 1 else UNKNOWN
            return Callable(result)
        if name in ("TypeGuard", "TypeIs"):
            cls = world.classes.builtin("bool")
            return Instance(cls) if cls is not None else UNKNOWN
        if name in _ALIASES:
            cls = world.classes.builtin(_ALIASES[name])
            if cls is None:
                return UNKNOWN
            if name == "Type":
                return self._type_of(inner(items[0]))
            if name == "Tuple":
                return self._tuple(cls, items, inner)
            return Instance(cls, tuple(inner(item) for item in items), said=_speaker(module))
        return UNKNOWN

    def _alias(self, symbol: Variable, arguments: list[Value], depth: int) -> Value:
        """A generic alias with arguments: ``Pair[int]`` where ``Pair = tuple[T, T]`` or ``type Pair[T] = tuple[T, T]``."""
        value = symbol.binding.value
        if value is None or isinstance(value, ast.Call):
            return UNKNOWN
        names: list[str] = [p.name for p in getattr(symbol.binding.node, "type_params", ())]
        if not names:
            for item in ast.walk(value):
                if isinstance(item, ast.Name) and item.id not in names and self.is_type_variable(symbol.module, item):
                    names.append(item.id)
        return self._value(value, symbol.module, None, dict(zip(names, arguments, strict=False)), None, depth + 1)

    def is_type_variable(self, module: Module, node: ast.expr) -> bool:
        """Whether a name is a ``TypeVar``, ``ParamSpec`` or ``TypeVarTuple`` of its module."""
        symbol = self.world.library.resolve(module, node)
        if not isinstance(symbol, Variable) or not isinstance(symbol.binding.value, ast.Call):
            return symbol is not None and isinstance(symbol, Variable) and symbol.symbol == "typing.AnyStr"
        origin = self.world.library.origin(symbol.module, symbol.binding.value)
        return origin.rpartition(".")[2] in ("TypeVar", "ParamSpec", "TypeVarTuple")

    def _literal(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Constant):
            return self.world.constant(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self.world.constant(-node.operand.value) if isinstance(node.operand.value, int) else UNKNOWN
        return UNKNOWN

    def _type_of(self, value: Value) -> Value:
        if isinstance(value, Instance):
            return ClassValue(value.cls, value.args, exact=False)
        return value if isinstance(value, Unknown) else UNKNOWN

    def _tuple(self, cls: Class, items: list[ast.expr], evaluate: Evaluate) -> Value:
        if len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is ...:
            return Instance(cls, (evaluate(items[0]),))
        if any(isinstance(item, ast.Starred) for item in items):
            return Instance(cls)
        parts = tuple(evaluate(item) for item in items)
        return Instance(cls, (union(parts),), items=parts)

    # -- type parameters ---------------------------------------------------------------------------------------------------

    def parameters(self, cls: Class) -> tuple[str, ...]:
        """The type parameters of a class, in order (PEP 695, ``Generic``, ``Protocol``, else as its bases name them)."""
        if cls.type_params is not None:
            return cls.type_params
        cls.type_params = ()
        declared = [p.name for p in getattr(cls.node, "type_params", ())]
        if not declared:
            first: list[str] = []
            other: list[str] = []
            for base in cls.node.bases:
                if isinstance(base, ast.Subscript):
                    last = base.value.attr if isinstance(base.value, ast.Attribute) else getattr(base.value, "id", "")
                    target = first if last in ("Generic", "Protocol") else other
                    for item in ast.walk(base.slice):
                        if isinstance(item, ast.Name) and item.id not in target:
                            if self.is_type_variable(cls.module, item):
                                target.append(item.id)
            declared = first or other
        cls.type_params = tuple(declared)
        return cls.type_params

    def substitution(self, cls: Class, args: tuple[Value, ...], owner: Class) -> Substitution:
        """The type variables of ``owner``, as an instance of ``cls[args]`` that inherits from it binds them."""
        key = ("substitution", owner)
        plain = not args
        if plain and key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        result = self._substitution(cls, args, owner, 0)
        if plain:
            cls.memo[key] = result
        return result

    def _substitution(self, cls: Class, args: tuple[Value, ...], owner: Class, depth: int) -> Substitution:
        names = self.parameters(cls)
        own: Substitution = {name: (args[index] if index < len(args) else UNKNOWN) for index, name in enumerate(names)}
        if cls is owner or cls.symbol == owner.symbol or depth > 12:
            return own
        classes = self.world.classes
        for node in cls.node.bases:
            base = self.world.library.resolve(cls.module, node, cls.outer) if cls.scope is None else None
            if not isinstance(base, Class) or not classes.is_subclass(base, owner):
                continue
            arguments: tuple[Value, ...] = ()
            if isinstance(node, ast.Subscript):
                items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                arguments = tuple(
                    self.value(item, cls.module, cls.outer, own) if own else self.value(item, cls.module, cls.outer)
                    for item in items
                )
            return self._substitution(base, arguments, owner, depth + 1)
        return {}


def _speaker(module: Module) -> Module | None:
    """Who is asked of an annotation in ``module``: somebody else's, which type checkers have read; of the project's own, nobody knows.

    What methods of builtins and of abstract classes give may be of the class that they are called on, or of one that makes them concrete.
    """
    return None if module.own or module.by_test or module.name in ("builtins", "typing", "collections.abc") else module
