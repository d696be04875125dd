"""What an agent tells of an edit: which files, and which of their lines.

Claude Code sends JSON (hooks reference: ``PostToolUse``, ``Stop``, ``SubagentStop``), Codex the text of its ``apply_patch`` tool, alone or
inside such JSON; anything else is a path a line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmlint.hook.patch import BEGIN, PatchError, patched_rows

STOPS = ("Stop", "SubagentStop")
"""Events that end a turn: they name no file."""

STARTS = ("SessionStart", "UserPromptSubmit", "PreToolUse")
"""Events before somebody edits: nobody has to be told anything, and there is time to read. The last of them names the file."""


class EventError(Exception):
    """The event cannot be read; the message is one line."""


@dataclass(slots=True)
class Event:
    """An edit, or the end of a turn."""

    touched: dict[str, set[int] | None] = field(default_factory=dict)
    """Absolute paths with the rows (from 1) that changed; None: nobody said which, so all."""
    name: str = ""
    """What the agent calls it: ``PostToolUse``; empty where it is no agent's."""
    session: str = ""
    """What tells one conversation from another."""
    cwd: str = ""

    @property
    def starts(self) -> bool:
        """Whether somebody will edit soon, so that there is time to read what the first edit will be judged by."""
        return self.name in STARTS

    @property
    def stops(self) -> bool:
        """Whether a turn ends, so that what it changed has to be found out otherwise."""
        return self.name in STOPS


def read_event(text: str, cwd: str) -> Event:
    """Reads what stands on standard input.

    Args:
        text: The event.
        cwd: Where relative paths begin, unless the event says so itself.

    Raises:
        EventError: it is neither of the forms.
    """
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        try:
            data = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            raise EventError(f"standard input begins like JSON and is none: {error}") from None
        if not isinstance(data, dict):
            raise EventError("the event is no JSON object")
        return _from_json(data, cwd)
    event = Event(cwd=cwd)
    if BEGIN in stripped:
        _add_patch(event, stripped, cwd)
        return event
    for line in stripped.splitlines():
        if "\0" in line:
            raise EventError("standard input is neither JSON, a patch nor paths")
        if line.strip():
            _add(event, line.strip(), None)
    return event


def _from_json(data: Mapping[str, Any], cwd: str) -> Event:
    given = data.get("cwd")
    event = Event(cwd=given if isinstance(given, str) and os.path.isdir(given) else cwd)
    event.name = _text(data, "hook_event_name", "event", "type")
    event.session = _text(data, "session_id", "conversation_id", "thread_id", "thread-id")
    if event.stops:
        return event
    if event.starts:
        about = data.get("tool_input")
        if isinstance(about, dict) and (path := _text(about, "file_path", "filePath", "path")):
            _add(event, path, None)
        return event
    asked = data.get("tool_input", data.get("input", data))
    answered = data.get("tool_response", data.get("tool_output"))
    path = _text(asked, "file_path", "filePath", "path") if isinstance(asked, dict) else ""
    if path:
        # Whatever is written there: a test of patches holds one.
        _add(event, path, None)
        (full,) = event.touched
        event.touched[full] = _rows(full, asked, answered)
    else:
        for one in _strings(asked):
            if BEGIN in one:
                _add_patch(event, one, event.cwd)
    if isinstance(asked, dict):
        named = data.get("file_paths", data.get("files"))
        for other in named if isinstance(named, list) else [named]:
            if isinstance(other, str):
                _add(event, other, None)
    return event


def _text(data: Mapping[str, Any], *keys: str) -> str:
    return next((data[key] for key in keys if isinstance(data.get(key), str)), "")


def _strings(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 6 and isinstance(value, dict):
        for one in value.values():
            yield from _strings(one, depth + 1)
    elif depth < 6 and isinstance(value, list):
        for one in value:
            yield from _strings(one, depth + 1)


def _add(event: Event, path: str, rows: set[int] | None) -> None:
    full = os.path.normpath(os.path.join(event.cwd, os.path.expanduser(path)))
    known = event.touched.get(full, set())
    event.touched[full] = None if rows is None or known is None else known | rows


def _add_patch(event: Event, text: str, cwd: str) -> None:
    try:
        for path, rows in patched_rows(text, cwd):
            _add(event, path, rows)
    except PatchError as error:
        raise EventError(str(error)) from None


# -- which rows ------------------------------------------------------------------------------------------------------------


def _rows(path: str, asked: Mapping[str, Any], answered: object) -> set[int] | None:
    """The rows that Claude Code's ``Edit``, ``MultiEdit`` or ``Write`` changed."""
    patch = answered.get("structuredPatch") if isinstance(answered, dict) else None
    if isinstance(patch, list) and patch:
        return _hunk_rows(patch)
    edits = asked.get("edits")
    changes = [one for one in edits if isinstance(one, dict)] if isinstance(edits, list) else [asked]
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read().replace("\r\n", "\n")
    except (OSError, ValueError):
        return None
    rows: set[int] = set()
    for change in changes:
        new = change.get("new_string")
        if not isinstance(new, str) or not new.strip():
            return None
        starts = list(_places(text, new.replace("\r\n", "\n")))
        # Elsewhere the same text may have stood before: who can tell?
        if not starts or (len(starts) > 1 and not change.get("replace_all")):
            return None
        for start in starts:
            first = text.count("\n", 0, start) + 1
            rows.update(range(first, first + new.rstrip("\n").count("\n") + 1))
    return rows or None


def _places(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + len(part))


def _hunk_rows(patch: list[Any]) -> set[int] | None:
    rows: set[int] = set()
    for hunk in patch:
        if not isinstance(hunk, dict) or not isinstance(hunk.get("newStart"), int):
            return None
        row, lines = hunk["newStart"], hunk.get("lines")
        if not isinstance(lines, list):
            return None
        for line in lines:
            mark = str(line)[:1]
            if mark == "+":
                rows.add(row)
            elif mark == "-":
                # Where lines were taken away, what stands around the gap has changed.
                rows.update((row - 1, row))
                continue
            elif mark == "\\":
                continue
            row += 1
    return rows
