"""Where llmlint's time goes on test files: parsing, meaning, rules, reading contracts and sources, second thoughts.

``python benchmarks/parts.py [--python ENVIRONMENT] [--select CODES] PATH...`` prints processor time by part, in this process, cold. What is
read of contracts, sources, stubs and typeshed depends on them alone, however many tests there are, and so does what is inferred from
sources alone (the attributes that unannotated methods store, values of module-level names, results of functions that are handed nothing
that decides them): both are shown apart. The last row is what the same files cost once more under other names, when all that they need is known:
what a file more costs. ``--first`` selects the rules about names, calls and doubles that the first linter had, ``--select`` any.
"""

from __future__ import annotations

import argparse
import ast
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmlint.contracts import lazy_bodies
from llmlint.contracts.library import Library
from llmlint.contracts.members import Members
from llmlint.contracts.openness import Openness
from llmlint.contracts.symbols import Function
from llmlint.engine.dispatch import Dispatcher
from llmlint.engine.pages import rule_pages
from llmlint.engine.registry import load_rules
from llmlint.engine.selection import select
from llmlint.project.load import Options, projects_for
from llmlint.project.source import SourceError, read_source
from llmlint.semantics.analysis import Analyzer
from llmlint.semantics.inference import Inference
from llmlint.semantics.vetoes import Vetoes

FIRST = (
    "LLM101,LLM102,LLM103,LLM105,LLM106,LLM201,LLM202,LLM203,LLM204,LLM205,LLM206,LLM207,LLM208,LLM209,LLM212,LLM213,LLM214,"
    "LLM215,LLM216,LLM217,LLM301,LLM302,LLM303,LLM304,LLM307,LLM315,LLM505,LLM506,LLM9"
)

TESTS, AGAIN, TRUTH, INFERRED, DOUBTS = (
    "reading, understanding and judging the tests",
    "the same once more, all that is true being known",
    "reading contracts, sources, stubs and typeshed, once",
    "inferring what unannotated sources store and return, once",
    "second thoughts before 'does not exist'",
)


class Clock:
    """Processor seconds by part: each moment belongs to the innermost part that was entered."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys((TESTS, TRUTH, INFERRED, DOUBTS, AGAIN), 0.0)
        self._parts: list[str | None] = [None]
        self._since = time.process_time()

    def enter(self, part: str | None) -> None:
        """From here on time belongs to ``part`` (None: to nothing)."""
        self._turn()
        self._parts.append(part)

    def leave(self) -> None:
        """From here on time belongs to what it belonged to before."""
        self._turn()
        self._parts.pop()

    def _turn(self) -> None:
        now = time.process_time()
        part = self._parts[-1]
        if part is not None:
            self.seconds[part] += now - self._since
        self._since = now

    def time(self, owner: Any, name: str, part: str, where: Callable[..., bool] | None = None) -> None:
        """Time spent in a function of a class or module belongs to ``part``, in calls for which ``where`` holds."""
        plain: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any, **keywords: Any) -> Any:
            if where is not None:
                self.enter(None)
                belongs = where(*arguments, **keywords)
                self.leave()
                if not belongs:
                    return plain(*arguments, **keywords)
            self.enter(part)
            try:
                return plain(*arguments, **keywords)
            finally:
                self.leave()

        setattr(owner, name, timed)


def _by_source_alone(inference: Inference, function: Function, receiver: Any, arguments: Any, scope: Any) -> bool:
    """Whether nothing that a test hands over decides what the function of a source gives."""
    return not function.module.by_test and scope is None and not inference.deciding(function, receiver, arguments)


def main(arguments: list[str]) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python")
    parser.add_argument(
        "--select", default="", help="rules, separated by commas (default: what the project's settings choose)"
    )
    parser.add_argument(
        "--first", action="store_const", dest="select", const=FIRST, help="the rules of the first linter"
    )
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args(arguments)
    gc.disable()
    sys.setrecursionlimit(6000)
    clock = Clock()
    clock.time(Library, "_build", TRUTH)
    clock.time(Members, "_scan", TRUTH)
    clock.time(Openness, "_why_open", TRUTH)
    clock.time(lazy_bodies, "_parsed", TRUTH)
    clock.time(Inference, "_stores", INFERRED, lambda _, cls, function: not function.module.by_test)
    clock.time(Inference, "module_value", INFERRED, lambda _, module, node: not module.by_test)
    clock.time(Inference, "class_value", INFERRED, lambda _, cls, node: not cls.module.by_test)
    clock.time(Inference, "results", INFERRED, _by_source_alone)
    clock.time(Vetoes, "confirm", DOUBTS)
    selection = projects_for(options.paths, Options(python=options.python))
    plain = 0.0
    lines = 0
    for group in selection.projects:
        settings = group.project.settings
        if options.select:
            settings = replace(settings, select=tuple(options.select.split(",")))
        rules = load_rules(select(rule_pages(), settings).pages)
        dispatchers: dict[str, Dispatcher] = {}
        analyzer = Analyzer(group.project)
        for part in (TESTS, AGAIN):
            for number, file in enumerate(group.files):
                dispatcher = dispatchers.get(file.role) or dispatchers.setdefault(
                    file.role, Dispatcher(rules, file.role, settings)
                )
                clock.enter(part)
                try:
                    source = read_source(file.path, file.role)
                except SourceError:
                    clock.leave()
                    continue
                if part is AGAIN and file.role == "test":
                    source.path = f"{file.path.removesuffix('.py')}_again.py"
                analysis = analyzer.analyze(source, facts=dispatcher.facts)
                for _ in dispatcher.judge(source, analysis.nouns):
                    pass
                clock.leave()
                if part is TESTS:
                    started = time.process_time()
                    ast.parse(source.text)
                    plain += time.process_time() - started
                    lines += source.text.count("\n")
                if number % 8 == 0:
                    gc.collect()
                    gc.freeze()
    print(f"{lines:,} lines\n\n| part | seconds | µs a line | × `ast.parse` |\n|---|--:|--:|--:|")
    for name, seconds in {"`ast.parse` of the tests": plain, **clock.seconds}.items():
        print(f"| {name} | {seconds:.2f} | {seconds / lines * 1e6:.1f} | {seconds / plain:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
