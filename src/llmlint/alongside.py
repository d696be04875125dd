"""The tools beside our own run: started first, told what the tests mean, collected last, and remembered."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from llmlint.engine.fingerprint import digest, own_version, project_fingerprint, settings_key
from llmlint.engine.judge import Assignment
from llmlint.engine.pages import Page
from llmlint.engine.selection import keeps
from llmlint.engine.writing import make_cache
from llmlint.model.codec import decode, encode
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.model.result import FileResult
from llmlint.project.source import SourceError, read_bytes
from llmlint.report.merge import merged
from llmlint.tools.arguments import write_whole
from llmlint.tools.combined import Combined
from llmlint.tools.report import ToolReport

_SETTINGS_FILES = (
    "pyproject.toml", "setup.cfg", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".importlinter", "tox.ini", ".gitignore",
)  # fmt: skip
"""What the tools read besides Python."""

_FOLDER = "tools"


class Alongside:
    """The tools of one project in one run."""

    def __init__(self, assignment: Assignment, files: Sequence[str], *, cached: bool) -> None:
        """Starts what has to run.

        Args:
            assignment: The project, and the rules that it asks for.
            files: What is linted, absolute; contracts are not among them.
            cached: Whether what is known may be used and kept.
        """
        self._project = project = assignment.project
        self._assignment = assignment
        self.root = project.root
        self._files = sorted(path for path in files if path.endswith(".py"))
        self.names = tuple(name for name in project.settings.tools if keeps(project.settings, name)) if files else ()
        self._exit = ExitStack()
        self._combined: Combined | None = None
        self._known: list[ToolReport] | None = None
        self._key = ""
        if not self.names:
            return
        if cached:
            self._folder = os.path.join(project.root, project.settings.cache_dir, _FOLDER)
            if os.path.exists(self._findings):
                self._key = self._fingerprint()
                self._known = self._recall()
        else:
            self._folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="llmlint-"))
        if self._known is None:
            writable = self._prepare(kept=cached)
            self._combined = self._exit.enter_context(Combined(project, self._files, self.names, self._folder))
            if writable and not self._key:
                self._key = self._fingerprint()
            self._combined.start()

    @property
    def busy(self) -> bool:
        """Whether tools run beside us."""
        return self._combined is not None

    def close(self) -> None:
        """Ends what still runs."""
        self._exit.close()

    def check(self, results: Sequence[FileResult]) -> None:
        """Tells the tools what our own run found out about the tests."""
        if self._combined is None:
            return
        shadows = {result.path: result.shadow for result in results if result.shadow.edits or result.shadow.probes}
        unfit = {result.path for result in results if result.unfit}
        broken = {one.path for result in results for one in result.diagnostics if one.code == "LLM900"}
        self._combined.check(shadows, unfit, broken)

    def joined(self, results: Sequence[FileResult], pages: Sequence[Page]) -> tuple[list[FileResult], list[str]]:
        """The results of the project with what the tools found, and what is to be said besides."""
        if not self.names:
            return list(results), []
        reports = self._known
        if reports is None:
            assert self._combined is not None
            reports = self._combined.collect()
            self._keep(reports)
        from llmlint.engine.foreign import ForeignFindings

        found: dict[str, list[Diagnostic]] = {}
        for report in reports:
            for diagnostic in report.diagnostics:
                found.setdefault(diagnostic.path, []).append(diagnostic)
        sound = [report.tool for report in reports if report.failure is None]
        foreign = ForeignFindings(self._project, pages, self._assignment.selection, sound)
        overlaps = {page.code: frozenset(page.overlaps) for page in pages if page.overlaps}
        own: dict[str, FileResult] = {}
        for result in results:
            # A contract is judged with its project, and once more if it was asked for.
            own[result.path] = own[result.path].joined(result) if result.path in own else result
        every = [own.get(path) or FileResult(path) for path in {**own, **dict.fromkeys(sorted(found))}]
        joined = []
        for result in every:
            told = foreign.joined(result, found.get(result.path, ()))
            if told is not result:
                told = replace(told, diagnostics=merged(told.diagnostics, overlaps))
            if told.path in own or told.diagnostics:
                joined.append(told)
        joined += self._failures(reports)
        return joined, [notice for report in reports for notice in report.notices]

    def _failures(self, reports: Sequence[ToolReport]) -> list[FileResult]:
        page = next((page for page in self._assignment.selection.pages if page.code == "LLM904"), None)
        if page is None:
            return []
        return [
            FileResult(
                path := report.failed_at or self._project.root,
                (
                    Diagnostic(
                        path, Span(1, 0, 1, 0), page.code, page.name, page.severity, report.failure, side="source"
                    ),
                ),
            )
            for report in reports
            if report.failure is not None
        ]

    # -- what is known ---------------------------------------------------------------------------------------------------

    def _fingerprint(self) -> str:
        """Changes with everything that the tools' findings were made from."""
        project = self._project
        digests = []
        for path in self._files:
            try:
                digests.append((path, digest(read_bytes(path))))
            except SourceError:
                digests.append((path, ""))
        texts = []
        folder = project.base or project.root
        while True:
            for name in _SETTINGS_FILES:
                with suppress(OSError), open(os.path.join(folder, name), "rb") as file:
                    texts.append((folder, name, digest(file.read())))
            parent = os.path.dirname(folder)
            if parent == folder or os.path.exists(os.path.join(folder, ".git")):
                break
            folder = parent
        found = project_fingerprint(project, self._files)
        codes = sorted(self._assignment.selection.codes)
        return settings_key(self._version, found.value, digests, texts, self.names, codes)

    @cached_property
    def _version(self) -> str:
        return own_version()

    def _recall(self) -> list[ToolReport] | None:
        try:
            with open(self._findings, encoding="utf-8") as file:
                data: dict[str, Any] = json.load(file)
            if data["key"] != self._key:
                return None
            return [
                ToolReport(tool, list(decode(found).diagnostics), list(notices))
                for tool, found, notices in data["tools"]
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, reports: Sequence[ToolReport]) -> None:
        if not self._key or any(report.failure is not None for report in reports):
            return
        # What changed while the tools were reading is not what the key speaks of.
        if self._fingerprint() != self._key:
            return
        tools = [[report.tool, encode(FileResult("", tuple(report.diagnostics))), report.notices] for report in reports]
        with suppress(OSError):
            text = json.dumps({"key": self._key, "tools": tools}, separators=(",", ":"))
            write_whole(self._findings, text.encode(errors="surrogateescape"))

    @property
    def _findings(self) -> str:
        return os.path.join(self._folder, "findings.json")

    def _prepare(self, *, kept: bool) -> bool:
        """Makes the folder; whether what is found may be kept there."""
        try:
            if kept:
                make_cache(os.path.dirname(self._folder))
            os.makedirs(self._folder, exist_ok=True)
            shutil.rmtree(os.path.join(self._folder, "arguments"), ignore_errors=True)
        except OSError:
            # A project that cannot be written to is linted all the same.
            kept, self._key = False, ""
            self._folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="llmlint-"))
        return kept
