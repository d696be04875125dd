"""A pytest plugin that runs the examples of Markdown pages as tests: those of rule pages, and those of the engine's own.

Opt in with ``pytest_plugins = ["llmlint.testing"]`` in the root's conftest. Collected are rule pages (``LLM203-name.md``) and
every ``.md`` file in a folder called ``md``. Under ``## Faulty`` and ``## Sound`` of a page (in the other files under every
heading) each third-level section is one project: its titled blocks are files, and a comment ``# error`` states a finding that is
expected on its line. Both directions fail: a finding that is missing, and one that nobody announced.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from llmlint.engine.examples import Example, ExampleError, Expected, examples
from llmlint.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from llmlint.app import Session

_PAGE = re.compile(r"(?P<code>[A-Z]+\d{3})-[a-z0-9-]+\.md")
_SECTIONS = frozenset({"Faulty", "Sound", "Fixes"})


class ExampleFailure(Exception):
    """An example in which something else was found than it says. The message has a line for each difference."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects rule pages, and the Markdown in folders called ``md``."""
    if _PAGE.fullmatch(file_path.name) or (file_path.suffix == ".md" and file_path.parent.name == "md"):
        return MarkdownFile.from_parent(parent, path=file_path)
    return None


class MarkdownFile(pytest.File):
    """A Markdown file whose sections are tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The examples, one a test.

        Raises:
            pytest.Collector.CollectError: an example cannot be read.
        """
        page = _PAGE.fullmatch(self.path.name)
        text = self.path.read_text(encoding="utf-8")
        names: set[str] = set()
        try:
            for example in examples(text, _SECTIONS if page else None):
                name = f"{example.section}: {example.title}" if example.title != example.section else example.section
                while name in names:
                    name += " (again)"
                names.add(name)
                yield MarkdownItem.from_parent(self, name=name, example=example, code=page["code"] if page else None)
        except ExampleError as error:
            raise self.CollectError(f"{self.path}:{error.row}: {error}") from None


