"""What fixtures and set-up methods store on the objects that tests then use: ``command.tools.git = MagicMock()``."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from llmlint.contracts.symbols import Function
from llmlint.contracts.walking import walk
from llmlint.semantics.mock_values import Mock
from llmlint.semantics.scope import Scope

Stored = Mapping[tuple[str, str], Mock]
"""By the path from the object ('' or '.tools') and the attribute's name: the mock that was stored there."""


def on_provided(function: Function, scope: Scope) -> Stored:
    """What a fixture, evaluated in ``scope``, stored on the object that it returns or yields by name."""
    if not scope.stored:
        return {}
    name = _provided_name(function)
    return stored_on(name, scope) if name else {}


def stored_on(name: str, scope: Scope) -> Stored:
    """The mocks that were stored on the object that ``name`` stands for, and on its attributes.

    Anything else may have been replaced by the code under test before somebody reads it.
    """
    return {
        (path[len(name) :], attribute): value
        for (path, attribute), value in scope.stored.items()
        if isinstance(value, Mock) and (path == name or path.startswith(f"{name}."))
    }


def under(name: str, stored: Stored) -> dict[tuple[str, str], Mock]:
    """The same where the object is called ``name``."""
    return {(name + path, attribute): value for (path, attribute), value in stored.items()}


def _provided_name(function: Function) -> str | None:
    """The one name that a fixture returns or yields."""
    if "provided name" not in function.memo:
        given = [
            node.value
            for node in walk(function.node)
            if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None
        ]
        names = {node.id if isinstance(node, ast.Name) else "" for node in given}
        function.memo["provided name"] = names.pop() if len(names) == 1 else None
    return function.memo["provided name"] or None
