"""What llmlint finds in the suites, and what it says it resolved."""

from __future__ import annotations

import collections
import json
import re
import subprocess
import time
from typing import Any

from corpus import Suite, Workdir, count_lines, say, test_files
from running import passing
from tables import KINDS, percent, print_table


def lint(suite: Suite, work: Workdir, python: str, options: list[str]) -> dict[str, Any]:
    """Runs llmlint over all tests of a suite, those that need a server included."""
    command = [python, "-m", "llmlint", "check", *suite.tests, "--no-tools", "--output-format", "json", "--statistics"]
    command += ["--no-cache", "--jobs", "1", "--exit-zero", "--python", str(work.venv(suite)), *options]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=work.tree(suite),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=1800,
        check=False,
    )
    seconds = time.monotonic() - began
    (work.folder("logs") / f"{suite.name}.lint.log").write_text(done.stderr, "utf-8")
    try:
        findings = json.loads(done.stdout)
    except ValueError:
        findings = None
    if done.returncode not in (0, 1) or findings is None:
        say(f"{suite.label}: llmlint exited with {done.returncode}\n{done.stderr[-2000:]}")
        findings = findings or []
    result = {
        "exit": done.returncode,
        "seconds": round(seconds, 2),
        "resolved": read_statistics(done.stderr),
        "findings": findings,
    }
    work.write("lint", suite, result)
    return result


def read_statistics(text: str) -> dict[str, list[int]]:
    """By kind, how many of how many were resolved: what `--statistics` says of it."""
    counts = {}
    for kind, plural in KINDS.items():
        found = re.search(rf"^ *{plural} .*?([\d,]+) of +([\d,]+) *$", text, re.MULTILINE)
        if found:
            counts[kind] = [int(number.replace(",", "")) for number in found.groups()]
    return counts


def is_grave(code: str, severity: str) -> bool:
    return bool(re.fullmatch(r"LLM2\d\d", code)) or severity == "error"


def report_lint(suites: list[Suite], work: Workdir, *, markdown: bool, show: bool) -> None:
    rows = []
    total: collections.Counter[str] = collections.Counter()
    totals = [0, 0.0, 0, 0]
    resolved: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
    for suite in suites:
        result = work.read("lint", suite)
        if result is None:
            continue
        lines = count_lines(test_files(suite, work))
        by_code = collections.Counter(each["code"] for each in result["findings"])
        grave = collections.Counter(
            each["code"] for each in result["findings"] if is_grave(each["code"], each.get("severity", ""))
        )
        total.update(by_code)
        shares = []
        for kind in KINDS:
            part, whole = result["resolved"].get(kind, [0, 0])
            resolved[kind] = [resolved[kind][0] + part, resolved[kind][1] + whole]
            shares.append(percent(part, whole))
        totals = [totals[0] + lines, totals[1] + result["seconds"], totals[2] + grave.total(), totals[3]]
        totals[3] += by_code.total() - grave.total()
        rows.append(
            [
                suite.label + ({"yes": "", "no": " (not green)"}.get(passing(suite, work), " (not run)")),
                f"{lines:,}",
                " ".join(f"{code}:{number}" for code, number in sorted(grave.items())) or "0",
                str(by_code.total() - grave.total()),
                *shares,
                f"{result['seconds']:.1f}",
            ]
        )
        if show:
            for each in result["findings"]:
                if is_grave(each["code"], each.get("severity", "")):
                    place = f"{suite.label}/{each['filename']}:{each['location']['row']}:{each['location']['column']}"
                    print(f"{place} {each['code']} {each['message']}")
    everything = [percent(*resolved[kind]) for kind in KINDS]
    rows.append(["together", f"{totals[0]:,}", str(totals[2]), str(totals[3]), *everything, f"{totals[1]:.1f}"])
    print_table(["suite", "lines", "2xx and errors", "warnings", *KINDS.values(), "seconds"], rows, markdown=markdown)
    print_table(
        ["code", "findings"], [[code, str(number)] for code, number in sorted(total.items())], markdown=markdown
    )
