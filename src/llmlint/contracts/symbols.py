"""The symbols that a module defines: modules, classes, functions and the bindings between names and them."""

from __future__ import annotations

import ast
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

from llmlint.contracts.lines import Lines
from llmlint.model.position import Truth

Kind = Literal["contract", "stub", "typeshed", "source", "namespace", "extension"]
"""What a module was read from. ``contract`` is a frozen stub under a configured root, and only that."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

SymbolT = TypeVar("SymbolT")
SymbolT_co = TypeVar("SymbolT_co", covariant=True)


class Later(Protocol[SymbolT_co]):
    """Finds a symbol when somebody asks for it: most sources behind typeshed's stubs are never read."""

    def __call__(self) -> SymbolT_co | None: ...


IMPORT: Final = 1
FROM: Final = 2
FUNCTION: Final = 3
CLASS: Final = 4
ASSIGN: Final = 5
OPAQUE: Final = 6


class Binding:
    """One place where a scope binds a name.

    ``form`` is IMPORT (``module``), FROM (``module``, ``name``), FUNCTION, CLASS, ASSIGN (``annotation``, ``value``) or
    OPAQUE (a loop target, ``with … as``, ``except … as``, ``global`` elsewhere: something, nobody knows what).
    """

    __slots__ = ("annotation", "conditional", "fallback", "form", "module", "name", "node", "typing", "value")

    def __init__(
        self,
        form: int,
        node: Any,
        module: str = "",
        name: str = "",
        annotation: ast.expr | None = None,
        value: ast.expr | None = None,
        conditional: bool = False,
    ) -> None:
        self.form = form
        self.node = node
        self.module = module
        self.name = name
        self.annotation = annotation
        self.value = value
        self.conditional = conditional
        self.typing = False
        """Under ``TYPE_CHECKING``: the running program does not have it."""
        self.fallback = False
        """In an ``except`` handler: what holds where something failed."""


class Described(Generic[SymbolT]):
    """What a stub may describe: read from a source, or from a stub that has one."""

    __slots__ = ("_implementation",)

    _implementation: SymbolT | Later[SymbolT] | None

    @property
    def implementation(self) -> SymbolT | None:
        """For what a stub describes: the same in the source, where there is one. It is looked for when somebody asks first."""
        found = self._implementation
        if callable(found):
            self._implementation = None  # who asks again while it is looked for
            found = self._implementation = found()
        return found

    @implementation.setter
    def implementation(self, found: SymbolT | Later[SymbolT] | None) -> None:
        self._implementation = found


class Module(Described["Module"]):
    """A module as its text defines it; what it imports is followed by the ``Library``."""

    __slots__ = (
        "all",
        "all_open",
        "by_test",
        "classes",
        "functions",
        "is_package",
        "is_stub",
        "kind",
        "memo",
        "name",
        "open",
        "own",
        "path",
        "paths",
        "roots",
        "stars",
        "table",
        "text",
        "tree",
    )

    def __init__(self, name: str, path: str, kind: Kind, *, is_package: bool, own: bool, by_test: bool) -> None:
        self.name = name
        self.path = path
        self.kind: Kind = kind
        self.is_package = is_package
        self.is_stub = path.endswith(".pyi")
        self.own = own
        self.by_test = by_test
        self.open: str | None = None
        """Why anything may be in its namespace, or None: closed."""
        self.table: dict[str, list[Binding]] = {}
        self.stars: list[str] = []
        """Absolute modules that are star-imported."""
        self.all: list[str] | None = None
        self.all_open = False
        self.paths: tuple[str, ...] = ()
        """Folders in which its submodules are found."""
        self.roots: tuple[str, ...] = ()
        """Import roots that only this module's file has (a test's own folder)."""
        self.implementation = None
        self.text = ""
        self.tree: ast.Module | None = None
        self.classes: dict[int, Class] = {}
        self.functions: dict[int, Function] = {}
        self.memo: dict[Any, Any] = {}
        """Values of its names, kept by ``semantics``."""

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def truth(self) -> Truth:
        """Where the module begins."""
        return Truth(self.path, 1)

    def class_at(self, node: ast.ClassDef, outer: Class | None = None, scope: Any = None) -> Class:
        """The class of a ``class`` statement of this module: one object a statement."""
        found = self.classes.get(id(node))
        if found is None:
            found = self.classes[id(node)] = Class(self, node, outer, scope)
        return found

    def text_of(self, node: ast.stmt) -> str:
        """The lines of a statement, decorators left out."""
        return self.rows(node.lineno, node.end_lineno or node.lineno)

    def rows(self, first: int, last: int) -> str:
        """The rows ``first`` to ``last`` of the text, both included, counted from 1 as `ast` counts them.

        ``str.splitlines`` counts otherwise: it ends lines at form feeds and other separators, too.
        """
        lines = self.memo.get("<lines>")
        if lines is None:
            lines = self.memo["<lines>"] = Lines(self.text)
        return lines.between(first, last)

    def function_at(self, node: FunctionNode, owner: Class | None = None) -> Function:
        """The function of a ``def`` statement of this module: one object a statement."""
        found = self.functions.get(id(node))
        if found is None:
            found = self.functions[id(node)] = Function(self, node, owner)
        return found

    def __repr__(self) -> str:
        return f"<module {self.name} ({self.kind})>"


