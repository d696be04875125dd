"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile


class WriteError(Exception):
    """A file that was not written; the text says why."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Puts ``after`` into the place of ``before``.

    The file's permissions stay, and a symbolic link stays one. Whoever reads meanwhile sees the one or the other.

    Raises:
        WriteError: the file no longer holds ``before``, or cannot be written.
    """
    target = os.path.realpath(path)
    try:
        with open(target, "rb") as file:
            if file.read() != before:
                raise WriteError("changed while it was judged; not fixed")
        if not os.access(target, os.W_OK):
            raise WriteError("cannot be written: it is read-only")
        state = os.stat(target)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".llmlint-", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, stat.S_IMODE(state.st_mode))
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}") from None


def make_cache(folder: str) -> None:
    """Makes the cache folder of a project, if it is not there, and tells git to leave it alone. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignore):
        with open(ignore, "w", encoding="utf-8") as file:
            file.write("*\n")
