"""Mock classes for a type checker: each method keeps the parameters and the result of the one that it stands for.

``llmlint_mocks`` is a stub that the type checker is shown (``tools/stubs/llmlint_mocks.pyi``); the parameters go through
``ParamSpec`` (PEP 612), so that nothing of a signature is written here. What it cannot carry stays untyped: properties, overloads,
generics, class methods that make another class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from llmlint.contracts.symbols import Class, Function
from llmlint.semantics.mock_assertions import API
from llmlint.semantics.mock_values import Mock
from llmlint.semantics.type_text import PREFIX, TypeTexts
from llmlint.semantics.values import FunctionValue, Instance
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

    def behind(self, mock: Mock) -> tuple[str, str] | None:
        """What a patch puts its mock in the place of, and how that is typed: ``function``, ``async_method``, ``object`` …"""
        stands = mock.stands
        if isinstance(stands, Instance):
            name = self.of(mock)
            return (name, "object") if name is not None else None
        if (
            not isinstance(stands, FunctionValue)
            or len(stands.functions) != 1
            or stands.scope is not None
            or mock.missing
        ):
            return None
        function = stands.function
        kind = self._kind(function)
        owner = function.owner
        if kind is None or function.module.kind == "typeshed" or self._is_generic(owner, function):
            return None
        if owner is None:
            alias = self._texts.module_alias(function.module)
            self._texts.imported(STUB)
            return (f"{alias}.{function.name}", kind) if alias else None
        # An autospecced function in the place of a method takes `self` as well.
        name = self._texts.class_name(owner)
        if name is None or (mock.strict == "autospec" and stands.receiver is None):
            return None
        self._texts.imported(STUB)
        return f"{name}.{function.name}", kind

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
        self._bodies += [f"    {member} = {stub}.{kind}({origin}.{member})" for member, kind in members]
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
                functions = list(member.functions())
                if len(functions) == 1 and len(member.bindings) == 1 and member.kind == "method":
                    kind = self._kind(functions[0])
                    if kind is not None and not self._is_generic(base, functions[0]):
                        yield name, kind

    def _kind(self, function: Function) -> str | None:
        info = self._world.functions.info(function)
        if info.opaque or info.manager or info.overload or info.fixture is not None:
            return None
        if any(name not in _KEPT for name in _decorators(function.node)):
            return None
        if function.is_async and self._world.inference.is_generator(function):
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

    def _is_generic(self, cls: Class | None, function: Function) -> bool:
        """Whether a type variable, or ``Self``, is in the signature: a mock of the class has no value for it."""
        if getattr(function.node, "type_params", None):
            return True
        arguments = function.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        annotations = [one.annotation for one in every if one is not None] + [function.node.returns]
        for annotation in annotations:
            for node in ast.walk(annotation) if annotation is not None else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    return bool(annotations)
                if isinstance(node, ast.Name | ast.Attribute):
                    name = node.id if isinstance(node, ast.Name) else node.attr
                    if name == "Self" or (cls is not None and name in self._world.annotations.parameters(cls)):
                        return True
                    if self._world.annotations.is_type_variable(function.module, node):
                        return True
        return False


_KEPT = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "final"})


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        yield decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "?")
