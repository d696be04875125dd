"""The two states of a project that are compared: folders, or what git keeps."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

_READ = (
    ".py", ".pyi", ".pyx", ".pxd", ".so", ".pyd", ".typed", ".toml", ".cfg", ".ini", ".txt", ".in", ".pth", "Pipfile",
)  # fmt: skip
"""How the names of files end that say what modules, tests and settings there are."""


class NoState(Exception):
    """What was named is neither a folder nor something that git knows. The message is one line."""


@contextmanager
def state(named: str, cwd: str) -> Iterator[str]:
    """The folder that holds a state, seen from where ``cwd`` is in it; a state of git's is unpacked for as long as it is needed.

    Raises NoState.
    """
    path = os.path.normpath(os.path.join(cwd, named))
    if os.path.isdir(path):
        yield path
        return
    top = _git(cwd, "rev-parse", "--show-toplevel", named=named).strip()
    commit = _git(cwd, "rev-parse", "--verify", "--quiet", f"{named}^{{commit}}", named=named).strip()
    inner = os.path.relpath(os.path.realpath(cwd), os.path.realpath(top))
    with TemporaryDirectory(prefix="llmlint-state-") as folder:
        done = subprocess.run(["git", "-C", top, "archive", "--format=tar", commit], capture_output=True, check=False)
        if done.returncode:
            raise NoState(f"git cannot unpack '{named}': {done.stderr.decode(errors='replace').strip()}")
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter=_inside)  # noqa: S202 - what the filter lets through, tarfile's own one has looked at
        place = os.path.realpath(os.path.join(folder, inner))
        if not os.path.isdir(place):
            raise NoState(f"'{named}' has no folder {inner}")
        yield place


def _git(cwd: str, *arguments: str, named: str) -> str:
    try:
        done = subprocess.run(["git", "-C", cwd, *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NoState(f"'{named}' is no folder, and git is not installed") from None
    if done.returncode:
        raise NoState(f"'{named}' is neither a folder nor a revision that git knows here")
    return done.stdout


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leaves out what nobody reads, and what lies, or leads, outside of the folder: links of a part of a repository to what is above it."""
    if member.isdir() or (member.isfile() and not member.name.endswith(_READ)):
        return None
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None
