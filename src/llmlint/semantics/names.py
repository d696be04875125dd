"""The values of module-level names, whatever order the module binds them in."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Open
from llmlint.contracts.symbols import ASSIGN, CLASS, FROM, FUNCTION, IMPORT, Binding, Module
from llmlint.semantics.answers import Pending
from llmlint.semantics.growing import GROWING, grown_in
from llmlint.semantics.values import (
    NOTHING,
    OPEN,
    PROXY,
    UNKNOWN,
    UNRESOLVED_IMPORT,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World

MOCK_MODULES: Final = {"unittest.mock": "unittest.mock", "mock": "unittest.mock", "mock.mock": "unittest.mock"}
_GROWING: Final = GROWING | {"builtins.dict"}
_SPECIAL_MODULES: Final = {**MOCK_MODULES, "pytest": "pytest", "unittest": "unittest"}
SPECIALS: Final = frozenset(
    {
        *(
            f"unittest.mock.{name}"
            for name in (
                "Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "PropertyMock", "ThreadingMock",
                "create_autospec", "seal", "patch", "mock_open", "sentinel", "call", "ANY", "DEFAULT",
            )
        ),
        *(
            f"pytest.{name}"
            for name in (
                "raises", "fixture", "mark", "param", "importorskip", "skip", "fail", "xfail", "exit", "warns",
                "deprecated_call", "RaisesGroup", "RaisesExc",
            )
        ),
        *(
            f"builtins.{name}"
            for name in (
                "hasattr", "getattr", "setattr", "delattr", "isinstance", "issubclass", "callable", "type", "super", "vars",
                "locals", "globals", "exec", "eval", "iter", "next", "list", "tuple", "set", "frozenset", "sorted", "reversed",
                "enumerate", "zip", "dict",
            )
        ),
        "contextlib.suppress",
        "functools.partial",
        "typing.cast",
        "copy.copy",
        "copy.deepcopy",
        "unittest.mock",
        "pytest",
    }
)  # fmt: skip
"""Dotted names whose use means more than their signature says."""


class Names:
    """Module-level names to values. Memoized on the module."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of_module_object(self, module: Module) -> Value:
        """A module as a value."""
        value = ModuleValue(module)
        path = _SPECIAL_MODULES.get(module.name)
        return Special(path, value) if path is not None else value

    def missing_module(self, name: str) -> Value:
        """An import that is not found: unknown, but pytest and mock are understood all the same."""
        path = _SPECIAL_MODULES.get(name)
        return Special(path, UNRESOLVED_IMPORT) if path is not None else UNRESOLVED_IMPORT

    def value(self, module: Module, name: str) -> Value:
        """The value of ``module.name``; unknown if there is none."""
        found = module.memo.get(name)
        if found is not None and type(found) is not Pending:
            return found  # type: ignore[no-any-return]
        meanwhile: Value = UNKNOWN
        return self.world.answers.once(module.memo, name, meanwhile, lambda: self._value(module, name))

    def _value(self, module: Module, name: str) -> Value:
        bindings = module.table.get(name)
        if bindings is None:
            entry = self.world.library.entry(module, name)
            if entry is None or isinstance(entry, Open):
                return UNKNOWN
            if isinstance(entry, Module):
                return self.of_module_object(entry)
            return self.value(entry.module, name)
        path = _SPECIAL_MODULES.get(module.name)
        if not module.is_stub:
            bindings = _effective(bindings)
        functions = [binding for binding in bindings if binding.form == FUNCTION]
        values: list[Value] = []
        if functions:
            values.append(self._function(module, functions))
        tried = [binding for binding in bindings if binding.form in (IMPORT, FROM) and not binding.fallback]
        for binding in bindings:
            if binding.form == FUNCTION:
                continue
            if binding.fallback and tried and any(type(value) is not Unknown for value in values):
                continue
            values.append(self.binding(module, name, binding))
        if len(values) > 1:
            # `try: import x` / `except ImportError: x = None`: the guard is the test's affair.
            values = [value for value in values if not is_none(value)] or values[:1]
            known = [value for value in values if value is not UNRESOLVED_IMPORT]
            stand_in = any(binding.fallback and binding.form in (CLASS, FUNCTION) for binding in bindings)
            if len(known) == 1 and not stand_in and len(values) > 1 and not _is_sign(known[0]):
                values = known
        value = union(values)
        if module.name == "builtins" or path is not None or f"{module.name}.{name}" in SPECIALS:
            dotted = f"{path or module.name}.{name}"
            if dotted in SPECIALS:
                return Special(dotted, value)
        if type(value) is Instance and value.exact and value.cls.symbol in _GROWING and name in self._grown(module):
            return Instance(value.cls, (UNKNOWN,), exact=True)
        if type(value) is Instance and value.exact and value.literal is NOTHING and value.via is None:
            if module.kind == "source" and not module.by_test and value.cls.module.kind == "source":
                via = f"{module.name}.{name}"  # where other modules may put something else
                return Instance(value.cls, value.args, True, NOTHING, value.items, via, value.keys)
        return value

    def _grown(self, module: Module) -> frozenset[str]:
        """The names of what a module (or a function of it) adds to, if they are its own variables."""
        found: frozenset[str] | None = module.memo.get("<grown>")
        if found is None:
            tree = module.tree
            found = module.memo["<grown>"] = grown_in(tree) if tree is not None and not module.is_stub else frozenset()
        return found

    def _function(self, module: Module, bindings: list[Binding]) -> Value:
        functions = tuple(module.function_at(binding.node) for binding in bindings)
        info = self.world.functions.info(functions[-1])
        if info.fixture is not None:
            return UNKNOWN
        if info.opaque:
            return self.world.functions.decorated(functions[-1], None)
        return FunctionValue(functions)

    def binding(self, module: Module, name: str, binding: Binding) -> Value:
        """The value that one binding gives."""
        form = binding.form
        world = self.world
        if form == CLASS:
            cls = module.class_at(binding.node)
            if not module.is_stub and binding.node.decorator_list and not world.classes.keeps_class(cls):
                return OPEN
            return ClassValue(world.library.canonical(cls))
        if form == IMPORT:
            return self.imported(binding.module, module)
        if form == FROM:
            if binding.module == module.name:
                # `from . import path as _path` in a package that goes on to bind `path` by it: the submodule.
                bound = module.table.get(binding.name, ())
                inner = world.library.submodule(module, binding.name)
                if inner is not None and not any(other.node.lineno < binding.node.lineno for other in bound):
                    return self.of_module_object(inner)
            return self.imported_name(binding.module, binding.name, module)
        if form == ASSIGN:
            node = binding.node
            if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name) and len(node.targets) == 1:
                if binding.value is None:
                    return UNKNOWN
            if binding.annotation is not None:
                value = world.annotations.value(binding.annotation, module)
                if type(value) is not Unknown and not is_none(value):
                    if not module.is_stub and isinstance(binding.value, ast.Call):
                        made = world.inference.module_value(module, binding.value)
                        if (
                            isinstance(made, Instance)
                            and made.exact
                            and isinstance(value, Instance)
                            and (not world.classes.is_subclass(made.cls, value.cls))
                        ):
                            # A proxy that is annotated as what it stands for.
                            return Instance(value.cls, value.args, via=PROXY)
                    return value
                if module.is_stub or binding.value is None:
                    return UNKNOWN
            if isinstance(binding.value, ast.Call) and isinstance(node, ast.Assign):
                functional = self._functional(module, name, binding.value)
                if functional is not None:
                    return functional
            if binding.value is not None:
                if module.is_stub and not isinstance(binding.value, (ast.Name, ast.Attribute)):
                    return UNKNOWN
                return world.inference.module_value(module, binding.value)
        return UNKNOWN

    def _functional(self, module: Module, name: str, call: ast.Call) -> Value | None:
        """The class that ``Pair = namedtuple("Pair", "left right")`` makes."""
        if self.world.library.origin(module, call) not in ("collections.namedtuple", "typing.NamedTuple"):
            return None
        key = f"<functional {name} {call.lineno}:{call.col_offset}>"  # each platform may have its own
        node = module.memo.get(key)
        if node is None:
            node = module.memo[key] = ast.copy_location(ast.ClassDef(name, [call], [], [], []), call)
        cls = module.class_at(node)
        self.world.classes.mro(cls)
        cls.memo["functional"] = True
        return ClassValue(cls)

    def imported(self, name: str, importer: Module) -> Value:
        """``import name``."""
        module = self.world.library.module(name, importer.roots)
        return self.of_module_object(module) if module is not None else self.missing_module(name)

    def imported_name(self, source: str, name: str, importer: Module) -> Value:
        """``from source import name``."""
        library = self.world.library
        path = _SPECIAL_MODULES.get(source)
        if source == "?":
            return UNRESOLVED_IMPORT
        module = library.module(source, importer.roots)
        if path is not None and f"{path}.{name}" in SPECIALS:
            plain = self._plain(module, name) if module is not None else UNRESOLVED_IMPORT
            return Special(f"{path}.{name}", plain.value if isinstance(plain, Special) else plain)
        if module is None:
            return UNRESOLVED_IMPORT
        return self._plain(module, name)

    def _plain(self, module: Module, name: str) -> Value:
        library = self.world.library
        entry = library.entry(module, name)
        if entry is None or isinstance(entry, Open):
            return UNKNOWN if entry is None else OPEN
        if isinstance(entry, Module):
            return self.of_module_object(entry)
        return self.value(entry.module, name)


def _effective(bindings: list[Binding]) -> list[Binding]:
    """The bindings that may hold when the module is done: from the last unconditional one on."""
    for index in range(len(bindings) - 1, 0, -1):
        binding = bindings[index]
        if not binding.conditional:
            if binding.form == FUNCTION:
                start = index
                while start > 0 and bindings[start - 1].form == FUNCTION and bindings[start - 1].node.decorator_list:
                    start -= 1
                return bindings[start:]
            return bindings[index:]
    return bindings


def _is_sign(value: Value) -> bool:
    """Whether the value says no more than that what was to be imported is not there: ``fiona = False``."""
    return type(value) is Instance and value.literal in (False, True, 0, "")
