"""Objects of a file of tests that one test changes and others read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import ASSIGN, OPAQUE
from llmlint.contracts.walking import walk
from llmlint.semantics.proof.mutation import Change, changes

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test, TestModule


@dataclass(frozen=True, slots=True)
class Shared:
    """A change of something that other tests read."""

    node: ast.expr | ast.stmt
    name: str
    """``CARTS``, ``TestCart.items``."""
    line: int
    """Where it is defined."""
    reader: str
    """Another test that reads it."""


def shared(module: TestModule) -> Iterator[Shared]:
    """Every such change in the tests of a file."""
    if module.role != "test" or len(module.tests) < 2:
        return
    frames = [function.node for function, _ in module.functions if module.is_frame(function)]
    for test in module.tests:
        for change in changes(test.nodes):
            found = _of_module(module, test, change) or _of_class(test, change)
            if found is None:
                continue
            name, line = found
            if _reset(module, frames, name) or _put_back(test, change, name):
                continue
            reader = next((other for other in module.tests if other is not test and _reads(other, name)), None)
            if reader is not None:
                yield Shared(change.node, name, line, reader.name)


def _local_names(test: Test) -> set[str]:
    """The names that a test binds itself, ``global`` ones left out."""
    arguments = test.node.args
    names = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    globals_: set[str] = set()
    for node in test.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Global):
            globals_.update(node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names - globals_


def _of_module(module: TestModule, test: Test, change: Change) -> tuple[str, int] | None:
    target = change.target
    if not isinstance(target, ast.Name):
        return None
    bindings = module.module.table.get(target.id)
    if not bindings or target.id in _local_names(test):
        return None
    # A `global` elsewhere binds the name as well: to something, nobody knows what.
    bindings = [binding for binding in bindings if binding.form != OPAQUE]
    if not bindings or any(binding.form != ASSIGN or binding.value is None for binding in bindings):
        return None
    if change.how not in ("rebind", "item", "delete", "attribute") and not _is_collection(bindings[-1].value):
        return None
    return target.id, bindings[0].node.lineno


def _of_class(test: Test, change: Change) -> tuple[str, int] | None:
    """``self.items.append(…)`` where ``items`` is the class's; ``cls.count = …``, ``TestCart.count = …``."""
    cls = test.cls
    if cls is None:
        return None
    target = change.target
    rebound = change.how == "attribute" and isinstance(target, ast.Name) and target.id in ("cls", cls.name)
    if rebound and isinstance(change.node, ast.Attribute):
        attribute = change.node.attr
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and change.how != "rebind":
        if target.value.id not in ("self", "cls", cls.name):
            return None
        attribute = target.attr
    else:
        return None
    for statement in cls.node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and value is not None:
            if any(isinstance(one, ast.Name) and one.id == attribute for one in targets):
                if not rebound and not _is_collection(value):
                    return None
                if _made_anew(cls.node, attribute):
                    return None
                return f"{cls.qualname}.{attribute}", statement.lineno
    return None


def _made_anew(cls: ast.ClassDef, attribute: str) -> bool:
    """Whether a method gives each instance one of its own."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        for node in walk(cls)
    )


def _is_collection(node: ast.expr | None) -> bool:
    if isinstance(node, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, (ast.Name, ast.Attribute))
        and (
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            in ("list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict")
        )
    )


def _reset(module: TestModule, frames: list[ast.FunctionDef | ast.AsyncFunctionDef], name: str) -> bool:
    """Whether a fixture or a set-up sees to it, or some function clears it."""
    last = name.rpartition(".")[2]
    if f"{last}.clear()" in module.source.text or f"{last}.reset_mock()" in module.source.text:
        return True
    return any(
        (isinstance(node, ast.Name) and node.id == last) or (isinstance(node, ast.Attribute) and node.attr == last)
        for frame in frames
        for node in walk(frame)
    )


def _put_back(test: Test, change: Change, name: str) -> bool:
    """Whether the test itself puts it back: in a ``finally``, or by a second change of the same kind at its end."""
    last = name.rpartition(".")[2]
    for node in test.nodes:
        if isinstance(node, ast.Try) and last in "\n".join(map(ast.unparse, node.finalbody)):
            return True
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(
            last in ast.unparse(item.context_expr) for item in node.items
        ):
            return True
    again = [
        one for one in changes(test.nodes) if ast.dump(one.target) == ast.dump(change.target) and one is not change
    ]
    return (
        any(one.node.lineno > change.node.lineno for one in again)
        or any(
            isinstance(call.func, ast.Attribute) and call.func.attr in ("addfinalizer", "addCleanup")
            for call in test.body.own.calls
        )
        or _first_thing(test, change)
    )


def _first_thing(test: Test, change: Change) -> bool:
    """Whether a rebinding sets up what the test itself goes on to read."""
    return change.how == "rebind" and any(
        node.id == getattr(change.target, "id", "") and node.lineno > change.node.lineno for node in test.body.own.names
    )


def _reads(test: Test, name: str) -> bool:
    owner, _, last = name.rpartition(".")
    nodes = (test.body.own, test.body.inner)
    if not owner:
        if last in _local_names(test):
            return False
        return any(node.id == last for part in nodes for node in part.names)
    if test.cls is None or test.cls.qualname != owner:
        return False
    return any(node.attr == last for part in nodes for node in part.attributes)
