"""The server: the questions as tools of the protocol."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from inspect import cleandoc
from threading import Lock
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from llmlint import __version__
from llmlint.mcp.questions import Questions

_INTERRUPTED = 130
"""The exit code that shells know for Ctrl-C."""

_INSTRUCTIONS = (
    "Ask here before you write a test: what a module publishes (contract_digest, contract_prompt), which fixtures there are (fixtures), whether "
    "a name exists (resolve). After writing, ask check. Never edit contracts or conftests to silence a finding."
)


def build(questions: Questions) -> MCPServer:
    """A server that is ready to be run."""
    server = MCPServer("llmlint", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR")
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    tools = (
        questions.check, questions.explain, questions.contract_digest, questions.contract_prompt, questions.fixtures,
        questions.resolve,
    )  # fmt: skip
    for tool in tools:
        server.add_tool(
            _told(tool, questions.one_at_a_time), description=cleandoc(tool.__doc__ or ""), annotations=reading
        )
    return server


def _told(question: Callable[..., Any], alone: Lock) -> Callable[..., Any]:
    """A question, asked alone, whose reason for not answering reaches the model; what any other exception says stays with the server."""

    @functools.wraps(question)
    def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            with alone:
                return question(*args, **kwargs)
        except ValueError as error:
            raise ToolError(str(error)) from None

    return asked


def serve(folder: str, python: str | None) -> None:
    """Speaks with a client over standard input and output until it goes, or somebody ends the process."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # A thread waits for standard input, and Python would wait for it; nothing is written that could be left half done.
        signal.signal(number, lambda _number, _frame: os._exit(_INTERRUPTED))
    build(Questions(folder, python)).run("stdio")
