"""The tools of one project together: started before llmlint's own analysis, collected after it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Self

from llmlint.model.result import Shadow
from llmlint.project.project import Project
from llmlint.tools.child import ToolError
from llmlint.tools.import_linter import ImportLinter
from llmlint.tools.mypy import Mypy
from llmlint.tools.places import Texts
from llmlint.tools.report import NAMES, ToolReport
from llmlint.tools.ruff import Ruff


class Combined:
    """Runs the tools at once; one that fails leaves the others alone."""

    def __init__(self, project: Project, files: Sequence[str], names: Iterable[str], folder: str) -> None:
        """Has mypy loaded, which takes a while; no file of the project is read before ``start``.

        Args:
            project: Whose settings hold.
            files: What is linted: absolute paths of ``.py`` files.
            names: Which tools.
            folder: Where they may write.
        """
        self._project = project
        self._tools: dict[str, Ruff | Mypy | ImportLinter] = {}
        self._reports: dict[str, ToolReport] = {}
        self._files = files
        self._folder = folder
        self._wanted = frozenset(names)
        self._begin("mypy")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for tool in self._tools.values():
            tool.end()

    def start(self) -> None:
        """Starts them."""
        if isinstance(mypy := self._tools.get("mypy"), Mypy):
            mypy.look_ahead()
        self._begin("import-linter")
        self._begin("ruff")

    def check(self, shadows: Mapping[str, Shadow], unfit: Collection[str], broken: Collection[str]) -> None:
        """Tells mypy what the tests mean, so that it can begin.

        Args:
            shadows: What a type checker has to be told, by path.
            unfit: Contracts that a type checker must not be shown.
            broken: Files that do not parse.
        """
        tool = self._tools.get("mypy")
        if isinstance(tool, Mypy):
            try:
                tool.check(shadows, unfit, broken)
            except ToolError as error:
                self._fail("mypy", error)

    def collect(self) -> list[ToolReport]:
        """What each of them found, in the order of ``NAMES``; waits for them."""
        texts = Texts()
        # What ends first is read while the others still work.
        for name, tool in reversed(self._tools.items()):
            if name in self._reports:
                continue
            try:
                self._reports[name] = tool.collect(texts)
            except ToolError as error:
                self._fail(name, error)
        return [self._reports[name] for name in NAMES if name in self._reports]

    def _begin(self, name: str) -> None:
        if name not in self._wanted:
            return
        try:
            match name:
                case "ruff":
                    self._tools[name] = Ruff(self._project, self._files, self._folder)
                case "mypy":
                    self._tools[name] = Mypy(self._project, self._files, self._folder)
                case _:
                    self._tools[name] = ImportLinter(self._project, self._files, self._folder)
        except ToolError as error:
            self._fail(name, error)

    def _fail(self, name: str, error: ToolError) -> None:
        tool = self._tools.get(name)
        at = getattr(tool, "settings_file", None) or self._project.settings_file or self._project.root
        words = str(error).replace((self._project.base or self._project.root) + os.sep, "")
        self._reports[name] = ToolReport(name, failure=words, failed_at=at)
