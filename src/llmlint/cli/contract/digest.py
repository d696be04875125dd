"""``llmlint contract digest``: what the contracts say, for a model to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.contract.common import modules_of, note, output_option, project_options, the_project, write
from llmlint.cli.main import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmlint.contracts.layout import Place
    from llmlint.lifecycle.promises import Promise
    from llmlint.project.project import Project


@click.command("digest", short_help="Print what the contracts say, for a model to read.")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "stub"]),
    default="json",
    show_default=True,
    help="JSON, or Python stubs.",
)
@click.option("--budget", type=click.IntRange(min=1), metavar="N", help="At most about N tokens: prose is cut first.")
@click.option("--tests", "folder", metavar="FOLDER", help="List the fixtures that a test in this folder may ask for.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the digest, and stop.")
@output_option
@project_options
def command(modules: tuple[str, ...], form: str, **options: Any) -> int:
    """Print signatures, fields, documented exceptions, behaviour and invariants of the MODULEs, read from their contracts.

    A module without a contract is read from its source. With --budget the signatures stay whole; examples and prose are cut
    first, then behaviour and invariants, then summaries and exceptions.
    """
    from llmlint.lifecycle import digest

    if options["schema"]:
        write(json.dumps(digest.schema(), indent=2) + "\n", options["output_file"])
        return 0
    project = the_project(options)
    chosen, every = modules_of(project, modules)
    promises = read_all(project, chosen, every, named=bool(modules))
    if form == "stub":
        text = digest.as_stub(promises, options["budget"])
        from llmlint.lifecycle.tokens import tokens

        used = tokens(text)
    else:
        from llmlint.lifecycle.legal_fixtures import legal_fixtures

        fixtures = legal_fixtures(project, options["folder"]) if options["folder"] else []
        document = digest.as_json(project, promises, fixtures, options["budget"])
        used = document["tokens"]
        text = json.dumps(document, ensure_ascii=False, indent=None if options["budget"] else 2) + "\n"
    write(text, options["output_file"])
    if options["budget"] is not None and used > options["budget"] and not options["quiet"]:
        note(
            f"llmlint: the signatures alone are about {used} tokens, more than {options['budget']}: name fewer modules"
        )
    return 0


def read_all(
    project: Project, chosen: Sequence[Place], every: Sequence[Place] = (), *, named: bool = True
) -> list[Promise]:
    """What the chosen modules promise, and what they re-export from private ones among ``every``.

    A module that cannot be read is an error where it was ``named``, and else told and left out.
    """
    from llmlint.lifecycle.promises import Reader, Unreadable
    from llmlint.lifecycle.reexports import with_private_homes

    reader = Reader(project)
    found: list[Promise] = []
    for place in chosen:
        try:
            found.append(reader.read(place))
        except Unreadable as error:
            if named:
                raise Failure(str(error)) from None
            note(f"llmlint: left out: {error}")
    try:
        return with_private_homes(reader, found, every)
    except Unreadable as error:
        raise Failure(str(error)) from None
