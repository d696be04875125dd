"""``llmlint contract diff``: what changed of the public surface between two states."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

import click

from llmlint.cli.contract.common import note, output_option, project_options, tests_options, the_project, write
from llmlint.cli.main import CANNOT, Failure


@click.command("diff", short_help="Show what changed of the public surface between two states.")
@click.argument("states", nargs=-1, metavar="[REF | DIR] [REF | DIR]")
@click.option(
    "--module", "-m", "modules", multiple=True, metavar="MODULE", help="These modules only, with all below them."
)
@click.option(
    "--of",
    type=click.Choice(["auto", "contracts", "sources"]),
    default="auto",
    show_default=True,
    help="What is compared: contracts, sources, or contracts where both states have one.",
)
@click.option("--tests/--no-tests", default=True, show_default=True, help="Name the tests that each change concerns.")
@click.option("--tests-in", multiple=True, metavar="PATH", help="Look for tests there.")
@click.option("--breaking", "only", is_flag=True, help="Show breaking changes only.")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(["breaking", "any", "never"]), default="never", show_default=True,
    help="Which changes give exit code 1.",
)  # fmt: skip
@tests_options
@output_option
@project_options
def command(states: tuple[str, ...], **options: Any) -> int:
    """Compare the public surface of two states: folders, or revisions of git.

    Without a state: HEAD with the files as they are. With one: that state with the files as they are.

    Each change is breaking or not, and says why. The tests that use what changed are named, so that they can be run first.

    Exit codes: 0 done, 1 changes that --fail-on names, 2 a state could not be read.
    """
    from llmlint.lifecycle.diff import render
    from llmlint.lifecycle.diff.between import Between, mentioned, relative
    from llmlint.lifecycle.diff.changes import Report
    from llmlint.lifecycle.diff.states import NoState, state
    from llmlint.using import Question, used

    if len(states) > 2:
        raise Failure("name at most two states")
    names = [*states, *["HEAD", "."][len(states) :]]
    with ExitStack() as stack:
        try:
            folders = [stack.enter_context(state(name, os.getcwd())) for name in names]
        except NoState as error:
            raise Failure(str(error)) from None
        # Dependencies are those of here: a state that git unpacks has no environment of its own.
        here = the_project(options)
        python = options["python"] or here.environment.prefix
        old, new = (
            here if os.path.samefile(folder, os.getcwd()) else the_project({**options, "python": python}, folder)
            for folder in folders
        )
        between = Between(old, new, options["of"])
        report = between.report(options["modules"])
        if options["only"]:
            report = Report([one for one in report.changes if one.breaking], {}, report.problems)
        if options["tests"] and report.changes:
            words, paths = mentioned(report), options["tests_in"]
            # What git has unpacked lies somewhere else next time.
            questions = [
                Question(old, tuple(between.elsewhere(paths)), words, remembered=False),
                Question(new, paths, words, remembered=options["cache"]),
            ]
            between.concern(report, used(questions, jobs=options["jobs"]))
        report = relative(report, *folders)
    for problem in report.problems:
        note(problem)
    renderers = {"text": render.as_text, "json": render.as_json, "markdown": render.as_markdown}
    write(renderers[options["output_format"]](report, tests=options["tests"]), options["output_file"])
    if report.problems:
        return CANNOT
    failing = {"breaking": report.breaking, "any": len(report.changes), "never": 0}[options["fail_on"]]
    return int(bool(failing))
