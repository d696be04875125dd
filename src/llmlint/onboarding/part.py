"""One thing that a project has or lacks, and the reading of files that may hold it."""

from __future__ import annotations

import os

from llmlint.model.record import record


@record
class Part:
    """One thing that a project has or lacks."""

    name: str
    path: str
    """Absolute: the file that has it, or that would get it."""
    before: str | None = None
    """What the file holds; None where there is none."""
    after: str | None = None
    """What it would hold; None where nothing is missing, or nothing can be written."""
    why_not: str = ""
    """Why it is missing and cannot be written."""
    by_hand: str = ""
    """What to add by hand then."""
    unreadable: bool = False
    """Whether a file that may have it cannot be read."""

    @property
    def missing(self) -> bool:
        """Whether the project lacks it, as far as can be told."""
        return self.after is not None or bool(self.why_not)


class Unreadable(Exception):
    """A file of the user's that cannot be read; the text says why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why


def read(path: str) -> str | None:
    """The text, line ends and byte order mark as they are; None where there is no file.

    Raises:
        Unreadable: there is something else, or it is not UTF-8.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise Unreadable(path, "it is no file")
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        if lost := _lost_link(path):
            raise Unreadable(path, f"{os.path.basename(lost)} is a link that leads nowhere") from None
        return None
    except UnicodeDecodeError as error:
        raise Unreadable(path, f"it is not UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise Unreadable(path, f"it cannot be read: {error.strerror}") from None


def glance(path: str) -> str:
    """The text, whatever can be made of it: to look for a word in a file that stays as it is."""
    if not os.path.isfile(path):  # nobody may ever write into a pipe
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def appended(text: str, more: str) -> str:
    """The text with a blank line and more, in its own line ends."""
    end = line_end(text)
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + more.replace("\n", end)


def line_end(text: str) -> str:
    """How the lines of a text end: as its first one does."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def inside(path: str, root: str) -> bool:
    """Whether a path is the root or lies below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def inner(path: str, root: str) -> str:
    """The path from the root, with ``/``."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def _lost_link(path: str) -> str:
    """The link on the way to a file that leads nowhere; '' where there is none."""
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path if not os.path.exists(path) else ""
