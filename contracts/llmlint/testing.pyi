"""A pytest plugin that runs the examples of Markdown pages as tests: those of rule pages, and those of the engine's own.

Opt in with ``pytest_plugins = ["llmlint.testing"]`` in the root's conftest. Collected are rule pages (``LLM203-name.md``) and
every ``.md`` file in a folder called ``md``. Under ``## Faulty`` and ``## Sound`` of a page (in the other files under every
heading) each third-level section is one project: its titled blocks are files, and a comment ``# error`` states a finding that is
expected on its line. Both directions fail: a finding that is missing, and one that nobody announced.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
import pytest
from llmlint.engine.examples import Example
from _pytest._code.code import ExceptionInfo, TerminalRepr

class ExampleFailure(Exception):
    """An example in which something else was found than it says. The message has a line for each difference."""

def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects rule pages, and the Markdown in folders called ``md``."""
    ...

class MarkdownFile(pytest.File):
    """A Markdown file whose sections are tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The examples, one a test.

        Raises:
            pytest.Collector.CollectError: an example cannot be read.
        """
        ...

class MarkdownItem(pytest.Item):
    """One example."""

    example: Example
    code: str | None
    funcargs: dict[str, object]

    def __init__(self, *, example: Example, code: str | None, **rest: Any) -> None: ...
    def runtest(self) -> None:
        """Lints the example and compares.

        Raises:
            ExampleFailure: something else was found than the example says.
        """
        ...

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """The differences alone where that is what failed."""
        ...

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The page, and the row of the example's heading (from 0, as pytest wants it)."""
        ...

def check_fixes(example: Example, code: str, rules: str | None = None) -> Iterator[tuple[int, str]]:
    """The differences between what an example under *Fixes* shows and what the fixes make of it: the page's row and a sentence.

    A block with ``fixed="safe"`` shows the file after ``--fix``, one with ``fixed="unsafe"`` after ``--unsafe-fixes``; where it
    is alone, the safe fixes leave the file as it is. A second time, the fixes change nothing.
    """
    ...

def check_example(example: Example, code: str | None, rules: str | None = None) -> Iterator[tuple[int, str]]:
    """The differences between what an example states and what is found: the page's row and a sentence.

    Args:
        example: The example.
        code: The page's own rule, which alone runs, with those that the example's comments name; None to run what the
            settings of the example say.
    """
    ...
