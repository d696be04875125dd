"""What a contract says, as data: signatures, fields, and what the docstrings promise."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from llmlint.contracts.layout import Place
from llmlint.contracts.outline import Outline, is_overload, is_private, last_name
from llmlint.lifecycle.docstrings import Docstring, read
from llmlint.lifecycle.freeze.freezer import Freezer, without_heading
from llmlint.lifecycle.freeze.slices import Slices
from llmlint.model.record import record
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text

if TYPE_CHECKING:
    from llmlint.contracts.symbols import FunctionNode


@record
class FunctionPromise:
    """A function or method, with its overloads."""

    name: str
    symbol: str
    node: FunctionNode
    signatures: tuple[str, ...]
    """One line each, as in a stub: ``async def get(self, key: str) -> bytes | None``."""
    decorators: tuple[str, ...]
    docstring: Docstring
    is_async: bool
    is_property: bool
    owner: str = ""
    """The class, dotted below the module; empty for a function."""


@record
class Value:
    """A variable, field, attribute or enum member."""

    name: str
    symbol: str
    annotation: str
    value: str
    text: str = ""
    """What is said of it."""
    kind: str = "variable"


@record
class ClassPromise:
    """A class."""

    name: str
    symbol: str
    node: ast.ClassDef
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    kind: str
    """``class``, ``enum``, ``dataclass``, ``typed dict``, ``named tuple``, ``protocol``, ``model`` or ``exception``."""
    docstring: Docstring
    values: tuple[Value, ...]
    methods: tuple[FunctionPromise, ...]
    nested: tuple[ClassPromise, ...]


@record
class Promise:
    """A module."""

    module: str
    place: Place
    text: str
    """The stub."""
    tree: ast.Module
    docstring: Docstring
    variables: tuple[Value, ...]
    functions: tuple[FunctionPromise, ...]
    classes: tuple[ClassPromise, ...]
    frozen: bool
    """Whether there is a contract; else this is what freezing would write."""
    exports: tuple[str, ...] = field(default=())
    """Names that are imported to be imported from here."""

    def callables(self) -> Iterator[FunctionPromise]:
        """Functions, then methods class by class."""
        yield from self.functions
        for cls in self.every_class():
            yield from cls.methods

    def every_class(self) -> Iterator[ClassPromise]:
        """Classes, nested ones after the one around them."""
        stack = list(self.classes)
        while stack:
            cls = stack.pop(0)
            yield cls
            stack = [*cls.nested, *stack]


class Unreadable(Exception):
    """A contract, or the source that stands in for it, cannot be read."""

    def __init__(self, path: str, problem: SourceError) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.path}:{self.problem.row}:{self.problem.column + 1}: {self.problem}"


class Reader:
    """Reads contracts; what has none is frozen in memory."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._freezer: Freezer | None = None

    @property
    def freezer(self) -> Freezer:
        """What freezes the modules without a contract."""
        if self._freezer is None:
            self._freezer = Freezer(self._project)
        return self._freezer

    def read(self, place: Place) -> Promise:
        """What a module promises. Raises Unreadable."""
        frozen = True
        try:
            text = without_heading(read_text(place.contract))
            tree = ast.parse(text)
        except (SourceError, SyntaxError):
            frozen = False
            done = self.freezer.freeze(place)
            if done.problem is not None:
                raise Unreadable(place.source, done.problem) from None
            text = without_heading(done.text)
            tree = ast.parse(text)
        return promise_of(place, text, tree, frozen=frozen)


def promise_of(place: Place, text: str, tree: ast.Module, *, frozen: bool) -> Promise:
    """What the stub ``text`` promises."""
    outline = Outline(tree.body)
    source = Slices(text)
    variables: list[Value] = []
    functions: list[FunctionPromise] = []
    classes: list[ClassPromise] = []
    exports: list[str] = []
    listed = _listed(tree)
    for name in outline.by_name:
        entries = outline.chosen(name)
        if is_private(name) or name.startswith("__"):
            continue
        node = entries[0].node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions.append(_callable(place.module, name, [e.node for e in entries], ""))
        elif isinstance(node, ast.ClassDef):
            classes.append(_class(place.module, node, "", source))
        elif entries[0].alias is not None:
            if name in listed or entries[0].alias.asname == entries[0].alias.name:
                exports.append(name)
        elif (value := _value(place.module, name, node, tree.body, source)) is not None:
            variables.append(value)
    docstring = read(ast.get_docstring(tree, clean=False) or "")
    return Promise(
        place.module,
        place,
        text,
        tree,
        docstring,
        tuple(variables),
        tuple(functions),
        tuple(classes),
        frozen,
        tuple(exports),
    )


