"""``llmlint init``: give a project what it needs so that llmlint is asked at every turn."""

from __future__ import annotations

import difflib
import os
import sys
import textwrap
from collections.abc import Iterator
from shutil import which
from typing import TYPE_CHECKING

import click

from llmlint.cli.main import CANNOT, Failure
from llmlint.onboarding import PARTS

if TYPE_CHECKING:
    from llmlint.onboarding.part import Part


@click.command("init", short_help="Write settings, hooks and a guide for models where the project lacks them.")
@click.argument("folder", required=False, default=".", metavar="[FOLDER]")
@click.option("--check", "only_check", is_flag=True, help="Tell what is missing, and write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="These parts only.")
@click.option("--without", multiple=True, type=click.Choice(PARTS), help="Not these parts.")
def command(folder: str, only_check: bool, yes: bool, only: tuple[str, ...], without: tuple[str, ...]) -> int:
    """Look at the project of FOLDER, show what it lacks, and write it.

    The settings with the sources, tests and contracts that were found; a section of AGENTS.md (or CLAUDE.md) that tells a model the rules; the hook of
    Claude Code; the entry of pre-commit; the GitHub workflow. What is there stays as it is; what cannot be extended safely is told.

    Exit codes: 0 nothing is missing, 1 something is, 2 something could not be read or written.
    """
    from llmlint.app import Problem, Request, Session
    from llmlint.onboarding.parts import parts_of, top_of
    from llmlint.report.place import shown

    folder = os.path.abspath(folder)
    if not os.path.isdir(folder):
        raise Failure(f"{folder}: there is no such folder")
    try:
        project = Session(Request(cwd=folder)).project_of(folder)
        parts = parts_of(project, top_of(project.root))
    except (Problem, OSError) as error:
        raise Failure(str(error)) from None
    wanted = [part for key in PARTS for part in parts[key] if (not only or key in only) and key not in without]
    cwd = os.getcwd()
    for part in wanted:
        click.echo(f"{part.name}: {shown(part.path, cwd)} {_state(part)}")
        if part.why_not:
            click.echo(f"  {part.why_not}{' by hand:' if part.by_hand else ''}")
            click.echo(textwrap.indent(part.by_hand, "    "), nl=False)
        elif not only_check:
            click.echo("".join(_diff(part, shown(part.path, cwd))), nl=False)
    left = int(any(part.why_not for part in wanted))
    if any(part.unreadable for part in wanted):
        left = CANNOT
    writable = [part for part in wanted if part.after is not None]
    if only_check or not writable:
        return left or int(bool(writable))
    if not yes and not (sys.stdin.isatty() and click.confirm(f"Write {len(writable)} of them?")):
        click.echo("Nothing was written; --yes writes without asking.")
        return left or 1
    return max(_write(writable), left)


def _state(part: Part) -> str:
    if part.unreadable:
        return "cannot be read"
    return "is there" if not part.missing else "would be written" if part.after is not None else "is missing"


def _diff(part: Part, name: str) -> Iterator[str]:
    if part.after is None:
        return
    before = (part.before or "").splitlines(keepends=True)
    for line in difflib.unified_diff(before, part.after.splitlines(keepends=True), name, name, n=1):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _write(parts: list[Part]) -> int:
    from llmlint.engine.writing import WriteError, new_file, replace_file
    from llmlint.report.place import shown

    code = 0
    cwd = os.getcwd()
    for part in parts:
        assert part.after is not None
        try:
            if part.before is not None:
                replace_file(part.path, part.before.encode(), part.after.encode())
            else:
                new_file(part.path, part.after.encode())
        except WriteError as error:
            click.echo(f"llmlint: error: {shown(part.path, cwd)}: {error}", err=True)
            code = CANNOT
        else:
            click.echo(f"written: {shown(part.path, cwd)}")
    if which("llmlint") is None:
        click.echo("The command `llmlint` is not on your PATH: hooks and pre-commit will not find it.", err=True)
    return code
