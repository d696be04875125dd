"""What ``--fix`` and its kin do: rounds of judging and fixing, then writing, or showing what would be written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from llmlint.engine.writing import WriteError, replace_file
from llmlint.project.source import SourceError, decode, read_bytes
from llmlint.report.place import shown
from llmlint.report.wording import count

if TYPE_CHECKING:
    from llmlint.app import Session
    from llmlint.engine.fixes import Fixed
    from llmlint.model.diagnostic import Diagnostic
    from llmlint.model.result import RunResult

_ROUNDS = 10
"""How often all files are judged anew: what is fixed in a conftest may change what is right in the tests below it."""


@dataclass(slots=True)
class Fixing:
    """What was fixed, and what is left."""

    result: RunResult
    fixed: dict[str, Fixed] = field(default_factory=dict)
    """By path; only files that changed."""
    failures: list[str] = field(default_factory=list)
    """What could not be written."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was put right."""
        return [diagnostic for _, one in sorted(self.fixed.items()) for diagnostic in one.fixed]


def wanted(options: dict[str, Any]) -> Callable[[Diagnostic], bool]:
    """Tells whether a finding has a fix that the options allow."""
    allowed = ("safe", "unsafe") if options["unsafe_fixes"] else ("safe",)

    def wants(diagnostic: Diagnostic) -> bool:
        return diagnostic.fix is not None and diagnostic.fix.applicability in allowed

    return wants


def fix_files(
    build: Callable[[], Session], run: Callable[[Session], RunResult], options: dict[str, Any]
) -> tuple[Session, Fixing]:
    """Fixes what the session finds, and looks again until nothing changes; with ``--diff`` nothing is written."""
    wants = wanted(options)
    session = build()
    fixing = Fixing(run(session))
    for _ in range(_ROUNDS):
        changed = list(_fixed(session, fixing.result, wants, fixing.failures))
        if not changed:
            break
        for one in changed:
            if options["diff"]:
                _keep(fixing, one)
                continue
            try:
                replace_file(one.path, one.before, one.after)
            except WriteError as error:
                fixing.failures.append(f"{one.path}: {error}")
            else:
                _keep(fixing, one)
        if options["diff"] or fixing.failures:
            break
        session = build()
        fixing.result = run(session)
    if fixing.failures and fixing.fixed and not options["diff"]:
        session = build()
        fixing.result = run(session)
    return session, fixing


def fix_input(session: Session, path: str, data: bytes, options: dict[str, Any]) -> Fixing:
    """Fixes what is on standard input."""
    result = session.check_bytes(path, data, tools=True)
    one = session.fix_bytes(path, data, wanted(options), tools=True)
    fixing = Fixing(result)
    if one.after != data:
        fixing.fixed[one.path] = one
        fixing.result = session.check_bytes(path, one.after, tools=True)
    return fixing


def diffs(fixing: Fixing, cwd: str) -> Iterator[str]:
    """What would be changed, as unified diffs."""
    for path, one in sorted(fixing.fixed.items()):
        name = shown(path, cwd)
        for line in unified_diff(_lines(one.before), _lines(one.after), name, name):
            yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def closing(fixing: Fixing, *, would: bool, details: bool, cwd: str) -> str:
    """``Fixed 3 findings in 2 files.``, with ``details`` a line for each rule of each file."""
    found = fixing.diagnostics
    if not found:
        return "Nothing would be fixed.\n" if would else ""
    head = f"{'Would fix' if would else 'Fixed'} {count(len(found), 'finding')} in {count(len(fixing.fixed), 'file')}"
    if not details:
        return f"{head}.\n"
    lines = [f"{head}:\n"]
    for path, one in sorted(fixing.fixed.items()):
        lines.append(f"- {shown(path, cwd)}:\n")
        rules = Counter((diagnostic.code, diagnostic.name) for diagnostic in one.fixed)
        lines += [f"    {number} × {code} ({name})\n" for (code, name), number in sorted(rules.items())]
    return "".join(lines)


def _fixed(
    session: Session, result: RunResult, wants: Callable[[Diagnostic], bool], failures: list[str]
) -> Iterator[Fixed]:
    for file in result.files:
        if not any(wants(diagnostic) for diagnostic in file.diagnostics):
            continue
        try:
            one = session.fix_bytes(file.path, read_bytes(file.path), wants, tools=True)
        except SourceError as error:
            failures.append(f"{file.path}: {error}")
            continue
        if one.after != one.before:
            yield one


def _keep(fixing: Fixing, one: Fixed) -> None:
    known = fixing.fixed.get(one.path)
    if known is not None:
        one = replace(one, before=known.before, fixed=(*known.fixed, *one.fixed))
    fixing.fixed[one.path] = one


def _lines(data: bytes) -> Sequence[str]:
    try:
        return decode(data).splitlines(keepends=True)
    except SourceError:
        return data.decode("utf-8", "replace").splitlines(keepends=True)


def exit_code(fixing: Fixing, options: dict[str, Any], otherwise: int) -> int:
    """``--diff`` fails where something would change, ``--fix-only`` never for what is left."""
    if options["diff"]:
        return int(bool(fixing.fixed))
    if options["exit_non_zero_on_fix"] and fixing.fixed:
        return 1
    return 0 if options["fix_only"] else otherwise


def input_name(options: dict[str, Any]) -> str:
    """What standard input is called."""
    return os.path.abspath(options["stdin_filename"] or "test_stdin.py")
