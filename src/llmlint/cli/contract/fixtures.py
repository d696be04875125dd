"""``llmlint contract fixtures``: fixtures that stand in for what a module needs."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import click

from llmlint.cli.contract.common import many, modules_of, note, project_options, shown, the_project, write
from llmlint.cli.main import Failure


@click.command("fixtures", short_help="Write fixtures that stand in for what a module needs.")
@click.argument("modules", nargs=-1, required=True, metavar="MODULE...")
@click.option(
    "--into", metavar="FILE | FOLDER", help="Merge them into this conftest (or the conftest.py of this folder)."
)
@click.option("--diff", is_flag=True, help="With --into: show what would change, and write nothing.")
@project_options
def command(modules: tuple[str, ...], into: str | None, **options: Any) -> int:
    """Write a fixture for each collaborator of the MODULEs: a class with behaviour that their functions and constructors take.

    Each is a `create_autospec` of the class whose methods return plain values of their return types. Without --into the
    conftest is printed. With it, what the file has stays as it is, and only fixtures that it lacks are added.
    """
    import difflib

    from llmlint.lifecycle.doubles import Doubles, conftest
    from llmlint.lifecycle.writing import CannotWrite, write_atomically
    from llmlint.project.source import SourceError, read_text
    from llmlint.semantics.shortcuts import home
    from llmlint.semantics.world import World

    project = the_project(options)
    chosen, _ = modules_of(project, modules)
    world = World(project)
    known = partial(home, world.library)
    maker = Doubles(world)
    found: dict[str, Any] = {}
    for place in chosen:
        module = world.library.module(place.module)
        source = module.implementation or module if module is not None else None
        if source is not None and source.tree is not None:
            for double in maker.of(source):
                found.setdefault(double.cls.symbol, double)
    if not found:
        raise Failure("these modules take no collaborators: there is nothing to stand in for")
    if into is None:
        text, _ = conftest(list(found.values()), home=known)
        write(text, None)
        return 0
    path = os.path.abspath(
        os.path.join(into, "conftest.py") if os.path.isdir(into) or not into.endswith(".py") else into
    )
    try:
        existing = read_text(path) if os.path.exists(path) else ""
        text, added = conftest(list(found.values()), existing, known)
    except SourceError as error:
        raise Failure(f"{shown(path)}: {error}") from None
    except Exception as error:
        if type(error).__name__ != "ParserSyntaxError":
            raise
        raise Failure(f"{shown(path)}: not a program that can be merged into") from None
    if options["diff"]:
        write(
            "".join(difflib.unified_diff(existing.splitlines(True), text.splitlines(True), shown(path), shown(path))),
            None,
        )
        return 0
    if added:
        try:
            write_atomically(path, text)
        except CannotWrite as error:
            raise Failure(str(error)) from None
    if not options["quiet"]:
        note(f"{shown(path)}: {many(len(added), 'fixture')} added, {len(found) - len(added)} were there.")
    return 0
