"""What all rules together cost a line, against those that the first linter had.

    python benchmarks/all_rules.py                          on hatch, nox and flask
    python benchmarks/all_rules.py --suite briefcase --runs 7

Both are llmlint, one process, without cache and other tools, on the test files of a suite: once with the codes of the first
linter selected, once with `--select ALL`. They run in turns, and of each the least processor time counts: what else a machine does
can only add to it. A line costs what is left when the start of the program (the same command on one file of one line) is taken
off. The aim is a ratio of at most 1.5.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from corpus import HERE, Suite, Workdir, count_lines, default_workdir, read_suites, say, test_files
from speed import measure

FIRST = (
    "LLM101,LLM102,LLM103,LLM105,LLM106,LLM201,LLM202,LLM203,LLM204,LLM205,LLM206,LLM207,LLM208,LLM209,LLM212,LLM213,LLM214,"
    "LLM215,LLM216,LLM217,LLM301,LLM302,LLM303,LLM304,LLM307,LLM315,LLM505,LLM506,LLM900,LLM901,LLM902,LLM903,LLM904"
)
"""The rules of the first linter."""
SIDES = {"first rules": FIRST, "all rules": "ALL"}


def command(work: Workdir, suite: Suite, select: str, files: list[str], llmlint: str) -> list[str]:
    options = [
        "--no-cache",
        "--no-tools",
        "--jobs",
        "1",
        "--python",
        str(work.python(suite)),
        "--output-format",
        "json",
    ]
    return [llmlint, "-m", "llmlint", "check", *options, "--exit-zero", "--select", select, *files]


def least(work: Workdir, suite: Suite, files: list[str], arguments: argparse.Namespace) -> dict[str, float]:
    """The least processor seconds of each side, run in turns."""
    found: dict[str, float] = {}
    for _ in range(arguments.runs):
        for side, select in SIDES.items():
            measured = measure(
                command(work, suite, select, files, arguments.llmlint), work.tree(suite), dict(os.environ)
            )
            found[side] = min(found.get(side, measured.processor), measured.processor)
    return found


def row(suite: Suite, work: Workdir, arguments: argparse.Namespace) -> str:
    tree = work.tree(suite)
    paths = test_files(suite, work)
    files = [path.relative_to(tree).as_posix() for path in paths]
    lines = count_lines(paths)
    small = work.folder("all-rules") / "test_nothing.py"
    small.write_text("X = 1\n", "utf-8")
    start = least(work, suite, [str(small)], arguments)
    whole = least(work, suite, files, arguments)
    costs = [(whole[side] - start[side]) / lines * 1e6 for side in SIDES]
    say(f"{suite.label}: {whole}")
    return f"| {suite.label} | {lines:,} | {costs[0]:.1f} | {costs[1]:.1f} | {costs[1] / costs[0]:.2f} |"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--suites", action="append", type=Path, default=[], help="another list of suites")
    parser.add_argument("--suite", action="append", default=[], help="measure on this suite; may be repeated")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--llmlint", default=sys.executable, metavar="PYTHON", help="the interpreter that has llmlint")
    arguments = parser.parse_args(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    known = {suite.name: suite for path in [HERE / "suites.toml", *arguments.suites] for suite in read_suites(path)}
    print("| suite | lines | first rules, µs a line | all rules, µs a line | ratio |\n|---|--:|--:|--:|--:|")
    for name in arguments.suite or ["hatch", "nox", "flask"]:
        if name not in known or not work.python(known[name]).exists():
            raise SystemExit(f"{name}: not prepared, run real_suites.py --prepare --only {name}")
        print(row(known[name], work, arguments), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
