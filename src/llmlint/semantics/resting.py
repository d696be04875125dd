"""What a call rests on: the names that the function and what it calls mention.

Where the tests put something else in the place of one of them, what comes out is theirs, and nothing that a contract or a body says of it
need hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, Function, FunctionNode, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.values import ClassValue, FunctionValue, Instance, Value, instances_in, members_of

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_DEPTH: Final = 4
"""How many calls deep it is looked."""


class Resting:
    """Asked only where there is a candidate, and the tests replace something."""

    def __init__(self, world: World) -> None:
        self.world = world

    def on(self, replaced: set[str], value: Value, callees: Iterable[Value]) -> bool:
        """Whether a value may come out of a call, or an attribute, for which the project reads what the tests put in its place.

        Args:
            replaced: The names that tests replace.
            value: What was found.
            callees: What the file calls.
        """
        if not replaced:
            return False
        wanted = [one for one in members_of(value) if isinstance(one, Instance)]
        kinds = {(one.cls, one.exact) for one in wanted} | {(one.cls, True) for one in wanted}
        for callee in set(callees):
            if isinstance(callee, ClassValue) and _of_project(callee.cls.module):
                for via in {one.via for one in wanted if one.via}:
                    if not replaced.isdisjoint(self.of_attribute(callee.cls, via)):
                        return True
            elif isinstance(callee, FunctionValue) and _of_project(callee.function.module):
                if not replaced.isdisjoint(self.names(callee.function)):
                    given = self.world.calls.result(callee, Arguments(starred=True, double_starred=True))
                    if any((one.cls, one.exact) in kinds for one in instances_in(given)):
                        return True
        return False

    def names(self, function: Function, depth: int = _DEPTH) -> frozenset[str]:
        """The names that decide what the body gives or stores on ``self``, and those of the project's functions that it calls for it."""
        key = ("<rests on>", depth)
        found: frozenset[str] | None = function.memo.get(key)
        if found is None:
            found = function.memo[key] = frozenset(map(_name, _producing(function.node)))
            if depth and function.module.own and not function.module.is_stub:
                called = [self.names(inner, depth - 1) for inner in self._called(function)]
                found = function.memo[key] = found.union(*called)
        return found

    def of_attribute(self, cls: Class, name: str) -> frozenset[str]:
        """The names that the methods mention which make the attribute ``name`` of objects of ``cls``."""
        names: set[str] = set()
        for base in self.world.classes.mro(cls):
            for member in (self.world.classes.instance(base).get(name), self.world.classes.body(base).get(name)):
                for binding in member.bindings if member is not None else ():
                    node = binding[0] if isinstance(binding, tuple) else binding
                    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        names |= self.names(base.module.function_at(node, base))
        return frozenset(names)

    def _called(self, function: Function) -> Iterator[Function]:
        """The project's functions that the body calls or reads as properties for what it gives, as far as its own text shows which."""
        classes, library, module = self.world.classes, self.world.library, function.module
        arguments = [*function.node.args.posonlyargs, *function.node.args.args]
        own = arguments[0].arg if function.owner is not None and arguments else ""
        for node in _producing(function.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
                assert function.owner is not None
                member = classes.member(function.owner, node.attr)
                if member is not None and member.kind in ("method", "property") and member.owner.module.own:
                    yield from member.functions()
            else:
                found = library.resolve(module, node)
                if isinstance(found, Function) and found.module.own:
                    yield found
                elif isinstance(found, Class) and found.own:
                    member = classes.member(found, "__init__")
                    yield from member.functions() if member is not None else ()


def _of_project(module: Module) -> bool:
    return module.own and not module.by_test


@per_node
def _producing(node: FunctionNode) -> list[ast.Name | ast.Attribute]:
    """The names and attributes that decide what a function gives, yields or stores on ``self``: what is called, read and subscripted
    for it, and what the variables are given that stand there. What is merely handed to a call decides nothing about the class."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    own = arguments[0].arg if arguments else ""
    todo: list[ast.expr] = []
    given: dict[str, list[ast.expr]] = {}
    for inner in walk(node):
        if isinstance(inner, (ast.Return, ast.Yield, ast.YieldFrom)) and inner.value is not None:
            todo.append(inner.value)
        elif isinstance(inner, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and inner.value is not None:
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            for target in targets:
                for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
                    if isinstance(part, ast.Name):
                        given.setdefault(part.id, []).append(inner.value)
                    elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == own:
                        todo.append(inner.value)
        elif isinstance(inner, (ast.For, ast.AsyncFor, ast.comprehension)):
            for bound in walk(inner.target):
                if isinstance(bound, ast.Name):
                    given.setdefault(bound.id, []).append(inner.iter)
        elif isinstance(inner, ast.withitem) and isinstance(inner.optional_vars, ast.Name):
            given.setdefault(inner.optional_vars.id, []).append(inner.context_expr)
    found: list[ast.Name | ast.Attribute] = []
    while todo:
        value = todo.pop()
        if isinstance(value, ast.Name):
            found.append(value)
            todo += given.pop(value.id, ())
        elif isinstance(value, ast.Attribute):
            found.append(value)
            todo.append(value.value)
        elif isinstance(value, ast.Call):
            todo.append(value.func)
            if isinstance(value.func, ast.Name):
                todo += value.args  # `next(carts)`, `cast(Cart, found)`, `list(…)`: it may hand on what it is given
        elif isinstance(value, ast.Lambda):
            todo.append(value.body)
        else:
            todo += [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)]
    return found


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
