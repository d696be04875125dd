"""A pytest plugin that runs chosen tests only, each for a limited time, and writes down how they ended.

`LLMLINT_OUTCOMES` names a JSON file with `tests` (test functions without their parameters; null for all that are collected),
`seconds` and `output`, where one JSON object a line is written.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

SETTINGS: dict[str, Any] = json.loads(Path(os.environ["LLMLINT_OUTCOMES"]).read_text("utf-8"))
TESTS = None if SETTINGS["tests"] is None else frozenset(SETTINGS["tests"])


class TooLong(BaseException):
    """A test that did not end; no `except Exception` may catch it."""


def write(**record: object) -> None:
    with open(SETTINGS["output"], "a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TESTS is None:
        return
    chosen = [item for item in items if item.nodeid.partition("[")[0] in TESTS]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    def stop(*_: object) -> None:
        raise TooLong(item.nodeid)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SETTINGS["seconds"])
    try:
        return (yield)
    except TooLong:
        write(test=item.nodeid.partition("[")[0], outcome="too long", text="")
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        test = report.nodeid.partition("[")[0]
        write(test=test, outcome=report.outcome, when=report.when, text=str(report.longrepr or "")[-6000:])


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        write(test=report.nodeid, outcome="failed", when="collect", text=str(report.longrepr)[-6000:])
    elif report.nodeid.endswith(".py"):
        write(test=report.nodeid, outcome="passed", when="collect", text="")
