"""What an agent starts and waits for: it reads the event, and has the process that is warm answer it, or answers itself where there is none.

Most of what it costs is to begin, so that it imports next to nothing: neither the rest of llmlint nor, in the plain form
(``llmlint hook``, ``llmlint hook --python PATH``), the library that reads command lines.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

DEFAULTS: dict[str, Any] = {
    "whole_files": False, "answer": "exit", "max_length": 6000, "fail_on": "warning", "baseline": None, "session": "", "config": (),
    "python": None, "cold": False,
}  # fmt: skip
"""The options, by the names of their parameters."""

_EDITS = ("Edit", "MultiEdit", "Write", "NotebookEdit")
"""Tools of Claude Code that write the one file they name."""

_STARTS = ("SessionStart", "UserPromptSubmit", "PreToolUse")
"""As ``hook.event`` has them, which is not imported before somebody has to wait for it anyway."""


def plain(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of a plain call, as agents are told to make it; None where somebody else has to read the command line."""
    if not arguments or arguments[0] != "hook":
        return None
    given = list(arguments[1:])
    if not given:
        return dict(DEFAULTS)
    name, equals, value = given[0].partition("=")
    if name != "--python" or len(given) != (1 if equals else 2):
        return None
    value = value if equals else given[1]
    return {**DEFAULTS, "python": value} if value and not value.startswith("-") else None


def call(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Answers the event on standard input, and returns the exit code.

    Args:
        paths: Files that were touched; with them, standard input is not read.
        options: As ``DEFAULTS`` has them.
    """
    from llmlint.hook.warm import ask, prepare

    # With paths, standard input may be whatever the caller has.
    text = "" if paths or sys.stdin is None else sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape")
    if not paths and (not text.strip() or _is_of_others(text)):
        return 0
    try:
        cwd = os.getcwd()
    except OSError:
        cwd = os.path.abspath(os.sep)  # the folder is gone, and the event may say which is meant
    config = [os.path.join(cwd, one) if os.path.exists(os.path.join(cwd, one)) else one for one in options["config"]]
    python = options["python"]
    details = {
        "paths": [os.path.join(cwd, path) for path in paths],
        "whole": options["whole_files"],
        "answer": options["answer"],
        "limit": options["max_length"],
        "fail_on": options["fail_on"],
        "session": options["session"],
        "python": os.path.join(cwd, python) if python and os.sep in python else python,
        "config": config,
        "baseline": os.path.join(cwd, options["baseline"]) if options["baseline"] else None,
    }
    asked = {"text": text, "cwd": cwd, "asked": details}
    cold = options["cold"] or os.environ.get("LLMLINT_COLD")
    if _begins(text):
        if not cold:
            prepare(asked)
        return 0
    given = None if cold else ask(asked)
    alone = given is None
    if given is None:
        given = _answer(asked)
    _say(given)
    if alone and not cold:
        # The next one need not begin where this one did; nobody waits for that.
        prepare({**asked, "asked": {**details, "prepares": True}})
    return int(given["code"])


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What the process that is warm would answer, found here: to start it and wait would take longer."""
    gc.disable()  # what is read is wanted until the end
    from llmlint.hook.calls import answered
    from llmlint.project import parser_warnings

    parser_warnings.silence()
    return answered(asked)


def _say(given: dict[str, Any]) -> None:
    for stream, words in ((sys.stdout, given["out"]), (sys.stderr, given["err"])):
        if words and stream is not None:
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
            stream.write(words)
            stream.flush()


def _begins(text: str) -> bool:
    """Whether somebody will edit soon: nobody waits for what is read then."""
    return any(f'"{name}"' in text for name in _STARTS) and _object(text).get("hook_event_name") in _STARTS


def _is_of_others(text: str) -> bool:
    """Whether an event is of an edit of a file that is not Python's: nobody need be asked about it."""
    event = _object(text)
    asked = event.get("tool_input")
    path = asked.get("file_path") if isinstance(asked, dict) else None
    return event.get("tool_name") in _EDITS and isinstance(path, str) and not path.endswith(".py")


def _object(text: str) -> dict[str, Any]:
    """The JSON object that a text is; an empty one for any other text."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
