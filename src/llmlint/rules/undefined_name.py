"""Using a name that no scope binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.names import rename_to
from llmlint.fixing.parameters import ask_for
from llmlint.fixing.rewrite import Rewrite
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.nearest import nearest, unmistakable
from llmlint.semantics.nouns import UndefinedName


def check(use: UndefinedName) -> Iterator[Finding]:
    if use.fixture:
        yield Finding(
            at=use.node,
            message=f"'{use.name}' is not defined here; it is a fixture: ask for it as a parameter",
            symbol=use.name,
            remedy=Remedy(f"Ask for '{use.name}'", partial(add_parameter, node=use.node), safe=True),
        )
        return
    near = nearest(use.name, use.names())
    yield Finding(
        at=use.node,
        message=f"'{use.name}' is not defined",
        symbol=use.name,
        suggestion=near,
        remedy=rename_to(near, use.node, use.name, safe=unmistakable(use.name, near, use.names())),
    )


def add_parameter(file: Rewrite, node: ast.Name) -> None:
    """Asks for the fixture of that name."""
    import libcst as cst

    ask_for(file, file.find(node, cst.Name), node.id)
