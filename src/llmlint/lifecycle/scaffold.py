"""A contract-test module: one suite for every implementation of a protocol or base class, a test for every promise."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from llmlint.contracts.layout import Place
from llmlint.contracts.outline import is_private, last_name
from llmlint.contracts.symbols import CLASS, Class, Module
from llmlint.lifecycle.imports_added import with_imports
from llmlint.lifecycle.promises import ClassPromise, FunctionPromise, Promise
from llmlint.lifecycle.scenarios import Scenario, scenarios, snake
from llmlint.model.record import record
from llmlint.semantics.shortcuts import home
from llmlint.semantics.world import World

_LONGEST = 100
_STRATEGIES = {
    "str": "st.text()", "int": "st.integers()", "float": "st.floats(allow_nan=False)", "bool": "st.booleans()",
    "bytes": "st.binary()", "complex": "st.complex_numbers(allow_nan=False)", "None": "st.none()",
    "datetime": "st.datetimes()", "date": "st.dates()", "time": "st.times()", "timedelta": "st.timedeltas()",
    "Decimal": "st.decimals(allow_nan=False)", "UUID": "st.uuids()", "Fraction": "st.fractions()",
}  # fmt: skip
_COLLECTIONS = {
    "list": "st.lists({0})", "List": "st.lists({0})", "Sequence": "st.lists({0})", "Iterable": "st.lists({0})",
    "Collection": "st.lists({0})", "set": "st.sets({0})", "Set": "st.sets({0})", "frozenset": "st.frozensets({0})",
    "FrozenSet": "st.frozensets({0})", "dict": "st.dictionaries({0}, {1})", "Dict": "st.dictionaries({0}, {1})",
    "Mapping": "st.dictionaries({0}, {1})",
}  # fmt: skip


@record
class Implementation:
    """A class that implements another, and where tests import it from."""

    name: str
    module: str


def implementations(world: World, target: Class, places: Sequence[Place]) -> list[Implementation]:
    """The public classes of the project that implement a class: those that derive from it, and for a protocol also those that
    have everything it asks for; the concrete ones only, by name."""
    classes = world.classes
    target = world.library.canonical(target)
    protocol = any(last_name(base) == "Protocol" for base in target.node.bases)
    asked = {name for name in classes.body(target) if not name.startswith("_")}
    found: dict[str, Implementation] = {}
    for place in places:
        module = world.library.module(place.module)
        if module is None:
            continue
        for name, bindings in module.table.items():
            if bindings[-1].form != CLASS or is_private(name):
                continue
            cls = world.library.canonical(module.class_at(bindings[-1].node))
            if cls is target or any(last_name(base) == "Protocol" for base in cls.node.bases):
                continue
            nominal = target in classes.mro(cls)
            structural = protocol and bool(asked) and asked <= set(classes.members(cls))
            if (nominal or structural) and not _abstract_members(world, cls):
                found[cls.symbol] = Implementation(cls.name, module.name)
    return [found[symbol] for symbol in sorted(found)]


def _abstract_members(world: World, cls: Class) -> bool:
    """Whether a class still has abstract methods."""
    seen: set[str] = set()
    for base in world.classes.mro(cls):
        for name, member in world.classes.body(base).items():
            if name in seen:
                continue
            seen.add(name)
            if any(
                last_name(d) == "abstractmethod"
                for function in member.functions()
                for d in function.node.decorator_list
            ):
                return True
    return False


class Scaffold:
    """Writes the test module of one contract."""

    def __init__(self, world: World, promise: Promise, places: Sequence[Place], *, asyncio: bool) -> None:
        self._world = world
        self._promise = promise
        self._places = places
        self._asyncio = asyncio
        self._imports: set[tuple[str, str]] = {("", "pytest")}
        self._strategies = False
        module = world.library.module(promise.module)
        self._module: Module | None = module

    def write(self) -> str:
        """The text; every test fails with "not written"."""
        chunks: list[str] = []
        every = scenarios(self._promise)
        loose = [one for one in every if one.owner is None]
        chunks += ["\n".join(self._test(one, "", "")) for one in loose]
        for cls in self._promise.every_class():
            mine = [one for one in every if one.owner is cls]
            if mine:
                chunks += list(self._suite(cls, mine))
        text = f'"""What the contract of ``{self._promise.module}`` promises: fill in each test, and delete what is not promised."""\n'
        body = "\n\n\n".join(chunks)
        text += f"\n\n{body}\n" if chunks else ""
        library = self._world.library
        wanted = sorted({(home(library, module, name) if module else "", name) for module, name in self._imports})
        if self._strategies:
            wanted += [("hypothesis", "HealthCheck"), ("hypothesis", "given"), ("hypothesis", "settings")]
        text = with_imports(text, wanted)
        if self._strategies:
            line = "from hypothesis import HealthCheck, given, settings\n"
            text = text.replace(line, f"{line}from hypothesis import strategies as st\n", 1)
        return text

    def _suite(self, cls: ClassPromise, mine: Sequence[Scenario]) -> Iterator[str]:
        fixture = snake(cls.name)
        qualname = cls.symbol.removeprefix(f"{self._promise.module}.")
        self._imports.add((self._promise.module, qualname.partition(".")[0]))
        found = self._implementations(cls)
        for implementation in found:
            self._imports.add((implementation.module, implementation.name))
        candidates = [implementation.name for implementation in found] or [qualname]
        yield "\n".join(
            [
                f"@pytest.fixture(params=[{', '.join(candidates)}])",
                f"def {fixture}(request: pytest.FixtureRequest) -> {qualname}:",
                f'    """An instance of each implementation of ``{qualname}`` that the sources have."""',
                '    pytest.fail(f"not written: how to make a {request.param.__name__}")',
            ]
        )
        lines = [f"class Test{cls.name}:", f'    """Every implementation of ``{qualname}``."""']
        for one in mine:
            lines += ["", *self._test(one, fixture, qualname)]
        yield "\n".join(lines)

    def _implementations(self, cls: ClassPromise) -> list[Implementation]:
        symbol = self._world.library.symbol(self._module, cls.name) if self._module is not None else None
        if not isinstance(symbol, Class) or "." in cls.symbol.removeprefix(f"{self._promise.module}."):
            return []
        found = implementations(self._world, symbol, self._places)
        concrete = not _abstract_members(self._world, symbol) and cls.kind != "protocol"
        own = [Implementation(cls.name, self._promise.module)] if concrete else []
        return [*own, *(one for one in found if one.name != cls.name)]

    def _test(self, one: Scenario, fixture: str, qualname: str) -> Iterator[str]:
        indent = "    " if fixture else ""
        function = one.function
        waits = function is not None and function.is_async
        strategies = (
            self._given(function, bound=bool(fixture))
            if function is not None and one.kind in ("behaviour", "basic")
            else {}
        )
        if strategies and not waits:
            self._strategies = True
            given = ", ".join(f"{name}={strategy}" for name, strategy in strategies.items())
            yield f"{indent}@given({given})"
            yield f"{indent}@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])"
        else:
            strategies = {}
        if waits and not self._asyncio:
            yield f"{indent}@pytest.mark.asyncio"
        parameters = ["self", f"{fixture}: {qualname}"] if fixture else []
        parameters += [f"{name}: {self._annotation(function, name)}" for name in strategies]
        yield f"{indent}{'async ' if waits else ''}def {one.name}({', '.join(parameters)}) -> None:"
        text = one.text if len(one.text) <= _LONGEST else f"{one.text[: _LONGEST - 3]}..."
        text = text.replace("\\", "\\\\").replace('"""', "'''").rstrip('"')
        yield f'{indent}    """{text[:1].upper()}{text[1:]}"""'
        yield f'{indent}    pytest.fail("not written")'

    def _given(self, function: FunctionPromise, *, bound: bool) -> dict[str, str]:
        """A strategy for each parameter whose type is known; none unless all required ones have one."""
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        if bound and "staticmethod" not in function.decorators:
            positional = positional[1:]
        found: dict[str, str] = {}
        for argument in (*positional, *arguments.kwonlyargs):
            made = self._strategy(argument.annotation)
            if made is None:
                return {}
            found[argument.arg] = made
        return found

    def _annotation(self, function: FunctionPromise | None, name: str) -> str:
        assert function is not None
        arguments = function.node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.arg == name and argument.annotation is not None:
                self._import_names(argument.annotation)
                return ast.unparse(argument.annotation)
        return "object"

    def _strategy(self, annotation: ast.expr | None) -> str | None:
        if annotation is None:
            return None
        if isinstance(annotation, ast.Constant):
            if annotation.value is None:
                return "st.none()"
            if isinstance(annotation.value, str):
                return self._strategy(ast.parse(annotation.value.strip(), mode="eval").body)
            return None
        if isinstance(annotation, ast.BinOp):
            return self._either([annotation.left, annotation.right])
        name = last_name(annotation)
        if isinstance(annotation, ast.Subscript):
            items = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            if name == "Literal":
                return f"st.sampled_from([{', '.join(ast.unparse(item) for item in items)}])"
            if name == "Optional":
                return self._either([*items, ast.Constant(None)])
            if name == "Union":
                return self._either(items)
            parts = [self._strategy(item) for item in items]
            if any(part is None for part in parts):
                return None
            if name in ("tuple", "Tuple"):
                if isinstance(items[-1], ast.Constant) and items[-1].value is ...:
                    return f"st.lists({parts[0]}).map(tuple)"
                return f"st.tuples({', '.join(str(part) for part in parts)})"
            pattern = _COLLECTIONS.get(name)
            return pattern.format(*parts) if pattern is not None and pattern.count("{") == len(parts) else None
        if name in _STRATEGIES:
            return _STRATEGIES[name]
        return self._of_class(annotation)

    def _either(self, items: Sequence[ast.expr]) -> str | None:
        parts = [self._strategy(item) for item in items]
        return None if any(part is None for part in parts) else " | ".join(str(part) for part in parts)

    def _of_class(self, annotation: ast.expr) -> str | None:
        """An enum's members, or a plain value built from the types of its fields."""
        if self._module is None:
            return None
        found = self._world.library.resolve(self._module, annotation)
        if not isinstance(found, Class) or found.outer is not None or not found.own:
            return None
        kind = self._world.classes.shape(found).kind
        if kind not in ("enum", "dataclass", "namedtuple", "attrs", "pydantic"):
            return None
        self._import_names(annotation)
        shown = ast.unparse(annotation)
        return f"st.sampled_from({shown})" if kind == "enum" else f"st.builds({shown})"

    def _import_names(self, annotation: ast.expr) -> None:
        """Import what an annotation names: from this module, or from where this module has it."""
        from llmlint.contracts.outline import names_in_annotation
        from llmlint.contracts.symbols import FROM

        module = self._module
        for dotted in names_in_annotation(annotation):
            root = dotted.partition(".")[0]
            bindings = module.table.get(root, []) if module is not None else []
            if not bindings:
                continue
            binding = bindings[-1]
            if binding.form == FROM:
                if binding.name == root:
                    self._imports.add((binding.module, root))
            elif binding.form == 1:
                self._imports.add(("", binding.module))
            else:
                self._imports.add((self._promise.module, root))
