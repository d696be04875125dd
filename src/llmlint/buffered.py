"""ruff beside our own rules on a text that no file holds: it is the one tool that reads standard input, and fast enough for every change."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace

from llmlint.engine.foreign import ForeignFindings
from llmlint.engine.judge import Assignment
from llmlint.engine.pages import Page
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.model.result import FileResult
from llmlint.report.merge import merged
from llmlint.tools.child import Ended, ToolError
from llmlint.tools.places import Texts
from llmlint.tools.ruff import found_by, ruff_command, settings_arguments, settings_of


class BufferedRuff:
    """ruff for the buffers of one project. The process is the caller's: who waits for it, and who ends it, is."""

    def __init__(self, assignment: Assignment, pages: Sequence[Page]) -> None:
        """Reads where ruff's settings are.

        Args:
            assignment: The project, and the rules that it asks for.
            pages: Every rule there is.
        """
        self._project = project = assignment.project
        self._pages = assignment.selection.pages
        self._foreign = ForeignFindings(project, pages, assignment.selection, ("ruff",))
        self._overlaps = {page.code: frozenset(page.overlaps) for page in pages if page.overlaps}
        self._words = [*ruff_command(project), *settings_arguments(project, settings_of(project)), "--no-cache"]
        self.cwd = project.base or project.root

    def command(self, path: str) -> list[str]:
        """The command that reads the text of ``path`` (absolute) from its standard input, in UTF-8."""
        return [*self._words, "--stdin-filename", path, "-"]

    def judged(self, result: FileResult, text: str) -> FileResult:
        """Our own result with what ruff finds in the same text; waits for it. Where ruff fails, our own result."""
        try:
            return self.asked(result, text)
        except ToolError:
            # The run that wanted the fixes has told of it (LLM904).
            return result

    def asked(self, result: FileResult, text: str) -> FileResult:
        """Our own result with what ruff finds in the same text; waits for it.

        Raises:
            ToolError: ruff failed.
        """
        try:
            # Its text goes through a file, so that neither has to wait for the other.
            with tempfile.TemporaryFile() as given:
                given.write(text.encode("utf-8", "surrogatepass"))
                given.seek(0)
                done = subprocess.run(
                    self.command(result.path),
                    cwd=self.cwd,
                    stdin=given,
                    capture_output=True,
                    timeout=self._project.settings.tool_time_limit or None,
                    check=False,
                )
        except OSError as error:
            raise ToolError(f"ruff cannot be started: {error.strerror or error}") from None
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"ruff was ended after {error.timeout:g} seconds (tool-time-limit)") from None
        ended = Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        return self.joined(result, text, ended)

    def failed(self, error: ToolError) -> FileResult:
        """What is to be told where ruff failed: LLM904 at its settings, or nothing where nobody wants to hear of it."""
        page = next((page for page in self._pages if page.code == "LLM904"), None)
        at = settings_of(self._project) or self._project.settings_file or self._project.root
        if page is None:
            return FileResult(at)
        words = str(error).replace(self.cwd + os.sep, "")
        where = Span(1, 0, 1, 0)
        return FileResult(at, (Diagnostic(at, where, page.code, page.name, page.severity, words, side="source"),))

    def joined(self, result: FileResult, text: str, ended: Ended) -> FileResult:
        """Our own result with what ruff found in the same text, each fault once.

        Raises:
            ToolError: ruff failed.
        """
        found = [one for one in found_by(ended, self._project, Texts({result.path: text})) if one.path == result.path]
        told = self._foreign.joined(result, found, text)
        return told if told is result else replace(told, diagnostics=merged(told.diagnostics, self._overlaps))