class Function:
    """A function or method as one ``def`` defines it."""

    __slots__ = ("decorators", "is_async", "is_generator", "memo", "module", "name", "node", "owner")

    def __init__(self, module: Module, node: FunctionNode, owner: Class | None) -> None:
        self.module = module
        self.node = node
        self.owner = owner
        self.name = node.name
        self.is_async = isinstance(node, ast.AsyncFunctionDef)
        self.is_generator: bool | None = None
        self.decorators: tuple[str | None, ...] | None = None
        """Dotted names of the decorators, None for one that cannot be resolved; filled by the ``Library``."""
        self.memo: dict[Any, Any] = {}

    @property
    def symbol(self) -> str:
        """Dotted: ``shop.cart.Cart.add``."""
        return f"{self.owner.symbol if self.owner else self.module.name}.{self.name}"

    @property
    def truth(self) -> Truth:
        """Where it is defined."""
        return Truth(self.module.path, self.node.lineno)

    def __repr__(self) -> str:
        return f"<function {self.symbol}>"


MemberKind = Literal[
    "method", "property", "field", "class variable", "enum member", "instance attribute", "nested class"
]


class Member:
    """A member that one class itself defines (inherited ones are found along the method resolution order)."""

    __slots__ = ("_functions", "annotation", "bindings", "kind", "method", "name", "node", "owner", "value")

    def __init__(
        self,
        name: str,
        kind: MemberKind,
        owner: Class,
        node: Any,
        annotation: ast.expr | None = None,
        value: ast.expr | None = None,
        method: FunctionNode | None = None,
    ) -> None:
        self.name = name
        self.kind: MemberKind = kind
        self.owner = owner
        self.node = node
        self.annotation = annotation
        self.value = value
        self.method = method
        """For an instance attribute: the method that assigns it."""
        self.bindings: list[Any] = []
        """Every node that binds the name in the class body: ``def``s of overloads and alternatives, or assignments."""
        self._functions: tuple[Function, ...] | None = None

    @property
    def truth(self) -> Truth:
        """Where it is defined."""
        return Truth(self.owner.module.path, self.node.lineno)

    def functions(self) -> tuple[Function, ...]:
        """The functions that bind the name, in source order. To be asked when the class body has been read."""
        if self._functions is None:
            self._functions = tuple(
                self.owner.module.function_at(node, self.owner)
                for node in self.bindings
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            )
        return self._functions


class Class(Described["Class"]):
    """A class as one ``class`` statement defines it; ``contracts.classes`` computes what follows from it, once."""

    __slots__ = (
        "bases",
        "memo",
        "module",
        "mro",
        "name",
        "node",
        "open",
        "outer",
        "own_instance",
        "own_members",
        "own_open",
        "qualname",
        "scope",
        "shape",
        "type_params",
    )

    def __init__(self, module: Module, node: ast.ClassDef, outer: Class | None, scope: Any) -> None:
        self.module = module
        self.node = node
        self.outer = outer
        self.scope = scope
        """The function scope (of ``semantics``) that a local class closes over, or None."""
        self.name = node.name
        self.qualname: str = f"{outer.qualname}.{node.name}" if outer else node.name
        self.implementation = None
        self.bases: tuple[Class, ...] | None = None
        self.mro: tuple[Class, ...] | None = None
        self.open: str | None = None
        self.own_members: dict[str, Member] | None = None
        self.own_instance: dict[str, Member] | None = None
        self.own_open: str | None = None
        self.shape: Any = None
        self.type_params: tuple[str, ...] | None = None
        self.memo: dict[Any, Any] = {}

    @property
    def symbol(self) -> str:
        """Dotted: ``shop.cart.Cart``."""
        return f"{self.module.name}.{self.qualname}"

    @property
    def truth(self) -> Truth:
        """Where it is defined."""
        return Truth(self.module.path, self.node.lineno)

    @property
    def own(self) -> bool:
        """Whether the linted project (its tests included) defines it."""
        return self.module.own or self.module.by_test

    def __repr__(self) -> str:
        return f"<class {self.symbol} ({self.module.kind})>"
