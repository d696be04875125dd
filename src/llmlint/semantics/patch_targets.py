"""What a patch path or a patched attribute names."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import Outcome, Owner
from llmlint.semantics.privacy import first_private
from llmlint.semantics.seams import is_hook
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from llmlint.semantics.arguments import Arguments
    from llmlint.semantics.interpreter import Evaluator


class Target(NamedTuple):
    """What a dotted path leads to."""

    outcome: Outcome
    value: Value
    owner: Value | None
    missing_part: str | None


BUILTIN_NAMES: Final = frozenset(dir(builtins))


class Replacement(NamedTuple):
    """One name that a patch replaces."""

    node: ast.Call
    at: ast.expr
    form: str
    name: str
    target: Target
    value: Value
    """What stands there afterwards."""
    inside: ast.AST | None
    """The function that the patch stands in; None for a decorator."""


class Targets:
    """Finds what patches name, as ``unittest.mock`` and pytest resolve it."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.replacements: dict[tuple[ast.Call, str], Replacement] = {}

    def resolve(self, dotted: str, *, patching: bool) -> Target:
        """What ``dotted`` leads to, as ``unittest.mock`` and pytest resolve it: modules first, then attributes."""
        world = self.evaluator.world
        library = world.library
        roots = self.evaluator.module.roots
        parts = dotted.split(".")
        if not all(part.isidentifier() for part in parts):
            return Target(Outcome.UNKNOWN, UNKNOWN, None, None)
        module = library.module(parts[0], roots)
        if module is None:
            if parts[0] in self.evaluator.module.table and len(parts) == 1:
                return Target(Outcome.UNKNOWN, UNKNOWN, None, None)
            if world.knows_top_level(parts[0]) and len(parts) > 1 and not world.project_text.imported(parts[0]):
                return Target(Outcome.MISSING, UNKNOWN, None, parts[0])
            return Target(Outcome.UNKNOWN, UNKNOWN, None, None)
        value: Value = ModuleValue(module)
        owner: Value = value
        for index, part in enumerate(parts[1:], start=1):
            last = index == len(parts) - 1
            owner = value
            if isinstance(owner, (Unknown, Mock)):
                return Target(Outcome.UNKNOWN, UNKNOWN, None, None)
            if isinstance(owner, Special):
                owner = owner.value
            found = world.attributes.get(owner, part)
            if found.outcome is Outcome.MISSING:
                if isinstance(owner, ModuleValue):
                    inner = library.module(f"{owner.module.name}.{part}", roots)
                    if inner is not None:
                        value = ModuleValue(inner)
                        continue
                    if last and patching and part in BUILTIN_NAMES:
                        return Target(Outcome.FOUND, UNKNOWN, owner, None)
                if part in self.evaluator.replaced_names or not self.evaluator.confirm(owner, part):
                    return Target(Outcome.UNKNOWN, UNKNOWN, owner, None)
                return Target(Outcome.MISSING, UNKNOWN, owner, part)
            if found.outcome is Outcome.UNKNOWN:
                if is_dunder(part) and last:
                    return Target(Outcome.FOUND, UNKNOWN, owner, None)
                if isinstance(owner, ModuleValue):
                    inner = library.module(f"{owner.module.name}.{part}", roots)
                    if inner is not None:
                        value = ModuleValue(inner)
                        continue
                return Target(Outcome.UNKNOWN, UNKNOWN, owner, None)
            value = found.value
        return Target(Outcome.FOUND, value, owner, None)

    def _of_object(self, owner: Value, name: str, *, patching: bool = True) -> Target:
        """What the attribute ``name`` of ``owner`` is; a patch makes builtins that a module does not have, ``monkeypatch`` does not."""
        if isinstance(owner, (Unknown, Mock)):
            return Target(Outcome.UNKNOWN, UNKNOWN, owner if isinstance(owner, Mock) else None, None)
        if isinstance(owner, Special):
            owner = owner.value
        found = self.evaluator.world.attributes.get(owner, name)
        if found.outcome is Outcome.MISSING:
            if name in self.evaluator.replaced_names or not self.evaluator.confirm(owner, name):
                return Target(Outcome.UNKNOWN, UNKNOWN, owner, None)
            if isinstance(owner, ModuleValue) and patching and name in BUILTIN_NAMES:
                return Target(Outcome.FOUND, UNKNOWN, owner, None)
            return Target(Outcome.MISSING, UNKNOWN, owner, name)
        if found.outcome is Outcome.UNKNOWN and not isinstance(owner, (Instance, ClassValue, ModuleValue, Union)):
            return Target(Outcome.UNKNOWN, UNKNOWN, owner, None)
        if found.outcome is Outcome.UNKNOWN and not is_dunder(name):
            return Target(Outcome.UNKNOWN, UNKNOWN, owner, None)
        return Target(Outcome.FOUND, found.value, owner, None)

    def _private(self, shown: str, target: Target, owner: Owner | None) -> str | None:
        parts = [part.partition("(")[0].partition("[")[0] for part in shown.split(".")]
        if (owner is not None and owner.by_test) or isinstance(target.owner, Mock):
            return None
        found = first_private(parts)
        if found is None or parts[0] in ("self", "cls") and found == parts[0]:
            return None
        if found == parts[-1] and is_hook(self.evaluator.world, target.owner, found):
            return None
        if parts[0].startswith("_") and found == parts[0]:
            found = first_private(parts[1:])
        return found

    def _flag(self, arguments: Arguments, name: str) -> bool:
        value = arguments.keyword(name)
        if value is None:
            return arguments.double_starred
        return not (isinstance(value, Instance) and value.literal is False)

    def _argument(self, arguments: Arguments, index: int, name: str) -> tuple[ast.expr, Value] | None:
        if index < len(arguments.positional) and not arguments.starred:
            return arguments.nodes[index], arguments.positional[index]
        for keyword, value, node in arguments.keywords:
            if keyword == name:
                return node.value, value
        return None

    def _shown(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        return text if len(text) <= 60 else "..."

    def _count(self, node: ast.Call, resolved: bool, reason: str) -> None:
        self.evaluator.count("patch", node, resolved, reason)
