"""A pytest plugin that writes down which uses in the tests are uses of the project's own objects.

Recall needs a denominator that is not llmlint's own opinion. Here the suite is run, and every attribute use and every
call in its test files tells what stood on its left: the module, the class, the function, or the type of the object.
Those that belong to the project are written to a JSON file, together with the fixtures that tests ask for and the
patches that tests make.

    PYTHONPATH=benchmarks LLMLINT_TRACE=settings.json python -m pytest -p trace_plugin …

`settings.json` holds `root` (the folder that file names are relative to), `tests` (the folders whose files are
traced), `packages` (the import names that are the project's own) and `output`.

A use is named by what `ast` says of it, so that both sides find the same place without conversion: `row` and `column`
are `end_lineno` and `end_col_offset` (0-based UTF-8 bytes)

- of the `ast.Attribute` for an `attribute`,
- of the `func` of the `ast.Call` for a `call` and for a `patch`,
- of the `ast.arg` for a `fixture`.

Annotations and the patterns of `match` are not traced: they are not run as they stand. Nothing here keeps an object
alive, and the traced code does in the same frame what it did before.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib._bootstrap_external as bootstrap
import inspect
import json
import os
import sys
import tempfile
import types
import unittest.mock
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import rewrite

SETTINGS: dict[str, Any] = json.loads(Path(os.environ["LLMLINT_TRACE"]).read_text("utf-8"))
ROOT = os.path.realpath(SETTINGS["root"])
TESTS = tuple(os.path.realpath(os.path.join(ROOT, each)) for each in SETTINGS["tests"])
PACKAGES = frozenset(SETTINGS["packages"])
PROCESS = os.getpid()

PATCHING = frozenset({"patch", "object", "multiple", "dict", "setattr", "delattr", "spy"})

Place = tuple[str, int, int, str, str]
"""File, row, column, kind, name."""

places: list[Place] = []
owners: dict[int, str] = {}
"""The place of each use whose receiver was the project's own, and what the receiver was."""
reached: bytearray = bytearray()
patch_targets: dict[int, str] = {}
parameters: dict[tuple[str, int, str], dict[str, tuple[int, int]]] = {}
"""(File, first line, name of a function) to its parameters and where they stand."""
untraced: dict[str, str] = {}


# -- what belongs to the project -------------------------------------------------------------------------------------


@functools.cache
def is_own_module(name: str) -> bool:
    if name.partition(".")[0] not in PACKAGES:
        return False
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    return not (isinstance(file, str) and is_test_file(file))


def is_test_file(path: str) -> bool:
    path = os.path.realpath(path)
    return path.startswith(tuple(each + os.sep for each in TESTS)) or path in TESTS


def own_class(cls: type) -> str | None:
    module = type.__getattribute__(cls, "__module__")
    if isinstance(module, str) and is_own_module(module):
        return f"{module}.{type.__getattribute__(cls, '__qualname__')}"
    return None


def own_function(function: Any) -> str | None:
    module = function.__module__
    if isinstance(module, str) and is_own_module(module):
        return f"{module}.{function.__qualname__}"
    return None


def owner_of(thing: Any) -> str | None:
    """The project's own thing that this is, or is an instance of. Asks the type only, so that proxies stay asleep."""
    cls = type(thing)
    if issubclass(cls, types.ModuleType):
        name = types.ModuleType.__getattribute__(thing, "__dict__").get("__name__")
        return name if isinstance(name, str) and is_own_module(name) else None
    if issubclass(cls, type):
        return own_class(thing)
    if cls is types.FunctionType:
        return own_function(thing)
    if cls is types.MethodType:
        return own_function(thing.__func__) if type(thing.__func__) is types.FunctionType else None
    if cls is functools.partial:
        return owner_of(thing.func)
    if cls in (types.BuiltinFunctionType, types.MethodWrapperType):
        receiver = thing.__self__
        return None if receiver is None or isinstance(receiver, types.ModuleType) else owner_of(receiver)
    return own_class(cls)


def see(thing: Any, place: int) -> Any:
    """Stands around the left side of every traced use and hands it back."""
    if reached[place] != 2:
        try:
            owner = owner_of(thing)
        except Exception:  # noqa: BLE001  (a metaclass may raise anything)
            owner = None
        reached[place] = 1
        if owner is not None:
            reached[place] = 2
            owners[place] = owner
    return thing


def is_patcher(callee: Any) -> bool:
    patch = unittest.mock.patch
    for known in (patch, patch.object, patch.multiple, patch.dict):
        if callee is known:
            return True
    cls = type(callee)
    if cls.__module__ in ("pytest_mock.plugin", "mock.mock"):
        return cls.__name__ in ("_Patcher", "function")
    if cls is types.FunctionType:
        return bool(callee.__module__ == "mock.mock" and callee.__name__.lstrip("_").startswith("patch"))
    if cls is types.MethodType:
        holder = type(callee.__self__)
        if holder is pytest.MonkeyPatch:
            return callee.__name__ in ("setattr", "delattr")
        if holder.__module__ == "pytest_mock.plugin":
            return holder.__name__ == "_Patcher" or callee.__name__ == "spy"
    return False


def see_call(callee: Any, place: int) -> Any:
    """The same for what may be a patch."""
    try:
        if is_patcher(callee):
            patch_targets.setdefault(place, "")
    except Exception:  # noqa: BLE001  (as above)
        return callee
    return see(callee, place)


def see_target(thing: Any, place: int) -> Any:
    """Stands around the first argument of what may be a patch."""
    if patch_targets.get(place) == "":
        try:
            if type(thing) is str:
                own = thing.partition(".")[0] in PACKAGES
                patch_targets[place] = thing if own else "-"
            else:
                patch_targets[place] = owner_of(thing) or "-"
        except Exception:  # noqa: BLE001  (as above)
            patch_targets[place] = "-"
    return thing


