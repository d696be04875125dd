"""What of the process a test changes for those that run after it, with nothing that puts it back."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FROM, IMPORT, Class, Function, FunctionNode, Module
from llmlint.contracts.walking import walk
from llmlint.model.record import record
from llmlint.semantics.proof.body import last_name, nodes_of, own_nodes
from llmlint.semantics.proof.following import FRAME
from llmlint.semantics.proof.helpers import called, helper, reached
from llmlint.semantics.proof.mutation import changes_of

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import TestModule

_SHARED: Final = {"os.environ": "os.environ", "sys.path": "sys.path", "sys.modules": "sys.modules"}
_CALLS: Final = {
    "os.chdir": "the working directory",
    "os.fchdir": "the working directory",
    "os.putenv": "os.environ",
    "os.unsetenv": "os.environ",
}
_WORDS: Final = {
    "os.environ": ("environ", "setenv", "delenv", "putenv"),
    "sys.path": ("sys.path", "syspath"),
    "sys.modules": ("sys.modules", "modules"),
    "the working directory": ("chdir", "getcwd", "Path.cwd", "isolated_filesystem", "isolation"),
}
"""What the text of something that puts it back mentions."""
_NAMED: Final = ("environ", "sys.path", "sys.modules", "chdir", "putenv", "unsetenv")
_LASTING: Final = frozenset({"session", "package"})


@record
class Leak:
    """One change that lasts."""

    node: ast.expr | ast.stmt
    what: str
    """``os.environ``, ``sys.path``, ``sys.modules`` or ``the working directory``."""
    by: str
    instead: str
    """What of ``monkeypatch`` does it for the test alone."""
    helper: Function | None = None
    """The helper of another file that does it, where the node is a call of that."""


def leaks(module: TestModule) -> Iterator[Leak]:
    """Every lasting change in the tests, fixtures and set-ups of a file."""
    if not _may_leak(module):
        return
    tests = {test.function for test in module.tests}
    told: set[int] = set()
    for function, cls in module.functions:
        if function in tests or module.is_frame(function):
            if not _is_lasting(module, function):
                yield from _in_function(module, function, cls)
                for leak in _by_helpers(module, function, cls):
                    if id(leak.node) not in told:
                        told.add(id(leak.node))
                        yield leak


def _may_leak(module: TestModule) -> bool:
    """Whether the text of the file, or of what it imports of the tests, names anything that can be left changed."""
    world = module.world
    if any(word in module.source.text for word in _NAMED):
        return True
    for bindings in module.module.table.values():
        for binding in bindings:
            if binding.form in (IMPORT, FROM) and binding.module != "?":
                source = world.library.module(binding.module, module.module.roots)
                if source is not None and source.by_test and any(word in source.text for word in _NAMED):
                    return True
    return False


def _by_helpers(module: TestModule, function: Function, cls: Class | None) -> Iterator[Leak]:
    """What the helpers change that a test, fixture or set-up calls, and neither they nor it put back."""
    if "teardown" in function.name.lower():
        return
    found: dict[str, list[tuple[ast.Call, Function, Leak]]] = {}
    own = {what for _, what, _ in _changes(module.world.library.origin, function)}
    for call, first in called(module, _before_yield(module, function)):
        for one in reached(first, module.following):
            changed = list(_changes(module.world.library.origin, one))
            for node, what, instead in changed:
                if one.owner is not cls and _is_kept_by_its_object(one, _WORDS[what]):
                    continue
                lasting = [Leak(other, what, one.name, instead) for other, thing, _ in changed if thing == what]
                if not _undone_here(one.node, _WORDS[what], lasting, what):
                    here = one.module is module.module
                    leak = Leak(node if here else call, what, one.name, instead, None if here else one)
                    found.setdefault(what, []).append((call, one, leak))
    for what, lasting_ones in found.items():
        # Where several have to do with it, one may take back what the other did.
        if what in own or len(_concerned(module, function, _WORDS[what])) > 1:
            continue
        calls = [Leak(call, what, function.name, "") for call, _, _ in lasting_ones]
        if not _put_back(module, function, cls, what, calls[:1]):
            yield from (leak for _, _, leak in lasting_ones)


def _is_kept_by_its_object(helper: Function, words: Iterable[str]) -> bool:
    """Whether the helper is a method of an object that has another one for the same thing: which puts it back, or knows what was."""
    body = helper.owner.node.body if helper.owner is not None else ()
    return any(
        isinstance(other, (ast.FunctionDef, ast.AsyncFunctionDef))
        and other is not helper.node
        and _mentions(other, words)
        for other in body
    )


def _concerned(module: TestModule, function: Function, words: Iterable[str]) -> set[Function]:
    """The helpers that a function calls anywhere, and those that these call, in whose text one of the words is."""
    return {
        one
        for _, first in called(module, module.following.body(function).own.calls)
        for one in reached(first, module.following)
        if _mentions(one.node, words)
    }


def _before_yield(module: TestModule, function: Function) -> list[ast.Call]:
    """The calls that run before a fixture hands over; all, where it does not."""
    calls = module.following.body(function).own.calls
    if not calls or not module.is_frame(function):
        return calls
    rows = [node.lineno for node in module.following.nodes(function) if isinstance(node, (ast.Yield, ast.YieldFrom))]
    return [call for call in calls if call.lineno < min(rows)] if rows else calls


def _is_lasting(module: TestModule, function: Function) -> bool:
    """Whether a fixture is there for the whole run: then nobody is left to be surprised."""
    decorator = module.world.functions.info(function).fixture
    scopes = [k.value for k in getattr(decorator, "keywords", ()) if k.arg == "scope"]
    return any(isinstance(scope, ast.Constant) and scope.value in _LASTING for scope in scopes)


def _in_function(module: TestModule, function: Function, cls: Class | None) -> Iterator[Leak]:
    found: dict[str, list[Leak]] = {}
    for node, what, instead in _changes(module.world.library.origin, function):
        found.setdefault(what, []).append(Leak(node, what, function.name, instead))
    for what, lasting in found.items():
        if not _put_back(module, function, cls, what, lasting):
            yield from lasting


def _changes(
    name_of: Callable[[Module, ast.expr], str], function: Function
) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    module = function.module
    for change in changes_of(function.node):
        if change.how == "attribute":
            # `sys.path = [...]`, `os.environ = {...}`
            what = _SHARED.get(name_of(module, change.node)) if isinstance(change.node, ast.expr) else None
        else:
            what = _SHARED.get(name_of(module, change.target)) if change.how != "rebind" else None
        if what is not None:
            yield change.node, what, _instead(what, change.how)
    for node in _changing_calls(function.node):
        what = _CALLS.get(name_of(module, node.func))
        if what is not None:
            yield node, what, "monkeypatch.chdir" if what != "os.environ" else "monkeypatch.setenv"


@per_node
def _changing_calls(function: FunctionNode) -> list[ast.Call]:
    return [
        node
        for node in nodes_of(function)
        if isinstance(node, ast.Call) and last_name(node.func) in ("chdir", "fchdir", "putenv", "unsetenv")
    ]


def _instead(what: str, how: str) -> str:
    if what == "os.environ":
        return "monkeypatch.delenv" if how in ("delete", "pop", "popitem", "clear") else "monkeypatch.setenv"
    if what == "sys.path":
        return "monkeypatch.syspath_prepend"
    return "monkeypatch.delitem" if how in ("delete", "pop") else "monkeypatch.setitem"


# -- what puts it back --------------------------------------------------------------------------------------------------------


def _put_back(module: TestModule, function: Function, cls: Class | None, what: str, lasting: list[Leak]) -> bool:
    words = _WORDS[what]
    node = function.node
    if _undone_here(node, words, lasting, what):
        return True
    around = [*node.decorator_list, *(cls.node.decorator_list if cls is not None else ())]
    if any(_mentions(decorator, words) for decorator in around):
        return True
    if function.name in FRAME or not module.is_frame(function):
        if cls is not None and any(
            _mentions(one, words) or _calls_what_mentions(module, one, words)
            for one in _teardowns(module, function, cls)
        ):
            return True
        if any(
            isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
            and one is not node
            and one.name in FRAME
            and _mentions(one, words)
            for one in module.source.tree.body
        ):
            return True
    return any(
        _mentions(fixture.node, words) for fixture in _fixtures(module, function, cls) if fixture is not function
    )


def _undone_here(node: FunctionNode, words: tuple[str, ...], lasting: list[Leak], what: str) -> bool:
    """Whether the function itself undoes it: in a ``finally``, behind its ``yield``, in a block, by a finalizer, or at its end."""
    first = lasting[0].node
    for inner in walk(node):
        if isinstance(inner, ast.Try) and any(_mentions(one, words) for one in inner.finalbody):
            return True
        if isinstance(inner, (ast.With, ast.AsyncWith)):
            if inner.lineno <= first.lineno <= (inner.end_lineno or 0) and any(
                _mentions(item.context_expr, words) or "environment" in ast.unparse(item.context_expr)
                for item in inner.items
            ):
                return True
        if isinstance(inner, ast.Call):
            name = last_name(inner.func)
            if name in ("addfinalizer", "addCleanup", "addClassCleanup", "callback", "push"):
                return True
            if name in (
                "setattr",
                "setitem",
                "setenv",
                "delenv",
                "delitem",
                "delattr",
                "syspath_prepend",
                "chdir",
                "dict",
                "enter_context",
            ):
                if inner.lineno < first.lineno and _mentions(inner, words):
                    return True
    yields = [inner for inner in walk(node) if isinstance(inner, (ast.Yield, ast.YieldFrom))]
    last = lasting[-1].node
    if yields and any(
        _mentions(one, words)
        for one in own_nodes(node.body)
        if isinstance(one, ast.stmt) and one.lineno > yields[-1].lineno
    ):
        return True
    return len(lasting) > 1 and not yields and _undoes(first, last, what)


def _undoes(first: ast.AST, last: ast.AST, what: str) -> bool:
    """Whether the last of several changes of the same thing takes the first back."""
    if what == "the working directory":
        return True
    started, ended = _method(first), _method(last)
    if what == "sys.path":
        return started in ("insert", "append", "extend") and ended in ("remove", "pop", "") or ended == ""
    return ended in ("clear", "update") and started != ended or _key(first) is not None and _key(first) == _key(last)


def _method(node: ast.AST) -> str:
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def _key(node: ast.AST) -> str | None:
    """The key of a change, as written: that of ``x["a"]``, ``x.pop("a")``, ``x.setdefault("a", 1)``."""
    if isinstance(node, ast.Assign):
        node = node.targets[0]
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice)
    if isinstance(node, ast.Call) and _method(node) in ("pop", "setdefault") and node.args:
        return ast.unparse(node.args[0])
    return None


def _teardowns(module: TestModule, function: Function, cls: Class) -> Iterator[FunctionNode]:
    for base in module.world.classes.mro(cls):
        if base.module.by_test:
            for node in base.node.body:
                if (
                    isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                    and node.name in FRAME
                    and node is not function.node
                ):
                    yield node


def _fixtures(module: TestModule, function: Function, cls: Class | None) -> Iterator[Function]:
    """The fixtures that a function has: those that it asks for, what these ask for, and those that nobody has to."""
    finding, functions = module.world.fixtures, module.world.functions
    arguments = function.node.args
    pending = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    for test in module.tests:
        if test.function is function:
            pending += test.fixtures
    seen: set[Function] = set()
    for source in finding.sources(module.module):
        if source.by_test:
            for fixture in finding.of_module(source).values():
                if any(k.arg == "autouse" for k in getattr(functions.info(fixture.function).fixture, "keywords", ())):
                    pending.append(fixture.name)
    if cls is not None:
        pending += finding.of_class(cls)
    while pending:
        name = pending.pop()
        found = finding.find(name, module.module, cls)
        if found is None or found.function in seen:
            continue
        seen.add(found.function)
        if found.function.module.by_test:
            yield found.function
        inner = found.function.node.args
        pending += [
            argument.arg for argument in (*inner.posonlyargs, *inner.args, *inner.kwonlyargs) if argument.arg != name
        ]


def _calls_what_mentions(module: TestModule, node: FunctionNode, words: Iterable[str]) -> bool:
    return any(
        found is not None and _mentions(found.node, words)
        for call in own_nodes(node.body)
        if isinstance(call, ast.Call)
        for found in (helper(call, module.module, module.callees, module.following),)
    )


def _mentions(node: ast.AST, words: Iterable[str]) -> bool:
    text = ast.unparse(node)
    return any(word in text for word in words)
