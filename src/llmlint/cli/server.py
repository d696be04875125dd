"""``llmlint server``: for editors."""

from __future__ import annotations

from importlib.util import find_spec

import click

from llmlint.cli.main import Failure


@click.command("server", short_help="Serve an editor.")
@click.option("--config", multiple=True, metavar="FILE | KEY=VALUE", help="Another settings file, or one setting.")
@click.option("--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment.")
@click.option("--no-tools", is_flag=True, help="Do not run ruff, mypy and import-linter when a file is saved.")
def command(config: tuple[str, ...], python: str | None, no_tools: bool) -> int:
    """Speak the Language Server Protocol over standard input and output.

    The client may say the same in `initializationOptions`: `python`, `config` (an array), `tools` (true or false). Needs the
    extra `server`: pip install 'llmlint[server]'.
    """
    if find_spec("pygls") is None:
        raise Failure("the server needs pygls: pip install 'llmlint[server]'")
    from llmlint.server.options import Options
    from llmlint.server.serving import serve

    serve(Options(python, config, not no_tools))
    return 0