vars(builtins).update(__llmlint_see__=see, __llmlint_see_call__=see_call, __llmlint_see_target__=see_target)


# -- changing the test files as they are loaded ----------------------------------------------------------------------


class Tracer(ast.NodeTransformer):
    def __init__(self, file: str) -> None:
        self.file = file

    def place(self, node: ast.expr, kind: str, name: str) -> ast.Constant:
        places.append((self.file, node.end_lineno or 0, node.end_col_offset or 0, kind, name))
        reached.append(0)
        return ast.Constant(len(places) - 1)

    def around(self, seer: str, node: ast.expr, place: ast.Constant) -> ast.expr:
        call = ast.Call(ast.Name(seer, ast.Load()), [node, place], [])
        for new in (call, call.func, place):
            ast.copy_location(new, node)
        return call

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        place = self.place(node, "attribute", node.attr)
        node.value = self.around("__llmlint_see__", self.visit(node.value), place)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = self.place(node.func, "call", name)
        self.generic_visit(node)
        if name in PATCHING or name.startswith("patch"):
            node.func = self.around("__llmlint_see_call__", node.func, place)
            if node.args and not isinstance(node.args[0], ast.Starred):
                node.args[0] = self.around("__llmlint_see_target__", node.args[0], ast.Constant(place.value))
            else:
                for keyword in node.keywords:
                    if keyword.arg == "target":
                        target = ast.Constant(place.value)
                        keyword.value = self.around("__llmlint_see_target__", keyword.value, target)
        else:
            node.func = self.around("__llmlint_see__", node.func, place)
        return node

    def visit_function(self, node: Any) -> Any:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        parameters[self.file, first, node.name] = {
            each.arg: (each.end_lineno or 0, each.end_col_offset or 0) for each in arguments
        }
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.args = self.visit(node.args)
        node.body = [self.visit(each) for each in node.body]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function  # noqa: N815  (the names of ast)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.target = self.visit(node.target)
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_TypeAlias(self, node: Any) -> Any:
        return node


def trace(tree: ast.Module, path: str) -> None:
    file = os.path.relpath(os.path.realpath(path), ROOT).replace(os.sep, "/")
    try:
        Tracer(file).visit(tree)
    except RecursionError as error:
        untraced[file] = repr(error)


plain_rewrite = rewrite.rewrite_asserts
plain_source_to_code = bootstrap.SourceLoader.source_to_code


def traced_rewrite(mod: ast.Module, source: bytes, module_path: str | None = None, config: Any = None) -> None:
    if module_path is not None and is_test_file(module_path):
        trace(mod, module_path)
    plain_rewrite(mod, source, module_path, config)


def traced_source_to_code(self: Any, data: Any, path: Any, **options: Any) -> types.CodeType:
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    if not isinstance(data, bytes) or not name or not is_test_file(name):
        return plain_source_to_code(self, data, path, **options)
    tree = ast.parse(data, name)
    trace(tree, name)
    return compile(tree, name, "exec", dont_inherit=True)


rewrite.rewrite_asserts = traced_rewrite
bootstrap.SourceLoader.source_to_code = traced_source_to_code  # type: ignore[method-assign]
sys.pycache_prefix = tempfile.mkdtemp(prefix="traced-")  # what was compiled before was not traced


# -- fixtures --------------------------------------------------------------------------------------------------------

fixtures: dict[tuple[str, int, int], tuple[str, str]] = {}


def record_fixtures(function: Any, names: Any, definitions: Any) -> None:
    try:
        code = inspect.unwrap(function).__code__
    except (AttributeError, ValueError):
        return
    if not is_test_file(code.co_filename):
        return
    file = os.path.relpath(os.path.realpath(code.co_filename), ROOT).replace(os.sep, "/")
    stands = parameters.get((file, code.co_firstlineno, code.co_name), {})
    for name in names:
        found = definitions.get(name)
        if name not in stands or not found or found[-1].func.__name__ == "get_direct_param_fixture_func":
            continue
        fixtures[file, *stands[name]] = (name, str(found[-1].func.__module__))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        information = getattr(item, "_fixtureinfo", None)
        function = getattr(item, "obj", None)
        if information is None or function is None:
            continue
        definitions = information.name2fixturedefs
        record_fixtures(function, information.argnames, definitions)
        for several in definitions.values():
            for each in several:
                record_fixtures(each.func, each.argnames, definitions)


# -- writing it down -------------------------------------------------------------------------------------------------


def write() -> None:
    seen: dict[Place, str] = {}  # a file may be loaded more than once
    for number, (file, row, column, kind, name) in enumerate(places):
        if number in owners:
            seen.setdefault((file, row, column, kind, name), owners[number])
        if number in patch_targets:
            seen.setdefault((file, row, column, "patch", name), patch_targets[number].strip("-"))
    for (file, row, column), (name, module) in fixtures.items():
        seen[file, row, column, "fixture", name] = module
    columns = ("filename", "row", "column", "kind", "name")
    uses = [{**dict(zip(columns, place, strict=True)), "owner": owner} for place, owner in sorted(seen.items())]
    result = {
        "traced": {
            "files": len({file for file, *_ in places}),
            "uses": len(places),
            "reached": len(places) - reached.count(0),
            "own": sum(place[3] in ("attribute", "call") for place in seen),
        },
        "untraced": untraced,
        "uses": uses,
    }
    Path(SETTINGS["output"]).write_text(json.dumps(result) + "\n", "utf-8")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if os.getpid() == PROCESS:
        write()
