"""What a call rests on: the names that the function and what it calls mention.

Where the tests put something else in the place of one of them, what comes out is theirs, and nothing that a contract or a body says of it
need hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, Function, FunctionNode
from llmlint.contracts.walking import walk

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_DEPTH: Final = 4
"""How many calls deep it is looked."""


class Resting:
    """Asked only where there is a candidate, and the tests replace something."""

    def __init__(self, world: World) -> None:
        self.world = world

    def names(self, function: Function, depth: int = _DEPTH) -> frozenset[str]:
        """The names that the body mentions, and those of the project's functions that it calls."""
        key = ("<rests on>", depth)
        found: frozenset[str] | None = function.memo.get(key)
        if found is None:
            found = function.memo[key] = _mentioned(function.node)
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
        """The project's functions that the body calls or reads as properties, as far as its own text shows which."""
        classes, library, module = self.world.classes, self.world.library, function.module
        arguments = [*function.node.args.posonlyargs, *function.node.args.args]
        own = arguments[0].arg if function.owner is not None and arguments else ""
        for node in walk(function.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
                assert function.owner is not None
                member = classes.member(function.owner, node.attr)
                if member is not None and member.kind in ("method", "property") and member.owner.module.own:
                    yield from member.functions()
            elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                found = library.resolve(module, node.func)
                if isinstance(found, Function) and found.module.own:
                    yield found
                elif isinstance(found, Class) and found.own:
                    member = classes.member(found, "__init__")
                    yield from member.functions() if member is not None else ()


@per_node
def _mentioned(node: FunctionNode) -> frozenset[str]:
    names: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, ast.Attribute):
            names.add(inner.attr)
        elif isinstance(inner, ast.Name):
            names.add(inner.id)
    return frozenset(names)
