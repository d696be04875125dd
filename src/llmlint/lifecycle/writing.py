"""Writing files so that a reader sees the old or the new text and nothing between."""

from __future__ import annotations

import contextlib
import os
import tempfile


class CannotWrite(Exception):
    """A file could not be written; what stood there still does."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: cannot be written: {self.reason}"


def write_atomically(path: str, text: str) -> None:
    """Replace the file at ``path``, or make it, its folders included. A device or a pipe (``/dev/null``) is written to, and stays one.

    Raises CannotWrite.
    """
    folder = os.path.dirname(path) or "."
    temporary = ""
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as device:
                device.write(text)
            return
        target = os.path.realpath(path) if os.path.islink(path) else path
        descriptor, temporary = tempfile.mkstemp(prefix=".llmlint-", dir=os.path.dirname(target) or ".")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise CannotWrite(path, error.strerror or str(error)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
