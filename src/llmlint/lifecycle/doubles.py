"""Honest doubles: fixtures that stand in for the collaborators of a module, made by ``create_autospec``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from llmlint.contracts.library import Library
from llmlint.contracts.outline import is_private, last_name, yields
from llmlint.contracts.symbols import Class, Function, Member, Module
from llmlint.lifecycle.samples import sample
from llmlint.lifecycle.scenarios import snake
from llmlint.semantics.world import World

_VALUES = ("dataclass", "attrs", "namedtuple", "pydantic", "typeddict", "enum")
_DEPTH = 2


@dataclass(slots=True)
class Double:
    """One fixture."""

    name: str
    cls: Class
    module: str
    """Where tests import the class from."""
    lines: list[str] = field(default_factory=list)
    """The body after the mock is made."""
    imports: set[tuple[str, str]] = field(default_factory=set)
    """(module, name) that the body needs."""

    def code(self) -> str:
        """The fixture as source."""
        body = [
            f'    """Stands in for ``{self.cls.name}``: every call succeeds with a plain value of its type."""',
            f"    double: MagicMock = create_autospec({self.cls.name}, instance=True, spec_set=True)",
            *(f"    {line}" for line in self.lines),
            "    return double",
        ]
        return "\n".join(["@pytest.fixture", f"def {self.name}() -> MagicMock:", *body])


class Doubles:
    """Makes the doubles of one module."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, module: Module) -> list[Double]:
        """One for each collaborator: a class with behaviour that a public function or constructor of the module takes, or that the
        module imports from its own project and makes; in the order in which they appear. Where the settings declare boundaries,
        classes of the project outside of them are left alone: they are not to be mocked."""
        found: dict[str, Double] = {}
        for cls in self._collaborators(module):
            if cls.symbol not in found:
                home = self._home(cls, module)
                if home is not None:
                    found[cls.symbol] = self._double(cls, home)
        names: dict[str, int] = {}
        doubles = list(found.values())
        for double in doubles:
            number = names[double.name] = names.get(double.name, 0) + 1
            if number > 1:
                double.name = f"{double.name}_{number}"
        return doubles

    # -- which ---------------------------------------------------------------------------------------------------------------

    def _collaborators(self, module: Module) -> Iterator[Class]:
        assert module.tree is not None
        for node, outer in _functions(module):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if argument.annotation is not None:
                    for found in self._classes(module, argument.annotation, outer):
                        if found.module is not module and self._is_collaborator(found):
                            yield found
        for name, bindings in module.table.items():
            if bindings[-1].form == 2 and not is_private(name):
                symbol = self.world.library.symbol(module, name)
                if isinstance(symbol, Class) and symbol.own and self._is_collaborator(symbol):
                    if not self.world.classes.derives(symbol, "builtins.BaseException") and self._is_made(module, name):
                        yield symbol

    def _is_made(self, module: Module, name: str) -> bool:
        """Whether the module makes instances of an imported class itself, or keeps them."""
        assert module.tree is not None
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
            for node in ast.walk(module.tree)
        )

    def _classes(self, module: Module, node: ast.expr, outer: Class | None) -> Iterator[Class]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value.strip(), mode="eval").body
            except SyntaxError:
                return
        if isinstance(node, ast.BinOp):
            yield from self._classes(module, node.left, outer)
            yield from self._classes(module, node.right, outer)
        elif isinstance(node, ast.Subscript) and last_name(node.value) in ("Optional", "Union", "Annotated"):
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for item in items if last_name(node.value) != "Annotated" else items[:1]:
                yield from self._classes(module, item, outer)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            found = self.world.library.resolve(module, node, outer)
            if isinstance(found, Class):
                yield self.world.library.canonical(found)

    def _is_collaborator(self, cls: Class) -> bool:
        """A class of the project or of a third party that does something, rather than hold something."""
        if cls.module.kind == "typeshed" or cls.scope is not None or cls.outer is not None or is_private(cls.name):
            return False
        if self.world.classes.shape(cls).kind in _VALUES or self.world.classes.derives(cls, "builtins.BaseException"):
            return False
        return any(
            member.kind == "method" and not name.startswith("_")
            for name, member in self.world.classes.members(cls).items()
        )

    def _home(self, cls: Class, module: Module) -> str | None:
        """The module that publishes the class: where the module at hand imports it from, else where it is defined."""
        for name, bindings in module.table.items():
            binding = bindings[-1]
            if binding.form == 2 and binding.name == cls.name and name:
                symbol = self.world.library.symbol(module, name)
                if isinstance(symbol, Class) and self.world.library.canonical(symbol) is cls:
                    if not any(is_private(part) for part in binding.module.split(".")):
                        return binding.module
        parts = cls.module.name.split(".")
        while parts and any(is_private(part) for part in parts):
            parts.pop()
        home = ".".join(parts)
        return home if home and _has(self.world.library, home, cls) else None

    # -- what they give --------------------------------------------------------------------------------------------------------

    def _double(self, cls: Class, home: str) -> Double:
        double = Double(f"{snake(cls.name)}_double", cls, home)
        for name, member in sorted(self.world.classes.members(cls).items(), key=lambda item: item[1].owner is not cls):
            if name.startswith("_"):
                continue
            line = self._gift(double, name, member)
            if line is not None:
                double.lines.append(line)
        return double

    def _gift(self, double: Double, name: str, member: Member) -> str | None:
        if member.kind == "method":
            functions = list(member.functions())
            if not functions or member.owner.module.kind == "typeshed":
                return None
            returns = functions[0].node.returns
            if returns is None:
                return None
            value = self._value(double, functions[0], returns)
            return f"double.{name}.return_value = {value}" if value is not None else None
        if member.kind == "property" and member.owner.module.kind == "typeshed":
            return None  # what the running class has of it, its stub does not say (``BytesIO`` has no ``mode``)
        if member.kind == "property":
            getter = next(iter(member.functions()), None)
            if getter is not None and getter.node.returns is not None:
                value = self._value(double, getter, getter.node.returns)
                return f"double.{name} = {value}" if value is not None else None
        return None

    def _value(self, double: Double, function: Function, returns: ast.expr, depth: int = 0) -> str | None:
        """An expression that fits a return type; None where the mock's own default is as good."""
        if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
            try:
                returns = ast.parse(returns.value.strip(), mode="eval").body
            except SyntaxError:
                return None
        if isinstance(returns, ast.Constant) and returns.value is None:
            return "None"
        last = last_name(returns)
        if last == "Self":
            return "double"
        if (
            last in ("NoReturn", "Never")
            or function.is_generator
            or (not function.module.is_stub and yields(function.node))
        ):
            return None
        if last in (
            "Coroutine",
            "Awaitable",
            "AsyncIterator",
            "AsyncGenerator",
            "AsyncIterable",
            "Iterator",
            "Generator",
        ):
            return None
        if last == "Any":
            return None
        plain = sample(returns)
        if plain is not None:
            return plain
        for item in self._classes(function.module, returns, function.owner):
            return self._instance(double, item, depth)
        return None

    def _instance(self, double: Double, cls: Class, depth: int) -> str | None:
        """A class's instance: built where it is a plain value, else a double of its own."""
        home = self._home(cls, double.cls.module)
        if home is None or cls.outer is not None or depth > _DEPTH:
            return None
        shape = self.world.classes.shape(cls)
        if shape.kind == "enum":
            first = next((n for n, m in self.world.classes.body(cls).items() if m.kind == "enum member"), None)
            if first is None:
                return None
            double.imports.add((home, cls.name))
            return f"{cls.name}.{first}"
        if shape.kind in _VALUES and shape.known:
            arguments: list[str] = []
            for one in shape.fields:
                if not one.required or not one.init:
                    continue
                value = sample(one.annotation)
                if value is None and one.annotation is not None:
                    for inner in self._classes(one.owner.module, one.annotation, one.owner):
                        value = self._instance(double, inner, depth + 1)
                        break
                if value is None:
                    break
                arguments.append(f"{one.argument}={value}")
            else:
                double.imports.add((home, cls.name))
                return f"{cls.name}({', '.join(arguments)})"
        if self.world.classes.derives(cls, "builtins.BaseException"):
            return None
        if cls is double.cls:
            return "double"
        if cls.module.kind == "typeshed":
            return None
        double.imports.add((home, cls.name))
        return f"create_autospec({cls.name}, instance=True, spec_set=True)"


