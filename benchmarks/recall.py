"""How much of what ran llmlint resolved: its own record of uses against the trace of `trace_plugin.py`."""

from __future__ import annotations

import ast
import collections
import functools
import json
import subprocess
from pathlib import Path

from corpus import Suite, Workdir, say
from tables import KINDS, percent, print_table


def record_uses(suite: Suite, work: Workdir, python: str, options: list[str]) -> None:
    """Has llmlint write down every use that it saw, one JSON object a line: filename, row and column (where the expression
    begins, 1-based code points), kind (attribute, call, patch, fixture), resolved, reason."""
    path = work.folder("uses") / f"{suite.name}.jsonl"
    path.unlink(missing_ok=True)
    command = [
        python,
        "-m",
        "llmlint",
        "check",
        *suite.tests,
        "--no-tools",
        "--output-format",
        "json",
        "--quiet",
        "--no-cache",
    ]
    command += ["--jobs", "1", "--exit-zero", "--python", str(work.venv(suite)), "--record-uses", str(path), *options]
    done = subprocess.run(
        command, cwd=work.tree(suite), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode not in (0, 1):
        say(f"{suite.label}: llmlint exited with {done.returncode}\n{done.stderr[-2000:]}")


Place = tuple[int, int, str]


def places_of(path: Path) -> dict[Place, list[Place]]:
    """Where expressions of a kind begin, and what `trace_plugin.py` calls the places of those that begin there, the
    innermost first: `a.b` and `a.b.c` begin at one place."""
    source = path.read_bytes()
    lines = source.splitlines(keepends=True)
    found: dict[Place, list[Place]] = {}
    for node in ast.walk(ast.parse(source)):
        ends: list[tuple[str, ast.expr | ast.arg]] = []
        if isinstance(node, ast.Attribute):
            ends = [("attribute", node)]
        elif isinstance(node, ast.Call):
            ends = [("call", node.func), ("patch", node.func)]
        elif isinstance(node, ast.arg):
            ends = [("fixture", node)]
        for kind, end in ends:
            assert isinstance(node, (ast.expr, ast.arg))
            column = len(lines[node.lineno - 1][: node.col_offset].decode("utf-8", "replace")) + 1
            place = (end.end_lineno or 0, end.end_col_offset or 0, kind)
            found.setdefault((node.lineno, column, kind), []).append(place)
    return {start: sorted(places) for start, places in found.items()}


@functools.cache
def written_in(path: Path) -> frozenset[tuple[int, int]]:
    """Where a file's attributes that are only written end: an assignment makes what a use would need."""
    nodes = ast.walk(ast.parse(path.read_bytes()))
    written = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return frozenset((node.end_lineno or 0, node.end_col_offset or 0) for node in written)


def read_uses(path: Path, tree: Path) -> dict[tuple[str, Place], tuple[bool, str]]:
    """What llmlint said of each use, by file and the place that the trace gives it."""
    recorded: dict[str, dict[Place, list[tuple[bool, str]]]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        use = json.loads(line)
        begins = (use["row"], use["column"], use["kind"])
        verdict = (bool(use["resolved"]), use["reason"] or "no reason given")
        recorded.setdefault(use["filename"], {}).setdefault(begins, []).append(verdict)
    uses: dict[tuple[str, Place], tuple[bool, str]] = {}
    for file, starts in recorded.items():
        places = places_of(tree / file)
        for begins, verdicts in starts.items():
            ends = places.get(begins, [])
            for number, verdict in enumerate(verdicts):  # recorded as they are evaluated: the innermost first
                if ends:
                    place = ends[number % len(ends)]
                    if not uses.get((file, place), (False, ""))[0]:
                        uses[file, place] = verdict
    return uses


def report_recall(suites: list[Suite], work: Workdir, *, markdown: bool, show: int) -> None:
    rows = []
    together: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
    reasons: dict[str, collections.Counter[str]] = {kind: collections.Counter() for kind in KINDS}
    examples: dict[tuple[str, str], list[str]] = {}
    for suite in suites:
        traced = work.read("traces", suite)
        if traced is None:
            continue
        uses = read_uses(work.root / "uses" / f"{suite.name}.jsonl", work.tree(suite))
        counts: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
        for use in traced["uses"]:
            kind = use["kind"]
            place = (use["row"], use["column"])
            if kind == "attribute" and place in written_in(work.tree(suite) / use["filename"]):
                continue
            resolved, reason = uses.get((use["filename"], (*place, kind)), (False, "not seen by llmlint at this place"))
            counts[kind][0] += resolved
            counts[kind][1] += 1
            if not resolved:
                reasons[kind][reason] += 1
                example = f"{suite.label}/{use['filename']}:{use['row']} {use['name']} of {use['owner']}"
                examples.setdefault((kind, reason), []).append(example)
        for kind, (part, whole) in counts.items():
            together[kind] = [together[kind][0] + part, together[kind][1] + whole]
        both = [counts["attribute"][n] + counts["call"][n] for n in (0, 1)]
        shares = [f"{percent(*counts[kind])} of {counts[kind][1]:,}" for kind in KINDS]
        rows.append([suite.label, *shares, percent(*both)])
    both = [together["attribute"][n] + together["call"][n] for n in (0, 1)]
    shares = [f"{percent(*together[kind])} of {together[kind][1]:,}" for kind in KINDS]
    rows.append(["together", *shares, percent(*both)])
    print_table(["suite", *KINDS.values(), "attributes and calls"], rows, markdown=markdown)
    found = []
    for kind, counter in reasons.items():
        for reason, number in counter.most_common(show):
            found.append([f"{kind}: {reason}", str(number), percent(number, together[kind][1])])
    print_table(["not resolved, because", "uses", "of this kind"], found, markdown=markdown)
    if not markdown:
        for (kind, reason), places in sorted(examples.items(), key=lambda item: -len(item[1]))[:show]:
            print(f"{kind}: {reason}")
            for example in places[:: max(1, len(places) // 8)][:8]:
                print(f"    {example}")
