"""Tests that never run: nothing collects them, or nothing awaits them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal

from llmlint.contracts.symbols import Class, Function
from llmlint.contracts.walking import walk
from llmlint.model.record import record
from llmlint.project.project import TEST_FILES
from llmlint.semantics.proof.body import last_name

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test, TestModule

Why = Literal["async", "async method", "init", "file", "fixture", "nested"]

_MARKS: Final = (
    "asyncio",
    "anyio",
    "trio",
    "curio",
    "twisted",
    "gen_test",
    "asyncio_cooperative",
    "tornado",
    "aio",
    "async",
)
_PLUGINS: Final = ("pytest_asyncio", "anyio")
"""The plugins whose rules are known here; another one that runs coroutines may run them unasked."""
_OTHERS: Final = re.compile(
    r"async|aio|trio|twisted|torn|curio|sanic|quart|homeassistant|loop|greenlet|django|playwright_async|qt|nio"
)
_HOOKS: Final = (
    "pytest_pyfunc_call", "pytest_collection_modifyitems", "pytest_itemcollected", "pytest_pycollect_makeitem",
    "pytest_runtest_call", "pytest_runtest_setup", "pytest_configure", "pytest_pycollect_makemodule",
)  # fmt: skip
_MODES: Final = re.compile(r"asyncio[_-]mode|anyio_mode|trio_mode")
_ELSEWHERE: Final = ("tox.ini", "noxfile.py", "Makefile", "setup.cfg", "pyproject.toml", "pytest.ini", "conftest.py")


@record
class Uncollected:
    """A test that never runs."""

    node: ast.stmt
    name: str
    why: Why


def uncollected(module: TestModule) -> Iterator[Uncollected]:
    """Every test of the file that never runs, in no order."""
    if module.role == "test":
        yield from _coroutines(module)
        yield from _made_by_init(module)
        for test in module.tests:
            yield from _nested(test)
    yield from _fixtures(module)
    if module.role != "test" or _is_left_to_unittest(module):
        yield from _missed(module)


# -- coroutines ------------------------------------------------------------------------------------------------------------


def _coroutines(module: TestModule) -> Iterator[Uncollected]:
    waiting = [test for test in module.tests if test.function.is_async]
    if not waiting:
        return
    runs: bool | None = None
    for test in waiting:
        if module.world.inference.is_generator(test.function):
            continue
        if test.unittest:
            opaque = module.world.functions.info(test.function).opaque
            if test.cls is not None and not opaque and _plain_case(module, test.cls):
                yield Uncollected(test.node, test.name, "async method")
            continue
        if runs is None:
            runs = _may_run(module)
        if runs:
            return
        if not _marked(test):
            yield Uncollected(test.node, test.name, "async")


def _plain_case(module: TestModule, cls: Class) -> bool:
    """Whether a class is a ``unittest.TestCase`` that does not await its tests, for certain."""
    classes = module.world.classes
    if classes.open(cls) or cls.node.decorator_list:
        return False
    for base in classes.mro(cls):
        if (
            base.name == "IsolatedAsyncioTestCase"
            or base.module.kind not in ("typeshed", "source")
            or base.node.keywords
        ):
            return False
        if base.module.kind == "source" and not base.module.by_test:
            return False
        if base.module.by_test and any(
            name in classes.body(base)
            for name in ("run", "__call__", "_callTestMethod", "__init_subclass__", "__getattribute__")
        ):
            return False
    return True


def _may_run(module: TestModule) -> bool:
    """Whether something may run coroutines without a mark, or gives the marks itself."""
    world = module.world
    project = world.project
    if world.fixtures.cannot_run_here(module.module):
        return True
    if not world.plugins_known or project.pytest.asyncio_mode == "auto":
        return True
    for name in (*project.environment.pytest_plugins, *project.pytest.plugins, *project.settings.fixture_plugins):
        if _OTHERS.search(name) and not name.startswith(_PLUGINS):
            return True
    sources = [module.module, *world.fixtures.chain(module.module)]
    if any("pytest_plugins" in source.table for source in sources):
        return True
    if any(hook in source.text for source in sources for hook in _HOOKS):
        return True
    if "pytestmark" in module.module.table and not module.marks:
        return True
    folders = {project.root, project.pytest.rootdir, project.base or project.root}
    files = [os.path.join(folder, name) for folder in sorted(folders) for name in _ELSEWHERE]
    files += [project.pytest.file] if project.pytest.file else []
    return any(_auto(text) for text in (world.text(path) for path in files if os.path.exists(path)))


def _auto(text: str) -> bool:
    found = [text[match.end() : match.end() + 20] for match in _MODES.finditer(text)]
    return any("strict" not in after for after in found)


def _marked(test: Test) -> bool:
    if test.module.world.functions.info(test.function).opaque:
        return True
    if any(mark.name in _MARKS or not _is_known(mark.name) for mark in test.marks):
        return True
    cls = test.cls
    if cls is not None:
        classes = test.module.world.classes
        if classes.open(cls):
            return True
        for base in classes.mro(cls):
            if base.module.kind == "typeshed":
                continue
            if (base.node.decorator_list and base is not cls) or "pytestmark" in classes.body(base):
                return True
    return any(not isinstance(node, ast.Call) and last_name(node) in _MARKS for node, _ in test.decorations) or any(
        not _is_known(last_name(node)) for node, _ in test.decorations
    )


def _is_known(name: str) -> bool:
    """Whether a mark (or decorator) is one that does not run a coroutine."""
    return name in (
        "parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "patch", "object", "dict", "multiple",
    ) or name in ("slow", "integration", "unit", "e2e", "network", "no_parallel", "flaky", "timeout")  # fmt: skip


# -- classes, fixtures, inner functions ------------------------------------------------------------------------------------------


def _made_by_init(module: TestModule) -> Iterator[Uncollected]:
    """Classes with an ``__init__`` (or ``__new__``), which pytest passes by."""
    named_classes, named_functions = module.world.project.pytest.names(module.source.path)
    for cls in module.classes:
        if cls.scope is not None or cls.outer is not None or not _matches(cls.name, named_classes):
            continue
        body = module.world.classes.body(cls)
        made = [body[name] for name in ("__init__", "__new__") if name in body and not body[name].value]
        if not made or "__test__" in body or cls.node.decorator_list:
            continue
        if module.world.classes.derives(cls, "unittest.case.TestCase") or module.world.classes.open(cls):
            continue
        tests = [name for name, member in body.items() if _matches(name, named_functions) and [*member.functions()]]
        if tests and f"{cls.name}." not in module.source.text and _times(cls.name, module.source.text) == 1:
            yield Uncollected(cls.node, cls.name, "init")


def _fixtures(module: TestModule) -> Iterator[Uncollected]:
    """Tests that are marked as fixtures: they assert, give nothing, and nobody asks for them."""
    named = module.world.project.pytest.names(module.source.path)[1]
    for function, cls in module.functions:
        info = module.world.functions.info(function)
        if info.fixture is None or not _matches(function.name, named):
            continue
        if isinstance(info.fixture, ast.Call) and info.fixture.keywords:
            continue
        body = module.following.body(function)
        gives = module.world.inference.is_generator(function) or any(
            isinstance(node, ast.Return) and node.value is not None for node in walk(function.node)
        )
        if body.own.asserts and not gives and _times(function.name, module.source.text) == 1:
            if module.role == "test":
                name = f"{cls.name}.{function.name}" if cls is not None else function.name
                yield Uncollected(function.node, name, "fixture")


def _nested(test: Test) -> Iterator[Uncollected]:
    """Tests in a test that are neither called nor handed on."""
    if not test.body.scopes:
        return
    named = test.module.world.project.pytest.names(test.module.source.path)[1]
    for inner in test.body.scopes:
        if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) or inner.decorator_list:
            continue
        if not _matches(inner.name, named) or not inner.name.startswith("test_"):
            continue
        if not any(isinstance(node, ast.Assert) for node in walk(inner)):
            continue
        names = {node.id for node in (*test.body.own.names, *test.body.inner.names)}
        if inner.name in names or names & {"locals", "globals", "vars", "exec", "eval"}:
            continue
        if any(isinstance(scope, ast.ClassDef) and inner in walk(scope) for scope in test.body.scopes):
            continue
        yield Uncollected(inner, inner.name, "nested")


# -- files -------------------------------------------------------------------------------------------------------------------


def _is_left_to_unittest(module: TestModule) -> bool:
    """Whether the file is one of tests by a name that only ``unittest`` is told: it runs methods, and no functions."""
    python_files = module.world.project.pytest.python_files
    name = os.path.basename(module.source.path)
    return python_files == TEST_FILES and not any(fnmatchcase(name, glob) for glob in python_files if "/" not in glob)


def _missed(module: TestModule) -> Iterator[Uncollected]:
    """Tests in a file that pytest does not look at: of tests, by its name and its functions, and read by nobody."""
    world = module.world
    stem = os.path.splitext(os.path.basename(module.source.path))[0]
    conftest = module.role == "conftest"
    if not conftest and (
        not module.module.by_test or not re.search(r"(^|_)tests?(_|$)|Tests?$", stem) or stem in ("tests", "test")
    ):
        return
    found: list[Function] = []
    named = world.project.pytest.names(module.source.path)[1]
    for function, cls in module.functions:
        if cls is not None or not _matches(function.name, named):
            continue
        if not function.name.startswith("test_") or module.is_frame(function) or function.node.decorator_list:
            continue
        body = module.following.body(function)
        if body.own.asserts and _times(function.name, module.source.text) == 1 and not function.node.args.defaults:
            found.append(function)
    if not found or _imported(module, stem, conftest=conftest):
        return
    for function in found:
        yield Uncollected(function.node, function.name, "file")


def _imported(module: TestModule, stem: str, *, conftest: bool) -> bool:
    """Whether another file of the project names this one."""
    if conftest:
        return False
    world = module.world
    return any(
        path != module.source.path and _times(stem, world.text(path)) for path in world.python_files(world.project.root)
    )


def _times(name: str, text: str) -> int:
    return len(re.findall(rf"\b{re.escape(name)}\b", text))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    from llmlint.semantics.collection import Collected

    return Collected.matches(name, patterns)
