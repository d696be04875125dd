"""Mocks that a test makes and hands to nobody."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.semantics.doubles.context import Context
from llmlint.semantics.doubles.uses import use_of
from llmlint.semantics.nouns import UnusedMock

_SILENCING: Final = re.compile(r"\blocals\(\)|\bglobals\(\)|\bexec\(|\beval\(|\bvars\(\)")


def judge_unused(context: Context) -> None:
    """Emit them for the whole file."""
    for call, inside in context.mocks.made.items():
        if not isinstance(inside, (ast.FunctionDef, ast.AsyncFunctionDef)) or call in context.mocks.joined:
            continue
        flow = context.flow(inside)
        statement = flow.parents.get(call)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Name) or len(flow.bound.get(target.id, ())) != 1 or target.id == "_":
            continue
        if any(isinstance(outer, ast.ClassDef) for outer in flow.around(statement)):
            continue
        text = context.module.text_of(inside)
        if _SILENCING.search(text) or re.search(rf"\b(?:global|nonlocal)\b[^\n]*\b{target.id}\b", text):
            continue
        uses = {use_of(flow, load) for load in flow.loads.get(target.id, ())}
        if uses <= {"configures", "not called"}:
            context.evaluator.emit(UnusedMock(call, target.id, False, "not called" in uses))
