"""ruff, by its JSON: what may be wrong in tests, with the project's own settings, and what those settings hide."""

from __future__ import annotations

import fnmatch
import json
import os
import sysconfig
from collections.abc import Iterator, Sequence
from typing import Any

from llmlint.model.diagnostic import Diagnostic, Edit, Fix, Severity
from llmlint.model.settings import RUFF_RULES
from llmlint.project.project import Project
from llmlint.project.toml_file import TomlError, read_toml
from llmlint.tools.arguments import write_arguments
from llmlint.tools.child import Child, Ended, ToolError, one_line
from llmlint.tools.places import Texts, command_of, one_based
from llmlint.tools.report import ToolReport

_ERRORS = frozenset({"F821", "F822", "F823", "invalid-syntax"})
"""What is never a matter of taste: names that nothing binds, and what does not parse. pyflakes' other codes are warnings."""

_DEFAULT_IGNORES = ("S101", "S104", "S105", "S106", "S107", "S108", "S311", "S603", "S607", "B008", "F811")
"""Without settings of the project's own: what tests do on purpose, and what llmlint says itself (F811 is LLM404)."""

_PRIVATE = ("SLF", "PLC2701")
"""What ruff says of private names."""
_ERROR = 2
"""ruff's exit code where it could not do its job."""


class Ruff:
    """One run over the files of a project."""

    def __init__(self, project: Project, files: Sequence[str], folder: str) -> None:
        """Starts it.

        Args:
            project: Whose settings hold.
            files: What it judges; absolute.
            folder: Where it may write.

        Raises:
            ToolError: it cannot be started.
        """
        self._project = project
        self.settings_file = settings_of(project)
        arguments = settings_arguments(project, self.settings_file)
        arguments += ["--cache-dir", os.path.join(folder, "ruff")]
        listed = write_arguments(files, folder, "ruff")
        self._child = Child(
            "ruff",
            [*ruff_command(project), *arguments, f"@{listed}"],
            cwd=project.base or project.root,
            limit=project.settings.tool_time_limit,
            yields=True,
        )

    def end(self) -> None:
        """Ends it early."""
        self._child.end()

    def collect(self, texts: Texts) -> ToolReport:
        """What it found, once it has ended.

        Raises:
            ToolError: it failed.
        """
        ended = self._child.wait()
        report = ToolReport("ruff", list(found_by(ended, self._project, texts)))
        report.notices += hidden_rules(self.settings_file, self._project) if self.settings_file else ()
        return report


def settings_arguments(project: Project, settings_file: str | None) -> list[str]:
    """What ruff is told of a project, whatever it judges; the files (or the text) come after it."""
    rules = project.settings.ruff_rules
    arguments = ["check", "--output-format", "json", "--exit-zero", "--force-exclude", "--no-fix"]
    if settings_file is None:
        chosen = rules if _says_what_is_public(project) else [rule for rule in rules if rule not in _PRIVATE]
        arguments += ["--isolated", "--select", ",".join(chosen) or "F", "--ignore", ",".join(_DEFAULT_IGNORES)]
        arguments += ["--target-version", _target(project)]
    elif hallucinations := [
        code for code in ("F821", "F401") if _wanted(code, rules) and not _ignored(code, settings_file)
    ]:
        arguments += ["--extend-select", ",".join(hallucinations)]
    return arguments


def _says_what_is_public(project: Project) -> bool:
    """Whether somebody asked to hear of private names: as for LLM102 and LLM103, or by rules of ruff of the project's own choice."""
    settings = project.settings
    return bool(
        project.contract_roots
        or settings.internal_modules
        or settings.preset != "default"
        or settings.ruff_rules != RUFF_RULES
    )


def found_by(ended: Ended, project: Project, texts: Texts) -> Iterator[Diagnostic]:
    """What a process of ruff found.

    Raises:
        ToolError: it failed.
    """
    return _diagnostics(_records(ended), project, texts)


def _ignored(code: str, settings_file: str) -> bool:
    section = _section(settings_file) or {}
    lint = {**section, **section.get("lint", {})}
    return any(code.startswith(str(one)) for one in (*lint.get("ignore", ()), *lint.get("extend-ignore", ())))


