"""Mock classes for a type checker: each method keeps the parameters and the result of the one that it stands for.

``llmlint_mocks`` is a stub that the type checker is shown (``tools/stubs/llmlint_mocks.pyi``); the parameters go through
``ParamSpec`` (PEP 612), so that nothing of a signature is written here; so do the parameters of a class. A property, or an attribute
that is annotated, may be given what it holds. What cannot be carried stays untyped: overloads, generics, class methods that make another
class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from llmlint.contracts.symbols import Class, Function, Member, Module
from llmlint.semantics.mocks.assertions import API
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.type_text import PREFIX, TypeTexts
from llmlint.semantics.values import ClassValue, FunctionValue, Instance, Unknown, members_of
from llmlint.semantics.world import World

STUB = "llmlint_mocks"

_PLAIN = ("Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock", "AsyncMock", "create_autospec")

_NO_NAME = re.compile(r"\W")


class TypedMocks:
    """The mock classes of one file."""

    def __init__(self, world: World, texts: TypeTexts) -> None:
        self._world = world
        self._texts = texts
        self._names: dict[Class, str | None] = {}
        self._bodies: list[str] = []

    def of(self, mock: Mock) -> str | None:
        """The name of the class of a mock that stands for an instance; None where it is not known, or has nothing to type."""
        stands = mock.stands
        if not isinstance(stands, Instance) or mock.missing:
            return None
        factory = mock.record.factory if mock.record is not None else ""
        if factory and factory.rpartition(".")[2] not in _PLAIN:
            return None
        cls = stands.cls
        if cls not in self._names:
            self._names[cls] = self._class(cls)
        return self._names[cls]

    def opening(self, mock: Mock, verb: str) -> str | None:
        """The call of a function of the stub that types what follows it, up to that; None where nothing is known.

        Args:
            mock: What stands for a function, a class or an instance.
            verb: ``patched`` for what gives the mock when it is entered, ``made`` for the mock itself.
        """
        found = self._behind(mock)
        if found is None:
            return None
        kind, what = found
        return f"{self._texts.imported(STUB)}.{verb}_{kind}({what}, "

    def fits(self, mock: Mock) -> bool:
        """Whether a mock that the test built is of the kind that a patch would have made: asynchronous or not."""
        factory = mock.record.factory.rpartition(".")[2] if mock.record is not None else ""
        if factory == "create_autospec":
            return True
        if isinstance(mock.stands, FunctionValue) and mock.stands.function.is_async:
            return factory == "AsyncMock"
        return factory in ("Mock", "MagicMock")

    def _behind(self, mock: Mock) -> tuple[str, str] | None:
        """Which function of the stub types a mock, and what it is told of what the mock stands for."""
        stands = mock.stands
        if mock.missing:
            return None
        if isinstance(stands, Instance):
            name = self.of(mock)
            return ("object", name) if name is not None else None
        if isinstance(stands, ClassValue):
            return self._of_class(stands.cls)
        if not isinstance(stands, FunctionValue) or stands.scope is not None:
            return None
        function = stands.function
        # Several may be those of several platforms or versions.
        if len({self._kind(one) for one in stands.functions}) != 1:
            return None
        if mock.flavor and (mock.flavor == "async") != function.is_async:
            return None
        kind = self._kind(function)
        owner = function.owner
        if kind is None or any(self._is_generic(owner, one) for one in stands.functions):
            return None
        if owner is None:
            alias = self._texts.module_alias(function.module)
            return (kind, f"{alias}.{function.name}") if alias else None
        name = self._texts.class_name(owner)
        if name is None:
            return None
        if stands.receiver is None and kind.endswith("method"):
            if mock.strict == "autospec":
                # An autospecced function in the place of a method takes `self` as well.
                return kind.replace("method", "function"), f"{name}.{function.name}"
            if not mock.strict and stands.loose:
                return None  # so may any, if the class is asked for it
        return kind, f"{name}.{function.name}"

    def _of_class(self, cls: Class) -> tuple[str, str] | None:
        name = self._texts.class_name(cls)
        if name is None or cls.module.kind == "typeshed":
            return None
        if cls not in self._names:
            self._names[cls] = self._class(cls)
        instance = self._names[cls]
        if self._is_constructed_plainly(cls):
            return ("class", f"{name}, {instance}") if instance is not None else ("bare_class", name)
        return ("open_class", instance) if instance is not None else None

    def _is_constructed_plainly(self, cls: Class) -> bool:
        """Whether the parameters of a class are those of one function, or of its fields."""
        classes = self._world.classes
        metaclass = classes.metaclass(cls)
        if self._world.annotations.parameters(cls) or (metaclass is not None and metaclass.symbol != "abc.ABCMeta"):
            return False
        for base in classes.mro(cls):
            if base.symbol == "builtins.object":
                return True
            if base.module.kind == "typeshed":
                return base.symbol == "abc.ABC"
            if classes.generator(base) is not None:
                return True
            members = [member for name in _CONSTRUCTORS if (member := classes.body(base).get(name)) is not None]
            if members:
                functions = [function for member in members for function in member.functions()]
                return (
                    len(functions) == 1 and not self._is_odd(functions[0]) and not self._is_generic(base, functions[0])
                )
        return False

    @property
    def footer(self) -> tuple[str, ...]:
        """The lines that define the classes."""
        return tuple(self._bodies)

    def _class(self, cls: Class) -> str | None:
        if cls.module.kind == "typeshed" or cls.scope is not None:
            return None
        origin = self._texts.class_name(cls)
        if origin is None:
            return None
        members = list(self._members(cls))
        if not members:
            return None
        stub = self._texts.imported(STUB)
        name = f"{PREFIX}mock_{_NO_NAME.sub('_', origin.removeprefix(PREFIX))}"
        self._bodies.append(f"class {name}({stub}.Mock):")
        for member, kind in members:
            told = f"{origin}, lambda it: it.{member}" if kind == "value" else f"{origin}.{member}"
            self._bodies.append(f"    {member} = {stub}.{kind}({told})")
        return name

    def _members(self, cls: Class) -> Iterator[tuple[str, str]]:
        """Each method that can be typed, and which of the stub's functions types it."""
        classes = self._world.classes
        seen: set[str] = set()
        for base in classes.mro(cls):
            if base.symbol == "builtins.object" or base.module.kind == "typeshed" or base.scope is not None:
                continue
            for name, member in sorted(classes.body(base).items()):
                if name in seen or name.startswith("_") or name in API:
                    continue
                seen.add(name)
                if (kind := self._member(base, member)) is not None:
                    yield name, kind
            for name, member in sorted(classes.instance(base).items()):
                if name not in seen and not name.startswith("_") and name not in API:
                    seen.add(name)
                    if self._is_plain_value(base, member.annotation):
                        yield name, "value"

    def _member(self, base: Class, member: Member) -> str | None:
        functions = list(member.functions())
        if member.kind == "method" and len(functions) == len(member.bindings) == 1:
            return self._kind(functions[0]) if not self._is_generic(base, functions[0]) else None
        if member.kind == "property" and functions:
            plain = len(functions[0].node.decorator_list) == 1
            return "value" if plain and self._is_plain_value(base, functions[0].node.returns) else None
        if member.kind in ("field", "class variable"):
            return "value" if self._is_plain_value(base, member.annotation) else None
        return None

    def _is_plain_value(self, cls: Class, annotation: ast.expr | None) -> bool:
        """Whether an attribute is annotated with what is kept in it, no descriptor and no type variable."""
        if annotation is None or self._names_variable(cls, cls.module, [annotation]):
            return False
        value = self._world.annotations.value(annotation, cls.module, cls)
        return not any(
            isinstance(one, Unknown)
            or (isinstance(one, Instance) and self._world.classes.member(one.cls, "__get__") is not None)
            for one in members_of(value)
        )

    def _kind(self, function: Function) -> str | None:
        info = self._world.functions.info(function)
        if self._is_odd(function):
            return None
        begin = "async_" if function.is_async else ""
        if function.owner is None:
            return f"{begin}function"
        if info.kind == "method":
            arguments = function.node.args
            if not (arguments.posonlyargs or arguments.args):
                return None
            return f"{begin}method"
        return f"{begin}function" if info.kind in ("static", "class") else None

    def _is_odd(self, function: Function) -> bool:
        """Whether something else than the text of its head decides what a function takes and gives."""
        info = self._world.functions.info(function)
        return bool(
            info.opaque
            or info.manager
            or info.overload
            or info.fixture is not None
            or any(name not in _KEPT for name in _decorators(function.node))
            or (function.is_async and self._world.inference.is_generator(function))
        )

    def _is_generic(self, cls: Class | None, function: Function) -> bool:
        """Whether a type variable, or ``Self``, is in the signature: a mock of the class has no value for it."""
        if getattr(function.node, "type_params", None):
            return True
        arguments = function.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        annotations = [*(one.annotation for one in every if one is not None), function.node.returns]
        return self._names_variable(cls, function.module, annotations)

    def _names_variable(self, cls: Class | None, module: Module, annotations: Iterable[ast.expr | None]) -> bool:
        parameters = self._world.annotations.parameters(cls) if cls is not None else ()
        for annotation in annotations:
            for node in ast.walk(_unquoted(annotation)) if annotation is not None else ():
                if isinstance(node, ast.Name | ast.Attribute):
                    name = node.id if isinstance(node, ast.Name) else node.attr
                    if name == "Self" or name in parameters or self._world.annotations.is_type_variable(module, node):
                        return True
        return False


def _unquoted(annotation: ast.expr) -> ast.AST:
    """An annotation with what it quotes parsed."""
    texts = [
        node.value for node in ast.walk(annotation) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    if not texts:
        return annotation
    parsed: list[ast.expr] = [annotation]
    for text in texts:
        with suppress(SyntaxError, ValueError):
            parsed.append(ast.parse(text.strip(), mode="eval").body)
    return ast.Tuple(parsed, ast.Load())


_CONSTRUCTORS = ("__new__", "__init__")

_KEPT = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "final"})


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        yield decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "?")
