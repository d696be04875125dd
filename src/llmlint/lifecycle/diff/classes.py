"""Changes of classes: bases, members, and what each kind of class makes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.outline import is_private, last_name
from llmlint.contracts.symbols import Class, Member
from llmlint.lifecycle.diff.changes import Change
from llmlint.lifecycle.diff.functions import FunctionChanges
from llmlint.lifecycle.diff.shapes import matched, member_shape
from llmlint.lifecycle.diff.sides import Side, has_decorator
from llmlint.semantics.drift.classes import paired_bases

_DATA: Final = ("dataclass", "attrs", "namedtuple", "pydantic")


class ClassChanges(FunctionChanges):
    """Compares classes."""

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
        if shape != now:
            yield from self._made(symbol, old, new)
        mine, theirs = _members_of(self.old, old), _members_of(self.new, new)
        gone = [name for name in mine if name not in theirs and two.member(new, name) is None]
        fresh = [name for name in theirs if name not in mine and one.member(old, name) is None]
        protocol = _names_base(old, "Protocol") and _names_base(new, "Protocol")
        pairs = matched(
            {name: shape for name in gone if (shape := member_shape(mine[name]))},
            {name: shape for name in fresh if (shape := member_shape(theirs[name]))},
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

    def _made(self, symbol: str, old: Class, new: Class) -> Iterator[Change]:
        """A class whose constructor was written by hand, or by nobody, and is now made out of its fields, or the other way round."""
        was, now = self.old.world.classes.shape(old).kind, self.new.world.classes.shape(new).kind
        by_hand = "__init__" in (self.old if was == "plain" else self.new).world.classes.body(
            old if was == "plain" else new
        )
        words = [kind if kind.endswith("class") else f"{kind} class" for kind in (was, now)]
        why = f"'{old.name}' was a {words[0]} and is a {words[1]}"
        yield Change(symbol, "kind", not by_hand, why, old.truth, new.truth, was, now)

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
        for one, two in paired_bases(old, new):
            if self._relation((old.module, old, one), (new.module, new, two)) != "same":
                before, after = ast.unparse(one), ast.unparse(two)
                why = f"'{old.name}' was a '{before}' and is a '{after}'"
                yield Change(symbol, "base-changed", True, why, old.truth, new.truth, before, after)
        was, now = has_decorator(old.node, "final"), has_decorator(new.node, "final")
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
    elif any(has_decorator(function.node, "abstractmethod") for function in member.functions()):
        kind, breaking, what = "abstract", True, f"subclasses have to write '{name}'"
    return Change(symbol, kind, breaking, what, None, member.truth, "", name)


def _is_required(member: Member) -> bool:
    if member.annotation is not None and last_name(member.annotation) in ("Required", "NotRequired"):
        return last_name(member.annotation) == "Required"
    return not any(
        keyword.arg == "total" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in member.owner.node.keywords
    )


def _members_of(side: Side, cls: Class) -> dict[str, Member]:
    classes = side.world.classes
    found = {**classes.instance(cls), **classes.body(cls)}
    return {
        name: member
        for name, member in found.items()
        if not is_private(name) and (not name.startswith("__") or member.kind == "method")
    }


def _names_base(cls: Class, name: str) -> bool:
    """Whether a class names another among its bases."""
    return any(last_name(base) == name for base in cls.node.bases)
