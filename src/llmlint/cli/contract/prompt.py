"""``llmlint contract prompt``: a prompt that holds a model to a contract."""

from __future__ import annotations

from typing import Any

import click

from llmlint.cli.contract.common import modules_of, note, output_option, project_options, the_project, write
from llmlint.cli.contract.digest import read_all
from llmlint.cli.main import Failure


@click.command("prompt", short_help="Print a prompt that holds a model to a contract.")
@click.argument("module")
@click.option("--scenario", "-s", "wanted", multiple=True, metavar="NAME", help="These scenarios only: names or globs.")
@click.option("--one", is_flag=True, help="A single scenario: the first of those chosen.")
@click.option("--list", "listed", is_flag=True, help="List the scenarios, and stop.")
@click.option("--tests", "folder", metavar="FOLDER", help="The folder the tests are for: its fixtures are shown.")
@click.option("--budget", type=click.IntRange(min=1), metavar="N", help="At most about N tokens for the contract.")
@click.option("--template", is_flag=True, help="Print the template alone.")
@output_option
@project_options
def command(module: str, wanted: tuple[str, ...], **options: Any) -> int:
    """Print a whole prompt for tests of MODULE: rules, contract, fixtures, scenarios, a template to fill in, a self-check.

    The scenarios are read from the docstrings: behaviour, documented exceptions, invariants and examples, one test name each.
    """
    from fnmatch import fnmatch
    from functools import partial

    from llmlint.lifecycle.legal_fixtures import legal_fixtures
    from llmlint.lifecycle.prompt import prompt
    from llmlint.lifecycle.scenarios import scenarios
    from llmlint.lifecycle.template import Template
    from llmlint.semantics.shortcuts import home
    from llmlint.semantics.world import World

    project = the_project(options)
    chosen, _ = modules_of(project, [module])
    exact = [place for place in chosen if place.module == module] or chosen
    if len(exact) != 1:
        raise Failure(f"'{module}' means {len(exact)} modules: name one")
    promise = read_all(project, exact)[0]
    found = scenarios(promise)
    if wanted:
        found = [one for one in found if any(fnmatch(one.name, glob) or fnmatch(one.symbol, glob) for glob in wanted)]
    if not found:
        raise Failure(f"the contract of '{promise.module}' has no such scenario: --list shows them all")
    if options["listed"]:
        write("".join(f"{one.name}  {one.kind}  {one.symbol}  {one.text}\n" for one in found), options["output_file"])
        return 0
    if options["one"]:
        found = found[:1]
    fixtures = legal_fixtures(project, options["folder"]) if options["folder"] else []
    if options["template"]:
        known = partial(home, World(project).library)
        text = Template(promise, fixtures, known, project.pytest.asyncio_mode == "auto").write(found)
    else:
        text = prompt(project, promise, found, fixtures, options["budget"])
    write(text, options["output_file"])
    if not promise.frozen and not options["quiet"]:
        note(f"llmlint: '{promise.module}' has no contract yet: what its source says stands in for it")
    return 0
