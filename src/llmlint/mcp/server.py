"""The server: the questions as tools of the protocol."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from llmlint import __version__
from llmlint.mcp.questions import Questions

_INSTRUCTIONS = (
    "Ask here before you write a test: what a module publishes (contract_digest, contract_prompt), which fixtures there are (fixtures), whether "
    "a name exists (resolve). After writing, ask check. Never edit contracts or conftests to silence a finding."
)


def build(questions: Questions) -> MCPServer:
    """A server that is ready to be run."""
    server = MCPServer("llmlint", version=__version__, instructions=_INSTRUCTIONS)
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    tools = (
        questions.check, questions.explain, questions.contract_digest, questions.contract_prompt, questions.fixtures,
        questions.resolve,
    )  # fmt: skip
    for tool in tools:
        server.add_tool(_told(tool), description=tool.__doc__, annotations=reading)
    return server


def _told(question: Callable[..., Any]) -> Callable[..., Any]:
    """A question whose reason for not answering reaches the model; what any other exception says stays with the server."""

    @functools.wraps(question)
    def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            return question(*args, **kwargs)
        except ValueError as error:
            raise ToolError(str(error)) from None

    return asked


def serve(folder: str, python: str | None) -> None:
    """Speaks with a client over standard input and output until it goes."""
    build(Questions(folder, python)).run("stdio")
