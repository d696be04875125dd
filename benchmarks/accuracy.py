"""What share of injected faults llmlint and other tools find, and what they say of the untouched suites.

    python benchmarks/accuracy.py --tools VENV/bin             every traced suite: inject, prove, ask the tools, print the tables
    python benchmarks/accuracy.py --only flask --number 20
    python benchmarks/accuracy.py --again llmlint              ask one tool anew about the faults that are known
    python benchmarks/accuracy.py --report --misses            print from what was recorded

Faults are made (`faults.py`) in a copy of a passing suite, at most one a test, drawn by `--seed`. The touched tests are run before
and after (`outcomes_plugin.py`): a fault is kept if its test passed before and now fails, saying the made-up name where there
is one, or if it is of a kind that a test may keep silent about and the test still passes. Which uses are uses of the project's
own objects, the trace of `real_suites.py --trace` says. The tools (`judges.py`) see all proven faults of a suite at once; one is
found where a tool says something new within the changed statement. What is known of a suite lies in `faults/NAME.json` below
`--workdir` and is not done again.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from copies import Copy
from corpus import HERE, Suite, Workdir, default_workdir, read_suites, say, test_files
from faults import BROKEN_FILE, EXISTENCE, KINDS, NAMED, SAYS, SILENT, Fault, File, applied, sites
from judges import JUDGES, USES, Place, Said, fresh, installed, speaks_of_existence
from running import passing
from tables import print_table

SETTINGS = r"^\[\[?tool\.(?:ty|mypy|pyright|basedpyright|pyrefly|pylint|ruff)\b.*?(?=^\[|\Z)"


class Trial:
    """One suite: its copy, its faults, what was said of them."""

    def __init__(self, suite: Suite, work: Workdir, arguments: argparse.Namespace) -> None:
        self.suite, self.work, self.arguments = suite, work, arguments
        self.copy = Copy(suite, work, "faults")
        self.origin, self.tree = self.copy.origin, self.copy.tree
        self.record: dict[str, Any] = {}

    def run(self) -> None:
        wanted = {"seed": self.arguments.seed, "number": self.arguments.number, "kinds": self.arguments.kinds}
        known = self.work.read("faults", self.suite)
        self.copy.make()
        self.forget_settings()
        if known is None or any(known.get(key) != value for key, value in wanted.items()):
            self.record = {**wanted, "faults": self.inject(), "said": {}}
            self.work.write("faults", self.suite, self.record)
        else:
            self.record = known
        for judge in JUDGES:
            if not installed(self.arguments.tools, judge) or (
                self.arguments.judges and judge not in self.arguments.judges
            ):
                continue
            if judge not in self.record["said"] or judge in self.arguments.again:
                self.ask(judge)
                self.work.write("faults", self.suite, self.record)

    def forget_settings(self) -> None:
        """Takes what a suite says to the compared tools out of its settings: each runs as it comes."""
        path = self.tree / "pyproject.toml"
        if path.exists():
            text = path.read_text("utf-8")
            path.write_text(re.sub(SETTINGS, "", text, flags=re.MULTILINE | re.DOTALL), "utf-8")

    # -- injecting ---------------------------------------------------------------------------------------------------

    def inject(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        batches = self.draw()
        tests = sorted({fault.test for batch in batches for fault in batch})
        before = self.copy.outcomes(
            tests, sorted({fault.file for batch in batches for fault in batch}), self.arguments.timeout
        )
        for number, batch in enumerate(batches):
            self.write(batch)
            after = self.copy.outcomes(
                [fault.test for fault in batch], sorted({fault.file for fault in batch}), self.arguments.timeout
            )
            self.restore(batch)
            for fault in batch:
                proof = proven(fault, before.get(fault.test, []), after.get(fault.test, []))
                if proof:
                    kept.append({**fault.as_json(), "proof": proof, "batch": number, "found": {}})
        self.copy.make()
        self.forget_settings()
        say(f"{self.suite.label}: {sum(map(len, batches))} drawn, {len(kept)} kept")
        return kept

    def draw(self) -> list[list[Fault]]:
        """Faults that do not meet: one a test in the first batch, one a file in the second."""
        draw = random.Random(f"{self.arguments.seed} {self.suite.name}")
        found: list[Fault] = []
        skipped = tuple(str(self.origin / path) for path in self.suite.skip_paths)
        trace = self.trace()
        for path in test_files(self.suite, self.work):
            if str(path).startswith(skipped or "\0") or path.name == "conftest.py":
                continue
            try:
                file = File(self.origin, path, trace.get(path.relative_to(self.origin).as_posix(), {}))
            except SyntaxError:
                continue
            found += [fault for fault in sites(file, self.suite, draw) if fault.kind in self.arguments.kinds]
        draw.shuffle(found)
        chosen: tuple[list[Fault], list[Fault]] = ([], [])
        taken: set[str] = set()
        count: collections.Counter[str] = collections.Counter()
        # The rare kinds choose first.
        sizes = collections.Counter(fault.kind for fault in found)
        for fault in sorted(found, key=lambda fault: sizes[fault.kind]):
            broken = fault.kind in BROKEN_FILE
            place = fault.file if broken else fault.test
            if count[fault.kind] < self.arguments.number and place not in taken and self.sound(fault):
                taken.add(place)
                count[fault.kind] += 1
                chosen[broken].append(fault)
        return [batch for batch in chosen if batch]

    def trace(self) -> dict[str, dict[tuple[int, int, str], str]]:
        found: dict[str, dict[tuple[int, int, str], str]] = {}
        for use in (self.work.read("traces", self.suite) or {"uses": []})["uses"]:
            found.setdefault(use["filename"], {})[use["row"], use["column"], use["kind"]] = use["owner"]
        return found

    def sound(self, fault: Fault) -> bool:
        """Whether the file can still be compiled with the fault."""
        try:
            compile(applied((self.origin / fault.file).read_bytes(), [fault]), fault.file, "exec")
        except (SyntaxError, ValueError):
            return False
        return True

    def write(self, faults: list[Fault]) -> None:
        for file in {fault.file for fault in faults}:
            own = [fault for fault in faults if fault.file == file]
            (self.tree / file).write_bytes(applied((self.origin / file).read_bytes(), own))

    def restore(self, faults: list[Fault]) -> None:
        for file in {fault.file for fault in faults}:
            shutil.copy(self.origin / file, self.tree / file)

    # -- asking the tools --------------------------------------------------------------------------------------------

    def ask(self, judge: str) -> None:
        faults = self.record["faults"]
        files = sorted({fault["file"] for fault in faults})
        if not files:
            return
        began = time.monotonic()
        try:
            before = self.judged(judge, files)
            for batch in sorted({fault["batch"] for fault in faults}):
                own = [fault for fault in faults if fault["batch"] == batch]
                made = [Fault(**{key: fault[key] for key in Fault.__dataclass_fields__}) for fault in own]
                self.write(made)
                after = fresh(before, self.judged(judge, sorted({fault["file"] for fault in own})))
                reasons = self.unresolved() if judge == "llmlint" else {}
                self.restore(made)
                for fault in own:
                    fault["found"][judge] = sorted({one.code for one in after if within(one, fault)})
                    if judge == "llmlint":
                        fault["cause"] = None if fault["found"][judge] else cause(fault, reasons)
        except (RuntimeError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            say(f"{self.suite.label}: {judge} failed: {str(error)[-600:]}")
            self.copy.make()
            self.forget_settings()
            return
        speaking = [one for one in before if speaks_of_existence(judge, one.code)]
        self.record["said"][judge] = {
            "untouched": len(before),
            "of existence": len(speaking),
            "seconds": round(time.monotonic() - began, 1),
            "examples": [f"{one.file}:{one.row}: {one.code} {one.message}" for one in speaking[:20]],
        }
        found = sum(bool(fault["found"][judge]) for fault in faults)
        say(f"{self.suite.label}: {judge} found {found} of {len(faults)}; {len(before)} findings untouched")

    def judged(self, judge: str, files: list[str]) -> list[Said]:
        place = Place(self.suite, self.work, self.tree, files, self.arguments.tools, self.arguments.llmlint)
        return [one for one in JUDGES[judge](place) if one.file in files]

    def unresolved(self) -> dict[tuple[str, int], list[tuple[str, str]]]:
        """Kind and reason of what llmlint could not resolve when it ran last, by file and row."""
        output = self.tree / USES
        found: dict[tuple[str, int], list[tuple[str, str]]] = {}
        for line in output.read_text("utf-8").splitlines() if output.exists() else ():
            use = json.loads(line)
            if not use["resolved"]:
                found.setdefault((use["filename"], use["row"]), []).append((use["kind"], use["reason"]))
        return found


def proven(fault: Fault, before: list[dict[str, str]], after: list[dict[str, str]]) -> str | None:
    """``fails`` or ``silent``, where running the test shows the fault to be one."""
    if not before or any(one["outcome"] != "passed" for one in before):
        return None
    failed = [one for one in after if one["outcome"] == "failed"]
    if failed:
        said = [one["text"] for one in failed if fault.kind not in NAMED or fault.new in one["text"]]
        if not any(re.search(SAYS.get(fault.kind, ""), text) for text in said):
            return None
        return None if fault.kind in ("dropped-spec", "dropped-assertions") else "fails"
    if fault.kind in SILENT and after and all(one["outcome"] == "passed" for one in after):
        return "silent"
    return None


def within(said: Said, fault: dict[str, Any]) -> bool:
    return said.file == fault["file"] and fault["row"] <= said.row <= fault["end_row"]


def cause(fault: dict[str, Any], reasons: dict[tuple[str, int], list[tuple[str, str]]]) -> str:
    """Why llmlint may not have found it: what it says it could not resolve within the statement."""
    kinds = {
        "attribute": "attribute",
        "keyword": "call",
        "arity": "call",
        "patch-target": "patch",
        "fixture": "fixture",
    }
    found = [
        (kind, reason) for row in range(fault["row"], fault["end_row"] + 1) for kind, reason in reasons.get((fault["file"], row), ())
    ]  # fmt: skip
    wanted = kinds.get(fault["kind"])
    own = [reason for kind, reason in found if wanted in (None, kind)]
    return own[0] if own else "resolved, and yet kept back"


# -- reporting -------------------------------------------------------------------------------------------------------


def report(records: dict[str, dict[str, Any]], missing: list[str], *, markdown: bool, misses: bool) -> None:
    judges = [judge for judge in JUDGES if any(judge in record["said"] for record in records.values())]
    faults = [{**fault, "suite": name} for name, record in records.items() for fault in record["faults"]]
    proofs = collections.Counter(fault["proof"] for fault in faults)
    print(f"{len(records)} suites, {len(faults)} faults: {proofs['fails']} fail, {proofs['silent']} pass in silence.\n")
    rows = []
    for kind in KINDS:
        for proof in ("fails", "silent"):
            own = [fault for fault in faults if (fault["kind"], fault["proof"]) == (kind, proof)]
            if own:
                rows.append([f"{kind} ({proof})", len(own), *(share(own, judge) for judge in judges)])
    existing = [fault for fault in faults if fault["kind"] in EXISTENCE and fault["proof"] == "fails"]
    rows.append(["**existence, failing**", len(existing), *(share(existing, judge) for judge in judges)])
    rows.append(["**all**", len(faults), *(share(faults, judge) for judge in judges)])
    print_table(["fault", "number", *judges], texts(rows), markdown=markdown)
    print()
    rows = []
    for title, key in (("findings on the untouched files", "untouched"), ("of them about existence", "of existence")):
        totals = [sum(record["said"].get(judge, {}).get(key, 0) for record in records.values()) for judge in judges]
        rows.append([title, *totals])
    print_table(["", *judges], texts(rows), markdown=markdown)
    if missing:
        print(f"\nNot installed, and therefore missing: {', '.join(missing)}.")
    missed = [fault for fault in faults if fault["found"].get("llmlint") == [] and fault["kind"] in EXISTENCE]
    missed = [fault for fault in missed if fault["proof"] == "fails"]
    print(f"\nWhat llmlint misses of the existence faults, by cause ({len(missed)}):\n")
    causes = collections.Counter((fault["kind"], fault.get("cause") or "") for fault in missed)
    print_table(
        ["fault", "cause", "number"], texts([[*key, number] for key, number in causes.most_common()]), markdown=markdown
    )
    if misses:
        for fault in sorted(missed, key=lambda fault: (fault["kind"], fault.get("cause") or "", fault["suite"])):
            print(
                f"{fault['suite']}/{fault['file']}:{fault['row']}: {fault['kind']} {fault['old']} → {fault['new']}: {fault['cause']}"
            )
            print(f"    {fault['line']}")


def texts(rows: list[list[Any]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in rows]


def share(faults: list[dict[str, Any]], judge: str) -> str:
    asked = [fault for fault in faults if judge in fault["found"]]
    found = sum(bool(fault["found"][judge]) for fault in asked)
    return f"{100 * found / len(asked):.0f} %" if asked else "–"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--suites", action="append", type=Path, help="another list of suites; may be repeated")
    parser.add_argument(
        "--kinds", type=lambda text: text.split(","), default=list(KINDS), help="kinds of faults, by commas"
    )
    parser.add_argument("--number", type=int, default=15, help="how many of a kind a suite gets at most")
    parser.add_argument("--seed", type=int, default=20261121, help="what is drawn")
    parser.add_argument(
        "--tools", type=Path, default=Path(sys.executable).parent, help="the folder of the tools' commands"
    )
    parser.add_argument(
        "--judges", action="append", default=[], metavar="TOOL", help="ask this tool only; may be repeated"
    )
    parser.add_argument(
        "--again", action="append", default=[], metavar="TOOL", help="ask this tool anew; may be repeated"
    )
    parser.add_argument("--llmlint", default=sys.executable, metavar="PYTHON", help="the interpreter that has llmlint")
    parser.add_argument(
        "--timeout", type=float, default=600, help="seconds for one run of the touched tests of a suite"
    )
    parser.add_argument("--report", action="store_true", help="print from what was recorded, run nothing")
    parser.add_argument("--misses", action="store_true", help="list every existence fault that llmlint misses")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    arguments = parser.parse_args(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    every = [suite for path in arguments.suites or [HERE / "suites.toml"] for suite in read_suites(path)]
    records: dict[str, dict[str, Any]] = {}
    for suite in every:
        if arguments.only and suite.name not in arguments.only:
            continue
        if not arguments.report:
            if passing(suite, work) != "yes" or work.read("traces", suite) is None:
                say(f"{suite.label}: not passing, or not traced (real_suites.py --run-tests --trace)")
                continue
            Trial(suite, work, arguments).run()
        record = work.read("faults", suite)
        if record is not None:
            records[suite.name] = record
    missing = [judge for judge in JUDGES if not installed(arguments.tools, judge)]
    report(records, missing, markdown=arguments.markdown, misses=arguments.misses)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
