"""What a mock stands for: what can be judged of a value, and what its parts and results are by the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.values import (
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    without_none,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmlint.contracts.symbols import Module
    from llmlint.semantics.world import World


_MOCKS = frozenset({"unittest.mock", "mock", "mock.mock"})
"""The modules whose classes are mocks."""


def known(value: Value | None) -> Value | None:
    """What a mock can be judged by; None for what says nothing."""
    if value is None:
        return None
    value = without_none(value)
    if isinstance(value, (Unknown, Mock)) or is_none(value):
        return None
    if isinstance(value, Union) and any(isinstance(member, (Unknown, Mock, Coroutine)) for member in value.members):
        return None
    if any(isinstance(member, Instance) and member.cls.module.name in _MOCKS for member in members_of(value)):
        return None  # annotated as the mock that it is
    if isinstance(value, (Instance, ClassValue, FunctionValue, ModuleValue, Callable, Union)):
        return value
    return None


def imitated(spec: Value) -> Value:
    """What a mock with that ``spec`` imitates: an instance of the class that is given."""
    if isinstance(spec, Special):
        spec = spec.value
    if isinstance(spec, ClassValue):
        return Instance(spec.cls, spec.args, exact=spec.exact)
    return spec


def in_place(stands: Value, strict: str, callers: Iterable[Module]) -> Value:
    """What a replaced method is called with: an autospecced one is handed the instance, as the method itself is.

    ``callers`` are the modules that may call it through its class, and hand it the instance themselves.
    """
    if not isinstance(stands, FunctionValue) or not stands.loose:
        return stands
    if strict == "autospec":
        return FunctionValue(stands.functions, None, stands.scope)
    function = stands.function
    if strict or function.owner is None:
        return stands
    through = f"{function.owner.name}.{function.name}("
    if any(through in module.text for module in (function.owner.module, *callers)):
        return stands
    return FunctionValue(stands.functions, Instance(function.owner, exact=True), stands.scope)


def result(world: World, stands: Value | None) -> Value | None:
    """What calling ``stands`` gives, awaited where it is a coroutine."""
    if stands is None:
        return None
    if isinstance(stands, FunctionValue) and isinstance(stands.receiver, Instance) and not stands.receiver.exact:
        function = stands.function
        if function.node.returns is None and world.project_text.subclass_has(stands.receiver.cls, function.name):
            return None  # an override may return anything
    found = world.calls.result(stands, Arguments(starred=True, double_starred=True))
    if any(isinstance(one, Instance) and _awaits_another(world, one) for one in members_of(found)):
        return None  # whether it is awaited before it is used is not known
    # Overloads that are coroutine functions give a coroutine each.
    awaits = all(isinstance(one, Coroutine) for one in members_of(found))
    return world.calls.awaited(found) if awaits else found


def _awaits_another(world: World, value: Instance) -> bool:
    """Whether awaiting the object gives one of another class (``connect`` of websockets), or of nobody knows which (``aiofiles.open``)."""
    if world.classes.member(value.cls, "__await__") is None:
        return False
    given = world.calls.awaited(value)
    return not isinstance(given, Instance) or not world.classes.is_subclass(given.cls, value.cls)


def enters_another(world: World, mock: Mock, stands: Value) -> bool:
    """Whether the mock is what a ``with`` over it gives, where ``stands`` gives something else: it stands for both."""
    for name in ("__enter__", "__aenter__"):
        method = mock.children.get(name)
        if isinstance(method, Mock) and method.children.get("()") is mock:
            given = result(world, part(world, stands, name))
            if not isinstance(given, Instance) or not isinstance(stands, Instance):
                return True
            if not world.classes.is_subclass(given.cls, stands.cls):
                return True
    return False


def part(world: World, stands: Value | None, name: str) -> Value | None:
    """What the attribute ``name`` of a mock stands for; ``()`` (and ``()1`` …) is what calling it returns, ``()[]1`` an element of that."""
    if name.startswith("()[]"):
        found = result(world, stands)
        return world.calls.element(found) if isinstance(found, Instance) and found.items is None else None
    if name.startswith("()"):
        return result(world, stands)
    return world.attributes.get(stands, name).value if stands is not None else None
