"""Objects of a file of tests that one test changes and others read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Variable
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import ASSIGN, FROM, OPAQUE, Function, FunctionNode
from llmlint.contracts.walking import walk
from llmlint.model.record import record
from llmlint.semantics.proof.body import nodes_of, own_nodes
from llmlint.semantics.proof.helpers import called
from llmlint.semantics.proof.mutation import Change, changes_of

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test, TestModule


_ADDING: Final = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "item"})
"""Changes that only ever make it more."""


@record
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
    """Every such change in the tests of a file, and in the helpers of the file and the fixtures that they use."""
    if module.role != "test" or len(module.tests) < 2:
        return
    frames = [function.node for function, _ in module.functions if module.is_frame(function)]
    told: set[int] = set()
    left: dict[Function, list[tuple[Change, str, int]]] = {}
    for test in module.tests:
        made = changes_of(test.node)
        local = _local_names(test.node) if made else set()
        aliases = _aliases(test.node) if made else {}
        for change in made:
            found = _of_module(module, change, local, aliases) or _of_class(test, change)
            if found is None:
                continue
            name, line = found
            if _reset(module, frames, name) or _put_back(test, change, name):
                continue
            yield from _told(module, test, change, name, line)
        for function in _relied_on(module, test):
            if function not in left:
                left[function] = list(_left_by(module, function, frames))
            for change, name, line in left[function]:
                if id(change.node) not in told and not _put_back(test, change, name, told_elsewhere=True):
                    for one in _told(module, test, change, name, line):
                        told.add(id(change.node))
                        yield one


def _told(module: TestModule, test: Test, change: Change, name: str, line: int) -> Iterator[Shared]:
    reader = next((other for other in module.tests if other is not test and _reads(other, name)), None)
    if reader is not None:
        yield Shared(change.node, name, line, reader.name)


def _relied_on(module: TestModule, test: Test) -> Iterator[Function]:
    """The helpers of the file that a test calls, and the fixtures of the file that it asks for."""
    for _, function in called(module, test.body.own.calls):
        if function.module is module.module:
            yield function
    for name in test.fixtures:
        fixture = module.world.fixtures.find(name, module.module, test.cls)
        if fixture is not None and fixture.function.module is module.module and not _hands_over(fixture.function):
            yield fixture.function


def _hands_over(function: Function) -> bool:
    """Whether something runs in a fixture when the test is over."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function.node.body)) or any(
        argument.arg == "request" for argument in function.node.args.args
    )


def _left_by(module: TestModule, function: Function, frames: list[FunctionNode]) -> Iterator[tuple[Change, str, int]]:
    """What a helper or fixture adds to a collection of the module, and nothing clears."""
    nodes = module.following.nodes(function)
    made = changes_of(function.node)
    if not made:
        return
    local = _local_names(function.node)
    aliases = _aliases(function.node)
    others = [frame for frame in frames if frame is not function.node]
    for change in made:
        if change.how not in _ADDING:
            continue
        found = _of_module(module, change, local, aliases)
        if found is None or _reset(module, others, found[0]):
            continue
        # Another change of the same thing in the same function may be the one that clears it.
        if sum(ast.dump(one.target) == ast.dump(change.target) for one in made) == 1 and not _asks_first(
            nodes, found[0]
        ):
            yield change, *found


def _asks_first(nodes: list[ast.AST], name: str) -> bool:
    """Whether a function looks into the collection before it adds to it: it keeps there what it need not make again."""
    return any(
        (isinstance(node, ast.Compare) and any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops) and name in ast.unparse(node))
        or (isinstance(node, (ast.Return, ast.If)) and name in ast.unparse(node.test if isinstance(node, ast.If) else node.value or node))
        for node in nodes
    )  # fmt: skip


@per_node
def _aliases(function: FunctionNode) -> dict[str, ast.Name]:
    """Local names that are given a name of the module, once."""
    nodes, local = nodes_of(function), _local_names(function)
    found: dict[str, ast.Name] = {}
    bound: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = bound.get(node.id, 0) + 1
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id not in local:
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = node.value
    return {name: value for name, value in found.items() if bound.get(name) == 1}


@per_node
def _local_names(function: FunctionNode) -> set[str]:
    """The names that a function binds itself, ``global`` ones left out."""
    arguments = function.args
    names = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    globals_: set[str] = set()
    for node in nodes_of(function):
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


def _of_module(
    module: TestModule, change: Change, local: set[str], aliases: dict[str, ast.Name]
) -> tuple[str, int] | None:
    """The name of the module's, or of another of the tests' that it imports from there, whose object is changed."""
    target = change.target
    if isinstance(target, ast.Name) and target.id in aliases and change.how != "rebind":
        target = aliases[target.id]
    elif not isinstance(target, ast.Name) or target.id in local:
        return None
    bindings = module.module.table.get(target.id)
    # A `global` elsewhere binds the name as well: to something, nobody knows what.
    bindings = [binding for binding in bindings or () if binding.form != OPAQUE]
    if len(bindings) == 1 and bindings[0].form == FROM and change.how != "rebind":
        symbol = module.world.library.symbol(module.module, target.id)
        if isinstance(symbol, Variable) and symbol.module.by_test and _is_collection(symbol.binding.value):
            return target.id, bindings[0].node.lineno
        return None
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


def _put_back(test: Test, change: Change, name: str, *, told_elsewhere: bool = False) -> bool:
    """Whether the test itself puts it back: in a ``finally``, or by a second change of the same kind at its end."""
    last = name.rpartition(".")[2]
    if told_elsewhere:
        # What a helper does the test puts back by naming it again.
        return any(one.target.id == last for one in changes_of(test.node) if isinstance(one.target, ast.Name))
    for node in test.nodes:
        if isinstance(node, ast.Try) and last in "\n".join(map(ast.unparse, node.finalbody)):
            return True
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(
            last in ast.unparse(item.context_expr) for item in node.items
        ):
            return True
    again = [
        one for one in changes_of(test.node) if ast.dump(one.target) == ast.dump(change.target) and one is not change
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
        if last in _local_names(test.node):
            return False
        return any(node.id == last for part in nodes for node in part.names)
    if test.cls is None or test.cls.qualname != owner:
        return False
    return any(node.attr == last for part in nodes for node in part.attributes)
