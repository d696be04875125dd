"""What to do with each test of a suite: keep it, mend it, or write it anew or delete it; with the reasons, and how brittle it is."""

from __future__ import annotations

import ast
import fnmatch
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.record import record
from llmlint.model.result import FileResult, RunResult
from llmlint.project.source import SourceError, SourceFile, read_source

Verdict = Literal["keep", "mend", "rewrite"]

VERDICTS: tuple[Verdict, ...] = ("keep", "mend", "rewrite")

PROVES_NOTHING = frozenset({"LLM401", "LLM403", "LLM410", "LLM310"})
"""Asserts nothing, repeats another, has no body, or asserts what it configured itself: there is nothing to mend."""

COUPLING = {
    "LLM101": 3.0, "LLM102": 2.0, "LLM103": 1.5, "LLM105": 1.5, "LLM106": 1.0, "LLM107": 0.3, "LLM308": 4.0, "LLM309": 2.0,
    "LLM310": 3.0, "LLM311": 0.5, "LLM312": 3.0, "LLM313": 1.0, "LLM316": 2.0, "LLM301": 0.5, "LLM302": 0.7,
}  # fmt: skip
"""How much each finding ties a test to how the code is written rather than to what it does."""

BRITTLE = 60
"""The brittleness from which on a test is rather written anew than mended."""

_SCALE = 5.0

_SERIOUS = frozenset({"LLM308", "LLM312"})
"""Replaces what it tests, or asserts nothing but calls of mocks: a finding of this kind is enough."""

_IDLE = frozenset({"LLM107", "LLM316", "LLM412", "LLM503", "LLM901", "LLM902", "LLM108"})
"""What may be said of a test that is kept: matters of style and of settings."""


@record
class Judged:
    """A test with its verdict."""

    path: str
    """Absolute."""
    name: str
    """As ``TestCart.test_add``."""
    row: int
    verdict: Verdict
    brittleness: int
    """0: tied to nothing but the contract; 100: tied to the implementation throughout."""
    reasons: tuple[tuple[str, str, int], ...]
    """Code, name and how often, the heaviest first."""


@record
class JudgedFile:
    """A file of tests."""

    path: str
    tests: tuple[Judged, ...]
    brittleness: int
    """The mean of its tests."""

    def count(self, verdict: Verdict) -> int:
        """How many of its tests have a verdict."""
        return sum(1 for test in self.tests if test.verdict == verdict)


@record
class _Found:
    name: str
    first: int
    last: int
    row: int
    asks: frozenset[str]


def triage(result: RunResult, is_test: Callable[[str, str], bool]) -> list[JudgedFile]:
    """The tests of a run, file by file, ordered by path.

    Args:
        result: What every rule of llmlint found.
        is_test: Tells whether pytest would collect a function of a file by its name.
    """
    judged = []
    for file in result.files:
        try:
            source = read_source(file.path)
        except SourceError:
            continue
        tests = list(_tests(source, file.path, is_test))
        if tests:
            fixtures = dict(_fixtures(source.tree))
            every = tuple(_judge(file, test, fixtures) for test in tests)
            mean = round(sum(test.brittleness for test in every) / len(every))
            judged.append(JudgedFile(file.path, every, mean))
    return judged


def matching(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a name is one of pytest's ``python_functions``: a prefix, or a glob."""
    return lambda name: any(
        name.startswith(one) or (any(sign in one for sign in "*?[") and fnmatch.fnmatch(name, one)) for one in patterns
    )


def _tests(source: SourceFile, path: str, is_test: Callable[[str, str], bool]) -> Iterator[_Found]:
    stack: list[tuple[str, ast.stmt]] = [("", node) for node in source.tree.body]
    while stack:
        prefix, node = stack.pop(0)
        if isinstance(node, ast.ClassDef):
            stack[:0] = [(f"{prefix}{node.name}.", inner) for inner in node.body]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_test(path, node.name):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            names = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
            yield _Found(prefix + node.name, first, node.end_lineno or node.lineno, node.lineno, frozenset(names))
        elif isinstance(node, ast.If | ast.Try | ast.With):
            stack[:0] = [(prefix, inner) for inner in node.body]


def _fixtures(tree: ast.Module) -> Iterator[tuple[str, tuple[int, int]]]:
    """The fixtures that a file defines, with their rows: what is wrong with them is wrong with the tests that ask for them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                made = decorator.func if isinstance(decorator, ast.Call) else decorator
                if getattr(made, "attr", getattr(made, "id", "")) == "fixture":
                    yield node.name, (decorator.lineno, node.end_lineno or node.lineno)


def _judge(file: FileResult, test: _Found, fixtures: dict[str, tuple[int, int]]) -> Judged:
    spans = [(test.first, test.last), *(rows for name, rows in fixtures.items() if name in test.asks)]
    found = [one for one in file.diagnostics if any(first <= one.span.row <= last for first, last in spans)]
    weight = sum(COUPLING.get(one.code, 0.0) for one in found)
    brittleness = round(100 * (1 - math.exp(-weight / _SCALE)))
    own = [one for one in found if test.first <= one.span.row <= test.last]
    codes = {one.code for one in own}
    verdict: Verdict = "keep"
    if codes & (PROVES_NOTHING | _SERIOUS) or brittleness >= BRITTLE:
        verdict = "rewrite"
    elif any(one.code not in _IDLE and one.severity != "info" for one in found):
        verdict = "mend"
    return Judged(file.path, test.name, test.row, verdict, brittleness, _reasons(found))


def _reasons(found: Sequence[Diagnostic]) -> tuple[tuple[str, str, int], ...]:
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        counted[one.code, one.name] = counted.get((one.code, one.name), 0) + 1

    def weight(item: tuple[tuple[str, str], int]) -> tuple[bool, float, str]:
        (code, _), number = item
        return code not in PROVES_NOTHING | _SERIOUS, -COUPLING.get(code, 1.0) * number, code

    return tuple((code, name, number) for (code, name), number in sorted(counted.items(), key=weight))
