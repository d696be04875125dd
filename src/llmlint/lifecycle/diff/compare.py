"""Comparing two states of a module: both read, neither run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from llmlint.contracts.outline import Outline, is_overload, is_private, last_name, yields
from llmlint.contracts.published import published
from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    POSITIONAL_ONLY,
    VAR_KEYWORD,
    VAR_POSITIONAL,
    Parameter,
    from_function,
)
from llmlint.contracts.symbols import ASSIGN, CLASS, FUNCTION, Class, Function, Member, Module
from llmlint.lifecycle.diff.changes import Change
from llmlint.model.position import Truth
from llmlint.semantics.drift.declared import literal
from llmlint.semantics.drift.types import Types
from llmlint.semantics.world import World

_WORDS = ("positional-only", "positional or keyword", "variadic", "keyword-only", "variadic")
_DATA = ("dataclass", "attrs", "namedtuple", "pydantic")
_PLAIN_VALUES = (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Name, ast.Attribute, ast.Call)


class Side:
    """One state: the meaning of its modules."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.types = Types(world, exact=True)


class Comparer:
    """Compares modules of an old and a new state."""

    def __init__(self, old: World, new: World) -> None:
        self.old, self.new = Side(old), Side(new)

    # -- modules -----------------------------------------------------------------------------------------------------------

    def module(self, old: Module, new: Module) -> Iterator[Change]:
        """The changes of one module, in the order of the old state; what is new comes last."""
        mine, theirs = _names(old), _names(new)
        gone = [name for name in mine if name not in theirs]
        fresh = [name for name in theirs if name not in mine]
        pairs = self._renamed(old, new, gone, fresh)
        for name in mine:
            symbol = f"{old.name}.{name}"
            if name in pairs:
                other = pairs[name]
                yield Change(
                    symbol, "renamed", True, f"'{name}' is gone; '{other}' has its shape and is new",
                    _truth(old, name), _truth(new, other), name, other,
                )  # fmt: skip
            elif name in gone:
                yield Change(symbol, "removed", True, f"'{name}' is gone", _truth(old, name), new.truth, name)
            else:
                yield from self._name(old, new, name, symbol)
        for name in fresh:
            if name not in pairs.values():
                yield Change(
                    f"{new.name}.{name}", "added", False, f"'{name}' is new", None, _truth(new, name), "", name
                )

    def _renamed(self, old: Module, new: Module, gone: Sequence[str], fresh: Sequence[str]) -> dict[str, str]:
        """Guesses by shape: the only new definition that looks like what is gone."""
        mine = {name: shape for name in gone if (shape := _shape(old, name))}
        theirs = {name: shape for name in fresh if (shape := _shape(new, name))}
        return _matched(mine, theirs)

    def _name(self, old: Module, new: Module, name: str, symbol: str) -> Iterator[Change]:
        one, two = _defined(self.old, old, name), _defined(self.new, new, name)
        if isinstance(one, list) and isinstance(two, list):
            yield from self.functions(symbol, one, two)
        elif isinstance(one, Class) and isinstance(two, Class):
            yield from self.classes(symbol, one, two)
        elif isinstance(one, tuple) and isinstance(two, tuple):
            yield from self._variable(symbol, old, new, one, two, _truth(old, name), _truth(new, name))
        elif one is not None and two is not None:
            yield Change(
                symbol, "kind", True, f"'{name}' was {_what(one)} and is {_what(two)}",
                _truth(old, name), _truth(new, name), _what(one), _what(two),
            )  # fmt: skip

    def _variable(
        self, symbol: str, old: Module, new: Module, one: tuple[Any, Any], two: tuple[Any, Any], was: Truth, now: Truth,
        classes: tuple[Class | None, Class | None] = (None, None), kind: str = "value",
    ) -> Iterator[Change]:  # fmt: skip
        name = symbol.rpartition(".")[2]
        if one[0] is not None and two[0] is not None:
            relation = self._relation((old, classes[0], one[0]), (new, classes[1], two[0]))
            if relation != "same":
                before, after = ast.unparse(one[0]), ast.unparse(two[0])
                breaking = relation != "narrower"
                why = f"'{name}' was {before} and is {after}"
                yield Change(symbol, "type", breaking, why, was, now, before, after)
        here, there = literal(one[1]), literal(two[1])
        if here is not None and there is not None and here != there:
            before, after = ast.unparse(one[1]), ast.unparse(two[1])
            breaking = kind != "value"
            yield Change(symbol, kind, breaking, f"'{name}' was {before} and is {after}", was, now, before, after)

    def _relation(self, one: tuple[Module, Class | None, ast.expr], two: tuple[Module, Class | None, ast.expr]) -> str:
        """``same``, ``wider`` (takes or gives more than before), ``narrower`` or ``other``."""
        before, after = self.old.types.normal(*one), self.new.types.normal(*two)
        if before == after:
            return "same"
        mine, theirs = set(_members(before)), set(_members(after))
        if mine < theirs or after in ("Any", "object"):
            return "wider"
        if theirs < mine or before in ("Any", "object"):
            return "narrower"
        return "other"

    # -- functions -----------------------------------------------------------------------------------------------------------

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
            was, now = _has(old.node, word), _has(new.node, word)
            if was == now:
                continue
            kind = "abstract" if word == "abstractmethod" else "final"
            if kind == "abstract":
                why = f"subclasses have to write '{name}'" if now else f"subclasses no longer have to write '{name}'"
            else:
                why = f"subclasses may not override '{name}' any more" if now else f"subclasses may override '{name}'"
            yield Change(symbol, kind, now, why, old.truth, new.truth, word if was else "", word if now else "")

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

    # -- classes -------------------------------------------------------------------------------------------------------------

    def classes(self, symbol: str, old: Class, new: Class) -> Iterator[Change]:
        """The changes of a class and of its members."""
        yield from self._heading(symbol, old, new)
        one, two = self.old.world.classes, self.new.world.classes
        shape, now = one.shape(old).kind, two.shape(new).kind
        if shape != now and {shape, now} & {"enum", "typeddict", "namedtuple"}:
            yield Change(
                symbol, "kind", True, f"'{old.name}' was a {shape} class and is a {now} one", old.truth, new.truth, shape, now
            )  # fmt: skip
            return
        mine, theirs = _members_of(self.old, old), _members_of(self.new, new)
        gone = [name for name in mine if name not in theirs and two.member(new, name) is None]
        fresh = [name for name in theirs if name not in mine and one.member(old, name) is None]
        protocol = last_name_in(old, "Protocol") and last_name_in(new, "Protocol")
        pairs = _matched(
            {name: shape for name in gone if (shape := _member_shape(mine[name]))},
            {name: shape for name in fresh if (shape := _member_shape(theirs[name]))},
        )
        for name, member in mine.items():
            inner = f"{symbol}.{name}"
            if name in pairs:
                other = pairs[name]
                yield Change(
                    inner, "renamed", True, f"'{name}' is gone; '{other}' has its shape and is new",
                    member.truth, theirs[other].truth, name, other,
                )  # fmt: skip
            elif name in gone:
                yield _gone(inner, name, member, new, now, protocol)
            elif name in theirs:
                yield from self._member(inner, old, new, member, theirs[name], now)
        for name in fresh:
            if name not in pairs.values():
                yield _fresh(
                    f"{symbol}.{name}", name, theirs[name], now, protocol, _has_to_be_given(self.new, new, name)
                )
        if shape == now and now in ("dataclass", "attrs", "namedtuple"):
            yield from self._field_order(symbol, old, new)

    def _heading(self, symbol: str, old: Class, new: Class) -> Iterator[Change]:
        left = [name for base in old.node.bases if (name := last_name(base)) not in ("object", "Generic", "")]
        right = [name for base in new.node.bases if (name := last_name(base)) not in ("object", "Generic", "")]
        for base in left:
            if base not in right and not any(one.name == base for one in self.new.world.classes.mro(new)):
                yield Change(
                    symbol, "base-removed", True, f"'{old.name}' no longer is a '{base}'", old.truth, new.truth, base
                )
        for base in right:
            if (
                base not in left
                and not is_private(base)
                and not any(one.name == base for one in self.old.world.classes.mro(old))
            ):
                yield Change(
                    symbol, "base-added", False, f"'{old.name}' is a '{base}' as well", old.truth, new.truth, "", base
                )
        was, now = _has(old.node, "final"), _has(new.node, "final")
        if was != now:
            why = f"nothing may derive from '{old.name}' any more" if now else f"'{old.name}' may be derived from"
            yield Change(symbol, "final", now, why, old.truth, new.truth)
        frozen, since = self.old.world.classes.shape(old).frozen, self.new.world.classes.shape(new).frozen
        if frozen != since:
            why = f"instances of '{old.name}' can{'not' if since else ''} be changed{' any more' if since else ''}"
            yield Change(symbol, "frozen", since, why, old.truth, new.truth)

    def _field_order(self, symbol: str, old: Class, new: Class) -> Iterator[Change]:
        left = [f.name for f in self.old.world.classes.shape(old).fields if f.init and not f.keyword_only]
        right = [f.name for f in self.new.world.classes.shape(new).fields if f.init and not f.keyword_only]
        if [n for n in left if n in right] != [n for n in right if n in left]:
            yield Change(
                symbol, "field-reordered", True, f"the fields of '{old.name}' come in another order: {', '.join(right)}",
                old.truth, new.truth, ", ".join(left), ", ".join(right),
            )  # fmt: skip

    def _member(self, symbol: str, old: Class, new: Class, one: Member, two: Member, shape: str) -> Iterator[Change]:
        name = one.name
        if one.kind == two.kind == "nested class":
            yield from self.classes(symbol, old.module.class_at(one.node, old), new.module.class_at(two.node, new))
            return
        mine, theirs = list(one.functions()), list(two.functions())
        if mine and theirs and one.kind == two.kind:
            yield from self.functions(symbol, mine, theirs)
            return
        callable_then, callable_now = one.kind == "method", two.kind == "method"
        if callable_then != callable_now:
            yield Change(
                symbol,
                "kind",
                True,
                f"'{name}' was a {one.kind} and is a {two.kind}",
                one.truth,
                two.truth,
                one.kind,
                two.kind,
            )
            return
        if one.kind != two.kind and "property" in (one.kind, two.kind):
            yield Change(
                symbol, "kind", two.kind == "property", f"'{name}' was a {one.kind} and is a {two.kind}",
                one.truth, two.truth, one.kind, two.kind,
            )  # fmt: skip
            return
        if shape == "typeddict":
            yield from self._key(symbol, old, new, one, two)
            return
        default = "enum-value" if shape == "enum" else "field-default" if shape in _DATA else "value"
        yield from self._variable(
            symbol, old.module, new.module, (one.annotation, one.value), (two.annotation, two.value), one.truth, two.truth,
            (old, new), default,
        )  # fmt: skip
        if shape in _DATA and one.kind == two.kind == "field":
            was, required = _has_to_be_given(self.old, old, name), _has_to_be_given(self.new, new, name)
            if was == required:
                return
            why = f"the field '{name}' {'has to be given now' if required else 'has a default now'}"
            yield Change(
                symbol, "field-required", required, why, one.truth, two.truth,
                "optional" if required else "required", "required" if required else "optional",
            )  # fmt: skip

    def _key(self, symbol: str, old: Class, new: Class, one: Member, two: Member) -> Iterator[Change]:
        was = {f.name: f.required for f in self.old.world.classes.shape(old).fields}.get(one.name)
        now = {f.name: f.required for f in self.new.world.classes.shape(new).fields}.get(two.name)
        if was is not None and now is not None and was != now:
            why = (
                f"'{one.name}' has to be there now: who makes such a dictionary without it is wrong"
                if now
                else f"'{one.name}' may be missing now: who reads it has to look first"
            )
            words = ("required", "optional") if was else ("optional", "required")
            yield Change(symbol, "key-required", True, why, one.truth, two.truth, *words)
        yield from self._variable(
            symbol, old.module, new.module, (one.annotation, None), (two.annotation, None), one.truth, two.truth, (old, new)
        )  # fmt: skip


