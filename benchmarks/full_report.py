"""The wall time of the full report (our rules, ruff, import-linter, mypy with the deep check) beside `mypy --strict` alone.

Both are run on a copy of the project, in turns, with the same mypy: cold (no cache at all), then warm (nothing has changed).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from llmlint.project.load import load_project
from llmlint.tools.mypy_launch import mypy_command


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path, help="the folder of the project; it is copied")
    parser.add_argument("tests", nargs="*", default=["tests"])
    parser.add_argument("--python", help="the target environment")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="full-report-") as folder:
        copy = Path(folder) / options.project.name
        left_out = shutil.ignore_patterns(".git", ".venv", "venv", "node_modules", ".llmlint_cache", ".mypy_cache")
        shutil.copytree(options.project, copy, symlinks=True, ignore=left_out)
        target = ["--python", options.python] if options.python else []
        mypy = mypy_command(load_project(str(copy), python=options.python))
        full = [sys.executable, "-m", "llmlint", "check", "--quiet", "--exit-zero", *target]
        plain = [*mypy, "--strict", "--cache-dir", str(Path(folder) / "plain")]
        times: dict[str, list[tuple[float, float]]] = {
            "plain cold": [],
            "plain warm": [],
            "full cold": [],
            "full warm": [],
        }
        for _ in range(options.turns):
            shutil.rmtree(Path(folder) / "plain", ignore_errors=True)
            shutil.rmtree(copy / ".llmlint_cache", ignore_errors=True)
            for turn in ("cold", "warm"):
                times[f"plain {turn}"].append(timed([*plain, *options.tests], copy))
                times[f"full {turn}"].append(timed([*full, *options.tests], copy))
        show(times)


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and processor seconds, those of children counted."""
    # Who installs llmlint has its modules compiled.
    left_out = ("VIRTUAL_ENV", "MYPYPATH", "PYTHONDONTWRITEBYTECODE")
    environ = {key: value for key, value in os.environ.items() if key not in left_out}
    began, used = time.perf_counter(), processor_seconds()
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environ, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return seconds, processor_seconds() - used


def processor_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def show(times: dict[str, list[tuple[float, float]]]) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")
    print(
        "| | mypy --strict | full report | ratio (of the fastest) | difference |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for turn in ("cold", "warm"):
        plain, full = min(times[f"plain {turn}"]), min(times[f"full {turn}"])
        print(
            f"| {turn} | {plain[0]:.2f} s | {full[0]:.2f} s | {full[0] / plain[0]:.2f} | {full[0] - plain[0]:+.2f} s "
            f"| {plain[1]:.1f} s and {full[1]:.1f} s |"
        )


if __name__ == "__main__":
    main()
