"""Where the process begins: what takes longest is started before anything else is as much as imported.

In a first run that is mypy (``tools.mypy_process``). The options are looked at here as they stand; what they mean is settled where they are
parsed, and a process that nobody takes over ends unheard.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

COMMANDS = {
    "check": "Lint tests (the default: `llmlint tests/` is `llmlint check tests/`).",
    "config": "Explain the settings.",
    "contract": "Freeze, check and compare contracts; prompts, fixtures and tests from them.",
    "hook": "Answer a coding agent's event: what is wrong with the lines it just wrote.",
    "init": "Write settings, hooks and a guide for models where the project lacks them.",
    "mcp": "Answer a model's questions (Model Context Protocol).",
    "new-rule": "Begin a rule of your own.",
    "rule": "Explain a rule.",
    "server": "Serve an editor (Language Server Protocol, over standard input and output).",
    "triage": "Sort the tests of a suite: keep, mend, rewrite or delete.",
}

CACHE = ".llmlint_cache"
"""Where an earlier run in this folder has most likely left what it found."""

_OTHERWISE = (
    "--help", "--version", "--tools", "--no-tools", "--select", "--watch", "--show-files", "--show-settings", "--config", "--isolated",
)  # fmt: skip
"""Options with which mypy may not be wanted, or not at once."""

_SHORT = frozenset({"-", "--", "-h", "-V"})


def main() -> NoReturn:
    """Runs the command line and exits: 0 clean, 1 findings, 2 it could not do its job."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"]:
        _hook(arguments)
    _begin(arguments)
    from llmlint.cli.main import main as run

    run()


def _hook(arguments: Sequence[str]) -> None:
    """Answers an agent's event and exits, where the command is the plain one: to read command lines takes longer than to ask."""
    from llmlint.hook.caller import call, plain

    options = plain(arguments)
    if options is None:
        return
    try:
        code = call((), options)
    except (KeyboardInterrupt, BrokenPipeError, MemoryError) as error:
        from llmlint.cli.main import outcome

        code = outcome(error)
    gc.freeze()  # as ``cli.main`` does
    sys.exit(code)


def _begin(arguments: Sequence[str]) -> None:
    if arguments and arguments[0] in COMMANDS and arguments[0] != "check":
        return
    target = None
    for number, argument in enumerate(arguments):
        if argument in _SHORT or argument.partition("=")[0] in _OTHERWISE:
            return
        name, equals, value = argument.partition("=")
        if name == "--python":
            target = value if equals else next(iter(arguments[number + 1 :]), None)
    from llmlint.tools import mypy_process

    mypy_process.begin("" if "--no-cache" in arguments else CACHE, target)
