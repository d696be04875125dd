"""``llmlint contract imports``: what allows each import of a test."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from llmlint.cli.contract.common import note, output_option, project_options, shown, the_project, write
from llmlint.cli.main import CANNOT


@click.command("imports", short_help="Say what allows each import of a test.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--forbidden", "only", is_flag=True, help="List only imports that nothing allows.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@output_option
@project_options
def command(files: tuple[str, ...], only: bool, **options: Any) -> int:
    """List every import of each FILE and what allows it: a contract (with the line), a source without a contract, the standard
    library, a test tool, a dependency, the tests themselves. It is the self-check that the prompts ask for.

    Exit codes: 0 all are allowed, 1 something is not, 2 a file could not be read.
    """
    from llmlint.lifecycle.allowance import allowances
    from llmlint.project.discovery import role_of
    from llmlint.project.source import SourceError, read_source
    from llmlint.semantics.world import World

    records: list[dict[str, Any]] = []
    lines: list[str] = []
    worlds: dict[str, World] = {}
    unreadable = forbidden = False
    for file in files:
        path = os.path.abspath(file)
        project = the_project(options, path)
        world = worlds.setdefault(f"{project.root}:{project.base}", World(project))
        role = role_of(path, project.pytest.python_files, [folder for folder, _ in project.contract_roots])
        try:
            found = allowances(world, read_source(path, role))
        except SourceError as error:
            note(f"{shown(path)}:{error.row}:{error.column + 1}: {error}")
            unreadable = True
            continue
        for one in found:
            forbidden = forbidden or not one.allowed
            if only and one.allowed:
                continue
            place = f" ({shown(one.truth.path)}:{one.truth.row})" if one.truth is not None else ""
            mark = " " if one.allowed else "!"
            lines.append(f"{mark} {shown(path)}:{one.row}: {one.text}: {one.by}: {one.reason}{place}\n")
            records.append(
                {
                    "filename": shown(path),
                    "row": one.row,
                    "import": one.text,
                    "allowed": one.allowed,
                    "by": one.by,
                    "reason": one.reason,
                    "truth": {"filename": shown(one.truth.path), "row": one.truth.row}
                    if one.truth is not None
                    else None,
                }
            )
    text = (
        json.dumps(records, indent=2, ensure_ascii=False) + "\n"
        if options["output_format"] == "json"
        else "".join(lines)
    )
    write(text, options["output_file"])
    return CANNOT if unreadable else int(forbidden)
