"""Changes of functions: kind, async, decorators, overloads, results, documented exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from llmlint.contracts.outline import is_overload, yields
from llmlint.contracts.symbols import Function
from llmlint.lifecycle.diff.changes import Change
from llmlint.lifecycle.diff.parameters import ParameterChanges
from llmlint.lifecycle.diff.sides import has_decorator


class FunctionChanges(ParameterChanges):
    """Compares functions and methods."""

    def functions(self, symbol: str, old: Sequence[Function], new: Sequence[Function]) -> Iterator[Change]:
        """The changes of a function, its overloads considered."""
        old, new = _getters(old), _getters(new)
        mine, theirs = [f for f in old if is_overload(f.node)], [f for f in new if is_overload(f.node)]
        if mine or theirs:
            yield from self._overloads(symbol, mine or list(old[-1:]), theirs or list(new[-1:]))
            return
        yield from self.function(symbol, old[-1], new[-1])

    def _overloads(self, symbol: str, old: Sequence[Function], new: Sequence[Function]) -> Iterator[Change]:
        name = symbol.rpartition(".")[2]
        left, right = {_key(f): f for f in old}, {_key(f): f for f in new}
        gone = [f for key, f in left.items() if key not in right]
        fresh = [f for key, f in right.items() if key not in left]
        if len(gone) == len(fresh) == 1:
            yield from self.function(symbol, gone[0], fresh[0])
            return
        for function in gone:
            yield Change(
                symbol, "overload-removed", True, f"'{name}' can no longer be called as {_key(function)}",
                function.truth, new[0].truth, _key(function),
            )  # fmt: skip
        for function in fresh:
            yield Change(
                symbol, "overload-added", False, f"'{name}' can be called as {_key(function)} as well",
                old[0].truth, function.truth, "", _key(function),
            )  # fmt: skip

    def function(self, symbol: str, old: Function, new: Function) -> Iterator[Change]:
        """The changes between two definitions."""
        name = symbol.rpartition(".")[2]
        where: dict[str, Any] = {"old": old.truth, "new": new.truth}
        one, two = self.old.world.functions.info(old), self.new.world.functions.info(new)
        if one.kind != two.kind:
            yield Change(
                symbol, "kind", True, f"'{name}' was {_bound(one.kind)} and is {_bound(two.kind)}",
                before=one.kind, after=two.kind, **where,
            )  # fmt: skip
            return
        awaited, now = _awaited(old), _awaited(new)
        if awaited != now:
            why = f"'{name}' has to be awaited now" if now else f"'{name}' is no coroutine any more: awaiting it fails"
            yield Change(
                symbol, "async", True, why, before="async def" if awaited else "def",
                after="async def" if now else "def", **where,
            )  # fmt: skip
        yield from self._decorations(symbol, old, new)
        drop = one.kind in ("method", "class") and old.owner is not None
        yield from self._parameters(symbol, old, new, drop)
        if old.node.returns is not None and new.node.returns is not None and one.kind != "property":
            yield from self._returns(symbol, old, new, "return-type")
        elif one.kind == "property" and old.node.returns is not None and new.node.returns is not None:
            yield from self._returns(symbol, old, new, "type")
        yield from _raises(symbol, old, new)

    def _returns(self, symbol: str, old: Function, new: Function, kind: str) -> Iterator[Change]:
        assert old.node.returns is not None
        assert new.node.returns is not None
        relation = self._relation((old.module, old.owner, old.node.returns), (new.module, new.owner, new.node.returns))
        if relation != "same":
            before, after = ast.unparse(old.node.returns), ast.unparse(new.node.returns)
            name = symbol.rpartition(".")[2]
            why = f"'{name}' gave {before} and gives {after}"
            why += ", which is less" if relation == "narrower" else ": callers get what they do not expect"
            yield Change(symbol, kind, relation != "narrower", why, old.truth, new.truth, before, after)

    def _decorations(self, symbol: str, old: Function, new: Function) -> Iterator[Change]:
        name = symbol.rpartition(".")[2]
        for word in ("abstractmethod", "final"):
            was, now = has_decorator(old.node, word), has_decorator(new.node, word)
            if was == now:
                continue
            kind = "abstract" if word == "abstractmethod" else "final"
            if kind == "abstract":
                why = f"subclasses have to write '{name}'" if now else f"subclasses no longer have to write '{name}'"
            else:
                why = f"subclasses may not override '{name}' any more" if now else f"subclasses may override '{name}'"
            yield Change(symbol, kind, now, why, old.truth, new.truth, word if was else "", word if now else "")


def _bound(kind: str) -> str:
    words = {"static": "a static method", "class": "a class method", "method": "a method", "property": "a property"}
    return words.get(kind, "a function")


def _awaited(function: Function) -> bool:
    return function.is_async and not yields(function.node)


def _getters(functions: Sequence[Function]) -> Sequence[Function]:
    kept = [
        f for f in functions if not any(getattr(d, "attr", "") in ("setter", "deleter") for d in f.node.decorator_list)
    ]
    return kept or functions


def _key(function: Function) -> str:
    returns = f" -> {ast.unparse(function.node.returns)}" if function.node.returns is not None else ""
    return f"({ast.unparse(function.node.args)}){returns}"


def _raises(symbol: str, old: Function, new: Function) -> Iterator[Change]:
    before, after = ast.get_docstring(old.node), ast.get_docstring(new.node)
    if before == after or before is None or after is None:
        return
    from llmlint.lifecycle.docstrings import read

    mine, theirs = {one.name for one in read(before).raises}, {one.name for one in read(after).raises}
    name = symbol.rpartition(".")[2]
    for exception in sorted(theirs - mine):
        why = f"'{name}' is documented to raise {exception}, which its callers do not expect"
        yield Change(symbol, "raises-added", True, why, old.truth, new.truth, "", exception)
    for exception in sorted(mine - theirs):
        why = f"'{name}' is no longer documented to raise {exception}"
        yield Change(symbol, "raises-removed", False, why, old.truth, new.truth, exception)
