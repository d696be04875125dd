"""``llmlint contract check``: hold the contracts against the sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.contract.common import many, modules_of, note, output_option, project_options, shown, the_project
from llmlint.cli.main import CANNOT, Failure

if TYPE_CHECKING:
    from llmlint.model.diagnostic import Diagnostic

FORMATS = ("full", "concise", "grouped", "json", "json-lines")


@click.command("check", short_help="Hold the contracts against the sources.")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option(
    "--fix",
    is_flag=True,
    help="Freeze the symbols that disagree anew, and nothing else; with --strict also modules without a contract.",
)
@click.option(
    "--strict", is_flag=True, help="Report modules without a contract and names that a handwritten one leaves out, too."
)
@click.option("--runtime", is_flag=True, help="Ask mypy's stubtest as well. This imports (runs) the code.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How to report.")
@output_option
@project_options
def command(modules: tuple[str, ...], **options: Any) -> int:
    """Compare the contracts of the MODULEs (default: all) with their sources, both read and neither run.

    Reported are disagreements (LLM501: a name that is missing, a signature, a kind, async, a type, a value), contracts that are
    invalid (LLM505) or leave out a whole kind of member (LLM506), and contracts of modules that are gone (LLM501); with --strict
    also modules without a contract (LLM502). `llmlint` without arguments reports LLM501, LLM505 and LLM506 as well.

    Exit codes: 0 they agree, 1 they do not, 2 llmlint could not do its job.
    """
    from llmlint.cli.contract.findings import report
    from llmlint.lifecycle.check import fix, gone, left_out
    from llmlint.lifecycle.writing import CannotWrite

    project = the_project(options)
    chosen, every = modules_of(project, modules, held=True)
    if not project.contract_roots:
        raise Failure("this project has no contracts: llmlint contract freeze writes them")
    if options["fix"]:
        unwritten = {place.contract for place in chosen if not os.path.isfile(place.contract)}
        try:
            fixed = fix(project, chosen, every, strict=options["strict"])
        except CannotWrite as error:
            raise Failure(str(error)) from None
        if not options["quiet"]:
            for path in fixed:
                note(f"{shown(path)}: {'new' if path in unwritten else 'renewed'}")
        project = the_project(options)
    roots = [folder for folder, _ in project.contract_roots]
    found = _by_the_rules(options, roots, {path for place in chosen for path in (place.source, place.contract)})
    if options["strict"]:
        found += left_out(project, [place for place in chosen if not place.private])
    if not modules:
        found += gone(project, every)
    failures: list[str] = []
    if options["runtime"]:
        from llmlint.lifecycle.runtime import stubtest

        if not options["quiet"]:
            note("llmlint: stubtest imports the modules: their code runs")
        more, failures = stubtest(project, chosen, every, options["python"])
        found += more
    found = sorted(set(found), key=lambda one: (one.path, one.span, one.code, one.message))
    report(found, len(chosen), options)
    for reason in failures:
        note(f"llmlint: error: {reason}")
    if failures:
        return CANNOT
    texts = not options["quiet"] and options["output_format"] in ("full", "concise", "grouped")
    if texts and (fixable := sum(one.fix is not None for one in found)):
        note(f"llmlint contract check --fix freezes just what disagrees anew ({many(fixable, 'finding')}).")
    if not found and texts:
        held = sum(os.path.isfile(place.contract) for place in chosen)
        lacking = len(chosen) - held
        besides = f" ({many(lacking, 'public module')} without a contract: --strict lists them)" if lacking else ""
        note(f"{many(held, 'contract')} and the sources agree{besides}.")
    return int(bool(found))


def _by_the_rules(options: dict[str, Any], roots: list[str], paths: set[str]) -> list[Diagnostic]:
    """What the rules about contracts find in these files."""
    from llmlint.app import Problem, Request, Session

    request = Request(
        paths=tuple(roots),  # a project without tests has contracts all the same
        cwd=os.getcwd(),
        config=(*options["config"], "tools=[]"),
        isolated=options["isolated"],
        python=options["python"],
        select=("LLM501", "LLM505", "LLM506", *(["LLM502"] if options["strict"] else [])),
        fixes=options["output_format"] in ("json", "json-lines"),
        cache=False,
        jobs=1,
    )
    try:
        result = Session(request).check(wanted=lambda file: False)
    except Problem as error:
        raise Failure(str(error)) from None
    return [one for one in result.diagnostics if one.path in paths or one.code.startswith("LLM9")]
