"""Using an attribute, member or key that does not exist."""

import ast
from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import AttributeUse, Outcome, Owner
from llmlint.semantics.place import of_name
from llmlint.semantics.wording import lacks

_OPERATIONS = {
    "__getitem__": "cannot be subscripted",
    "__setitem__": "takes no items",
    "__delitem__": "has no items to delete",
    "__iter__": "cannot be looped over",
    "__contains__": "contains nothing that could be asked for",
    "__len__": "has no length",
    "__call__": "cannot be called",
    "__enter__": "is no context manager",
    "__aenter__": "is no asynchronous context manager",
}
"""What Python asks of an object by methods of these names."""


def check(use: AttributeUse) -> Iterator[Finding]:
    owner = use.owner
    if use.outcome is not Outcome.MISSING or owner is None or (use.context == "store" and not use.fails):
        return
    if owner.kind == "typed dict" and use.context != "key":
        key = use.name if use.name in owner.names() else nearest(use.name, owner.names())
        yield Finding(
            at=of_name(use.node),
            message=f"'{owner.name}' is a dictionary and has no attribute '{use.name}'",
            symbol=f"{owner.symbol}.{use.name}",
            truth=owner.truth,
            suggestion=f'["{key}"]' if key is not None else None,
        )
        return
    if use.name in _OPERATIONS:
        yield _of_operation(use, owner)
        return
    near = nearest(use.name, owner.names())
    yield Finding(
        at=of_name(use.node),
        message=lacks(owner, use.name),
        symbol=f"{owner.symbol}.{use.name}",
        truth=owner.truth,
        suggestion=near,
        remedy=rename_to(near, use.node, use.name, safe=unmistakable(use.name, near, owner.names())),
    )


def _of_operation(use: AttributeUse, owner: Owner) -> Finding:
    """What Python itself asks of an object, a function or the value of a property."""
    last = owner.name.rpartition(".")[2]
    suggestion: str | None = None
    if owner.kind != "function":
        message = f"'{owner.name}' {_OPERATIONS[use.name]}: it has no '{use.name}'"
        if isinstance(use.node, ast.Subscript) and isinstance(use.node.slice, ast.Constant):
            key = use.node.slice.value
            suggestion = f".{key}" if isinstance(key, str) and key in owner.names() else None
    elif use.name == "__call__":
        message, suggestion = f"'{owner.name}' is a property: what is called is what it gives", last
    else:
        message, suggestion = f"function '{owner.name}' is subscripted, and not what it gives", f"{last}()"
    return Finding(at=use.node, message=message, symbol=owner.symbol, truth=owner.truth, suggestion=suggestion)