def _has_to_be_given(side: Side, cls: Class, field: str) -> bool:
    """Whether the generated constructor has to be given a field."""
    return any(one.required for one in side.world.classes.shape(cls).fields if one.name == field)


def _gone(symbol: str, name: str, member: Member, new: Class, shape: str, protocol: bool) -> Change:
    kind, what = "removed", f"'{name}' is gone"
    if member.kind == "enum member":
        kind = "enum-member-removed"
    elif shape == "typeddict":
        kind, what = "key-removed", f"the key '{name}' is gone"
    elif protocol:
        kind, what = "protocol-member-removed", f"the protocol no longer promises '{name}'"
    elif shape in _DATA and member.kind == "field":
        kind, what = "field-removed", f"the field '{name}' is gone, and the constructor does not take it"
    return Change(symbol, kind, True, what, member.truth, new.truth, name)


def _fresh(symbol: str, name: str, member: Member, shape: str, protocol: bool, given: bool) -> Change:
    kind, breaking, what = "added", False, f"'{name}' is new"
    if member.kind == "enum member":
        kind = "enum-member-added"
    elif shape == "typeddict":
        required = _is_required(member)
        kind, breaking = "key-added", required
        what = f"the key '{name}' is new" + (", and has to be there" if required else "")
    elif protocol:
        kind, breaking, what = "protocol-member-added", True, f"what implements the protocol has to have '{name}' now"
    elif shape in _DATA and member.kind == "field":
        kind, breaking = "field-added", given
        what = f"the field '{name}' is new" + (", and has to be given" if given else "")
    elif any(_has(function.node, "abstractmethod") for function in member.functions()):
        kind, breaking, what = "abstract", True, f"subclasses have to write '{name}'"
    return Change(symbol, kind, breaking, what, None, member.truth, "", name)


