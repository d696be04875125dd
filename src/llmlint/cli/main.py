"""The ``llmlint`` command: picks the subcommand, and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from llmlint import __version__
from llmlint.cli.start import COMMANDS
from llmlint.project import parser_warnings

CANNOT = 2
"""The exit code where the job could not be done."""

INTERRUPTED = 130
"""The exit code that shells know for Ctrl-C."""


class Failure(click.ClickException):
    """What keeps a command from doing its job; the message is one line."""

    exit_code = CANNOT


def processes(value: str) -> int:
    """What ``--jobs`` says: how many processes, 0 for as many as pay.

    Raises:
        Failure: it is no number.
    """
    if value == "auto":
        return 0
    if not value.isdecimal():
        raise Failure(f"--jobs expects a number or 'auto', not '{value}'")
    return int(value)


class _Commands(click.Group):
    """Imports a command when it is called for, and takes whatever is no command for an argument of ``check``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"llmlint.cli.{cmd_name.replace('-', '_')}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in COMMANDS and args[0] not in ("--help", "-h", "--version", "-V")):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        formatter.write_paragraph()
        formatter.write_text("The options of linting: llmlint check --help")


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(__version__, "--version", "-V", message="llmlint %(version)s")
def cli() -> None:
    """Tells whether a test suite, most likely written by a language model, tells the truth about the code it tests."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command line and exits: 0 clean, 1 findings, 2 it could not do its job."""
    # Whoever ends this process means what it has started as well: the tools are in groups of their own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser_warnings.silence()
    kept: list[object] = []
    code = run(arguments, kept)
    # Python would look through everything for garbage once more before it ends: a fifth of a run over a small suite.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str] | None = None, kept: list[object] | None = None) -> int:
    """Runs the command line and returns its exit code.

    Args:
        arguments: By default those of the process.
        kept: Takes what need not be freed before the process ends.
    """
    try:
        result = cli.main(arguments, prog_name="llmlint", standalone_mode=False, obj=kept)
        if sys.stdout is not None:  # it was closed
            sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        _say(error.format_message())
        return CANNOT
    except click.Abort:
        return outcome(KeyboardInterrupt())
    except (KeyboardInterrupt, BrokenPipeError, MemoryError) as error:
        return outcome(error)
    return result if isinstance(result, int) else 0


def outcome(error: KeyboardInterrupt | BrokenPipeError | MemoryError) -> int:
    """The exit code of a command that was ended from outside; what the user has to know is said."""
    if isinstance(error, BrokenPipeError):
        # Whoever read us has enough. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, MemoryError):
        _say("not enough memory")
        return CANNOT
    _say("interrupted")
    return INTERRUPTED


def _say(message: str) -> None:
    try:
        print(f"llmlint: error: {' '.join(message.split())}", file=sys.stderr)
    except BrokenPipeError:
        return
