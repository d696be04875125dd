"""Where llmlint's time goes on test files: parsing, meaning, reading contracts and sources, second thoughts.

``python benchmarks/parts.py [--python ENVIRONMENT] PATH...`` prints processor time by part, in this process, cold; the contracts,
sources, stubs and typeshed that the tests reach are read once a run and shown apart.
"""

from __future__ import annotations

import argparse
import ast
import gc
import sys
import time
from collections.abc import Callable
from typing import Any

from llmlint.contracts.library import Library
from llmlint.project.load import Options, projects_for
from llmlint.project.source import SourceError, read_source
from llmlint.semantics.analysis import Analyzer
from llmlint.semantics.vetoes import Vetoes


class Clock:
    """Processor seconds spent in a method, its inner calls of the same kind counted once."""

    def __init__(self, owner: type, name: str) -> None:
        self.seconds = 0.0
        self._depth = 0
        plain: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any) -> Any:
            if self._depth:
                return plain(*arguments)
            self._depth += 1
            started = time.process_time()
            try:
                return plain(*arguments)
            finally:
                self.seconds += time.process_time() - started
                self._depth -= 1

        setattr(owner, name, timed)


def main(arguments: list[str]) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args(arguments)
    gc.disable()
    sys.setrecursionlimit(6000)
    reading, doubting = Clock(Library, "module"), Clock(Vetoes, "confirm")
    selection = projects_for(options.paths, Options(python=options.python))
    plain = parsing = meaning = 0.0
    lines = 0
    for group in selection.projects:
        analyzer = Analyzer(group.project)
        for number, file in enumerate(group.files):
            try:
                started = time.process_time()
                source = read_source(file.path, file.role)
                parsing += time.process_time() - started
            except SourceError:
                continue
            started = time.process_time()
            ast.parse(source.text)
            plain += time.process_time() - started
            lines += source.text.count("\n")
            started = time.process_time()
            analyzer.analyze(source)
            meaning += time.process_time() - started
            if number % 8 == 0:
                gc.collect()
                gc.freeze()
    own = parsing + meaning - reading.seconds - doubting.seconds
    rows = [
        ("`ast.parse` of the tests", plain),
        ("reading and understanding the tests", own),
        ("reading contracts, sources, stubs and typeshed, once", reading.seconds),
        ("second thoughts before 'does not exist'", doubting.seconds),
    ]
    print(f"{lines:,} lines\n\n| part | seconds | µs a line | × `ast.parse` |\n|---|--:|--:|--:|")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.2f} | {seconds / lines * 1e6:.1f} | {seconds / plain:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