def _is_required(member: Member) -> bool:
    if member.annotation is not None and last_name(member.annotation) in ("Required", "NotRequired"):
        return last_name(member.annotation) == "Required"
    return not any(
        keyword.arg == "total" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in member.owner.node.keywords
    )


def _names(module: Module) -> dict[str, str]:
    assert module.tree is not None
    return {
        name: how for name, how in published(module, Outline(module.tree.body)).items() if not name.startswith("__")
    }


def _truth(module: Module, name: str) -> Truth:
    bound = module.table.get(name)
    return Truth(module.path, getattr(bound[0].node, "lineno", 1) if bound else 1)


def _defined(side: Side, module: Module, name: str) -> list[Function] | Class | tuple[Any, Any] | None:
    """The functions, the class, or the (annotation, value) that stand behind a name; None for what cannot be compared."""
    bound = list(module.table.get(name, ()))
    forms = {binding.form for binding in bound}
    if forms == {FUNCTION}:
        return [module.function_at(binding.node) for binding in bound]
    if CLASS in forms:
        return module.class_at([binding.node for binding in bound if binding.form == CLASS][-1])
    if forms == {ASSIGN}:
        return bound[-1].annotation, bound[-1].value
    symbol = side.world.library.symbol(module, name)
    if isinstance(symbol, Function):
        return [symbol]
    return symbol if isinstance(symbol, Class) else None