def _listed(tree: ast.Module) -> set[str]:
    return {
        item.value
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AugAssign)) and "__all__" in ast.unparse(node).partition("=")[0]
        for item in ast.walk(node.value)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }


def _callable(prefix: str, name: str, nodes: Sequence[ast.stmt], owner: str) -> FunctionPromise:
    functions = [n for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    overloads = [node for node in functions if is_overload(node)]
    described = next((text for node in functions if (text := ast.get_docstring(node, clean=False))), "")
    first = functions[0]
    decorators = tuple(
        ast.unparse(decorator) for decorator in first.decorator_list if last_name(decorator) != "overload"
    )
    return FunctionPromise(
        name,
        ".".join(part for part in (prefix, owner, name) if part),
        first,
        tuple(signature(node) for node in overloads or functions[:1]),
        decorators,
        read(described),
        any(isinstance(node, ast.AsyncFunctionDef) for node in functions),
        any(one in ("property", "cached_property", "functools.cached_property") for one in decorators),
        owner,
    )


def signature(node: FunctionNode) -> str:
    """A function's first line, without the colon."""
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return f"{keyword} {node.name}({ast.unparse(node.args)}){returns}"


def _class(prefix: str, node: ast.ClassDef, outer: str, source: Slices) -> ClassPromise:
    qualname = f"{outer}.{node.name}" if outer else node.name
    outline = Outline(node.body)
    values: list[Value] = []
    methods: list[FunctionPromise] = []
    nested: list[ClassPromise] = []
    kind = kind_of(node)
    docstring = read(ast.get_docstring(node, clean=False) or "")
    said = {one.name: one.text for one in (*docstring.attributes, *docstring.parameters)}
    for name in outline.by_name:
        entries = outline.chosen(name)
        if is_private(name) and name != "_":
            continue
        first = entries[0].node
        if isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef)):
            methods.append(_callable(prefix, name, [e.node for e in entries], qualname))
        elif isinstance(first, ast.ClassDef):
            nested.append(_class(prefix, first, qualname, source))
        elif (
            not name.startswith("__")
            and (value := _value(f"{prefix}.{qualname}", name, first, node.body, source)) is not None
        ):
            what = "enum member" if kind == "enum" and isinstance(first, ast.Assign) else "field"
            values.append(
                Value(value.name, value.symbol, value.annotation, value.value, value.text or said.get(name, ""), what)
            )
    return ClassPromise(
        node.name,
        f"{prefix}.{qualname}",
        node,
        tuple(ast.unparse(base) for base in node.bases),
        tuple(ast.unparse(decorator) for decorator in node.decorator_list),
        kind,
        docstring,
        tuple(values),
        tuple(methods),
        tuple(nested),
    )


def kind_of(node: ast.ClassDef) -> str:
    """What a class is beyond a plain one, by the names of its bases and decorators."""
    bases = [last_name(base) for base in node.bases]
    decorators = [last_name(decorator) for decorator in node.decorator_list]
    for kind, names in (
        ("enum", ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")),
        ("typed dict", ("TypedDict",)),
        ("named tuple", ("NamedTuple", "namedtuple")),
        ("protocol", ("Protocol",)),
        ("model", ("BaseModel", "BaseSettings")),
    ):
        if any(base in names for base in bases):
            return kind
    if any(one in ("dataclass", "define", "frozen", "mutable", "attrs", "attr") for one in decorators):
        return "dataclass"
    if any(base.endswith(("Error", "Exception", "Warning")) for base in bases):
        return "exception"
    return "class"


def _value(prefix: str, name: str, node: ast.stmt, body: Sequence[ast.stmt], source: Slices) -> Value | None:
    annotation = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
    held = getattr(node, "value", None)
    value = ast.unparse(held) if isinstance(held, ast.expr) else ""
    if isinstance(held, ast.Constant) and isinstance(held.value, int | float):
        value = source.of(held)  # 0x1F and 1_000 as they stand
    text = ""
    for index, statement in enumerate(body[:-1]):
        following = body[index + 1]
        if statement is node and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            text = " ".join(str(following.value.value).split()) if isinstance(following.value.value, str) else ""
    if not text:
        told = [*source.said_above(node), source.said_beside(node).strip()]
        text = " ".join(" ".join(line.removeprefix("#:") for line in told).split())
    return Value(name, f"{prefix}.{name}", annotation, "" if value == "..." else value, text)
