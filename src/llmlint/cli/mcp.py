"""``llmlint mcp``: for models that ask before they write."""

from __future__ import annotations

import os
from importlib.util import find_spec

import click

from llmlint.cli.main import Failure


@click.command("mcp", short_help="Answer a model's questions (Model Context Protocol).")
@click.argument("folder", required=False, default=".", metavar="[FOLDER]")
@click.option("--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment.")
def command(folder: str, python: str | None) -> int:
    """Speak the Model Context Protocol over standard input and output, about the project of FOLDER.

    Tools, all of them read-only: check, explain, contract_digest, contract_prompt, fixtures, resolve. Needs the extra `mcp`:
    pip install 'llmlint[mcp]'.
    """
    if find_spec("mcp") is None or find_spec("mcp.server.mcpserver") is None:
        raise Failure("this needs mcp 2: pip install 'llmlint[mcp]'")
    if not os.path.isdir(folder):
        raise Failure(f"{folder}: there is no such folder")
    from llmlint.mcp.server import serve

    serve(folder, python)
    return 0
