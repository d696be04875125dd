"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat


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
                raise WriteError("changed meanwhile; not written")
        if not os.access(target, os.W_OK):
            raise WriteError("cannot be written: it is read-only")
        state = os.stat(target)
        handle, temporary = _temporary(os.path.dirname(target))
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


def new_file(path: str, data: bytes) -> None:
    """Makes a file, and the folders above it; whoever looks meanwhile sees none or the whole.

    Raises:
        WriteError: there is something already, or it cannot be written.
    """
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        handle, temporary = _temporary(folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            _link(temporary, path, data)
        finally:
            os.unlink(temporary)
    except FileExistsError:
        raise WriteError("there is something already; not written") from None
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}") from None


def _link(temporary: str, path: str, data: bytes) -> None:
    """Gives a file its name: unlike a rename, a link replaces nothing. Raises OSError."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # not every file system has links
        with open(path, "xb") as file:
            file.write(data)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _temporary(folder: str) -> tuple[int, str]:
    import tempfile  # brings the archivers with it

    return tempfile.mkstemp(dir=folder, prefix=".llmlint-", suffix=".tmp")


def make_cache(folder: str) -> None:
    """Makes the cache folder of a project, if it is not there, and tells git to leave it alone. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignore):
        with open(ignore, "w", encoding="utf-8") as file:
            file.write("*\n")
