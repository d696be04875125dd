"""Which tests use which names of the project: what their files use, put together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from llmlint.lifecycle.file_uses import FileUses, Use, is_test
from llmlint.lifecycle.spelling import Outline
from llmlint.project.discovery import FoundFile, discover
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse


class Uses:
    """Every use of a set of test files, and the tests that they belong to."""

    def __init__(self, project: Project, files: Sequence[FileUses], others: Mapping[str, str] | None = None) -> None:
        """Args:
        project: Whose tests they are.
        files: What each file uses.
        others: The texts, by path, of the test files that use nothing of interest themselves, and may ask for fixtures that do.
        """
        self._root = project.base or project.root
        self.found = [use for file in files for use in file.uses]
        self.said = {(file.path, test): words for file in files for test, words in file.said.items()}
        """The telling words of each test that asserts something: (path, function)."""
        self._asked: dict[str, Mapping[str, frozenset[str]]] = {file.path: file.asked for file in files}
        self._others = dict(others or {})
        self._names: dict[tuple[str, str], set[str]] = {}

    def by_symbol(self) -> dict[str, list[Use]]:
        """The uses of each symbol."""
        table: dict[str, list[Use]] = {}
        for use in self.found:
            table.setdefault(use.symbol, []).append(use)
        return table

    def tests_of(self, uses: Iterable[Use]) -> list[str]:
        """The tests, as pytest names them from the project's folder, that make these uses: themselves or by their fixtures."""
        tests: set[str] = set()
        for use in uses:
            tests |= self._tests_behind(use.path, use.function)
        return sorted(tests)

    def _tests_behind(self, path: str, function: str) -> set[str]:
        key = (path, function)
        found = self._names.get(key)
        if found is None:
            self._names[key] = set()
            found = self._names[key] = self._reach(path, function)
        return found

    def _reach(self, path: str, function: str) -> set[str]:
        name = function.rpartition(".")[2]
        shown = os.path.relpath(path, self._root).replace(os.sep, "/")
        if is_test(name):
            return {f"{shown}::{function.replace('.', '::')}"}
        shared = os.path.basename(path) == "conftest.py"
        if not function:
            return set() if shared else {shown}
        # A fixture or helper: whoever asks for it, in this file, or below it where it is a conftest's.
        tests: set[str] = set()
        folder = os.path.dirname(path) + os.sep
        for other in sorted({*self._asked, *self._others}):
            if other == path or (shared and other.startswith(folder)):
                for asking, names in self._asked_in(other, name).items():
                    if name in names and (other, asking) != (path, function):
                        tests |= self._tests_behind(other, asking)
        return tests

    def _asked_in(self, path: str, name: str) -> Mapping[str, frozenset[str]]:
        """What the functions of a file ask for, where one of them may ask for ``name``."""
        if path not in self._asked:
            if name not in self._others[path]:
                return {}
            try:
                self._asked[path] = Outline(parse(path, self._others[path]).tree).asked
            except (SourceError, RecursionError):
                self._asked[path] = {}
        return self._asked[path]


class Mentioning:
    """Tells which files of tests can use something that has one of some names: it, or an alias of it, has to be written there."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [(name, re.compile(rf"\b{re.escape(name)}\b")) for name in sorted({*names} - {""})]

    def __call__(self, text: str) -> bool:
        """Whether a text has one of the names in it."""
        return any(name in text and word.search(text) for name, word in self._names)


def files_of_tests(project: Project, paths: Sequence[str] = ()) -> list[FoundFile]:
    """The tests and conftests in ``paths`` (files and folders; by default those that the settings say), by path."""
    starts = [os.path.abspath(path) for path in paths]
    if not starts:
        root = project.root
        starts = [os.path.normpath(os.path.join(root, path)) for path in project.settings.tests]
        starts = starts or [os.path.join(project.base or root, path) for path in project.pytest.testpaths]
        starts = [path for path in starts if os.path.exists(path)] or [project.base or root]
    discovered = discover(
        starts,
        root=project.root,
        exclude=project.settings.exclude,
        python_files=project.pytest.python_files,
        contract_roots=[folder for folder, _ in project.contract_roots],
    )
    return [file for file in discovered.files if file.role in ("test", "conftest")]
