"""The exceptions that a docstring promises, and what tests expect of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING, Final

from llmlint.contracts.signature import bind
from llmlint.contracts.symbols import Class, Function
from llmlint.model.position import Truth
from llmlint.model.record import record
from llmlint.semantics.proof.body import last_name, own_nodes
from llmlint.semantics.proof.raising import expectations
from llmlint.semantics.values import ClassValue, FunctionValue, Value

if TYPE_CHECKING:
    from llmlint.semantics.proof.tests import Test

_SPHINX: Final = re.compile(r"^\s*:(?:raises?|except|exception)\s+([\w.,\s]+?)\s*:", re.MULTILINE)
_GOOGLE: Final = re.compile(r"^(?:Raises|Exceptions):[ \t]*\n((?:[ \t]+.*\n?|\s*\n)+)", re.MULTILINE)
_NUMPY: Final = re.compile(r"^Raises\n-{3,}[ \t]*\n((?:.*\n?)*)", re.MULTILINE)
_ENTRY: Final = re.compile(r"[`~:\w.]*?(\w+)`?$")


@record
class Unpromised:
    """An exception that a test expects and the docstring of what it calls does not list."""

    node: ast.expr
    exception: str
    callee: str
    listed: tuple[str, ...]
    truth: Truth


def raises_of(docstring: str) -> tuple[str, ...]:
    """The names of the exceptions that a docstring lists, in Google's, NumPy's or Sphinx's style; () where it lists none."""
    text = cleandoc(docstring) + "\n"
    found: list[str] = []
    for match in _SPHINX.finditer(text):
        found += match[1].replace(",", " ").split()
    for match in _GOOGLE.finditer(text):
        lines = [line for line in match[1].splitlines() if line.strip()]
        depth = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        found += [
            line.strip().partition(":")[0] for line in lines if len(line) - len(line.lstrip()) == depth and ":" in line
        ]
    for match in _NUMPY.finditer(text):
        lines = match[1].splitlines()
        for index, line in enumerate(lines):
            if index + 1 < len(lines) and re.fullmatch(r"-{3,}\s*", lines[index + 1]):
                break
            if line and not line[0].isspace():
                found.append(line.partition(":")[0])
    names = [
        entry[1]
        for one in found
        for part in re.split(r"\s*(?:,|\bor\b|\|)\s*", one)
        if (entry := _ENTRY.match(part.strip()))
    ]
    return tuple(dict.fromkeys(name for name in names if name[:1].isupper()))


def unpromised(test: Test) -> Iterator[Unpromised]:
    """Each exception that a test expects around calls of the project's own whose docstrings all list what they raise."""
    library, classes, callees = test.module.world.library, test.module.world.classes, test.module.callees
    for expected in expectations(test):
        if expected.exception is None or isinstance(expected.exception, (ast.Tuple, ast.Starred)):
            continue
        exception = library.resolve(test.module.module, expected.exception)
        if not isinstance(exception, Class):
            continue
        if expected.block is not None:
            calls = [node for node in own_nodes(expected.block.body) if isinstance(node, ast.Call)]
            documented = [_documented(test, callees.get(call)) for call in calls]
        else:
            calls, documented = [], []
        if not documented or any(one is None for one in documented):
            continue
        if exception.symbol == "builtins.TypeError" and any(_is_wrong(test, call, callees.get(call)) for call in calls):
            continue  # Python's own answer to a wrong call, which no docstring need promise
        if _raised_here(test, exception.name):
            continue
        promises = [one for one in documented if one is not None]
        listed = tuple(dict.fromkeys(name for _, names in promises for name in names))
        related = {cls.name for cls in classes.mro(exception)}
        if not listed or not related.isdisjoint(listed) or _is_base(test, exception, promises):
            continue
        function = promises[-1][0]
        yield Unpromised(expected.exception, exception.name, function.name, listed, function.truth)


def _documented(test: Test, callee: Value | None) -> tuple[Function | Class, tuple[str, ...]] | None:
    """What is called and what it promises; None where that is not known, or it promises nothing."""
    if isinstance(callee, FunctionValue) and callee.function.module.own and not callee.function.module.by_test:
        names = raises_of(ast.get_docstring(callee.function.node) or "")
        return (callee.function, names) if names else None
    if isinstance(callee, ClassValue) and callee.cls.own and not callee.cls.module.by_test:
        text = ast.get_docstring(callee.cls.node) or ""
        made = test.module.world.classes.member(callee.cls, "__init__", on_class=True)
        for function in made.functions() if made is not None else ():
            text += "\n\n" + (ast.get_docstring(function.node) or "")
        names = raises_of(text)
        return (callee.cls, names) if names else None
    return None


def _raised_here(test: Test, name: str) -> bool:
    """Whether the test itself has something that raises the exception: a function or a class within it, or one of its module that it
    names."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = list(ast.walk(test.node))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    tree = test.module.module.tree
    own = [node for node in nodes if isinstance(node, inner) and node is not test.node]
    beside = [
        node for node in (tree.body if tree is not None else ()) if isinstance(node, inner) and node.name in named
    ]
    return any(
        last_name(part) == name
        for function in (*own, *beside)
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and node.exc is not None
        for part in ast.walk(node.exc)
        if isinstance(part, (ast.Name, ast.Attribute))
    )


def _is_wrong(test: Test, call: ast.Call, callee: Value | None) -> bool:
    """Whether the arguments of a call do not bind."""
    bound = test.module.world.calls.signatures(callee) if callee is not None else None
    if not bound or any(isinstance(one, ast.Starred) for one in call.args) or any(k.arg is None for k in call.keywords):
        return False
    keywords = [keyword.arg or "" for keyword in call.keywords]
    return all(bind(one.signature, len(call.args), keywords) for one in bound)


def _is_base(test: Test, exception: Class, promises: list[tuple[Function | Class, tuple[str, ...]]]) -> bool:
    """Whether one of the promised exceptions is a subclass of the expected one (or cannot be found)."""
    library, classes = test.module.world.library, test.module.world.classes
    for owner, names in promises:
        for name in names:
            promised = library.resolve(owner.module, ast.Name(name, ast.Load())) or library.resolve(
                test.module.module, ast.Name(name, ast.Load())
            )
            if not isinstance(promised, Class) or classes.is_subclass(promised, exception) or classes.open(exception):
                return True
    return False
