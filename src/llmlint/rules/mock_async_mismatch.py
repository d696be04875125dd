"""LLM306: a mock that is awaited where the contract is not, or not where it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.contracts.dotted import dotted
from llmlint.fixing.mocks import sibling
from llmlint.fixing.rewrite import Rewrite
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.semantics.nouns import MockAwait

_MAKERS = ("Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock")


def check(use: MockAwait) -> Iterator[Finding]:
    name = use.callee.name
    if use.asynchronous:
        message = f"'{name}' is a coroutine; a call of this mock cannot be awaited"
    else:
        message = f"'{name}' is a plain function; a call of this mock gives a coroutine that nobody awaits"
    kind = "AsyncMock" if use.asynchronous else "MagicMock"
    yield Finding(
        at=use.node,
        message=message,
        symbol=use.callee.symbol,
        truth=use.callee.truth,
        suggestion=kind,
        remedy=_remedy(use, kind),
    )


def _remedy(use: MockAwait, kind: str) -> Remedy | None:
    maker = use.node.func if isinstance(use.node, ast.Call) else use.node
    if use.part or dotted(maker).rpartition(".")[2] not in _MAKERS:
        return None
    return Remedy(f"Make it a '{kind}'", partial(make_the_other, maker=maker, kind=kind))


def make_the_other(file: Rewrite, maker: ast.expr, kind: str) -> None:
    """Writes the other kind of mock, of the same library."""
    import libcst as cst

    file.replace(file.expression(maker), cst.parse_expression(sibling(file, maker, kind)))
