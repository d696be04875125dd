"""LLM301: a mock that was built without a spec."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.fixing.arguments import with_keyword
from llmlint.fixing.imports import name_of
from llmlint.fixing.mocks import names_used_on, sibling
from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.model.settings import Settings
from llmlint.semantics.nouns import Blueprint, MockUse, Owner

CALLABLES = frozenset({"stub", "async_stub"})
"""Factories of pytest-mock whose very purpose is a plain callable."""

_AUTOSPECCED = ("Mock", "MagicMock")
"""What ``create_autospec`` makes the like of."""


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
            remedy=_remedy(use, real, factory),
        )
        return
    if use.specced or use.value or factory == "PropertyMock":
        return  # what stands for a plain value wants to be that value (LLM311)
    if real is not None:
        yield Finding(
            at=use.node,
            message=f"this {factory} stands for '{real.name}' without its spec, so it takes any attribute and any call",
            symbol=real.symbol,
            truth=real.truth,
            suggestion=f"{factory}(spec={real.name})",
            remedy=_remedy(use, real, factory),
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


def _remedy(use: MockUse, real: Owner | None, factory: str) -> Remedy | None:
    # Of the stubs of pytest-mock none takes a spec.
    if real is None or real.kind != "instance" or factory in CALLABLES:
        return None
    return Remedy(f"Give it the spec '{real.name}'", partial(add_spec, use=use, real=real, factory=factory))


def add_spec(file: Rewrite, use: MockUse, real: Owner, factory: str) -> None:
    """Writes ``create_autospec(Cls, instance=True)`` where the class consists of plain methods, else ``spec=Cls``.

    Raises:
        Unfixable: the test uses what a spec of the class would not know.
    """
    import libcst as cst

    blueprint = real.blueprint()
    if blueprint is None:
        raise Unfixable("the class is local to a function or another class")
    used = names_used_on(file.source.tree, use.node)
    if used - {*real.names()} | (used & {*blueprint.unknown}):
        raise Unfixable("the test uses what a spec does not know")
    call = file.find(use.node, cst.Call)
    name = name_of(file, real.symbol, use.node)
    if factory in _AUTOSPECCED and not call.args and _plain(blueprint):
        made = cst.parse_expression(f"{sibling(file, use.node.func, 'create_autospec')}({name}, instance=True)")
        assert isinstance(made, cst.Call)
        file.replace(call, call.with_changes(func=made.func, args=made.args))
    elif isinstance(call.func, cst.Name | cst.Attribute):
        file.replace(call, with_keyword(call, _keyword(use.node), name))


def _plain(blueprint: Blueprint) -> bool:
    return not blueprint.unknown and not blueprint.special


def _keyword(node: ast.Call) -> str:
    given = {keyword.arg for keyword in node.keywords}
    return "spec_set" if "spec_set" in given and "spec" not in given else "spec"
