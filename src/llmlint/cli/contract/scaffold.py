"""``llmlint contract scaffold``: a test module with a test for every promise."""

from __future__ import annotations

import os
from typing import Any

import click

from llmlint.cli.contract.common import modules_of, note, project_options, shown, the_project, write
from llmlint.cli.contract.digest import read_all
from llmlint.cli.main import Failure


@click.command("scaffold", short_help="Write a test module with a test for every promise.")
@click.argument("module")
@click.option(
    "--into", metavar="FILE", help="Write it there; a file that exists is left alone, unless --force is given."
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@project_options
def command(module: str, into: str | None, **options: Any) -> int:
    """Write the contract tests of MODULE: a suite for each class, run for every implementation that the sources have, with a test
    for every behaviour, documented exception, invariant and example, and hypothesis strategies from the types.

    Each test fails with "not written" until it is filled in.
    """
    from llmlint.contracts.layout import places
    from llmlint.lifecycle.scaffold import Scaffold
    from llmlint.lifecycle.writing import CannotWrite, write_atomically
    from llmlint.semantics.world import World

    project = the_project(options)
    chosen, _ = modules_of(project, [module])
    exact = [place for place in chosen if place.module == module] or chosen
    if len(exact) != 1:
        raise Failure(f"'{module}' means {len(exact)} modules: name one")
    promise = read_all(project, exact)[0]
    auto = project.pytest.asyncio_mode == "auto"
    text = Scaffold(World(project), promise, places(project), asyncio=auto).write()
    if into is None:
        write(text, None)
        return 0
    if os.path.exists(into) and not options["force"]:
        raise Failure(f"{into}: is there already (--force overwrites it)")
    try:
        write_atomically(os.path.abspath(into), text)
    except CannotWrite as error:
        raise Failure(str(error)) from None
    if not options["quiet"]:
        note(f"{shown(os.path.abspath(into))}: written.")
    return 0
