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
import ast
import collections
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROMINENT = ("LLM201", "LLM202", "LLM203", "LLM204", "LLM205", "LLM206", "LLM207", "LLM208", "LLM209")


@dataclass(frozen=True)
class Suite:
    name: str
    version: str
    tests: tuple[str, ...]
    packages: tuple[str, ...]
    run: tuple[str, ...] = ()
    python: str = ""
    extras: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    editable: bool = True
    pytest: tuple[str, ...] = ()
    skip_paths: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    note: str = ""
    tree: str = ""
    venv: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}-{self.version}"


def read_suites(path: Path) -> list[Suite]:
    suites = []
    for table in tomllib.loads(path.read_text("utf-8"))["suite"]:
        values = {
            key.replace("-", "_"): tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        suites.append(Suite(**values))
    return suites


class Workdir:
    """Where the suites lie. Every path is made from here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def tree(self, suite: Suite) -> Path:
        return Path(suite.tree) if suite.tree else self.root / suite.label

    def venv(self, suite: Suite) -> Path:
        return Path(suite.venv) if suite.venv else self.root / "venvs" / suite.name

    def python(self, suite: Suite) -> Path:
        return interpreter(self.venv(suite))

    def record(self, kind: str, suite: Suite) -> Path:
        return self.folder(kind) / f"{suite.name}.json"

    def read(self, kind: str, suite: Suite) -> Any:
        path = self.root / kind / f"{suite.name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def write(self, kind: str, suite: Suite, value: object) -> None:
        self.record(kind, suite).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", "utf-8")


def interpreter(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], log: Path, timeout: float = 1800, **options: Any) -> int:
    with log.open("w", encoding="utf-8") as out:
        out.write(shlex.join(command) + "\n")
        out.flush()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            out.write(f"\nstopped after {timeout:.0f} s\n")
            return 124
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends what was started, with all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


# -- preparing -------------------------------------------------------------------------------------------------------


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def find_sdist(folder: Path, suite: Suite) -> Path | None:
    for path in sorted(folder.glob("*.tar.gz")):
        name, _, version = path.name.removesuffix(".tar.gz").rpartition("-")
        if canonical(name) == canonical(suite.name) and version == suite.version:
            return path
    return None


def unpack(archive: Path, target: Path) -> None:
    staging = target.with_name(target.name + ".unpacking")
    shutil.rmtree(staging, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(staging, filter="data")
    (inner,) = staging.iterdir()
    inner.rename(target)
    staging.rmdir()


def find_python(version: str) -> str:
    if not version or version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise SystemExit(f"python{version} is not on PATH")
    return found


def constraints(suite: Suite) -> Path:
    return HERE / "constraints" / f"{suite.name}.txt"


def prepare(suite: Suite, work: Workdir) -> bool:
    """Downloads, unpacks and installs a suite; does nothing where that is done already."""
    if suite.tree:
        return True
    log = work.folder("logs") / f"{suite.name}.prepare.log"
    sdists = work.folder("sdists")
    if find_sdist(sdists, suite) is None:
        say(f"{suite.label}: downloading")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", suite.name]
        if run([*command, "-d", str(sdists), f"{suite.name}=={suite.version}"], log):
            say(f"{suite.label}: cannot be downloaded, see {log}")
            return False
    tree = work.tree(suite)
    if not tree.exists():
        archive = find_sdist(sdists, suite)
        if archive is None:
            say(f"{suite.label}: no source distribution came")
            return False
        unpack(archive, tree)
    pins = constraints(suite)
    wanted = json.dumps([suite.version, suite.python, suite.extras, suite.requirements, suite.editable])
    stamp = hashlib.sha256(wanted.encode()).hexdigest()
    marker = work.venv(suite) / "prepared.txt"
    if marker.exists() and marker.read_text("utf-8") == stamp:
        return True
    say(f"{suite.label}: installing")
    if run([find_python(suite.python), "-m", "venv", "--clear", str(work.venv(suite))], log):
        say(f"{suite.label}: no environment, see {log}")
        return False
    project = str(tree) + (f"[{','.join(suite.extras)}]" if suite.extras else "")
    command = [str(work.python(suite)), "-m", "pip", "install", "--quiet"]
    if pins.exists():
        command += ["-c", str(pins)]
    command += [*suite.requirements, *(["-e"] if suite.editable else []), project]
    if run(command, log):
        say(f"{suite.label}: cannot be installed, see {log}")
        return False
    marker.write_text(stamp, "utf-8")
    return True


def freeze(suite: Suite, work: Workdir) -> None:
    """Writes down what the environment holds, so that it can be made again."""
    command = [str(work.python(suite)), "-m", "pip", "freeze", "--exclude-editable", "--exclude", suite.name]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in listed.splitlines() if "==" in line and " @ " not in line]
    constraints(suite).parent.mkdir(exist_ok=True)
    constraints(suite).write_text("".join(f"{line}\n" for line in lines), "utf-8")


# -- running the suites ----------------------------------------------------------------------------------------------


def test_environment(suite: Suite, work: Workdir) -> dict[str, str]:
    home = work.folder("home")
    keep = {key: os.environ[key] for key in ("LANG", "TMPDIR", "SYSTEMROOT", "TERM") if key in os.environ}
    binaries = work.python(suite).parent
    return {
        "LANG": "C.UTF-8",
        **keep,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(binaries), os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(work.venv(suite)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_RETRIES": "0",
        "UV_HTTP_RETRIES": "0",
        **suite.environment,
    }


def pytest_command(suite: Suite, work: Workdir, wrapper: list[str]) -> list[str]:
    command = [*wrapper, str(work.python(suite)), "-m", "pytest", *(suite.run or suite.tests), "-q", "-p", "no:cacheprovider"]
    command += ["--tb=short", "-rfE", *suite.pytest]
    command += [f"--ignore={path}" for path in suite.skip_paths]
    command += [f"--deselect={name}" for name in suite.deselect]
    return command


COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected|xfailed|xpassed)")


def read_counts(text: str) -> dict[str, int]:
    for line in reversed(text.splitlines()):
        found = COUNT.findall(line)
        if found and re.search(r"in [\d.:]+ ?s", line):
            return {word.rstrip("s") if word.startswith("error") else word: int(number) for number, word in found}
    return {}


def run_tests(suite: Suite, work: Workdir, wrapper: list[str], timeout: float) -> dict[str, Any]:
    """Runs a suite twice: it passes when both runs are green."""
    runs = []
    for turn in (1, 2):
        say(f"{suite.label}: tests, run {turn}")
        log = work.folder("logs") / f"{suite.name}.tests-{turn}.log"
        began = time.monotonic()
        code = run(
            pytest_command(suite, work, wrapper),
            log,
            timeout,
            cwd=work.tree(suite),
            env=test_environment(suite, work),
            stdin=subprocess.DEVNULL,
        )
        counts = read_counts(log.read_text("utf-8", "replace"))
        runs.append({"exit": code, "seconds": round(time.monotonic() - began, 1), **counts})
        say(f"{suite.label}: {runs[-1]}")
        if code:
            break
    result = {"runs": runs, "passing": len(runs) == 2 and all(each["exit"] == 0 for each in runs)}
    work.write("runs", suite, result)
    return result


def trace_tests(suite: Suite, work: Workdir, wrapper: list[str], timeout: float) -> None:
    """Runs a suite once under `trace_plugin.py`."""
    say(f"{suite.label}: trace")
    plugin = work.folder("plugin")
    shutil.copy(HERE / "trace_plugin.py", plugin)
    settings = work.folder("traces") / f"{suite.name}.settings.json"
    output = work.record("traces", suite)
    output.unlink(missing_ok=True)
    values = {"root": str(work.tree(suite)), "tests": suite.tests, "packages": suite.packages, "output": str(output)}
    settings.write_text(json.dumps(values), "utf-8")
    log = work.folder("logs") / f"{suite.name}.trace.log"
    environment = test_environment(suite, work)
    environment["LLMLINT_TRACE"] = str(settings)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(plugin), environment.get("PYTHONPATH", "")]))
    command = [*pytest_command(suite, work, wrapper), "-p", "trace_plugin"]
    run(command, log, timeout, cwd=work.tree(suite), env=environment, stdin=subprocess.DEVNULL)
    traced = work.read("traces", suite)
    counts = read_counts(log.read_text("utf-8", "replace"))
    say(f"{suite.label}: {counts} {traced['traced'] if traced else f'no trace, see {log}'}")


def test_files(suite: Suite, work: Workdir) -> list[Path]:
    tree = work.tree(suite)
    found: list[Path] = []
    for each in suite.tests:
        path = tree / each
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def count_lines(files: list[Path]) -> int:
    return sum(path.read_bytes().count(b"\n") for path in files)


def write_index(suites: list[Suite], work: Workdir) -> None:
    """SUITES.tsv: one line a suite, for whoever wants to try something on them by hand."""
    columns = "name version tree tests packages python lines passing passed failed skipped deselected left-out note"
    rows = ["\t".join(columns.split())]
    for suite in suites:
        if not work.tree(suite).exists():
            continue
        result = work.read("runs", suite) or {}
        last = (result.get("runs") or [{}])[-1]
        rows.append(
            "\t".join(
                [
                    suite.name,
                    suite.version,
                    str(work.tree(suite)),
                    ",".join(suite.tests),
                    ",".join(suite.packages),
                    str(work.python(suite)) if work.python(suite).exists() else "-",
                    str(count_lines(test_files(suite, work))),
                    {True: "yes", False: "no", None: "?"}[result.get("passing")],
                    str(last.get("passed", 0)),
                    str(last.get("failed", 0) + last.get("error", 0)),
                    str(last.get("skipped", 0)),
                    str(last.get("deselected", 0)),
                    str(len(suite.skip_paths) + len(suite.deselect)),
                    suite.note or "-",
                ]
            )
        )
    (work.root / "SUITES.tsv").write_text("\n".join(rows) + "\n", "utf-8")


# -- linting ---------------------------------------------------------------------------------------------------------


def lint(suite: Suite, work: Workdir, python: str, options: list[str]) -> dict[str, Any]:
    """Runs llmlint over all tests of a suite, those that need a server included."""
    command = [python, "-m", "llmlint", "check", *suite.tests, "--output-format", "json", "--statistics"]
    command += ["--no-cache", "--jobs", "1", "--exit-zero", "--python", str(work.venv(suite)), *options]
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=work.tree(suite), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=1800
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


KINDS = {"attribute": "attributes", "call": "calls", "patch": "patches", "fixture": "fixtures"}


def read_statistics(text: str) -> dict[str, list[int]]:
    """By kind, how many of how many were resolved: what `--statistics` says of it."""
    counts = {}
    for kind, plural in KINDS.items():
        found = re.search(rf"^ *{plural} .*?([\d,]+) of +([\d,]+) *$", text, re.MULTILINE)
        if found:
            counts[kind] = [int(number.replace(",", "")) for number in found.groups()]
    return counts


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def is_grave(code: str, severity: str) -> bool:
    return bool(re.fullmatch(r"LLM2\d\d", code)) or severity == "error"


def print_table(header: list[str], rows: list[list[str]], markdown: bool) -> None:
    if markdown:
        print("| " + " | ".join(header) + " |")
        print("|---" + "|--:" * (len(header) - 1) + "|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
    else:
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        for row in [header, *rows]:
            first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
            print("  ".join([row[0].ljust(widths[0]), *others]))
    print()


def report_lint(suites: list[Suite], work: Workdir, markdown: bool, show: bool) -> None:
    rows = []
    total: collections.Counter[str] = collections.Counter()
    totals = [0, 0.0, 0, 0]
    resolved: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
    for suite in suites:
        result = work.read("lint", suite)
        if result is None:
            continue
        lines = count_lines(test_files(suite, work))
        runs = work.read("runs", suite) or {}
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
                suite.label + ({True: "", False: " (not green)"}.get(runs.get("passing"), " (not run)")),
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
    print_table(["suite", "lines", "2xx and errors", "warnings", *KINDS.values(), "seconds"], rows, markdown)
    print_table(["code", "findings"], [[code, str(number)] for code, number in sorted(total.items())], markdown)


# -- recall ----------------------------------------------------------------------------------------------------------


def record_uses(suite: Suite, work: Workdir, python: str, options: list[str]) -> None:
    """Has llmlint write down every use that it saw, one JSON object a line: filename, row and column (where the expression
    begins, 1-based code points), kind (attribute, call, patch, fixture), resolved, reason."""
    path = work.folder("uses") / f"{suite.name}.jsonl"
    path.unlink(missing_ok=True)
    command = [python, "-m", "llmlint", "check", *suite.tests, "--output-format", "json", "--quiet", "--no-cache"]
    command += ["--jobs", "1", "--exit-zero", "--python", str(work.venv(suite)), "--record-uses", str(path), *options]
    done = subprocess.run(command, cwd=work.tree(suite), capture_output=True, text=True, stdin=subprocess.DEVNULL)
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


def report_recall(suites: list[Suite], work: Workdir, markdown: bool, show: int) -> None:
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
            resolved, reason = uses.get(
                (use["filename"], (use["row"], use["column"], kind)), (False, "not seen by llmlint at this place")
            )
            counts[kind][0] += resolved
            counts[kind][1] += 1
            if not resolved:
                reasons[kind][reason] += 1
                place = f"{suite.label}/{use['filename']}:{use['row']} {use['name']} of {use['owner']}"
                examples.setdefault((kind, reason), []).append(place)
        for kind, (part, whole) in counts.items():
            together[kind] = [together[kind][0] + part, together[kind][1] + whole]
        both = [counts["attribute"][n] + counts["call"][n] for n in (0, 1)]
        shares = [f"{percent(*counts[kind])} of {counts[kind][1]:,}" for kind in KINDS]
        rows.append([suite.label, *shares, percent(*both)])
    both = [together["attribute"][n] + together["call"][n] for n in (0, 1)]
    shares = [f"{percent(*together[kind])} of {together[kind][1]:,}" for kind in KINDS]
    rows.append(["together", *shares, percent(*both)])
    print_table(["suite", *KINDS.values(), "attributes and calls"], rows, markdown)
    found = []
    for kind, counter in reasons.items():
        for reason, number in counter.most_common(show):
            found.append([f"{kind}: {reason}", str(number), percent(number, together[kind][1])])
    print_table(["not resolved, because", "uses", "of this kind"], found, markdown)
    if not markdown:
        for (kind, reason), places in sorted(examples.items(), key=lambda item: -len(item[1]))[:show]:
            print(f"{kind}: {reason}")
            for place in places[:: max(1, len(places) // 8)][:8]:
                print(f"    {place}")


# -- the command -----------------------------------------------------------------------------------------------------


def default_workdir() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "llmlint-benchmarks"


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--suites", action="append", type=Path, help="another list of suites; may be repeated")
    parser.add_argument("--prepare", action="store_true", help="download, unpack and install")
    parser.add_argument("--freeze", action="store_true", help="write what is installed to benchmarks/constraints/")
    parser.add_argument("--run-tests", action="store_true", help="run each suite twice")
    parser.add_argument("--trace", action="store_true", help="run each suite once under the trace")
    parser.add_argument("--test-wrapper", default="", metavar="COMMAND", help="a prefix for the command that runs tests")
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
        report_recall(suites, work, arguments.markdown, arguments.reasons)
    elif not made_ready:
        report_lint(suites, work, arguments.markdown, arguments.show)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
