"""Running the tests of a suite: twice for "passing", once under the trace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from typing import Any

from corpus import HERE, Suite, Workdir, count_lines, run, say, test_files


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
    command = [*wrapper, str(work.python(suite)), "-m", "pytest", *(suite.run or suite.tests)]
    command += ["-q", "-p", "no:cacheprovider", "--tb=short", "-rfE", *suite.pytest]
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


def passing(suite: Suite, work: Workdir) -> str:
    """`yes` where both runs were green, `no` where one was not, `?` where it was not tried."""
    result = work.read("runs", suite)
    if result is None:
        return "?"
    return "yes" if result["passing"] else "no"


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
                    passing(suite, work),
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
