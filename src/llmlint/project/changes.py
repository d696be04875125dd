"""What differs from a commit, as git tells it: files, and lines in them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field

_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@")


class GitError(Exception):
    """git is not there, or does not know what it is asked for; the message is one line."""


@dataclass(slots=True)
class Changes:
    """What is new or changed since a commit."""

    files: set[str] = field(default_factory=set)
    """Absolute; those that git does not track yet are among them."""
    rows: dict[str, set[int]] = field(default_factory=dict)
    """The changed rows of files that the commit has; of a new file every row is changed, and it is not among them."""

    def has(self, path: str, first: int, last: int) -> bool:
        """Whether one of the rows of a file changed."""
        if path not in self.files:
            return False
        rows = self.rows.get(path)
        return rows is None or any(row in rows for row in range(first, last + 1))


def changes_since(ref: str | None, folder: str) -> Changes:
    """What changed in the working tree since the commit where it parted from ``ref``.

    Args:
        ref: A commit, branch or tag; None: the last commit.
        folder: A folder of the repository.

    Raises:
        GitError: it is no repository, or there is no such commit.
    """
    top = _git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")
    if ref is None:
        try:
            base = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
        except GitError:
            base = _git(folder, "hash-object", "-t", "tree", os.devnull).decode().strip()  # nothing was ever committed
    else:
        if ref.startswith("-"):
            raise GitError(f"'{ref}' is no commit")
        try:
            _git(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        except GitError:
            raise GitError(f"git knows no commit '{ref}'") from None
        try:
            base = _git(folder, "merge-base", ref, "HEAD").decode().strip()
        except GitError:
            base = ref
    changes = Changes()
    diff = ("diff", "--no-ext-diff", "--no-color", "--no-renames", "-U0", "--diff-filter=d", "--no-prefix", base, "--")
    current = None
    for line in _git(top, "-c", "core.quotePath=false", *diff).split(b"\n"):
        if line.startswith(b"+++ "):
            current = os.path.normpath(os.path.join(top, os.fsdecode(_unquoted(line[4:].rstrip(b"\t\r")))))
            changes.files.add(current)
            changes.rows[current] = set()
        elif current and (found := _HUNK.match(line)):
            start, count = int(found["start"]), int(found["count"] or 1)
            # Where lines were only taken away, what stands around the gap has changed.
            changes.rows[current].update(range(start, start + count) if count else (start, start + 1))
    new = _git(top, "diff", "--name-only", "--no-renames", "--diff-filter=A", "-z", base, "--").split(b"\0")
    untracked = _git(top, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    for name in filter(None, (*new, *untracked)):
        path = os.path.normpath(os.path.join(top, os.fsdecode(name)))
        changes.files.add(path)
        changes.rows.pop(path, None)
    return changes


def _unquoted(name: bytes) -> bytes:
    """A name that git put in quotes because of its control characters."""
    if not (name.startswith(b'"') and name.endswith(b'"')):
        return name
    return name[1:-1].decode("unicode_escape").encode("latin-1")


def _git(folder: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"git cannot be started: {error.strerror}") from None
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split()) or "it does not say why"
        raise GitError(f"git {arguments[0]} failed: {words}")
    return done.stdout
