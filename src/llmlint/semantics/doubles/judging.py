"""Judging the test doubles of one file, when all of it has been evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.contracts.symbols import Class, Function
from llmlint.semantics.doubles.context import Context
from llmlint.semantics.doubles.echoes import MockEchoes
from llmlint.semantics.doubles.interactions import Interactions
from llmlint.semantics.doubles.loads import MockLoads
from llmlint.semantics.doubles.reach import PatchReach
from llmlint.semantics.doubles.subjects import MockedSubjects
from llmlint.semantics.doubles.unused import judge_unused
from llmlint.semantics.nouns import InteractionOnly, MockEcho, MockedSubject, MockLoad, UnusedMock

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis


def judge_doubles(analysis: FileAnalysis, tests: list[tuple[Function, Class | None]]) -> None:
    """Emit what mocks and patches do to the tests of a file; what nobody asks for is not worked out."""
    context = Context(analysis)
    wants = context.wants
    if not context.mocks.made and not context.patches.replacements and not context.mocks.patched and not analysis.chain:
        return
    loads = MockLoads(context) if wants(MockLoad) else None
    subjects = MockedSubjects(context) if wants(MockedSubject) else None
    echoes = MockEchoes(context) if wants(MockEcho) else None
    interactions = Interactions(context) if wants(InteractionOnly) else None
    reach = PatchReach(context)
    for function, cls in tests:
        replacements = list(context.active(function, cls))
        if loads is not None:
            loads.count(function, cls, replacements)
        if subjects is not None:
            subjects.judge(function, replacements)
        if echoes is not None:
            echoes.judge(function, replacements)
        if interactions is not None:
            interactions.judge(function)
        if replacements:
            reach.judge(function, cls, replacements)
    if loads is not None:
        loads.report()
    if wants(UnusedMock):
        judge_unused(context)
