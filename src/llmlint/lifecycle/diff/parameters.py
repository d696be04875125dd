"""Changes of parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, Final

from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    POSITIONAL_ONLY,
    VAR_KEYWORD,
    VAR_POSITIONAL,
    Parameter,
    from_function,
)
from llmlint.contracts.symbols import Function
from llmlint.lifecycle.diff.changes import Change
from llmlint.lifecycle.diff.shapes import text_of
from llmlint.lifecycle.diff.sides import Sides

_WORDS: Final = ("positional-only", "positional or keyword", "variadic", "keyword-only", "variadic")


class ParameterChanges(Sides):
    """Compares what functions take."""

    def _parameters(self, symbol: str, old: Function, new: Function, drop: bool) -> Iterator[Change]:
        name = symbol.rpartition(".")[2]
        here = from_function(old.node, name, drop_first=drop, stub=old.module.is_stub)
        there = from_function(new.node, name, drop_first=drop, stub=new.module.is_stub)
        left, right = {p.name: p for p in here.parameters}, {p.name: p for p in there.parameters}
        where: dict[str, Any] = {"old": old.truth, "new": new.truth, "before": str(here), "after": str(there)}
        gone = [p for p in here.parameters if p.name not in right]
        fresh = [p for p in there.parameters if p.name not in left]
        for parameter in list(gone):
            twin = _same_place(here.parameters, parameter, there.parameters, fresh)
            if twin is None:
                continue
            gone.remove(parameter)
            fresh.remove(twin)
            if parameter.kind in (POSITIONAL_ONLY, VAR_POSITIONAL, VAR_KEYWORD):
                continue  # its name is for readers alone
            yield Change(
                symbol, "parameter-renamed", True,
                f"the parameter '{parameter.name}' of '{name}' is '{twin.name}' now: who gives it by keyword fails",
                parameter=parameter.name, **where,
            )  # fmt: skip
            yield from self._parameter(symbol, name, old, new, parameter, twin)
        for parameter in gone:
            yield Change(
                symbol, "parameter-removed", True, f"'{name}' no longer takes '{_starred(parameter)}'",
                parameter=parameter.name, **where,
            )  # fmt: skip
        for parameter in fresh:
            required = parameter.required and parameter.kind not in (VAR_POSITIONAL, VAR_KEYWORD)
            pushed = not required and _pushes(parameter, here.parameters, there.parameters)
            why = f"'{name}' takes '{_starred(parameter)}' as well"
            if required:
                why += ", and has to be given it"
            elif pushed:
                why += ", before others that are given by position"
            yield Change(
                symbol, "parameter-added", required or pushed, why, parameter=parameter.name, **where
            )  # fmt: skip
        common = [p.name for p in here.positional if p.name in right and p.kind != POSITIONAL_ONLY]
        order = [p.name for p in there.positional if p.name in left and p.kind != POSITIONAL_ONLY]
        stay = [n for n in common if n in order]
        if stay != [n for n in order if n in common]:
            yield Change(
                symbol, "parameter-reordered", True, f"the parameters of '{name}' come in another order: {', '.join(order)}", **where
            )  # fmt: skip
        for parameter in here.parameters:
            other = right.get(parameter.name)
            if other is not None:
                yield from self._parameter(symbol, name, old, new, parameter, other)

    def _parameter(
        self, symbol: str, name: str, old: Function, new: Function, one: Parameter, two: Parameter
    ) -> Iterator[Change]:
        where: dict[str, Any] = {"old": old.truth, "new": new.truth, "parameter": one.name}
        if one.kind != two.kind:
            breaking = not (two.kind == 1 and one.kind in (POSITIONAL_ONLY, KEYWORD_ONLY))
            yield Change(
                symbol, "parameter-kind", breaking,
                f"'{one.name}' of '{name}' was {_WORDS[one.kind]} and is {_WORDS[two.kind]}",
                before=_WORDS[one.kind], after=_WORDS[two.kind], **where,
            )  # fmt: skip
        if one.required != two.required:
            why = f"'{one.name}' of '{name}' {'has to be given now' if two.required else 'has a default now'}"
            yield Change(
                symbol, "parameter-required", two.required, why,
                before="required" if one.required else "optional", after="required" if two.required else "optional", **where,
            )  # fmt: skip
        elif one.default is not None and two.default is not None:
            before, after = ast.unparse(one.default), ast.unparse(two.default)
            if before != after and "..." not in (before, after):
                yield Change(
                    symbol, "parameter-default", True,
                    f"'{one.name}' of '{name}' is {after} by default and was {before}: who leaves it out gets something else",
                    before=before, after=after, **where,
                )  # fmt: skip
        if one.annotation is not None and two.annotation is not None:
            relation = self._relation((old.module, old.owner, one.annotation), (new.module, new.owner, two.annotation))
            if relation != "same":
                before, after = ast.unparse(one.annotation), ast.unparse(two.annotation)
                why = f"'{one.name}' of '{name}' was {before} and is {after}"
                why += ": it takes more" if relation == "wider" else ": what was given may not be taken any more"
                yield Change(symbol, "parameter-type", relation != "wider", why, before=before, after=after, **where)


def _starred(parameter: Parameter) -> str:
    return {VAR_POSITIONAL: "*", VAR_KEYWORD: "**"}.get(parameter.kind, "") + parameter.name


def _same_place(
    mine: Sequence[Parameter], one: Parameter, theirs: Sequence[Parameter], fresh: Sequence[Parameter]
) -> Parameter | None:
    """The new parameter that stands where ``one`` stood, and looks like it: the same one under another name."""
    index = mine.index(one)
    for candidate in fresh:
        if candidate.kind != one.kind or candidate.required != one.required:
            continue
        if candidate.kind in (VAR_POSITIONAL, VAR_KEYWORD):
            return candidate
        same_type = text_of(candidate.annotation) == text_of(one.annotation)
        if same_type and theirs.index(candidate) == index and len(mine) == len(theirs):
            return candidate
    return None


def _pushes(parameter: Parameter, old: Sequence[Parameter], new: Sequence[Parameter]) -> bool:
    """Whether a new parameter takes the place of one that could be given by position."""
    if parameter.kind >= VAR_POSITIONAL:
        return False
    known = {one.name for one in old}
    return any(one.name in known and one.kind < VAR_POSITIONAL for one in new[new.index(parameter) + 1 :])
