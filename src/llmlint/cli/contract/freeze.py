"""``llmlint contract freeze``: write contracts from the sources."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.contract.common import many, modules_of, note, project_options, shown, the_project, write
from llmlint.cli.main import CANNOT, Failure

if TYPE_CHECKING:
    from llmlint.lifecycle.renewal import Step

_WORDS = {"new": "new", "renewed": "renewed", "merged": "merged", "edited": "left as edited", "unchanged": "unchanged"}


@click.command("freeze", short_help="Write contracts from the sources.")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option(
    "--merge", "mode", flag_value="merge", help="Keep what was edited by hand and does not contradict the source."
)
@click.option("--force", "mode", flag_value="force", help="Overwrite contracts that were edited by hand.")
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--stdout", is_flag=True, help="Print the contracts, and write nothing.")
@click.option("--prune", is_flag=True, help="Delete contracts of modules that are gone.")
@click.option(
    "--exit-non-zero-on-change", is_flag=True, help="Exit with 1 if anything is, or with --diff would be, written."
)
@project_options
def command(modules: tuple[str, ...], mode: str | None, **options: Any) -> int:
    """Write what the MODULEs publish to contracts/**.pyi: names, packages, paths or globs; by default every public module.

    The sources are read and not run. A contract that was written or edited by hand is left alone: --merge renews only what
    contradicts its source, --force overwrites it. A module whose source cannot be parsed is reported, the others are frozen.

    Exit codes: 0 done, 1 a contract was left as edited (or, if asked for, something changed), 2 a source could not be read.
    """
    from llmlint.lifecycle.renewal import plan
    from llmlint.lifecycle.writing import CannotWrite, write_atomically

    project = the_project(options)
    chosen, every = modules_of(project, modules)
    if not chosen:
        raise Failure("no modules to freeze: no package of this project was found")
    counts: Counter[str] = Counter()
    changed = False
    for step in plan(project, chosen, every, mode or "keep"):  # type: ignore[arg-type]
        counts[step.status] += 1
        if step.problem is not None:
            path = step.place.source if step.status == "unreadable" else step.place.contract
            row, column = step.problem.row, step.problem.column
            note(f"{shown(path)}:{row}:{column + 1}: {step.problem}")
        if options["stdout"]:
            write(f"# {shown(step.place.contract)}\n{step.after}\n", None)
            continue
        if step.after == step.before or step.status in ("edited", "unreadable"):
            if step.status == "edited" and step.problem is None and not options["quiet"]:
                note(f"{shown(step.place.contract)}: edited by hand, left alone (--merge or --force)")
            continue
        changed = True
        if options["diff"]:
            write(_diff(step), None)
            continue
        try:
            write_atomically(step.place.contract, step.after)
        except CannotWrite as error:
            raise Failure(str(error)) from None
    pruned = _prune(project, every, options) if options["prune"] and not modules else 0
    if not options["quiet"] and not options["stdout"]:
        _close(counts, pruned, diff=options["diff"])
    if counts["unreadable"]:
        return CANNOT
    left = counts["edited"] and not options["stdout"]
    return int(bool(left or ((changed or pruned) and options["exit_non_zero_on_change"])))


def _diff(step: Step) -> str:
    name = shown(step.place.contract)
    lines = difflib.unified_diff(
        step.before.splitlines(keepends=True),
        step.after.splitlines(keepends=True),
        name if step.before else "/dev/null",
        name,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _prune(project: Any, every: Any, options: dict[str, Any]) -> int:
    import os

    from llmlint.lifecycle.orphans import orphans

    found = orphans(project, every)
    for path in found:
        if options["diff"]:
            note(f"{shown(path)}: would be deleted, its module is gone")
        else:
            os.unlink(path)
    return len(found)


def _close(counts: Counter[str], pruned: int, *, diff: bool) -> None:
    parts = [f"{counts[status]} {word}" for status, word in _WORDS.items() if counts[status]]
    if counts["unreadable"]:
        parts.append(f"{counts['unreadable']} not readable")
    if pruned:
        parts.append(f"{pruned} deleted")
    verb = "Would freeze" if diff else "Froze"
    note(f"{verb} {many(sum(counts.values()), 'module')}: {', '.join(parts)}.")
