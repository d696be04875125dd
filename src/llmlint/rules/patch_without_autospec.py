"""LLM302: a patch that puts a mock without a signature in the place of real code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from llmlint.contracts.dotted import dotted
from llmlint.fixing.arguments import with_keyword
from llmlint.fixing.mocks import bound_to, names_used_on
from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.diagnostic import Finding, Remedy
from llmlint.project.source import SourceFile
from llmlint.semantics.injecting import injected_parameters
from llmlint.semantics.nouns import Outcome, PatchUse
from llmlint.semantics.pinned import is_pinned, is_unread

LIES = {
    "function": "that takes any arguments",
    "async function": "that takes any arguments",
    "class": "that takes any arguments and has any attribute",
    "instance": "that has any attribute",
    "module": "that has any attribute",
}
"""What the mock lets pass, by what stands at the target; a plain value has no signature to keep."""

_REFUSED = frozenset({"configure_mock", "attach_mock", "mock_add_spec"})
"""What an autospecced function does not have."""


def check(use: PatchUse, file: SourceFile) -> Iterator[Finding]:
    lie = LIES.get(use.target_kind)
    if lie is None or not use.makes_mock or use.outcome is Outcome.MISSING:
        return
    if use.target_kind in ("function", "async function"):
        if use.answered or is_pinned(file.tree, use.node):
            return
        if use.gives_nothing and is_unread(file.tree, use.node):
            return
    several = use.form.rpartition(".")[2] == "multiple"
    fixable = use.target_kind in ("function", "async function", "class") and not several
    yield Finding(
        at=use.at if several else use.node,
        message=f"'{use.target}' is a real {use.target_kind}, replaced by a mock {lie}",
        symbol=use.target,
        suggestion="autospec=True",
        remedy=Remedy("Add 'autospec=True'", partial(add_autospec, use=use)) if fixable else None,
    )


def add_autospec(file: Rewrite, use: PatchUse) -> None:
    """Writes ``autospec=True``.

    Raises:
        Unfixable: the test asks the mock for what an autospecced one does not have, or counts on being called without ``self``.
    """
    import libcst as cst

    mock = _name_of_mock(file.source.tree, use.node)
    method = use.target_kind != "class" and use.owner is not None and use.owner.kind in ("class", "instance", "enum")
    if method and (mock is not None or any(keyword.arg == "side_effect" for keyword in use.node.keywords)):
        raise Unfixable("an autospecced method is called with 'self', which the test does not expect")
    if mock is not None:
        used = names_used_on(_around(file.source.tree, use.node), mock)
        if (use.target_kind != "class" and used) or used & _REFUSED:
            raise Unfixable("the test asks the mock for what an autospecced function does not have")
    call = file.find(use.node, cst.Call)
    file.replace(call, with_keyword(call, "autospec", "True"))


def _name_of_mock(tree: ast.Module, patch: ast.Call) -> str | None:
    """The variable or parameter that holds the mock; empty where it cannot be told, None where nothing does."""
    for target in bound_to(tree, patch):
        return dotted(target)
    for node in ast.walk(tree):
        decorators = getattr(node, "decorator_list", [])
        if patch in decorators:
            if isinstance(node, ast.ClassDef):
                return ""
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            return dict(injected_parameters(node)).get(patch, "")
    return None if _alone(tree, patch) else ""


def _alone(tree: ast.Module, patch: ast.Call) -> bool:
    """Whether the patch stands as a statement or a ``with`` of its own, so that nobody holds the mock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and node.value is patch:
            return True
        if isinstance(node, ast.withitem) and node.context_expr is patch:
            return True
    return False


def _around(tree: ast.Module, node: ast.expr) -> ast.AST:
    """The function that the node stands in or decorates, else the whole file."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
            if first <= node.lineno <= (function.end_lineno or 0):
                return function
    return tree