def settings_of(project: Project) -> str | None:
    """The file of ruff's settings that hold for the project's tests: the nearest of its base and root upward."""
    if project.isolated:
        return None
    folder = project.base or project.root
    while True:
        for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or _section(path) is not None):
                return path
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def hidden_rules(path: str, project: Project) -> Iterator[str]:
    """Notices of settings that keep ruff from saying what a reader of tests wants to know."""
    section = _section(path)
    if section is None:
        return
    lint = {**section, **section.get("lint", {})}
    tests = _relative_tests(project, os.path.dirname(path))
    for glob, codes in {**lint.get("per-file-ignores", {}), **lint.get("extend-per-file-ignores", {})}.items():
        reached = [one for one in tests if _covers(glob, one)]
        for code in ("SLF001", "F821", "F401"):
            if reached and any(code.startswith(str(one)) or one == "ALL" for one in codes):
                told = "; llmlint's own rule for that is LLM102" if code == "SLF001" else ""
                yield f"ruff's settings ignore {code} in {glob}{told}"
        folder = glob.split("/")[0]
        if tests and not reached and "test" in folder and "*" not in folder and not glob.endswith(".py"):
            yield f"ruff's per-file-ignores name '{glob}', which none of the tests match"
    for code in ("F821", "F401"):
        if any(code.startswith(str(one)) for one in (*lint.get("ignore", ()), *lint.get("extend-ignore", ()))):
            yield f"ruff's settings ignore {code}: names that do not exist go unseen by it"


def _relative_tests(project: Project, folder: str) -> list[str]:
    tests = project.settings.tests or project.pytest.testpaths or ("tests", "test")
    found = [os.path.join(project.base or project.root, name) for name in tests]
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in found if os.path.isdir(path)]


def _covers(glob: str, folder: str) -> bool:
    """Whether a glob of ``per-file-ignores`` reaches a test in ``folder``."""
    plain = glob.removeprefix("./").removeprefix("/")
    return any(
        fnmatch.fnmatch(f"{folder}/{below}test_x.py", pattern) or fnmatch.fnmatch("test_x.py", plain)
        for below in ("", "unit/")
        for pattern in (plain, f"*/{plain}", f"{plain.rstrip('/')}/*")
    )


def _section(path: str) -> dict[str, Any] | None:
    try:
        document = read_toml(path)
    except (OSError, TomlError):
        # ruff says what is wrong with its settings better than we could.
        return {} if os.path.basename(path) != "pyproject.toml" else None
    found = document.data if os.path.basename(path) != "pyproject.toml" else document.table("tool").get("ruff")
    return found if isinstance(found, dict) else None


def ruff_command(project: Project) -> list[str]:
    """The project's own ruff, else the one beside llmlint."""
    own = command_of(project.environment.prefix, "ruff")
    if own is not None:
        return [own]
    name = "ruff" + (sysconfig.get_config_var("EXE") or "")
    try:
        from ruff.__main__ import find_ruff_bin

        return [os.fsdecode(find_ruff_bin())]
    except (ImportError, FileNotFoundError):
        return [name]


def _target(project: Project) -> str:
    major, minor = project.requires_python
    return f"py{major}{min(max(minor, 7), 14)}"


def _records(ended: Ended) -> list[dict[str, Any]]:
    if ended.code == _ERROR or ended.code > 0 or not ended.out.lstrip().startswith("["):
        raise ToolError(f"ruff ended with code {ended.code}: {one_line(ended.err or ended.out)}")
    try:
        records: list[dict[str, Any]] = json.loads(ended.out)
    except ValueError:
        raise ToolError(f"ruff said what cannot be read: {one_line(ended.out, 200)}") from None
    return records


def _diagnostics(records: Sequence[dict[str, Any]], project: Project, texts: Texts) -> Iterator[Diagnostic]:
    for record in records:
        # Before its code `invalid-syntax`, ruff gave syntax errors none.
        code = record["code"] or "invalid-syntax"
        if code != "invalid-syntax" and not _wanted(code, project.settings.ruff_rules):
            continue
        path = os.path.normpath(os.path.join(project.base or project.root, record["filename"]))
        start, end = record["location"], record["end_location"] or record["location"]
        lines = texts.lines(path)
        severity: Severity = "error" if code in _ERRORS else "warning"
        yield Diagnostic(
            path=path,
            span=one_based(start["row"], start["column"], end["row"], end["column"], lines),
            code=code,
            name=record.get("name") or code,
            severity=severity,
            message=one_line(record["message"].removeprefix("SyntaxError: ")),
            source="ruff",
            fix=_fix(record.get("fix"), lines),
            url=record.get("url"),
        )


def _fix(record: dict[str, Any] | None, lines: Sequence[str]) -> Fix | None:
    if not record or record["applicability"] not in ("safe", "unsafe", "display"):
        return None
    edits = []
    for edit in record["edits"]:
        start, end = edit["location"], edit["end_location"]
        edits.append(Edit(one_based(start["row"], start["column"], end["row"], end["column"], lines), edit["content"]))
    return Fix(record.get("message") or "apply ruff's fix", record["applicability"], tuple(edits))


def _wanted(code: str, rules: Sequence[str]) -> bool:
    """Whether one of ``rules`` is the code or a prefix of it; ``S`` is not a prefix of ``SLF001``."""
    return any(code == rule or (code.startswith(rule) and not code[len(rule)].isalpha()) for rule in rules)
