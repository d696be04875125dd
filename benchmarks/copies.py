"""A copy of a suite to change: the suites themselves are never touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

from corpus import HERE, Suite, Workdir, say
from running import pytest_command, test_environment

SECONDS_A_TEST = 20.0
IGNORED = shutil.ignore_patterns(
    ".git", ".mypy*", ".ruff_cache", ".llmlint_cache", "__pycache__", ".tox", ".nox", "docs"
)

Outcomes = dict[str, list[dict[str, str]]]
"""What `outcomes_plugin.py` wrote, by test (without its parameters) or file."""


class Copy:
    """One suite, copied below a folder of the workdir."""

    def __init__(self, suite: Suite, work: Workdir, folder: str) -> None:
        self.suite, self.work, self.folder = suite, work, folder
        self.origin = work.tree(suite)
        self.tree = work.folder(folder) / "trees" / suite.name

    def make(self) -> None:
        """A fresh copy."""
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(self.origin, self.tree, ignore=IGNORED, symlinks=True)

    def drop(self) -> None:
        """Takes the copy away."""
        shutil.rmtree(self.tree, ignore_errors=True)

    def outcomes(self, tests: list[str] | None, files: list[str], timeout: float) -> dict[str, list[dict[str, str]]]:
        """How each of the tests (None: every one of the files), and each file while it was collected, ended."""
        plugin = self.work.folder("plugin")
        shutil.copy(HERE / "outcomes_plugin.py", plugin)
        folder = self.work.folder(self.folder)
        output, settings = folder / f"{self.suite.name}.outcomes", folder / f"{self.suite.name}.settings"
        output.unlink(missing_ok=True)
        values = {"tests": tests, "seconds": SECONDS_A_TEST, "output": str(output)}
        settings.write_text(json.dumps(values), "utf-8")
        environment = test_environment(self.suite, self.work)
        environment["LLMLINT_OUTCOMES"] = str(settings)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(plugin), environment.get("PYTHONPATH", "")]))
        command = pytest_command(self.suite, self.work, [])
        start = command.index("pytest") + 1
        command[start : start + len(self.suite.run or self.suite.tests)] = files
        command += ["-p", "outcomes_plugin", "--continue-on-collection-errors"]
        with (self.work.folder("logs") / f"{self.suite.name}.copies.log").open("w", encoding="utf-8") as log:
            try:
                subprocess.run(
                    command, cwd=self.tree, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    timeout=timeout, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                say(f"{self.suite.label}: stopped after {timeout:.0f} s")
        found: dict[str, list[dict[str, str]]] = {}
        for line in output.read_text("utf-8").splitlines() if output.exists() else ():
            record = json.loads(line)
            found.setdefault(record["test"], []).append(record)
        return found