class MarkdownItem(pytest.Item):
    """One example."""

    def __init__(self, *, example: Example, code: str | None, **rest: Any) -> None:
        super().__init__(**rest)
        self.example = example
        self.code = code
        self.funcargs: dict[
            str, object
        ] = {}  # plugins that look at those of every item find none (pytest-lsp needs them)
        # llmlint's own rules are known; those of a project stand beside their page.
        self._rules = None if code is None or code.startswith("LLM") else str(self.path.parent)

    def runtest(self) -> None:
        """Lints the example and compares.

        Raises:
            ExampleFailure: something else was found than the example says.
        """
        if self.example.section == "Fixes" and self.code:
            self._raise(check_fixes(self.example, self.code, self._rules))
            return
        if self.example.section == "Faulty" and not self.example.expected:
            raise ExampleFailure(f"{self.path}:{self.example.row}: a faulty example states no '# error'")
        if self.example.section == "Sound" and self.example.expected:
            raise ExampleFailure(
                f"{self.path}:{self.example.expected[0].page_row}: a sound example states an '# error'"
            )
        self._raise(check_example(self.example, self.code, self._rules))

    def _raise(self, found: Iterable[tuple[int, str]]) -> None:
        differences = list(found)
        if differences:
            raise ExampleFailure("\n".join(f"{self.path}:{row}: {difference}" for row, difference in differences))

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """The differences alone where that is what failed."""
        if isinstance(excinfo.value, ExampleFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The page, and the row of the example's heading (from 0, as pytest wants it)."""
        return self.path, self.example.row - 1, self.name


def check_example(example: Example, code: str | None, rules: str | None = None) -> Iterator[tuple[int, str]]:
    """The differences between what an example states and what is found: the page's row and a sentence.

    Args:
        example: The example.
        code: The page's own rule, which alone runs, with those that the example's comments name; None to run what the
            settings of the example say.
        rules: The folder that the rule stands in, if it is not llmlint's own.
    """
    with _written(example) as root:
        yield from _compare(example, code, _lint(root, example, code, rules), root)


def check_fixes(example: Example, code: str, rules: str | None = None) -> Iterator[tuple[int, str]]:
    """The differences between what an example under *Fixes* shows and what the fixes make of it: the page's row and a sentence.

    A block with ``fixed="safe"`` shows the file after ``--fix``, one with ``fixed="unsafe"`` after ``--unsafe-fixes``; where it
    is alone, the safe fixes leave the file as it is. A second time, the fixes change nothing.
    """
    shown = {file.path: file for file in example.files if file.fixed}
    if not shown:
        yield example.row, "no block shows what the fix makes of it"
    with _written(example) as root:
        for file in example.files:
            if file.fixed or file.path not in shown:
                continue
            data = file.text.encode()
            after = {one.fixed: one for one in example.files if one.path == file.path and one.fixed}
            for by in ("safe", "unsafe"):
                expected = after.get(by) or after.get("safe") or file
                made = _fix(root, example, code, rules, file.path, data, by).decode()
                if made != expected.text:
                    words = "--fix" if by == "safe" else "--unsafe-fixes"
                    yield expected.page_row, f"{words} makes of {file.path}:\n{made}"
                elif _fix(root, example, code, rules, file.path, made.encode(), by).decode() != made:
                    yield expected.page_row, "fixed a second time, it changes again"


@contextmanager
def _written(example: Example) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="llmlint-") as folder:
        root = os.path.realpath(folder)
        for file in example.files:
            if file.fixed:
                continue
            target = os.path.join(root, *file.path.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8", newline="") as stream:
                stream.write(file.text)
        yield root


def _fix(root: str, example: Example, code: str, rules: str | None, path: str, data: bytes, by: str) -> bytes:
    session = _session(root, example, code, rules, fixes=True)
    applied = ("safe",) if by == "safe" else ("safe", "unsafe")
    target = os.path.join(root, *path.split("/"))
    return session.fix_bytes(target, data, lambda one: one.fix is not None and one.fix.applicability in applied).after


def _lint(root: str, example: Example, code: str | None, rules: str | None) -> tuple[Diagnostic, ...]:
    stated = {os.path.join(root, *expected.file.split("/")) for expected in example.expected}
    session = _session(root, example, code, rules)
    result = session.check(wanted=lambda file: file.role in ("test", "conftest") or file.path in stated)
    return result.diagnostics


def _session(root: str, example: Example, code: str | None, rules: str | None, *, fixes: bool = False) -> Session:
    from llmlint.app import Request, Session

    settings = "".join(file.text for file in example.files if file.path.endswith(".toml"))
    if "[tool.llmlint" not in settings and not os.path.exists(os.path.join(root, "llmlint.toml")):
        # Whatever lies above the temporary folder is no part of the example.
        with open(os.path.join(root, "llmlint.toml"), "w", encoding="utf-8"):
            pass
    named = {expected.code for expected in example.expected if expected.code}
    stated = {os.path.join(root, *expected.file.split("/")) for expected in example.expected}
    request = Request(
        paths=(root, *sorted(stated)),
        cwd=root,
        python=None if re.search(r"^python\s*=", settings, re.MULTILINE) else sys.prefix,
        rule_paths=(rules,) if rules else (),
        select=tuple(sorted({code, *named})) if code and not fixes else (),
        extend_select=(code,) if code and fixes else (),
        fixable=(code,) if code and fixes else (),
        fixes=fixes,
        tools=(),
        cache=False,
        jobs=1,
    )
    return Session(request)


def _compare(
    example: Example, code: str | None, diagnostics: Iterable[Diagnostic], root: str
) -> Iterator[tuple[int, str]]:
    left = list(example.expected)
    rows = {file.path: file.page_row for file in example.files}
    for diagnostic in diagnostics:
        path = os.path.relpath(diagnostic.path, root).replace(os.sep, "/")
        match = _announced(diagnostic, path, left, code)
        if match is not None:
            left.remove(match)
        else:
            row = rows.get(path, example.row) + (diagnostic.span.row - 1 if path in rows else 0)
            yield row, f"found, and not stated: {diagnostic.code} {_words(diagnostic)}"
    for expected in left:
        wanted = expected.code or code or "a finding"
        yield (
            expected.page_row,
            f"stated, and not found: {wanted}" + (f" with '{expected.text}'" if expected.text else ""),
        )


def _announced(diagnostic: Diagnostic, path: str, left: list[Expected], code: str | None) -> Expected | None:
    """The statement that a finding fulfils; one with a text before one without."""
    for expected in sorted(left, key=lambda one: not one.text):
        if (
            (expected.file, expected.row) == (path, diagnostic.span.row)
            and (expected.code or code or diagnostic.code) == diagnostic.code
            and expected.text in _words(diagnostic)
        ):
            return expected
    return None


def _words(diagnostic: Diagnostic) -> str:
    from llmlint.report.wording import sentence

    return sentence(diagnostic, os.getcwd())
