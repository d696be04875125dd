"""LLM301: a mock that was built without a spec."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import MockUse

CALLABLES = frozenset({"stub", "async_stub"})
"""Factories of pytest-mock whose very purpose is a plain callable."""


def check(use: MockUse, settings: Settings) -> Iterator[Finding]:
    factory = use.factory.rpartition(".")[2]
    stands_for = use.stands_for
    real = None if stands_for is None or stands_for.kind == "function" else stands_for
    if use.spec_of_bool:
        yield Finding(
            at=use.node,
            message=f"'spec=True' gives this {factory} the attributes of 'bool'; a spec is the class that the mock stands for",
            symbol=real.symbol if real else None,
            truth=real.truth if real else None,
            suggestion=f"spec={real.name}" if real else None,
        )
        return
    if use.specced or factory == "PropertyMock":
        return
    if real is not None:
        yield Finding(
            at=use.node,
            message=f"this {factory} stands for '{real.name}' without its spec, so it takes any attribute and any call",
            symbol=real.symbol,
            truth=real.truth,
            suggestion=f"{factory}(spec={real.name})",
        )
        return
    if stands_for is not None:
        return  # one known function or method: its calls are judged by LLM304
    if factory in CALLABLES or (use.only_called and not use.configured):
        if settings.strict_callbacks:
            yield Finding(
                at=use.node, message=f"this {factory} stands for a callable and takes any arguments: it has no spec"
            )
        return
    yield Finding(at=use.node, message=f"this {factory} has no spec, so it takes any attribute and any call")
