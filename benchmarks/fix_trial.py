"""Fixes tried on passing suites: are they still passing, and does a second time change anything?

    python benchmarks/fix_trial.py                   every passing suite: --fix, and --fix --unsafe-fixes, each in a copy
    python benchmarks/fix_trial.py --only flask --markdown
    python benchmarks/fix_trial.py --faults          the faults that accuracy.py has injected: do their tests pass again?

In a copy of each suite llmlint fixes what it finds. The tests of every changed file (of all files, where a conftest or a helper
changed) are run before and after. What passed and no longer does is counted and listed: for safe fixes that is a fault of llmlint's, for
unsafe ones it is what "unsafe" means. With `--faults` the fixes have proven faults before them, each of which makes one test fail and of which the
right text is known. A fault is restored, left, or changed into something else, and its test is run again: does it pass? The other tests
of the files are run as well: does one no longer pass that nothing was wrong with? What is known of a suite lies in `fixed/NAME.json` below `--workdir` and is not done again.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from copies import Copy, Outcomes
from corpus import HERE, Suite, Workdir, default_workdir, read_suites, say, test_files
from faults import KINDS, Fault, applied
from running import passing
from tables import print_table

RENAMING = "LLM202,LLM203,LLM204,LLM207,LLM208,LLM212,LLM217,LLM303,LLM307"
OUTCOMES = ("restored", "left", "otherwise")
WAYS = {"safe": ["--fix"], "unsafe": ["--fix", "--unsafe-fixes"]}


def trial(suite: Suite, work: Workdir, way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One suite, fixed in one way."""
    copy = Copy(suite, work, "fixed")
    copy.make()
    found = lint(copy, [], arguments)
    fixable = collections.Counter(
        one["code"] for one in found if one["fix"] and one["fix"]["applicability"] in ("safe", way)
    )
    lint(copy, WAYS[way], arguments)
    changed = changed_files(copy)
    lint(copy, WAYS[way], arguments)
    again = [file for file in changed_files(copy) if (copy.tree / file).read_bytes() != changed[file]]
    fixed = dict(changed)
    files = sorted(changed)
    tests = [
        file for file in files if Path(file).name.startswith("test_") or Path(file).stem.endswith(("_test", "_tests"))
    ]
    whole = len(tests) < len(files)
    run = [*(suite.run or suite.tests)] if whole else tests
    broken: list[str] = []
    passed = 0
    if files:
        after = copy.outcomes(None, run, arguments.timeout)
        for file in files:
            (copy.tree / file).write_bytes((copy.origin / file).read_bytes())
        before = copy.outcomes(None, run, arguments.timeout)
        passed, broken = compare(before, after)
    copy.drop()
    result = {
        "fixable": fixable, "files": len(fixed), "changed again": again, "passed before": passed, "broken": broken,
    }  # fmt: skip
    say(
        f"{suite.label}: {way}: {sum(fixable.values())} fixes in {len(fixed)} files, {len(broken)} of {passed} tests no longer pass"
    )
    return result


