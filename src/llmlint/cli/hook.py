"""``llmlint hook``: for coding agents."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

_SEVERITIES = ("error", "warning", "info")

_EDITS = ("Edit", "MultiEdit", "Write", "NotebookEdit")
"""Tools of Claude Code that write the one file they name."""

_STARTS = ("SessionStart", "UserPromptSubmit", "PreToolUse")
"""As ``hook.event`` has them, which is not imported before somebody has to wait for it anyway."""


@click.command("hook", short_help="Answer a coding agent's event: what is wrong with the lines it just wrote.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--whole-files", is_flag=True, help="Tell as well what stands on lines that the edit did not change.")
@click.option("--answer", type=click.Choice(["exit", "json"]), default="exit", show_default=True,
              help="Exit code 2 with the text on standard error, or a JSON decision on standard output.")  # fmt: skip
@click.option("--max-length", type=click.IntRange(400), default=6000, show_default=True, metavar="N",
              help="Tell the agent at most so many characters.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(_SEVERITIES), default="warning", show_default=True,
              help="The severity from which findings are told.")  # fmt: skip
@click.option(
    "--baseline", metavar="FILE", help="Do not tell what this file accepts (llmlint check --update-baseline)."
)
@click.option("--session", default="", metavar="NAME", help="The conversation, where the event does not name it.")
@click.option("--config", multiple=True, metavar="FILE | KEY=VALUE", help="Another settings file, or one setting.")
@click.option("--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment.")
@click.option("--cold", is_flag=True, help="Keep no process in the background that remembers what it has read.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Lint what a coding agent has just edited, and answer in its protocol.

    The event is read from standard input: the JSON of Claude Code's PostToolUse, Stop and SubagentStop hooks, a patch of Codex'
    apply_patch (alone or in such JSON), or a path a line; PATHS are touched files as well. At a SessionStart, UserPromptSubmit or
    PreToolUse nothing is told: the process in the background reads the project, so that the first edit need not wait for that.

    Exit codes: 0 nothing to say, 2 findings (the agent reads standard error), 1 llmlint could not do its job.
    """
    from llmlint.hook.warm import ask, prepare

    # With paths, standard input may be whatever the caller has.
    text = "" if paths else sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape")
    if not paths and (not text.strip() or _is_of_others(text)):
        return 0
    cwd = os.getcwd()
    config = [os.path.join(cwd, one) if os.path.exists(os.path.join(cwd, one)) else one for one in options["config"]]
    python = options["python"]
    call = {
        "text": text,
        "cwd": cwd,
        "asked": {
            "paths": [os.path.join(cwd, path) for path in paths],
            "whole": options["whole_files"],
            "answer": options["answer"],
            "limit": options["max_length"],
            "fail_on": options["fail_on"],
            "session": options["session"],
            "python": os.path.join(cwd, python) if python and os.sep in python else python,
            "config": config,
            "baseline": os.path.join(cwd, options["baseline"]) if options["baseline"] else None,
        },
    }
    cold = options["cold"] or os.environ.get("LLMLINT_COLD")
    if _begins(text):
        if not cold:
            prepare(call)
        return 0
    given = None if cold else ask(call)
    if given is None:
        from llmlint.hook.calls import Calls

        given = Calls().answer(call)
    for stream, words in ((sys.stdout, given["out"]), (sys.stderr, given["err"])):
        if words:
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
            stream.write(words)
            stream.flush()
    return int(given["code"])


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
    import json

    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
