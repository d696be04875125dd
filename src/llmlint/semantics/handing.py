"""What a function does with its ``**kwargs``, read off its body."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import FunctionNode
from llmlint.contracts.walking import pairs, walk
from llmlint.semantics.merging import merging

_KEYED: Final = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})
_SUPPRESSING: Final = frozenset({"suppress", "raises"})
_CAUGHT: Final = frozenset({"TypeError", "Exception", "BaseException"})


class Handing(NamedTuple):
    """What a function does with its ``**kwargs``."""

    calls: tuple[ast.Call, ...]
    """Calls that are given all of them: on every way through the function there is one (or it raises)."""
    keys: frozenset[str]
    """Keys that the function itself asks for, takes out or puts in."""
    refuses: bool
    """Whether it raises where any are left over."""
    inner: frozenset[ast.Call]
    """Of the calls, those that an inner function makes, by a name of the outer one."""


def handing(node: FunctionNode) -> Handing | None:
    """What a function does with its ``**kwargs``; None where they may go anywhere, or nowhere."""
    parents = {inner: outer for outer, inner in pairs(node)}
    uses = _uses(node, parents)
    if uses is None or node.args.kwarg is None:
        return None
    calls, keys = uses
    ways = _Ways(node.args.kwarg.arg, set(calls))
    if not ways.always(node.body) or not (calls or ways.refuses):
        return None
    made_inside = {call for call in calls if _by_outer_name(call, node, parents)}
    return Handing(tuple(calls), frozenset(keys), ways.refuses, frozenset(made_inside))


@per_node
def own_keywords(node: FunctionNode) -> frozenset[str] | None:
    """The keywords that a wrapper knows itself; None where it may know any."""
    uses = _uses(node, {inner: outer for outer, inner in pairs(node)})
    if uses is None:
        return None
    arguments = node.args
    named = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
    return frozenset((*uses[1], *named))


def _uses(node: FunctionNode, parents: dict[ast.AST, ast.AST]) -> tuple[list[ast.Call], set[str]] | None:
    """The calls that ``**kwargs`` are spread into, and the keys that the function asks for; None for any other use."""
    if node.args.kwarg is None:
        return None
    merged = merging(node, node.args.kwarg.arg, parents)
    if merged is None:
        return None
    keys: set[str] = set()
    calls: list[ast.Call] = list(merged.calls)
    for inner in parents:
        if isinstance(inner, ast.arg) and inner.arg in merged.names and inner is not node.args.kwarg:
            return None  # an inner function has its own
        if not isinstance(inner, ast.Name) or inner.id not in merged.names or inner in merged.done:
            continue
        use = _use(inner, parents)
        if use is None:
            return None
        if isinstance(use, ast.Call):
            calls.append(use)
        else:
            keys |= use
    return calls, keys


def _by_outer_name(call: ast.Call, node: FunctionNode, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether an inner function makes the call, and what it calls begins with a name that is not its own."""
    root: ast.AST = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    around = parents[call]
    inside = False
    while around is not node:
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = True
            for inner in walk(around):
                bound = inner.arg if isinstance(inner, ast.arg) else inner.id if isinstance(inner, ast.Name) else None
                if (
                    isinstance(root, ast.Name)
                    and bound == root.id
                    and not isinstance(getattr(inner, "ctx", None), ast.Load)
                ):
                    return False
        around = parents[around]
    return inside and isinstance(root, ast.Name)


def _use(name: ast.Name, parents: dict[ast.AST, ast.AST]) -> ast.Call | set[str] | None:
    """What one mention of ``kwargs`` is: a call that it is spread into, keys that are asked for, or anything else."""
    outer = parents[name]
    if not isinstance(name.ctx, ast.Load):
        return None
    further = parents.get(outer)
    if isinstance(outer, ast.keyword):
        return further if outer.arg is None and isinstance(further, ast.Call) else None
    if isinstance(outer, ast.Attribute) and isinstance(further, ast.Call) and further.func is outer:
        if outer.attr in _KEYED and further.args:
            return _text(further.args[0])
        if outer.attr == "update":
            given = {keyword.arg for keyword in further.keywords}
            for argument in further.args:
                if not isinstance(argument, ast.Dict):
                    return None
                for key in argument.keys:
                    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                        return None
                    given.add(key.value)
            return {key for key in given if key is not None} if None not in given else None
        return None
    if isinstance(outer, ast.Subscript) and outer.value is name:
        return _text(outer.slice)
    if isinstance(outer, ast.Compare) and outer.comparators == [name] and isinstance(outer.ops[0], (ast.In, ast.NotIn)):
        return _text(outer.left)
    if isinstance(outer, (ast.If, ast.BoolOp, ast.IfExp)) or (
        isinstance(outer, ast.UnaryOp) and isinstance(outer.op, ast.Not)
    ):
        return set()
    if _in_an_error(name, parents):
        return set()
    return None


