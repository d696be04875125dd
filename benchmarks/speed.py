"""Measures llmlint beside other linters: the same test files, one process each, nothing cached, all in one run.

    python benchmarks/real_suites.py --prepare --only briefcase
    python benchmarks/speed.py --suite briefcase --runs 5

Tools and llmlint are installed into an environment of their own below `--workdir`, the suites are those that
`real_suites.py --prepare` made there. Prints Markdown: the median of the runs (wall and processor seconds),
microseconds of processor time a line, the ratio to `ast.parse` of the same files, and the peak of resident memory.
A tool that is slow is run fewer times (`--budget`). Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus import HERE, Suite, Workdir, count_lines, default_workdir, interpreter, read_suites, say, test_files

ROOT = HERE.parent
TOOLS = ("ruff", "flake8", "flake8-mock-spec", "flake8-pytest-style", "pylint", "ty")

PARSE = """
import ast, json, sys, time
sources = [open(name, "rb").read() for name in json.load(sys.stdin)]
began = time.process_time()
for source in sources:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        pass
print(time.process_time() - began)
"""


@dataclass(frozen=True)
class Measure:
    wall: float
    processor: float
    memory: float  # MiB


def measure(command: list[str], cwd: Path, environment: dict[str, str], allowed: tuple[int, ...] = (0, 1)) -> Measure:
    """Runs a command once; its resources are those of the one child that was waited for."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    complaint = process.stderr.read().decode("utf-8", "replace")
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{Path(command[0]).name} exited with {process.returncode}: {complaint.strip()[-400:]}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Measure(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale)


def median(measures: list[Measure]) -> Measure:
    return Measure(
        statistics.median(each.wall for each in measures),
        statistics.median(each.processor for each in measures),
        max(each.memory for each in measures),
    )


def repeat(action: Callable[[], Measure], runs: int, budget: float) -> list[Measure]:
    measures = [action()]
    while len(measures) < runs and sum(each.wall for each in measures) + measures[0].wall <= budget:
        measures.append(action())
    return measures


def tools_environment(work: Workdir, source: str) -> Path:
    venv = work.root / "venvs" / "tools"
    python = interpreter(venv)
    if not python.exists():
        say("installing the tools")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *TOOLS], check=True)
    say("installing llmlint")
    command = [str(python), "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", source]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", source], check=True)
    subprocess.run(command, check=True)
    return python


def site_packages(python: Path) -> str:
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commands(python: Path, suite: Suite, work: Workdir, files: list[str]) -> dict[str, list[str]]:
    binaries = python.parent
    own = work.python(suite)
    hook = f"import sys; sys.path += [{site_packages(own)!r}, '.', 'src']"
    named = {
        "llmlint": [
            "llmlint",
            "check",
            "--no-cache",
            "--no-tools",
            "--jobs",
            "1",
            "--python",
            str(own),
            "--output-format",
            "json",
        ],
        "ruff (F, E, B, PT)": ["ruff", "check", "--isolated", "--no-cache", "--quiet", "--select", "F,E,B,PT"],
        "flake8 + mock-spec + pytest-style": ["flake8", "--isolated", "--jobs", "1"],
        "pylint --errors-only": ["pylint", "--rcfile", os.devnull, "--errors-only", "--jobs", "1", "--init-hook", hook],
        "ty": ["ty", "check", "--python", str(own.parent.parent), "--quiet"],
    }
    named["pylint --errors-only"] += ["--persistent", "n"]
    return {name: [str(binaries / tool), *options, "--exit-zero", *files] for name, (tool, *options) in named.items()}


def parse_seconds(python: Path, files: list[str], cwd: Path) -> float:
    names = json.dumps(files)
    done = subprocess.run([str(python), "-c", PARSE], input=names, capture_output=True, text=True, check=True, cwd=cwd)
    return float(done.stdout)


def start_up(python: Path, runs: int, environment: dict[str, str]) -> list[str]:
    cwd = Path.cwd()
    version = [str(python.parent / "llmlint"), "--version"]
    click = [str(python), "-c", "import click"]
    measure(version, cwd, environment)
    measure(click, cwd, environment)
    ours = median([measure(version, cwd, environment) for _ in range(runs)])
    theirs = median([measure(click, cwd, environment) for _ in range(runs)])
    return [
        "",
        "| command | milliseconds | processor ms | ratio |",
        "|---|--:|--:|--:|",
        f'| `python -c "import click"` | {theirs.wall * 1e3:.0f} | {theirs.processor * 1e3:.0f} | 1.0 |',
        f"| `llmlint --version` | {ours.wall * 1e3:.0f} | {ours.processor * 1e3:.0f} | {ours.wall / theirs.wall:.1f} |",
    ]


def table(suite: Suite, work: Workdir, python: Path, arguments: argparse.Namespace) -> list[str]:
    tree = work.tree(suite)
    paths = test_files(suite, work)
    files = [path.relative_to(tree).as_posix() for path in paths]
    lines = count_lines(paths)
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "TY_MAX_PARALLELISM": "1", "PYTHONDONTWRITEBYTECODE": ""}
    environment.pop("VIRTUAL_ENV", None)
    parse = statistics.median(parse_seconds(python, files, tree) for _ in range(arguments.runs))
    rows = [
        "",
        f"{suite.label}: {len(files)} files, {lines:,} lines",
        "",
        "| tool | seconds | processor s | µs a line | × `ast.parse` | peak MiB | runs |",
        "|---|--:|--:|--:|--:|--:|--:|",
        f"| `ast.parse` | | {parse:.2f} | {parse / lines * 1e6:.1f} | 1.0 | | {arguments.runs} |",
    ]
    for name, command in commands(python, suite, work, files).items():
        if arguments.tool and not any(name.startswith(each) for each in arguments.tool):
            continue
        say(f"{suite.label}: {name}")
        try:
            measures = repeat(functools.partial(measure, command, tree, environment), arguments.runs, arguments.budget)
        except RuntimeError as error:
            say(str(error))
            rows.append(f"| {name} | failed | | | | | |")
            continue
        middle = median(measures)
        rows.append(
            f"| {name} | {middle.wall:.2f} | {middle.processor:.2f} | {middle.processor / lines * 1e6:.1f} "
            f"| {middle.processor / parse:.1f} | {middle.memory:.0f} | {len(measures)} |"
        )
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workdir", type=Path, default=default_workdir(), help="where suites and environments lie")
    parser.add_argument("--suite", action="append", default=[], help="measure on this suite (default: briefcase)")
    parser.add_argument("--tool", action="append", default=[], help="only tools whose name begins so")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--budget", type=float, default=120, help="seconds after which a tool is not run again")
    parser.add_argument("--llmlint", default=str(ROOT), help="what pip installs as llmlint (default: this checkout)")
    arguments = parser.parse_args(argv)
    work = Workdir(arguments.workdir.expanduser().resolve())
    python = tools_environment(work, arguments.llmlint)
    known = {suite.name: suite for suite in read_suites(HERE / "suites.toml")}
    output: list[str] = []
    for name in arguments.suite or ["briefcase"]:
        if name not in known or not work.python(known[name]).exists():
            raise SystemExit(f"{name}: not prepared, run real_suites.py --prepare --only {name}")
        output += table(known[name], work, python, arguments)
    output += start_up(python, max(arguments.runs, 10), dict(os.environ))
    print("\n".join(output).strip())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