def _what(found: object) -> str:
    return "a class" if isinstance(found, Class) else "a function" if isinstance(found, list) else "a variable"


def _bound(kind: str) -> str:
    words = {"static": "a static method", "class": "a class method", "method": "a method", "property": "a property"}
    return words.get(kind, "a function")


def _members(text: str) -> list[str]:
    return [text] if "[" in text else text.split(" | ")


def _members_of(side: Side, cls: Class) -> dict[str, Member]:
    classes = side.world.classes
    found = {**classes.instance(cls), **classes.body(cls)}
    return {
        name: member
        for name, member in found.items()
        if not is_private(name) and (not name.startswith("__") or member.kind == "method")
    }


def last_name_in(cls: Class, name: str) -> bool:
    """Whether a class names another among its bases."""
    return any(last_name(base) == name for base in cls.node.bases)


def _awaited(function: Function) -> bool:
    return function.is_async and not yields(function.node)


def _has(node: Any, decorator: str) -> bool:
    return any(last_name(one) == decorator for one in node.decorator_list)


def _getters(functions: Sequence[Function]) -> Sequence[Function]:
    kept = [
        f for f in functions if not any(getattr(d, "attr", "") in ("setter", "deleter") for d in f.node.decorator_list)
    ]
    return kept or functions


def _key(function: Function) -> str:
    returns = f" -> {ast.unparse(function.node.returns)}" if function.node.returns is not None else ""
    return f"({ast.unparse(function.node.args)}){returns}"


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
        same_type = _text(candidate.annotation) == _text(one.annotation)
        if same_type and theirs.index(candidate) == index and len(mine) == len(theirs):
            return candidate
    return None


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _pushes(parameter: Parameter, old: Sequence[Parameter], new: Sequence[Parameter]) -> bool:
    """Whether a new parameter takes the place of one that could be given by position."""
    if parameter.kind >= VAR_POSITIONAL:
        return False
    known = {one.name for one in old}
    return any(one.name in known and one.kind < VAR_POSITIONAL for one in new[new.index(parameter) + 1 :])


