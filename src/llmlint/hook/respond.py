"""From an event to what its agent is told."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from llmlint import __version__
from llmlint.app import Problem, Request, Session
from llmlint.hook.event import Event, EventError, read_event
from llmlint.hook.guard import TIMES, Guard
from llmlint.hook.rows import changed
from llmlint.live import Live, Once
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.record import record
from llmlint.model.result import FileResult, RunResult
from llmlint.project.discovery import skipper
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.report.place import shown

if TYPE_CHECKING:
    from llmlint.report.context import Context

FOUND = 2
"""The exit code that makes an agent read standard error."""

CANNOT = 1
"""The exit code by which an agent goes on, while its user is told."""

_PREPARED = 4
"""Files that are judged before anybody asks."""

_PREPARING = 2.0
"""Seconds after which no further one is begun."""

_SEVERITIES = ("error", "warning", "info")

_INTRODUCTION = "llmlint read what this edit wrote.\n"
_AGAIN = (
    f"llmlint has said this {TIMES} times in this conversation and will not hold you up any longer. Leave it as it is, and tell your "
    "user what is left and why you think so.\n"
)
_CONFTEST = "Do not edit a conftest or a contract to silence a test: they are shared.\n"


@record
class Asked:
    """What the command line says; plain values, so that it travels as JSON."""

    paths: tuple[str, ...] = ()
    """Files that were touched, besides those of the event."""
    whole: bool = False
    """Whether findings count on lines that the edit did not change."""
    answer: Literal["exit", "json"] = "exit"
    limit: int = 6000
    """Characters that the agent is told at most."""
    fail_on: str = "warning"
    session: str = ""
    python: str | None = None
    config: tuple[str, ...] = ()
    baseline: str | None = None
    """A file of accepted findings (absolute), which nobody is told."""
    prepares: bool = False
    """Whether nobody listens, and all is done for the next call."""


@record
class Answer:
    """What the process says and how it ends."""

    code: int = 0
    out: str = ""
    err: str = ""


@dataclass(slots=True)
class _Told:
    """What was found, sorted by whether the agent has to hear it."""

    news: list[FileResult]
    again: list[FileResult]
    elsewhere: list[Diagnostic]
    """What another side than the tests has to mend."""


def respond(text: str, cwd: str, asked: Asked, live: Callable[[Request], Live | Once]) -> Answer:
    """Lints what an event touched.

    Args:
        text: What stood on standard input.
        cwd: The working directory.
        asked: What the command line says.
        live: Gives the knowledge that is kept for a request.
    """
    try:
        event = read_event(text, cwd)
        for path in asked.paths:
            event.touched[os.path.normpath(os.path.join(cwd, path))] = None
        request = Request(cwd=event.cwd, python=asked.python, config=asked.config, tools=())
        if event.starts or asked.prepares:
            _prepare(request, live(request), tuple(event.touched))
            return Answer()
        return _answer(event, asked, live(request))
    except (EventError, Problem) as error:
        return Answer(CANNOT, err=f"llmlint: error: {error}\n")


def _prepare(request: Request, live: Live | Once, named: tuple[str, ...]) -> None:
    """Reads what the files rest on that are about to be edited, where they are named; else the tests that were changed last: what is
    edited next rests on the same, most likely."""
    end = time.monotonic() + _PREPARING
    paths = list(named) or sorted(Session(request).files(), key=_changed_at, reverse=True)
    for path in [path for path in paths if path.endswith(".py")][:_PREPARED]:
        if time.monotonic() < end:
            with suppress(SourceError):
                live.check(path, read_text(path))


def _changed_at(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _answer(event: Event, asked: Asked, live: Live | Once) -> Answer:
    session = event.session or asked.session
    guard: Guard | None = None
    unknown = _unknown(asked.baseline, event.cwd) if asked.baseline else None
    told = _Told([], [], [])
    for path, rows in _touched(event, live, session):
        project = live.session(path).project_of(path)
        if _left_out(path, project):
            continue
        guard = guard or Guard(_memory(project), session)
        guard.touch(path)
        try:
            text = read_text(path)
        except SourceError:
            continue
        result = live.check(path, text)
        if unknown is not None:
            result = unknown(result)
        wanted = _SEVERITIES[: _SEVERITIES.index(asked.fail_on) + 1]
        found = [one for one in result.diagnostics if one.severity in wanted]
        guard.settle(path, found)
        if rows is not None and not asked.whole:
            found = changed(found, text, rows)
        _sort(result, found, guard, told)
    if guard is not None:
        guard.save()
    return _worded(event, asked, told)


def _touched(event: Event, live: Live | Once, session: str) -> Iterator[tuple[str, set[int] | None]]:
    """The Python files that the event is about, sorted, with their changed rows."""
    touched = dict(event.touched)
    if event.stops:
        from llmlint.project.changes import GitError, changes_since

        try:
            changes = changes_since(None, event.cwd)
            touched = {path: changes.rows.get(path) for path in changes.files}
        except GitError:
            # Nobody but the conversation itself remembers.
            touched = dict.fromkeys(Guard(_memory(live.project(event.cwd)), session).files)
    for path, rows in sorted(touched.items()):
        if path.endswith(".py") and os.path.isfile(path):
            yield path, rows


def _unknown(baseline: str, cwd: str) -> Callable[[FileResult], FileResult]:
    """What takes from a result all that a baseline accepts."""
    from llmlint.report.baseline import BaselineError, compare, read_baseline
    from llmlint.report.context import Context

    try:
        accepted = read_baseline(baseline)
    except BaselineError as error:
        raise Problem(str(error)) from None
    context = Context(cwd, __version__)

    def taken(result: FileResult) -> FileResult:
        (left,) = compare(RunResult((result,), 1), accepted, baseline, context).result.files
        return left

    return taken


def _left_out(path: str, project: Project) -> bool:
    return bool(project.settings.exclude) and skipper(project.root, project.settings.exclude)(path)


def _memory(project: Project) -> str:
    return os.path.join(project.root, project.settings.cache_dir, "hook")


def _sort(result: FileResult, found: Sequence[Diagnostic], guard: Guard, told: _Told) -> None:
    news, again = [], []
    for one in found:
        times = guard.tell(one)
        if times > TIMES:
            continue
        if one.side in ("contract", "source"):
            told.elsewhere.append(one)
        elif times == TIMES:
            again.append(one)
        else:
            news.append(one)
    if news:
        told.news.append(replace(result, diagnostics=tuple(news)))
    if again:
        told.again.append(replace(result, diagnostics=tuple(again)))


# -- words -----------------------------------------------------------------------------------------------------------------


def _worded(event: Event, asked: Asked, told: _Told) -> Answer:
    if not (told.news or told.again or told.elsewhere):
        return Answer()
    from llmlint.report.context import Context

    context = Context(event.cwd, __version__)
    if told.news:
        text = _INTRODUCTION + _CONFTEST + _bounded(told.news, context, asked.limit - len(_INTRODUCTION + _CONFTEST))
        text += "".join(_elsewhere(told.elsewhere, context))
        if asked.answer == "exit":
            return Answer(FOUND, err=text)
        return Answer(out=json.dumps({"decision": "block", "reason": text}, ensure_ascii=False) + "\n")
    text = ""
    if told.again:
        text = _AGAIN + _bounded(told.again, context, asked.limit - len(_AGAIN))
    text += "".join(_elsewhere(told.elsewhere, context))
    if not event.name:
        return Answer(err=text)
    if event.stops:
        return Answer(out=json.dumps({"systemMessage": text}, ensure_ascii=False) + "\n")
    more = {"hookEventName": event.name, "additionalContext": text}
    return Answer(out=json.dumps({"hookSpecificOutput": more}, ensure_ascii=False) + "\n")


def _elsewhere(found: Sequence[Diagnostic], context: Context) -> Iterator[str]:
    for one in found[:3]:
        place = f"{shown(one.path, context.cwd)}:{one.span.row}"
        yield f"The {one.side} is wrong, not the test: leave both, tell your user. {one.code} at {place}: {one.message}\n"


def _bounded(results: Sequence[FileResult], context: Context, limit: int) -> str:
    """The report of causes, the heaviest first, as many as there is room for."""
    from llmlint.report.agent import agent, within

    report = "".join(agent(RunResult(tuple(results), len(results)), context))
    return within(report, limit, "llmlint check --no-tools --output-format agent FILE tells them.")