def _within(cls: Class, boundary: str) -> bool:
    return cls.symbol == boundary or cls.symbol.startswith(f"{boundary}.") or fnmatchcase(cls.symbol, boundary)


def _functions(module: Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Class | None]]:
    assert module.tree is not None
    for node in module.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not is_private(node.name):
            yield node, None
        elif isinstance(node, ast.ClassDef) and not is_private(node.name):
            cls = module.class_at(node)
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and not is_private(inner.name):
                    yield inner, cls


def _has(library: Library, home: str, cls: Class) -> bool:
    module = library.module(home)
    if module is None:
        return False
    symbol = library.symbol(module, cls.name)
    return isinstance(symbol, Class) and library.canonical(symbol) is cls


def conftest(
    doubles: Sequence[Double], existing: str = "", home: Callable[[str, str], str] = lambda module, name: module
) -> tuple[str, list[str]]:
    """A conftest with the doubles; what ``existing`` has stays as it is, and fixtures that it has already are not written again.

    ``home`` tells the module that a test imports a name from. Returns the text, and the names of the fixtures that were added. Raises libcst.ParserSyntaxError where ``existing`` is no
    program.
    """
    from llmlint.lifecycle.freeze.merge import names
    from llmlint.lifecycle.imports_added import with_imports

    known = set(names(existing)) if existing.strip() else set()
    fresh = [double for double in doubles if double.name not in known]
    if not fresh:
        return existing, []
    wanted: set[tuple[str, str]] = {
        ("unittest.mock", "MagicMock"),
        ("unittest.mock", "create_autospec"),
        ("", "pytest"),
    }
    for double in fresh:
        needed = {(double.module, double.cls.name), *double.imports}
        wanted |= {(home(module, name) if module else module, name) for module, name in needed}
    text = existing
    if not existing.strip():
        text = '"""Doubles of what the code under test needs. Written by llmlint; edit them as you like."""\n'
    code = "\n\n\n".join(double.code() for double in fresh)
    return with_imports(text.rstrip("\n") + "\n\n\n" + code + "\n", sorted(wanted)), [double.name for double in fresh]
