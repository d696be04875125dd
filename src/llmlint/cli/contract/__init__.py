"""``llmlint contract``: the life of a contract."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "freeze": "Write contracts from the sources.",
    "check": "Hold the contracts against the sources.",
    "diff": "Show what changed of the public surface between two states.",
    "digest": "Print what the contracts say, for a model to read.",
    "prompt": "Print a prompt that holds a model to a contract.",
    "imports": "Say what allows each import of a test.",
    "coverage": "Show what of a contract no test uses.",
    "fixtures": "Write fixtures that stand in for what a module needs.",
    "scaffold": "Write a test module with a test for every promise.",
}
"""In the order of a contract's life."""


class _Commands(click.Group):
    """Imports a command when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"llmlint.cli.contract.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    "contract", cls=_Commands, invoke_without_command=True, short_help="Freeze, check and compare contracts."
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Contracts: what a module publishes, frozen as a .pyi file that people decide on and models obey.

    Everything here reads the sources and runs nothing, but for `check --runtime`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