def _in_an_error(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether it is only shown, in what is raised."""
    while not isinstance(node, ast.stmt):
        node = parents[node]
    return isinstance(node, ast.Raise)


def _text(node: ast.expr) -> set[str] | None:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


class _Ways:
    """The ways through a body, for a caller that gives a keyword which nobody asks for: ``kwargs`` is never empty."""

    def __init__(self, name: str, calls: set[ast.Call]) -> None:
        self.name = name
        self.calls = calls
        self.refuses = False
        self.missed = False
        """Whether a way leaves the function without having met one of the calls."""
        self.met: set[str] = set()
        """Inner functions that meet one whenever they are called."""
        self.nothing: set[str] = set()
        """Names that are None here."""

    def always(self, body: Sequence[ast.stmt]) -> bool:
        """Whether every way through meets one of the calls, or raises."""
        return not self._block(body) and not self.missed

    def _block(self, body: Sequence[ast.stmt]) -> bool:
        """Whether a way falls through the statements without having met one of the calls."""
        return all(self._statement(statement) for statement in body)

    def _statement(self, node: ast.stmt) -> bool:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = _Ways(self.name, self.calls)
            if any(call in self.calls for call in walk(node)) and inner.always(node.body):
                self.met.add(node.name)
            return True
        if isinstance(node, ast.ClassDef):
            return True
        if isinstance(node, ast.If):
            return self._branches(node)
        if isinstance(node, ast.Try):
            return self._attempt(node)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            if any(self._meets(item.context_expr) for item in node.items):
                return False
            if any(_last_name(item.context_expr) in _SUPPRESSING for item in node.items):
                self.missed = self.missed or any(isinstance(inner, ast.Return) for inner in walk(node))
                return True
            return self._block(node.body)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            if self._meets(node.test if isinstance(node, ast.While) else node.iter):
                return False
            was = set(self.nothing)
            self._forget(node)
            self._block(node.body)  # it may not run at all
            self.nothing &= was
            return self._block(node.orelse)
        if isinstance(node, ast.Match):
            self.missed = self.missed or any(isinstance(inner, ast.Return) for inner in walk(node))
            self._forget(node)
            return True
        if isinstance(node, ast.Raise):
            return False
        if any(self._meets(value) for value in _expressions(node)):
            return False
        if isinstance(node, ast.Return):
            if not (isinstance(node.value, ast.Name) and node.value.id in self.met):
                self.missed = True
            return False
        self._assigned(node)
        return True

    def _branches(self, node: ast.If) -> bool:
        if self._meets(node.test):
            return False
        taken = self._taken(node.test)
        if (
            taken is True
            and _named(node.test, self.name)
            and len(node.body) == 1
            and isinstance(node.body[0], ast.Raise)
        ):
            self.refuses = True
        before = set(self.nothing)
        falls = self._block(node.body) if taken is not False else False
        after, self.nothing = self.nothing, before
        falls_otherwise = self._block(node.orelse) if taken is not True else False
        if taken is None:
            self.nothing &= after
        elif taken is True:
            self.nothing = after
        return falls or falls_otherwise

    def _attempt(self, node: ast.Try) -> bool:
        catches = any(handler.type is None or not _CAUGHT.isdisjoint(_names(handler.type)) for handler in node.handlers)
        if catches and any(call in self.calls for statement in node.body for call in walk(statement)):
            self.missed = True  # what a call refuses may be caught here
            return True
        self._forget(node)
        falls = self._block(node.body) and self._block(node.orelse)
        for handler in node.handlers:
            falls = self._block(handler.body) or falls
        return self._block(node.finalbody) and falls

    def _taken(self, test: ast.expr) -> bool | None:
        """Whether a branch is taken; None: either way."""
        if isinstance(test, ast.Name):
            return True if test.id == self.name else False if test.id in self.nothing else None
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            found = self._taken(test.operand)
            return None if found is None else not found
        if isinstance(test, ast.BoolOp):
            found_all = [self._taken(value) for value in test.values]
            if isinstance(test.op, ast.And):
                return False if False in found_all else True if all(found_all) else None
            return True if True in found_all else None if None in found_all else False
        if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
            other = test.comparators[0]
            if isinstance(other, ast.Constant) and other.value is None and test.left.id in self.nothing:
                return (
                    True if isinstance(test.ops[0], ast.Is) else False if isinstance(test.ops[0], ast.IsNot) else None
                )
        return None

    def _meets(self, node: ast.expr | None) -> bool:
        """Whether evaluating the expression makes one of the calls for certain."""
        if node is None or isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return False
        if node in self.calls:
            return True
        if isinstance(node, ast.IfExp):
            return self._meets(node.test) or (self._meets(node.body) and self._meets(node.orelse))
        if isinstance(node, ast.BoolOp):
            return self._meets(node.values[0])
        return any(self._meets(part) for part in _parts(node))

    def _assigned(self, node: ast.stmt) -> None:
        """Keep in mind which names are None after the statement."""
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(node.value, ast.Constant) and node.value.value is None:
                self.nothing |= {target.id for target in targets if isinstance(target, ast.Name)}
                return
        self._forget(node)

    def _forget(self, node: ast.AST) -> None:
        if self.nothing:
            self.nothing -= {
                inner.id for inner in walk(node) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
            }


def _expressions(node: ast.stmt) -> Iterator[ast.expr]:
    for value in ast.iter_child_nodes(node):
        if isinstance(value, ast.expr):
            yield value


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            yield part
        elif isinstance(part, ast.keyword):
            yield part.value


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _names(node: ast.expr) -> set[str]:
    return {
        inner.id if isinstance(inner, ast.Name) else inner.attr
        for inner in walk(node)
        if isinstance(inner, (ast.Name, ast.Attribute))
    }


def _last_name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
