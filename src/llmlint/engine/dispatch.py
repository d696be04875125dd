"""Handing each rule what it asked for."""

from __future__ import annotations

import ast
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence

from llmlint.engine.registry import Kind, Rule
from llmlint.engine.trees import astroid_nodes, libcst_nodes
from llmlint.model.diagnostic import Finding
from llmlint.model.position import Locate, Span
from llmlint.model.record import record
from llmlint.model.settings import Settings
from llmlint.project.source import Role, SourceFile

FAMILIES: dict[Role, str] = {
    "test": "12345679",
    "conftest": "12345679",
    "other": "129",
    "contract": "59",
    "markdown": "123",
}
"""What is judged where, by the first digit of a code."""

UNTOLD_IN_MARKDOWN = frozenset({"LLM208", "LLM209", "LLM211", "LLM217"})
"""What a block of a guide leaves to the reader: fixtures, markers, names that other blocks define."""

TOLD_IN_MARKDOWN = frozenset({"LLM303", "LLM304", "LLM305", "LLM306", "LLM307", "LLM315"})
"""Of the mocks that a guide shows, what can never work; whether they might be stricter is a matter for tests."""

ALSO: dict[Role, frozenset[str]] = {"other": frozenset({"LLM408"})}
"""Rules that judge files of a role whose family does not: tests in a file that nothing collects are in no file of tests."""

Found = tuple[str, Finding]
"""A code and what its rule found."""


@record
class Crash:
    """A rule or reader that failed."""

    message: str
    """Which one, with what."""
    detail: str
    """The traceback."""

    @classmethod
    def of(cls, who: str, error: Exception) -> Crash:
        """Of the exception that is being handled."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
        words = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        return cls(f"{who} failed with {words[:200]}{place}", "".join(traceback.format_exception(error)))


class Dispatcher:
    """The rules that run on the files of one role."""

    def __init__(self, rules: Iterable[Rule], role: Role, settings: Settings) -> None:
        self._settings = settings
        self._by_kind: dict[Kind, list[Rule]] = {}
        for rule in rules:
            if _is_judged(rule.page.code, role):
                self._by_kind.setdefault(rule.kind, []).append(rule)
        self._by_type: dict[tuple[Kind, type], tuple[Rule, ...]] = {}

    @property
    def facts(self) -> tuple[type, ...]:
        """The kinds of facts that some rule judges."""
        return tuple(kind for rule in self._by_kind.get("noun", ()) for kind in rule.wants)

    def judge(self, source: SourceFile | None, nouns: Sequence[object]) -> Iterator[Found | Crash]:
        """What the rules find. A rule that fails is told once, and is not asked about this file again.

        Args:
            source: The file; None for a contract that does not parse, of which only ``nouns`` are judged.
            nouns: The facts that the semantics found in it.
        """
        failed: set[str] = set()
        yield from self._walk("noun", nouns, source, None, failed)
        if source is None:
            return
        if "source" in self._by_kind:
            yield from self._walk("source", (source,), source, None, failed)
        if "ast" in self._by_kind:
            yield from self._walk("ast", ast.walk(source.tree), source, None, failed)
        for kind, build in (("libcst", libcst_nodes), ("astroid", astroid_nodes)):
            if kind in self._by_kind:
                yield from self._heavy(kind, build, source, failed)

    def _heavy(
        self,
        kind: Kind,
        build: Callable[[SourceFile], tuple[Iterator[object], Locate]],
        source: SourceFile,
        failed: set[str],
    ) -> Iterator[Found | Crash]:
        try:
            things, locate = build(source)
            yield from self._walk(kind, things, source, locate, failed)
        except Exception as error:  # noqa: BLE001 - whatever fails in a reader is a diagnostic, all else is still judged
            yield Crash.of(f"{kind}'s reader", error)

    def _walk(
        self, kind: Kind, things: Iterable[object], source: SourceFile | None, locate: Locate | None, failed: set[str]
    ) -> Iterator[Found | Crash]:
        by_type = self._by_type
        for thing in things:
            key = (kind, type(thing))
            rules = by_type.get(key)
            if rules is None:
                rules = by_type[key] = tuple(
                    rule for rule in self._by_kind.get(kind, ()) if isinstance(thing, rule.wants)
                )
            for rule in rules:
                if rule.page.code not in failed:
                    yield from self._ask(rule, thing, source, locate, failed)

    def _ask(
        self, rule: Rule, thing: object, source: SourceFile | None, locate: Locate | None, failed: set[str]
    ) -> Iterator[Found | Crash]:
        extras: dict[str, object] = {"settings": self._settings, "source": source, "locate": locate or _nowhere}
        try:
            for finding in rule.check(thing, *(extras[name] for name in rule.extras)):
                yield rule.page.code, finding
        except Exception as error:  # noqa: BLE001 - whatever fails in a rule is a diagnostic, all else is still judged
            failed.add(rule.page.code)
            yield Crash.of(f"the rule {rule.page.name} ({rule.page.code})", error)


def _is_judged(code: str, role: Role) -> bool:
    if not code.startswith("LLM"):
        # A project's own rules are about its tests.
        return role in ("test", "conftest")
    if role == "markdown":
        if code in UNTOLD_IN_MARKDOWN or (code.startswith("LLM3") and code not in TOLD_IN_MARKDOWN):
            return False
    return code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:1] in FAMILIES[role] or code in ALSO.get(role, ())


def _nowhere(node: object, /) -> Span:
    raise LookupError(node)
