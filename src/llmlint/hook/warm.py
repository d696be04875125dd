"""A process that keeps what it has read, so that the next call need not read it again.

It listens on a socket that only its user can reach, answers one call after the other, and ends by itself: when nobody has asked for
a while, when llmlint itself has changed, when it has grown. Where there are no such sockets, each call reads for itself.

The caller imports nothing of llmlint but this file: that, and not the linting, is what it would wait for.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import stat
import sys
import time
import zlib
from contextlib import suppress
from typing import IO, Any

IDLE = 3600.0
"""Seconds without a call after which it ends."""

_CALLS = 2000
"""Calls after which it ends, so that whatever it gathers does not grow for ever."""

_LOST = 1.0
"""Seconds that are waited for somebody to listen."""

_ANSWER = 60.0
"""Seconds that a caller waits for an answer."""

_NAMES = ("VIRTUAL_ENV", "CONDA_PREFIX")
"""Environment variables by which a target environment is found."""

_MOST = 64 * 1024 * 1024
"""Bytes of a message."""


def ask(call: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of the process that is warm; None where there is none."""
    path = _address()
    return _asked(path, call) if path is not None else None


def prepare(call: dict[str, Any]) -> None:
    """Has the process that is warm answer a call to which nobody listens; starts it where there is none. Does not wait."""
    path = _address()
    if path is None:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_LOST)
            connection.connect(path)
            connection.sendall(json.dumps(call).encode())
    except OSError:
        _start(path, json.dumps(call))


def _address() -> str | None:
    """The socket for this llmlint, this interpreter and this environment, in a folder that is the user's alone."""
    if not hasattr(socket, "AF_UNIX") or not hasattr(os, "getuid"):
        return None
    base = os.environ.get("XDG_RUNTIME_DIR")
    if not base:
        import tempfile

        base = tempfile.gettempdir()
    folder = os.path.join(base, f"llmlint-{os.getuid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.lstat(folder)
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        return None
    what = [os.path.abspath(__file__), sys.executable, *(os.environ.get(name, "") for name in _NAMES)]
    text = "\0".join(what).encode(errors="surrogateescape")
    # To load what makes better sums takes a tenth of the call, and nobody else has sockets here.
    path = os.path.join(folder, f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}.sock")
    return path if len(os.fsencode(path)) < 100 else None


def _asked(path: str, call: dict[str, Any]) -> dict[str, Any] | None:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER)
            connection.connect(path)
            connection.sendall(json.dumps(call).encode())
            connection.shutdown(socket.SHUT_WR)
            answer = json.loads(_received(connection))
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) and "code" in answer else None


def _received(connection: socket.socket) -> bytes:
    data = bytearray()
    while part := connection.recv(65536):
        data += part
        if len(data) > _MOST:
            raise ValueError("too long a message")
    return bytes(data)


def _start(path: str, first: str) -> None:
    """Starts the process. Its first call comes as a file, as long as it may be, and no list of processes shows what stands in it."""
    import subprocess
    import tempfile

    with suppress(OSError), open(os.devnull, "wb") as nothing, tempfile.TemporaryFile() as given:
        given.write(first.encode())
        given.seek(0)
        subprocess.Popen(
            [sys.executable, "-m", "llmlint.hook.warm", path],
            stdin=given,
            stdout=nothing,
            stderr=nothing,
            cwd=os.path.dirname(path),
            start_new_session=True,
            close_fds=True,
        )


# -- the process itself ------------------------------------------------------------------------------------------------------


def serve(path: str, first: str, *, idle: float = IDLE) -> None:
    """Answers calls at ``path`` until nobody asks any more.

    Args:
        path: Of the socket.
        first: A call, as JSON, that is answered before all others; nobody hears what.
        idle: Seconds without a call after which it ends.
    """
    with open(f"{path}.lock", "w", encoding="utf-8") as lock:
        if not _locked(lock):
            return  # another one was faster
        from llmlint.engine.fingerprint import own_version
        from llmlint.engine.garbage import collect
        from llmlint.hook.calls import Calls

        calls, version = Calls(), own_version()
        gc.disable()
        with suppress(FileNotFoundError):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(path)
            identity = os.stat(path).st_ino
            server.listen(8)
            server.settimeout(idle)
            with suppress(ValueError, KeyError, TypeError):
                calls.answer(json.loads(first))
            collect()
            try:
                for _ in range(_CALLS):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(_ANSWER)
                        if not _same(path, identity) or own_version() != version:
                            # The caller hears nothing, and starts a successor.
                            break
                        _serve_one(connection, calls)
                    # Whoever asked does not wait for this.
                    collect()
            except TimeoutError:
                pass
            finally:
                if _same(path, identity):
                    os.unlink(path)


def _locked(lock: IO[str]) -> bool:
    """Whether the lock is ours; a process that is about to end is waited for."""
    import fcntl

    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def _same(path: str, identity: int) -> bool:
    try:
        return os.stat(path).st_ino == identity
    except OSError:
        return False


def _serve_one(connection: socket.socket, calls: Any) -> None:
    try:
        call = json.loads(_received(connection))
        connection.sendall(json.dumps(calls.answer(call)).encode())
    except (OSError, ValueError, KeyError, TypeError):
        # Who does not speak our language is not answered.
        return


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin.read())
