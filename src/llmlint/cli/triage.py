"""``llmlint triage``: which tests to keep, to mend, and to write anew or delete."""

from __future__ import annotations

import os
import sys

import click

from llmlint.cli.main import CANNOT, Failure

_FORMATS = ("table", "json", "markdown", "html")


@click.command("triage", short_help="Sort the tests of a suite.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--output-format", multiple=True, metavar="FORMAT[:FILE]",
              help="table (default), json, markdown or html; several at once.")  # fmt: skip
@click.option("--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment.")
@click.option("--config", multiple=True, metavar="FILE | KEY=VALUE", help="Another settings file, or one setting.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
def command(
    paths: tuple[str, ...], output_format: tuple[str, ...], python: str | None, config: tuple[str, ...], no_cache: bool
) -> int:
    """Sort the tests of a suite into keep, mend, and rewrite or delete, each with its reasons.

    keep: asserts behaviour through the contract. mend: has faults that a fix, a name or a spec cures. rewrite or delete: is coupled to the
    implementation, asserts nothing, or repeats another. Brittleness tells from 0 to 100 how much a test is tied to how the code is written.
    """
    from llmlint.app import Problem, Request, Session
    from llmlint.cli.output import write
    from llmlint.report.style import Style
    from llmlint.report.triage import matching, triage
    from llmlint.report.triage_views import VIEWS

    wanted = [one.partition(":") for one in output_format or ("table",)]
    for name, separator, file in wanted:
        if name not in _FORMATS or (separator and not file):
            raise Failure(f"'{name}' is not one of {', '.join(_FORMATS)}" if name not in _FORMATS else "FORMAT:FILE")
    cwd = os.getcwd()
    try:
        session = Session(Request(paths, cwd, config=config, python=python, preset="all", tools=(), cache=not no_cache))
        result = session.check()
        projects = sorted(session.projects(), key=lambda project: -len(project.base or project.root))
    except Problem as error:
        raise Failure(str(error)) from None
    known = [(project.base or project.root, matching(project.pytest.python_functions)) for project in projects]

    def is_test(path: str, name: str) -> bool:
        return next((match(name) for root, match in known if path.startswith(root)), name.startswith("test"))

    files = triage(result, is_test)
    for name, _, file in wanted:
        style = Style(not file and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
        write("".join(VIEWS[name](files, cwd, style)), file or None)
    for failure in result.failures:
        click.echo(f"llmlint: error: {failure}", err=True)
    return CANNOT if result.failures else 0
