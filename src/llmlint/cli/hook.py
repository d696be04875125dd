"""``llmlint hook``: for coding agents."""

from __future__ import annotations

from typing import Any

import click

from llmlint.hook.caller import DEFAULTS, call

_SEVERITIES = ("error", "warning", "info")


@click.command("hook", short_help="Answer a coding agent's event: what is wrong with the lines it just wrote.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--whole-files", is_flag=True, help="Tell as well what stands on lines that the edit did not change.")
@click.option("--answer", type=click.Choice(["exit", "json"]), default=DEFAULTS["answer"], show_default=True,
              help="Exit code 2 with the text on standard error, or a JSON decision on standard output.")  # fmt: skip
@click.option("--max-length", type=click.IntRange(400), default=DEFAULTS["max_length"], show_default=True, metavar="N",
              help="Tell the agent at most so many characters.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(_SEVERITIES), default=DEFAULTS["fail_on"], show_default=True,
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
    return call(paths, options)
