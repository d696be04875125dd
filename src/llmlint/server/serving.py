"""A server from its start to its end."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

from llmlint.engine.garbage import keep_little
from llmlint.server.events import life, texts
from llmlint.server.options import Options
from llmlint.server.questions import questions
from llmlint.server.server import Server


def build(options: Options) -> Server:
    """A server that is ready to be started."""
    server = Server(options)
    for register in (life, texts, questions):
        register(server)
    return server


def serve(options: Options) -> None:
    """Speaks with a client over standard input and output until it goes."""
    # Nothing but the protocol may reach the client, whoever prints.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out, contextlib.redirect_stdout(sys.stderr):
        gc.disable()
        try:
            keep_little()
            build(options).start_io(None, out)
        finally:
            with contextlib.suppress(OSError):
                out.close()
