"""Functions and methods: what kind of function it is on either side, whether it is a coroutine, what it takes and returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.outline import is_overload, last_name, yields
from llmlint.contracts.signature import from_function
from llmlint.contracts.symbols import Function
from llmlint.semantics.drift.found import Drift
from llmlint.semantics.drift.signatures import Signatures
from llmlint.semantics.drift.types import Types
from llmlint.semantics.drift.versions import Versions

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_AWAITABLE: Final = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Any", "object", "CoroutineType"})


class Functions:
    """Compares the functions behind one name."""

    def __init__(self, world: World, types: Types, versions: Versions) -> None:
        self._world = world
        self._types = types
        self._versions = versions
        self._signatures = Signatures(types)

    def compare(self, name: str, mine: Sequence[Function], theirs: Sequence[Function]) -> Iterator[Drift]:
        """The disagreements of the function ``name``: overloads with overloads, else the two that agree best."""
        mine, theirs = self._relevant(mine), self._relevant(theirs)
        overloads = [f for f in theirs if is_overload(f.node)]
        stated = [f for f in mine if is_overload(f.node)]
        if stated and overloads:
            yield from self._overloads(name, stated, overloads)
            return
        if stated:
            return
        best: list[Drift] | None = None
        for one in mine:
            for other in theirs:
                if is_overload(other.node):
                    continue
                found = list(self._function(name, one, other))
                if best is None or len(found) < len(best):
                    best = found
        yield from best or ()

    def _relevant(self, functions: Sequence[Function]) -> list[Function]:
        """Those of the target's Python; of a property its getter."""
        now = [f for f in functions if self._versions.counts(f.module, f.node)] or list(functions)
        return [f for f in now if not _is_setter(f)] or now

    def _overloads(self, name: str, mine: Sequence[Function], theirs: Sequence[Function]) -> Iterator[Drift]:
        where = theirs[0].truth
        if len(mine) != len(theirs):
            yield Drift(
                mine[0].node, "signature", name,
                f"'{name}' has {len(mine)} overloads in the contract and {len(theirs)} in the source", where,
            )  # fmt: skip
            return
        # Their order is for the type checker; what counts is which there are.
        in_order = [
            drift for one, other in zip(mine, theirs, strict=True) for drift in self._function(name, one, other)
        ]
        paired = self._paired(name, mine, theirs) if in_order else []
        yield from paired if len(paired) < len(in_order) else in_order

    def _paired(self, name: str, mine: Sequence[Function], theirs: Sequence[Function]) -> list[Drift]:
        """The disagreements where each overload is held against the one that it agrees with best."""
        left, drifts = list(theirs), []
        for one in mine:
            found = [(list(self._function(name, one, other)), other) for other in left]
            best, twin = min(found, key=lambda pair: len(pair[0]))
            left.remove(twin)
            drifts += best
        return drifts

    def _function(self, name: str, mine: Function, theirs: Function) -> Iterator[Drift]:
        functions = self._world.functions
        here, there = functions.info(mine), functions.info(theirs)
        where = theirs.truth
        node = mine.node
        if here.kind != there.kind and "property" not in (here.kind, there.kind):
            words = {
                "static": "a static method",
                "class": "a class method",
                "method": "a method",
                "function": "a function",
            }
            yield Drift(
                node, "kind", name, f"'{name}' is {words[here.kind]} in the contract and {words[there.kind]} in the source", where
            )  # fmt: skip
            return
        if there.opaque and [ast.dump(d) for d in there.opaque] != [ast.dump(d) for d in here.opaque]:
            return
        if here.opaque and not there.opaque:
            return
        yield from self._asynchrony(name, mine, theirs)
        drop = mine.owner is not None and (here.kind in ("method", "class") or mine.name == "__new__")
        yield from self._signatures.compare(
            name, node, mine, theirs,
            from_function(node, name, drop_first=drop, stub=True), from_function(theirs.node, name, drop_first=drop), where,
        )  # fmt: skip
        if here.manager != there.manager:
            return
        if node.returns is not None and theirs.node.returns is not None:
            if not self._types.agree(
                mine.module, mine.owner, node.returns, theirs.module, theirs.owner, theirs.node.returns, "given"
            ):
                yield Drift(
                    node, "type", name,
                    f"'{name}' returns {ast.unparse(node.returns)} in the contract and {ast.unparse(theirs.node.returns)} in the source",
                    where,
                )  # fmt: skip

    def _asynchrony(self, name: str, mine: Function, theirs: Function) -> Iterator[Drift]:
        waits = theirs.is_async and not yields(theirs.node)
        returns = last_name(mine.node.returns) if mine.node.returns is not None else ""
        if waits and not mine.is_async and returns not in _AWAITABLE and mine.node.returns is not None:
            yield Drift(
                mine.node,
                "async",
                name,
                f"'{name}' is a coroutine in the source and a plain function in the contract",
                theirs.truth,
            )
        elif mine.is_async and not theirs.is_async:
            gives = last_name(theirs.node.returns) if theirs.node.returns is not None else ""
            if (
                theirs.node.returns is not None
                and gives not in _AWAITABLE
                or theirs.node.returns is None
                and _returns_nothing(theirs.node)
            ):
                yield Drift(
                    mine.node,
                    "async",
                    name,
                    f"'{name}' is a coroutine in the contract and a plain function in the source",
                    theirs.truth,
                )


def _is_setter(function: Function) -> bool:
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
        for decorator in function.node.decorator_list
    )


def _returns_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
