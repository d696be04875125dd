"""``llmlint contract coverage``: what of a contract no test uses."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.contract.common import (
    many,
    modules_of,
    output_option,
    project_options,
    tests_options,
    the_project,
    write,
)
from llmlint.cli.contract.digest import read_all

if TYPE_CHECKING:
    from llmlint.lifecycle.promises import Promise

_PLURALS = {"class": "classes", "property": "properties"}


@click.command("coverage", short_help="Show what of a contract no test uses.")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option("--tests", "paths", multiple=True, metavar="PATH", help="Look at these tests; by default at all.")
@click.option("--by-test", is_flag=True, help="List what each test uses.")
@click.option("--all", "every", is_flag=True, help="List covered promises as well, with their tests.")
@click.option("--promises", is_flag=True, help="List behaviour and invariants that no test speaks of, too.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 1 below this.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@tests_options
@output_option
@project_options
def command(modules: tuple[str, ...], paths: tuple[str, ...], **options: Any) -> int:
    """List the members, documented exceptions and invariants of the MODULEs' contracts that no test uses. Nothing is run.

    A member is used by a test that calls or reads it, itself or through its fixtures; mocks of it do not count. An exception
    is used by a test that uses the function where it expects the exception, or one that derives from it. Behaviour and invariants
    are prose: they are used by a test that bears the name that `llmlint contract prompt` and `scaffold` give them, or, as far as
    words can tell, by one that uses what they are about, asserts something, and has three of five of their words (two at least) in its name,
    its docstring, its cases or its assertions. They do not count into the percentage.

    Exit codes: 0 done, 1 below --fail-under.
    """
    from llmlint.engine.undisturbed import undisturbed
    from llmlint.lifecycle.coverage import coverage, names_of
    from llmlint.using import Question, used

    project = the_project(options)
    chosen, every = modules_of(project, modules)
    promises: list[Promise] = []

    def read_promises() -> None:
        promises[:] = promises or read_all(project, chosen, every, named=bool(modules))

    names = None
    if modules:
        read_promises()
        names = names_of(project, promises)
    question = Question(project, paths, names, remembered=options["cache"])
    with undisturbed():
        (uses,) = used([question], jobs=options["jobs"], meanwhile=read_promises)
        found = coverage(promises, uses)
    hard = [one for one in found if one.kind not in ("behaviour", "invariant")]
    covered = sum(bool(one.tests) for one in hard)
    percent = 100 * covered / len(hard) if hard else 100.0
    if options["output_format"] == "json":
        records = [
            {
                "symbol": one.symbol,
                "kind": one.kind,
                "text": one.text or None,
                "tests": list(one.tests),
                "mocked": one.mocked,
                "evidence": one.evidence if one.tests else None,
            }
            for one in found
        ]
        write(json.dumps({"percent": round(percent, 1), "promises": records}, indent=2) + "\n", options["output_file"])
    else:
        lines: list[str] = []
        if options["by_test"]:
            by_test: dict[str, list[str]] = {}
            for one in found:
                for test in one.tests:
                    by_test.setdefault(test, []).append(
                        one.symbol + (f" {one.text}" if one.kind == "exception" else "")
                    )
            for test in sorted(by_test):
                lines += [f"{test}\n", *(f"    {symbol}\n" for symbol in dict.fromkeys(by_test[test]))]
        else:
            for one in found:
                if one.tests and not options["every"]:
                    continue
                if one.kind in ("behaviour", "invariant") and not options["promises"]:
                    continue
                what = f"{one.symbol}: {one.text}" if one.text else one.symbol
                note = ", only mocked" if one.mocked else f" ({many(len(one.tests), 'test')})" if one.tests else ""
                lines.append(f"{'  ' if one.tests else '- '}{one.kind:<12} {what}{note}\n")
                if options["every"]:
                    lines += [f"        {test}\n" for test in one.tests]
        counts = Counter(one.kind for one in hard if not one.tests)
        missing = ", ".join(
            f"{number} {kind if number == 1 else _PLURALS.get(kind, f'{kind}s')}" for kind, number in counts.items()
        )
        lines.append(f"{covered} of {len(hard)} promises are used by a test ({percent:.0f} %)")
        lines.append(f"; unused: {missing}.\n" if missing else ".\n")
        told = [one for one in found if one.kind in ("behaviour", "invariant")]
        if told and not options["by_test"]:
            named = sum(bool(one.tests) and one.evidence == "name" for one in told)
            spoken = sum(bool(one.tests) and one.evidence == "words" for one in told)
            lines.append(
                f"{named} of {len(told)} behaviours and invariants have a test of their name, {spoken} more a test that uses what they "
                f"are about, asserts something and speaks of them.\n"
            )
        write("".join(lines), options["output_file"])
    return int(options["fail_under"] is not None and percent < options["fail_under"])
