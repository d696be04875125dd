"""The parameters of two functions: which there are, in which order, of which kind, with which defaults and types."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, Final

from llmlint.contracts.signature import POSITIONAL_ONLY, VAR_KEYWORD, VAR_POSITIONAL, Parameter, Signature
from llmlint.contracts.symbols import Function
from llmlint.model.position import Truth
from llmlint.semantics.drift.declared import differ, literal
from llmlint.semantics.drift.found import Drift, Kind, is_complete, short
from llmlint.semantics.drift.types import Types

_KINDS: Final = ("positional-only", "positional or keyword", "variadic", "keyword-only", "variadic")
_CALLED: Final = frozenset({"__init__", "__new__", "__call__", "__post_init__"})
"""Dunder methods whose parameters a caller gives by name."""


class Signatures:
    """Compares parameters."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def compare(
        self,
        name: str,
        node: Any,
        mine: Function,
        theirs: Function,
        here: Signature,
        there: Signature,
        where: Truth,
    ) -> Iterator[Drift]:
        def told(message: str, kind: Kind = "signature") -> Drift:
            return Drift(node, kind, name, message, where)

        complete = is_complete(mine.module)
        if here.var_positional and here.var_keyword and not complete:
            return  # the contract says of the parameters that it says nothing
        by_name = {p.name: p for p in there.parameters}
        # `*args` here is no `args` there.
        for name_of_both in {
            p.name for p in here.parameters if p.name in by_name and _varies(p) != _varies(by_name[p.name])
        }:
            del by_name[name_of_both]
        known = {p.name for p in here.parameters if p.name in by_name}
        only_here = [p for p in here.parameters if p.name not in by_name]
        only_there = [p for p in there.parameters if p.name not in known]
        # Positional-only and variadic parameters have names for their reader alone.
        for mine_only in list(only_here):
            twin = next((p for p in only_there if p.kind == mine_only.kind and p.kind in (POSITIONAL_ONLY, 2, 4)), None)
            if twin is not None and (twin.kind != POSITIONAL_ONLY or _index(here, mine_only) == _index(there, twin)):
                only_here.remove(mine_only)
                only_there.remove(twin)
        only_here, only_there = _excused(
            here,
            there,
            only_here,
            only_there,
            dunder=_is_dunder(mine.name) and mine.name not in _CALLED,
            complete=is_complete(mine.module),
        )
        for parameter in only_here:
            yield told(f"the contract's '{name}' takes '{_starred(parameter)}', which the source's does not")
        for parameter in only_there:
            yield told(f"the source's '{name}' takes '{_starred(parameter)}', which the contract's does not")
        if only_here or only_there:
            return
        if [p.name for p in here.positional if p.kind != POSITIONAL_ONLY] != [
            p.name for p in there.positional if p.kind != POSITIONAL_ONLY
        ] and {p.name for p in here.positional} == {p.name for p in there.positional}:
            if all(p.kind == by_name[p.name].kind for p in here.positional if p.name in by_name):
                yield told(
                    f"the contract and the source have the parameters of '{name}' in another order: {here} against {there}"
                )
                return
        for parameter in here.parameters:
            other = by_name.get(parameter.name)
            if other is None:
                continue
            if parameter.kind != other.kind:
                if _is_dunder(mine.name) and mine.name not in _CALLED:
                    continue  # whoever writes `with` or `==` gives nothing by name
                if parameter.name.startswith("__"):
                    continue  # a stub's word for positional-only (PEP 484, before PEP 570)
                yield told(
                    f"'{parameter.name}' of '{name}' is {_KINDS[parameter.kind]} in the contract and {_KINDS[other.kind]} in the source"
                )
                continue
            if parameter.required != other.required:
                word = "required" if parameter.required else "optional"
                yield told(f"'{parameter.name}' of '{name}' is {word} in the contract and not in the source")
                continue
            yield from self._default(name, node, parameter, other, theirs, where)
            if parameter.annotation is not None and other.annotation is not None:
                if not self._types.agree(
                    mine.module, mine.owner, _full(parameter), theirs.module, theirs.owner, _full(other), "taken"
                ):
                    yield told(
                        f"'{parameter.name}' of '{name}' is {ast.unparse(parameter.annotation)} in the contract and "
                        f"{ast.unparse(other.annotation)} in the source",
                        "type",
                    )

    def _default(
        self, name: str, node: Any, mine: Parameter, theirs: Parameter, function: Function, where: Truth
    ) -> Iterator[Drift]:
        default = theirs.default
        if isinstance(default, ast.Name):
            bound = function.module.table.get(default.id, [])
            if len(bound) == 1 and isinstance(bound[0].value, ast.Constant):
                default = bound[0].value
        here, there = literal(mine.default), literal(default)
        if here is not None and there is not None and differ(here, there):
            assert mine.default is not None
            assert default is not None
            yield Drift(
                node, "signature", name,
                f"'{mine.name}' of '{name}' is {short(mine.default)} by default in the contract and {short(default)} in the source",
                where,
            )  # fmt: skip


def _excused(
    here: Signature,
    there: Signature,
    mine: Sequence[Parameter],
    theirs: Sequence[Parameter],
    *,
    dunder: bool,
    complete: bool,
) -> tuple[list[Parameter], list[Parameter]]:
    """The parameters of one side that the other does not make up for: a contract may spell out what the source takes as ``*args``
    and ``**kwargs``, and the name of a parameter that nobody gives by name (a private one, one of a dunder method) is its own."""
    mine = list(mine)
    theirs = [p for p in theirs if p.required or not (p.name.startswith("_") or dunder)]
    if there.var_keyword and not (complete and here.var_keyword):
        mine = [p for p in mine if p.kind in (POSITIONAL_ONLY, VAR_POSITIONAL)]
        theirs = [p for p in theirs if p.kind != VAR_KEYWORD]
    if there.var_positional and not (complete and here.var_positional):
        mine = [p for p in mine if p.kind > VAR_POSITIONAL]
        theirs = [p for p in theirs if p.kind != VAR_POSITIONAL]
    for one in list(mine):
        twin = next((p for p in theirs if p.kind < VAR_POSITIONAL and _index(there, p) == _index(here, one)), None)
        if twin is not None and (dunder or twin.name.startswith("_") or one.name.startswith("_")):
            mine.remove(one)
            theirs.remove(twin)
    return mine, theirs


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _starred(parameter: Parameter) -> str:
    return {2: "*", 4: "**"}.get(parameter.kind, "") + parameter.name


def _index(signature: Signature, parameter: Parameter) -> int:
    return signature.parameters.index(parameter)


def _varies(parameter: Parameter) -> bool:
    return parameter.kind in (VAR_POSITIONAL, VAR_KEYWORD)


def _full(parameter: Parameter) -> ast.expr:
    """The annotation of a parameter; one that is None by default may be None, whether its annotation says so or not."""
    annotation, default = parameter.annotation, parameter.default
    assert annotation is not None
    if isinstance(default, ast.Constant) and default.value is None:
        return ast.BinOp(annotation, ast.BitOr(), ast.Constant(None))
    return annotation
