"""Draws the findings to be judged, and makes the table of what was judged.

    python benchmarks/sample.py lint LLM401 LLM402             run llmlint over the passing suites, keep what it finds
    python benchmarks/sample.py draw LLM401                    print the sample with its code; judged ones are marked
    python benchmarks/sample.py draw LLM401 --rows             … as rows of docs/accuracy.csv, the verdict left open
    python benchmarks/sample.py check                          which drawn findings are not judged, which rows are stale
    python benchmarks/sample.py sort                           sort docs/accuracy.csv
    python benchmarks/sample.py table                          write the table into docs/accuracy.md

The passing suites are those of `SUITES.tsv` in `--workdir`, and those of `--suites FILE` (a list as `suites.toml` is). The
findings are kept in `WORKDIR/sample/CODE.json`. Every finding has a lot, the SHA-256 of `--seed`, suite, version, file, line, rule and
message; the sample of a rule is the `--size` findings with the lowest. So the same findings give the same sample, and one finding more
or less changes one of it at most.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from corpus import Suite, Workdir, default_workdir, read_suites, say

ROOT = Path(__file__).resolve().parent.parent
JUDGED = ROOT / "docs" / "accuracy.csv"
PAGE = ROOT / "docs" / "accuracy.md"
COLUMNS = ["suite", "version", "file", "line", "rule", "verdict", "reason"]
BEGIN, END = "<!-- precision: benchmarks/sample.py table -->", "<!-- precision: end -->"


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["lint", "draw", "check", "sort", "table"])
    parser.add_argument("rules", nargs="*", metavar="CODE")
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--suites", action="append", type=Path, default=[], help="another list of suites")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--size", type=int, default=50, help="how many findings a rule are drawn")
    parser.add_argument("--rows", action="store_true", help="print rows for docs/accuracy.csv")
    parser.add_argument("--around", type=int, default=12, help="how many lines of code are shown below a finding")
    parser.add_argument("--open", action="store_true", help="leave out what is judged")
    parser.add_argument("--jobs", type=int, default=1, help="how many suites are linted at a time")
    return parser.parse_args(argv)


def passing_suites(arguments: argparse.Namespace) -> list[Suite]:
    """The suites that passed, by `SUITES.tsv`; those of `--suites` are taken at their word."""
    with (arguments.workdir / "SUITES.tsv").open(encoding="utf-8") as file:
        passed = {row["name"] for row in csv.DictReader(file, delimiter="\t") if row["passing"] == "yes"}
    suites = [suite for suite in read_suites(ROOT / "benchmarks" / "suites.toml") if suite.name in passed]
    for path in arguments.suites:
        suites += read_suites(path)
    return sorted(
        (suite for suite in suites if not arguments.only or suite.name in arguments.only), key=lambda suite: suite.name
    )


def lint(suite: Suite, work: Workdir, rules: list[str]) -> list[dict[str, Any]]:
    """What llmlint finds in a suite, as far as `rules` go."""
    command = [sys.executable, "-m", "llmlint", "check", *suite.tests, "--output-format", "json", "--no-cache"]
    command += ["--jobs", "1", "--exit-zero", "--python", str(work.venv(suite))]
    command += [word for rule in rules for word in ("--select", rule)]
    done = subprocess.run(command, cwd=work.tree(suite), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{suite.label}: llmlint exited with {done.returncode}\n{done.stderr[-2000:]}")
    return [
        {
            "suite": suite.name,
            "version": suite.version,
            "file": each["filename"],
            "line": each["location"]["row"],
            "rule": each["code"],
            "message": each["message"],
        }
        for each in json.loads(done.stdout)
    ]


def store(rule: str, findings: list[dict[str, Any]], folder: Path, only: list[str]) -> None:
    """Keeps the findings of a rule; with `only`, in the place of those of these suites."""
    path = folder / f"{rule}.json"
    kept = json.loads(path.read_text("utf-8")) if only and path.exists() else []
    kept = [each for each in kept if each["suite"] not in only] + findings
    kept.sort(key=lambda each: (each["suite"], each["file"], each["line"], each["message"]))
    path.write_text(json.dumps(kept, indent=0), "utf-8")


def findings_of(rule: str, folder: Path) -> list[dict[str, Any]]:
    path = folder / f"{rule}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def draw(rule: str, folder: Path, seed: int, size: int, only: Collection[str] = ()) -> list[dict[str, Any]]:
    """The sample of a rule (``only``: among these suites), in the order of suite, file and line."""
    findings = [each for each in findings_of(rule, folder) if not only or each["suite"] in only]
    drawn = sorted(findings, key=lambda each: lot(each, seed))[:size]
    return sorted(drawn, key=lambda each: (each["suite"], each["file"], each["line"], each["message"]))


def lot(finding: dict[str, Any], seed: int) -> bytes:
    """What decides whether a finding is drawn, whatever the others are."""
    return hashlib.sha256("\0".join(map(str, (seed, *place(finding), finding["message"]))).encode()).digest()


def read_judged() -> list[dict[str, str]]:
    if not JUDGED.exists():
        return []
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_judged(rows: list[dict[str, str]]) -> None:
    rows = sorted(rows, key=lambda row: (row["rule"], row["suite"], row["file"], int(row["line"]), row["reason"]))
    with JUDGED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def place(row: dict[str, Any]) -> tuple[str, str, str, int, str]:
    return row["suite"], row["version"], row["file"], int(row["line"]), row["rule"]


def show(each: dict[str, Any], verdict: str, suites: dict[str, Suite], work: Workdir, around: int) -> None:
    print(f"=== {each['suite']} {each['file']}:{each['line']} {each['rule']} {verdict}\n    {each['message']}")
    path = work.tree(suites[each["suite"]]) / each["file"]
    lines = path.read_text("utf-8", errors="replace").splitlines()
    for number in range(max(each["line"] - 3, 0), min(each["line"] + around, len(lines))):
        print(f"{'>' if number + 1 == each['line'] else ' '}{number + 1:5} {lines[number]}")


def print_sample(arguments: argparse.Namespace, work: Workdir, folder: Path) -> None:
    verdicts = {place(row): row["verdict"] for row in read_judged()}
    suites = {suite.name: suite for suite in passing_suites(arguments)}
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for rule in arguments.rules:
        for each in draw(rule, folder, arguments.seed, arguments.size, arguments.only):
            verdict = verdicts.get(place(each), "")
            if (arguments.open and verdict) or each["suite"] not in suites:
                continue
            if arguments.rows:
                writer.writerow([*place(each), verdict, ""])
            else:
                show(each, verdict, suites, work, arguments.around)


def check(arguments: argparse.Namespace, folder: Path) -> int:
    """Names what was drawn and not judged, and what was judged and is not found any more."""
    judged = {place(row) for row in read_judged()}
    wrong = 0
    for path in sorted(folder.glob("*.json")):
        rule = path.stem
        if arguments.rules and rule not in arguments.rules:
            continue
        drawn = {place(each) for each in draw(rule, folder, arguments.seed, arguments.size, arguments.only)}
        for missing in sorted(drawn - judged):
            print("not judged:", *missing)
            wrong += 1
        found = {place(each) for each in findings_of(rule, folder)}
        for stale in sorted(one for one in judged - found if one[4] == rule):
            print("not found any more:", *stale)
    return 1 if wrong else 0


def table(folder: Path, contracted: Collection[str]) -> str:
    """The table: for each rule its findings, how many of them were judged, and how many of these are right.

    A rule that contracts switch on has two rows: the suites that have contracts, and the others.
    """
    lines = ["| rule | findings | judged | right | share |", "|---|--:|--:|--:|--:|"]
    by_rule = collections.defaultdict(list)
    for row in read_judged():
        by_rule[row["rule"]].append(row)
    for rule in sorted({*by_rule, *(path.stem for path in folder.glob("*.json"))}):
        findings = findings_of(rule, folder)
        if not switched_on_by_contracts(rule):
            lines.append(line(rule, findings, by_rule[rule]))
            continue
        for label, there in ((f"{rule}, with contracts", True), (f"{rule}, without", False)):
            own = [each for each in findings if (each["suite"] in contracted) is there]
            lines.append(line(label, own, by_rule[rule]))
    return "\n".join(lines)


def line(label: str, findings: list[dict[str, Any]], judged: list[dict[str, str]]) -> str:
    there = {place(each) for each in findings}
    rows = [row for row in judged if place(row) in there]
    right = sum(row["verdict"] == "right" for row in rows)
    share = f"{100 * right / len(rows):.0f} %" if rows else "-"
    return f"| {label} | {len(findings)} | {len(rows)} | {right} | {share} |"


def switched_on_by_contracts(rule: str) -> bool:
    page = next((ROOT / "rules").glob(f"{rule}-*.md"))
    return "\n- on-with: contracts" in page.read_text("utf-8")


def write_table(folder: Path, contracted: Collection[str]) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(folder, contracted)}\n\n{END}{after}", "utf-8")


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    folder = work.folder("sample")
    if arguments.what == "lint":
        suites = passing_suites(arguments)
        found: dict[str, list[dict[str, Any]]] = {rule: [] for rule in arguments.rules}
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for suite, findings in zip(
                suites, pool.map(lambda suite: lint(suite, work, arguments.rules), suites), strict=True
            ):
                say(f"{suite.label}: {len(findings)}")
                for each in findings:
                    found.setdefault(each["rule"], []).append(each)
        for rule, findings in found.items():
            store(rule, findings, folder, arguments.only)
            print(rule, len(findings))
    elif arguments.what == "draw":
        print_sample(arguments, work, folder)
    elif arguments.what == "check":
        return check(arguments, folder)
    elif arguments.what == "sort":
        write_judged(read_judged())
    else:
        write_table(
            folder, [suite.name for suite in passing_suites(arguments) if (work.tree(suite) / "contracts").is_dir()]
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
