"""LLM303: an attribute of a mock that the class it stands for does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import MockAttributeUse, Outcome
from llmlint.semantics.place import of_name

MOCK_API = (
    "return_value",
    "side_effect",
    "call_args",
    "call_args_list",
    "call_count",
    "called",
    "await_count",
    "mock_calls",
    "method_calls",
    "reset_mock",
)
"""What a mock has besides, where the name may be a misspelling of it."""

ACTIONS = {
    "read": "'{name}' is read on",
    "configured": "'{name}' is configured on",
    "called": "'{name}' is called on",
    "asserted": "calls of '{name}' are asserted on",
}


def check(use: MockAttributeUse) -> Iterator[Finding]:
    owner = use.owner
    if owner is None or use.outcome is not Outcome.MISSING or use.misspelt is not None or use.uncalled:
        return
    near = use.meant or nearest(use.name, (*owner.names(), *MOCK_API))
    if use.permitted and near is None:
        return  # Python takes it, and nothing says that another name was meant
    how = f", handed to '{use.parameter}'," if use.parameter else ","
    yield Finding(
        at=of_name(use.node) if isinstance(use.node, ast.Attribute) else use.node,
        message=f"{ACTIONS[use.action].format(name=use.name)} a mock of '{owner.name}'{how} which has no such attribute",
        symbol=f"{owner.symbol}.{use.name}",
        truth=owner.truth,
        suggestion=near,
        remedy=None
        if use.meant
        else rename_to(near, use.node, use.name, safe=_refused(use) and unmistakable(use.name, near, owner.names())),
    )


def _refused(use: MockAttributeUse) -> bool:
    """Whether the mock itself refuses the name, so that the line cannot work as it stands."""
    return use.by in ("spec", "autospec") and not use.permitted and use.action != "configured"