def restore(suite: Suite, work: Workdir, way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """What becomes of each fault that was injected into a suite: (kind, outcome of the text, whether its test passes again), and
    the tests without fault that no longer pass.
    """
    copy = Copy(suite, work, "restored")
    copy.make()
    outcomes: list[tuple[str, str, bool]] = []
    broken: list[str] = []
    faults = (work.read("faults", suite) or {"faults": []})["faults"]
    for batch in sorted({fault["batch"] for fault in faults}):
        own = [fault for fault in faults if fault["batch"] == batch and fault["proof"] == "fails"]
        files = sorted({fault["file"] for fault in own})
        if not own:
            continue
        sound = copy.outcomes(None, files, arguments.timeout)
        made: dict[str, list[bytes]] = {}
        for file in files:
            here = [
                Fault(**{key: fault[key] for key in Fault.__dataclass_fields__})
                for fault in own
                if fault["file"] == file
            ]
            changed = applied((copy.origin / file).read_bytes(), here)
            (copy.tree / file).write_bytes(changed)
            made[file] = changed.splitlines()
        faulted = copy.outcomes(None, files, arguments.timeout)
        lint(copy, [*WAYS[way], "--fixable", RENAMING], arguments)
        mended = copy.outcomes(None, files, arguments.timeout)
        # What the faults themselves keep from passing (a coroutine that nobody awaits fails whatever runs later) is not the fixes' doing.
        sound = {test: records for test, records in sound.items() if passes(faulted.get(test, []))}
        broken += compare(sound, mended)[1]
        for fault in own:
            rows = slice(fault["row"] - 1, fault["end_row"])
            now = (copy.tree / fault["file"]).read_bytes().splitlines()[rows]
            was = (copy.origin / fault["file"]).read_bytes().splitlines()[rows]
            # `from m import x as x` is `from m import x`.
            now = [re.sub(rb"\b(\w+) as \1\b", rb"\1", line) for line in now]
            outcome = "restored" if now == was else "left" if now == made[fault["file"]][rows] else "otherwise"
            outcomes.append((fault["kind"], outcome, passes(mended.get(fault["test"], []))))
        for file in files:
            (copy.tree / file).write_bytes((copy.origin / file).read_bytes())
    copy.drop()
    again = sum(passing_again for _, _, passing_again in outcomes)
    say(f"{suite.label}: {way}: {again} of {len(outcomes)} tests pass again, {len(broken)} others no longer do")
    return {"faults": outcomes, "broken": broken}


def report_restored(records: dict[str, dict[str, Any]], *, markdown: bool) -> None:
    made = {name: record for name, record in records.items() if all(f"{way} repairs" in record for way in WAYS)}
    rows = []
    for name, record in made.items():
        ways = [record[f"{way} repairs"] for way in WAYS]
        again = [sum(passing_again for _, _, passing_again in one["faults"]) for one in ways]
        rows.append([name, *map(str, [len(ways[0]["faults"]), *again, *(len(one["broken"]) for one in ways)])])
    totals = [str(sum(int(row[column]) for row in rows)) for column in range(1, 6)]
    header = [
        "suite", "tests with a fault", "pass again after `--fix`", "after `--unsafe-fixes`", "sound tests broken by `--fix`",
        "by `--unsafe-fixes`",
    ]  # fmt: skip
    print_table(header, [*rows, ["all", *totals]], markdown=markdown)
    for way in WAYS:
        every = [fault for record in made.values() for fault in record[f"{way} repairs"]["faults"]]
        counts = collections.Counter((kind, outcome) for kind, outcome, _ in every)
        passed = collections.Counter(kind for kind, _, passing_again in every if passing_again)
        kinds = [kind for kind in KINDS if any(counts[kind, outcome] for outcome in OUTCOMES)]
        rows = [[kind, *(str(counts[kind, outcome]) for outcome in OUTCOMES), str(passed[kind])] for kind in kinds]
        totals = [str(sum(counts[kind, outcome] for kind in kinds)) for outcome in OUTCOMES]
        header = [f"faults after {way} fixes", *OUTCOMES, "test passes again"]
        print_table(header, [*rows, ["all", *totals, str(sum(passed.values()))]], markdown=markdown)
        for name, record in made.items():
            for test in record[f"{way} repairs"]["broken"]:
                print(f"broken by {'a safe' if way == 'safe' else 'an unsafe'} fix: {name} {test}")


def lint(copy: Copy, options: list[str], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    command = [
        arguments.llmlint,
        "-m",
        "llmlint",
        "check",
        *copy.suite.tests,
        "--output-format",
        "json",
        "--no-cache",
        "--no-tools",
    ]
    command += ["--exit-zero", "--quiet", "--jobs", "1", "--python", str(copy.work.venv(copy.suite)), *options]
    done = subprocess.run(command, cwd=copy.tree, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(f"{copy.suite.label}: llmlint exited with {done.returncode}: {done.stderr[-2000:]}")
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return findings


def changed_files(copy: Copy) -> dict[str, bytes]:
    """The files whose bytes are not those of the suite, and what they are now."""
    changed = {}
    for path in test_files(copy.suite, copy.work):
        name = path.relative_to(copy.origin).as_posix()
        now = copy.tree / name
        if now.exists() and now.read_bytes() != path.read_bytes():
            changed[name] = now.read_bytes()
    return changed


def compare(before: Outcomes, after: Outcomes) -> tuple[int, list[str]]:
    """How many tests passed before, and which of them do not pass after."""
    passed = [test for test, records in before.items() if passes(records)]
    return len(passed), sorted(test for test in passed if not passes(after.get(test, [])))


def passes(records: list[dict[str, str]]) -> bool:
    """Whether a test ran, and passed with each of its parameters."""
    return bool(records) and all(one["outcome"] in ("passed", "skipped") for one in records)


def report(records: dict[str, dict[str, Any]], *, markdown: bool) -> None:
    for way in WAYS:
        rows = []
        rules: collections.Counter[str] = collections.Counter()
        for name, record in records.items():
            one = record.get(way)
            if one is None:
                continue
            rules.update(one["fixable"])
            numbers = [
                sum(one["fixable"].values()),
                one["files"],
                one["passed before"],
                len(one["broken"]),
                len(one["changed again"]),
            ]
            rows.append([name, *map(str, numbers)])
        totals = [str(sum(int(row[column]) for row in rows)) for column in range(1, 6)]
        header = [f"{way} fixes", "fixes", "files", "tests run that passed", "no longer pass", "changed a second time"]
        print_table(header, [*rows, ["all", *totals]], markdown=markdown)
        print(", ".join(f"{code} {number}" for code, number in rules.most_common()) + "\n")
    for name, record in records.items():
        for way in WAYS:
            for test in record.get(way, {}).get("broken", []):
                if way == "safe":
                    print(f"broken by a safe fix: {name} {test}")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--suites", action="append", type=Path, help="another list of suites; may be repeated")
    parser.add_argument("--faults", action="store_true", help="fix the faults that accuracy.py has injected")
    parser.add_argument("--way", choices=WAYS, action="append", default=[], help="safe or unsafe only")
    parser.add_argument("--llmlint", default=sys.executable, metavar="PYTHON", help="the interpreter that has llmlint")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds for one run of the tests of a suite")
    parser.add_argument("--again", action="store_true", help="do again what is known")
    parser.add_argument("--report", action="store_true", help="print from what was recorded, run nothing")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    arguments = parser.parse_args(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    records: dict[str, dict[str, Any]] = {}
    for suite in [suite for path in arguments.suites or [HERE / "suites.toml"] for suite in read_suites(path)]:
        if arguments.only and suite.name not in arguments.only:
            continue
        record = work.read("fixed", suite) or {}
        if not arguments.report and passing(suite, work) == "yes":
            for way in arguments.way or WAYS:
                key, make = (f"{way} repairs", restore) if arguments.faults else (way, trial)
                if arguments.again or key not in record:
                    record[key] = make(suite, work, way, arguments)
                    work.write("fixed", suite, record)
        if record:
            records[suite.name] = record
    (report_restored if arguments.faults else report)(records, markdown=arguments.markdown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
