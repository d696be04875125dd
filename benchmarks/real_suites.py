"""Runs llmlint over real, passing test suites and says what it found, what it resolved and how long it took.

    python benchmarks/real_suites.py --prepare                 download, unpack, make the environments
    python benchmarks/real_suites.py --run-tests               run each suite twice, so that "passing" is known
    python benchmarks/real_suites.py --trace                   run each suite under the trace that recall is measured against
    python benchmarks/real_suites.py                           lint, print the table
    python benchmarks/real_suites.py --recall                  compare what llmlint resolved with the trace
    python benchmarks/real_suites.py --only twine --markdown

The suites stand in `suites.toml`. Everything downloaded or made lies below `--workdir`:
`NAME-VERSION/` (the source distribution), `venvs/NAME`, `runs/NAME.json`, `traces/NAME.json`, `lint/NAME.json` and
`SUITES.tsv`. Nothing here is part of llmlint, and only this benchmark runs the code of those projects.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from corpus import HERE, Workdir, default_workdir, freeze, prepare, read_suites, say
from linting import lint, report_lint
from recall import record_uses, report_recall
from running import run_tests, trace_tests, write_index


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--suites", action="append", type=Path, help="another list of suites; may be repeated")
    parser.add_argument("--prepare", action="store_true", help="download, unpack and install")
    parser.add_argument("--freeze", action="store_true", help="write what is installed to benchmarks/constraints/")
    parser.add_argument("--run-tests", action="store_true", help="run each suite twice")
    parser.add_argument("--trace", action="store_true", help="run each suite once under the trace")
    parser.add_argument(
        "--test-wrapper", default="", metavar="COMMAND", help="a prefix for the command that runs tests"
    )
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one run of one suite")
    parser.add_argument("--recall", action="store_true", help="compare what llmlint resolves with the traces")
    parser.add_argument("--llmlint", default=sys.executable, metavar="PYTHON", help="the interpreter that has llmlint")
    parser.add_argument("--option", action="append", default=[], help="a further option for llmlint")
    parser.add_argument("--show", action="store_true", help="print every finding of family 2 and every error")
    parser.add_argument("--reasons", type=int, default=10, help="how many reasons --recall lists for each kind")
    parser.add_argument("--report", action="store_true", help="print from what was recorded, run nothing")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    work.root.mkdir(parents=True, exist_ok=True)
    every = [suite for path in arguments.suites or [HERE / "suites.toml"] for suite in read_suites(path)]
    unknown = set(arguments.only) - {suite.name for suite in every}
    if unknown:
        raise SystemExit(f"no such suite: {', '.join(sorted(unknown))}")
    suites = [suite for suite in every if not arguments.only or suite.name in arguments.only]
    wrapper = shlex.split(arguments.test_wrapper)
    made_ready = arguments.prepare or arguments.freeze or arguments.run_tests or arguments.trace
    for suite in suites:
        if arguments.prepare and not prepare(suite, work):
            continue
        if not work.python(suite).exists():
            if not arguments.report:
                say(f"{suite.label}: not prepared")
            continue
        if arguments.freeze:
            freeze(suite, work)
        if arguments.run_tests:
            run_tests(suite, work, wrapper, arguments.timeout)
        if arguments.trace:
            trace_tests(suite, work, wrapper, arguments.timeout)
        if made_ready or arguments.report:
            continue
        if arguments.recall:
            record_uses(suite, work, arguments.llmlint, arguments.option)
        else:
            lint(suite, work, arguments.llmlint, arguments.option)
    if not arguments.suites:
        write_index(every, work)
    if arguments.recall:
        report_recall(suites, work, markdown=arguments.markdown, show=arguments.reasons)
    elif not made_ready:
        report_lint(suites, work, markdown=arguments.markdown, show=arguments.show)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