def _shape(module: Module, name: str) -> str:
    """What identifies a definition but for its name; '' where that says too little."""
    bound = module.table.get(name, [])
    node = bound[-1].node if bound else None
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _function_shape(node)
    if isinstance(node, ast.ClassDef):
        members = sorted(
            f"{getattr(item, 'name', '')}{_function_shape(item) if isinstance(item, ast.FunctionDef) else ''}"
            f"{ast.unparse(item.target) if isinstance(item, ast.AnnAssign) else ''}"
            for item in node.body
            if not isinstance(item, ast.Expr)
        )
        return f"class {[ast.unparse(base) for base in node.bases]} {members}" if any(members) else ""
    value = getattr(node, "value", None)
    return f"= {ast.dump(value)}" if isinstance(value, _PLAIN_VALUES) and not isinstance(value, ast.Name) else ""


def _function_shape(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = ast.unparse(node.returns) if node.returns is not None else ""
    return f"{type(node).__name__} {ast.unparse(node.args)} {returns}"


def _member_shape(member: Member) -> str:
    node = member.node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return f"{member.kind} {_function_shape(node)}"
    if member.kind == "enum member" and member.value is not None and not isinstance(member.value, ast.Call):
        return f"enum {ast.dump(member.value)}" if literal(member.value) is not None else ""
    if member.annotation is not None:
        return f"{member.kind} {ast.unparse(member.annotation)} {_text(member.value)}"
    return ""


def _matched(gone: dict[str, str], fresh: dict[str, str]) -> dict[str, str]:
    """Old to new names whose shapes are the same, where each shape is there once on both sides."""
    found: dict[str, str] = {}
    for name, shape in gone.items():
        twins = [other for other, one in fresh.items() if one == shape]
        if len(twins) == 1 and list(gone.values()).count(shape) == 1:
            found[name] = twins[0]
    return found


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
