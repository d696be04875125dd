"""Whether a dotted name exists, and what stands there: by the same steps by which the rules judge attributes and patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmlint.contracts.library import Entry
from llmlint.contracts.symbols import Member, Module
from llmlint.model.position import Truth
from llmlint.report.place import shown
from llmlint.report.truths import bound, published
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import Outcome
from llmlint.semantics.privacy import first_private
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Value,
    is_none,
    members_of,
)
from llmlint.semantics.world import World

_LONGEST = 2000
"""Characters of a signature."""


@dataclass(slots=True)
class _Found:
    """Where a name leads to so far."""

    value: Value
    truth: Truth | None
    kind: str = ""
    """What the place holds, where the value itself does not say."""
    off_contract: bool = False
    of_instances: bool = False


def resolve(world: World, name: str, cwd: str) -> dict[str, Any]:
    """What ``name`` leads to, as a document for a model.

    Args:
        world: What is known.
        name: Dotted, from a module: ``shop.cart.Cart.add``.
        cwd: Where shown paths begin.

    Raises:
        ValueError: it is no dotted name.
    """
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        raise ValueError(f"'{name}' is no dotted name")
    module = world.library.module(parts[0])
    if module is None:
        return _no_module(world, name, parts[0])
    at = _Found(ModuleValue(module), module.truth)
    for index, part in enumerate(parts[1:], start=1):
        known = ".".join(parts[:index])
        following = _step(world, at, part)
        if following is None:
            return _missing(world, name, known, part, at)
        at = following
    return _described(world, name, parts, at, cwd)


def _step(world: World, at: _Found, part: str) -> _Found | None:
    """One name further; None where there is none, or nobody knows."""
    value = at.value.value if isinstance(at.value, Special) else at.value
    found = world.attributes.get(value, part)
    of_instances = at.of_instances
    if found.outcome in (Outcome.MISSING, Outcome.UNKNOWN) and isinstance(value, ModuleValue):
        inner = world.library.module(f"{value.module.name}.{part}")
        if inner is not None:
            return _Found(ModuleValue(inner), inner.truth)
    if found.outcome in (Outcome.MISSING, Outcome.UNKNOWN) and isinstance(value, ClassValue):
        value, of_instances = Instance(value.cls), True
        found = world.attributes.get(value, part)
    off = found.outcome is Outcome.OFF_CONTRACT
    if found.outcome in (Outcome.MISSING, Outcome.UNKNOWN):
        member = _member(world, value, part)
        if found.outcome is Outcome.MISSING or member is None:
            return None
        off = member.owner.module.kind == "source" and _publishes(world, value, member)
    truth, kind = _place(world, value, part)
    return _Found(found.value, found.truth or truth, kind, at.off_contract or off, of_instances)


def _member(world: World, value: Value, part: str) -> Member | None:
    """What a class has of that name, or the source behind its contract: also where it may have more than can be read."""
    if not isinstance(value, Instance | ClassValue):
        return None
    return world.classes.member(value.cls, part) or world.classes.hidden(value.cls, part)


def _publishes(world: World, value: Value, member: Member) -> bool:
    """Whether the contract of a class speaks of such members at all."""
    classes = world.classes.mro(value.cls) if isinstance(value, Instance | ClassValue) else ()
    return any(one.module.kind == "contract" and world.classes.publishes(one, member.kind) for one in classes)


def _place(world: World, value: Value, part: str) -> tuple[Truth | None, str]:
    """Where the name is bound, and as what."""
    if isinstance(value, ModuleValue):
        entry = world.library.entry(value.module, part)
        if isinstance(entry, Module):
            return entry.truth, "module"
        if isinstance(entry, Entry):
            return Truth(entry.module.path, getattr(entry.bindings[-1].node, "lineno", 1)), "variable"
    for one in members_of(value):
        member = None if is_none(one) else _member(world, one, part)
        if member is not None:
            return member.truth, member.kind
    return None, "attribute"


def _no_module(world: World, name: str, top: str) -> dict[str, Any]:
    certain = world.knows_top_level(top) and not world.project_text.imported(top)
    near = nearest(top, world.project.own_packages)
    return {
        "name": name,
        "exists": False if certain else None,
        "reason": f"there is no module '{top}'"
        if certain
        else f"'{top}' is not installed where it was looked for; a dotted name begins with a module",
        "nearest": near,
    }


def _missing(world: World, name: str, known: str, part: str, at: _Found) -> dict[str, Any]:
    value = at.value.value if isinstance(at.value, Special) else at.value
    owner = world.owners.of(value)
    near = nearest(part, owner.names()) if owner is not None else None
    receiver = Instance(value.cls) if isinstance(value, ClassValue) else value
    certain = world.attributes.get(receiver, part).outcome is Outcome.MISSING and world.vetoes.confirm(
        receiver, part, []
    )
    if certain:
        reason = f"{_kind(at)} '{known}' has no '{part}'"
    elif value is UNKNOWN or owner is None:
        reason = f"what '{known}' is cannot be told by reading alone"
    else:
        reason = f"'{known}' may have more names than can be read"
    found = {"name": name, "exists": False if certain else None, "reason": reason}
    return {**found, "nearest": f"{known}.{near}" if near else None}


def _described(world: World, name: str, parts: list[str], at: _Found, cwd: str) -> dict[str, Any]:
    value = at.value.value if isinstance(at.value, Special) else at.value
    truth = value.cls.truth if isinstance(value, ClassValue) else at.truth
    if isinstance(value, FunctionValue):
        truth = value.function.truth
    found: dict[str, Any] = {"name": name, "exists": True, "kind": _kind(at)}
    if at.of_instances:
        found["of"] = "instances"
    private = first_private(parts)
    found["public"] = not at.off_contract and private is None
    if at.off_contract:
        found["reason"] = "the source has it, the contract does not publish it: tests are to leave it alone"
    elif private is not None:
        found["reason"] = f"'{private}' is private: tests are to leave it alone"
    if isinstance(value, ClassValue):
        bounds = world.calls.signatures(ClassValue(value.cls))
        if bounds:
            found["constructor"] = [_cut(f"{value.cls.name}{_parameters(str(one.signature))}") for one in bounds]
    if isinstance(value, Instance | Union) and (kinds := _types(value)):
        found["type"] = kinds
    found["signature"] = _signature(value, truth)
    found["place"] = f"{shown(truth.path, cwd)}:{truth.row}" if truth is not None else None
    return found


def _parameters(signature: str) -> str:
    """``(a, b=1)`` of ``Cart(a, b=1)``."""
    return signature[signature.index("(") :] if "(" in signature else f"({signature})"


def _types(value: Value) -> str:
    """The classes of an instance."""
    members = members_of(value)
    if not all(isinstance(one, Instance) for one in members):
        return ""
    return " | ".join(
        dict.fromkeys("None" if is_none(one) else one.cls.symbol for one in members if isinstance(one, Instance))
    )


def _kind(at: _Found) -> str:
    value = at.value.value if isinstance(at.value, Special) else at.value
    if isinstance(value, ModuleValue):
        return "module"
    if isinstance(value, ClassValue):
        return "class"
    if isinstance(value, FunctionValue):
        return "method" if value.function.owner is not None else "function"
    if isinstance(value, Coroutine):
        return "coroutine"
    return at.kind or "attribute"


def _signature(value: Value, truth: Truth | None) -> str | None:
    """A function as it may be called, the public names of a class or module; of anything else what binds it."""
    if isinstance(value, FunctionValue):
        forms = [published(one.truth) for one in value.functions]
        return _cut("\n".join(dict.fromkeys(form for form in forms if form))) or None
    if truth is None:
        return None
    whole = published(truth) if isinstance(value, ModuleValue | ClassValue) else bound(truth)
    return _cut(whole) if whole is not None else None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
