"""``llmlint config``: explain the settings."""

from __future__ import annotations

import sys

import click

from llmlint.cli.main import Failure


@click.command("config", short_help="Explain the settings.")
@click.argument("key", required=False)
def command(key: str | None) -> int:
    """Print every setting of [tool.llmlint], or explain one."""
    from llmlint.project.option import describe, options, write_toml

    if key is None:
        for option in options():
            sys.stdout.write(f"{option.key}\n")
        return 0
    try:
        option = describe(key)
    except KeyError as error:
        near = f"; did you mean '{error.args[0]}'?" if error.args[0] else ""
        raise Failure(f"there is no setting '{key}'{near}") from None
    sys.stdout.write(f"{option.key}\n\n{option.doc}\n\nType: {option.type}\n")
    if option.choices:
        sys.stdout.write(f"One of: {', '.join(option.choices)}\n")
    sys.stdout.write(f"Default: {write_toml(option.default) or 'none'}\n")
    return 0
