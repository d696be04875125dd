"""From paths on the command line to the Python files that are linted, each with its role."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from llmlint.model.record import record
from llmlint.project.path_glob import PathGlobs
from llmlint.project.project import TEST_FILES
from llmlint.project.source import Role

SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__", "CVS", "_darcs"})
"""Never entered unless named. Hidden folders, virtual environments and ``*.egg-info`` are not either."""

MARKDOWN = (".md", ".markdown")
"""Guides and prompts, whose Python blocks are linted where a path on the command line leads to them."""

_PAGE = re.compile(r"[A-Z]+\d{3}-[a-z0-9-]+\.md")

_BUILD_FOLDERS = frozenset({"build", "dist"})


@record
class FoundFile:
    """A file to lint."""

    path: str
    """Absolute and normalized; links are not resolved."""
    role: Role
    named: bool
    """It was itself one of the paths."""


@record
class PathError:
    """A path that is missing or unreadable; ``message`` is a part of a sentence: ``does not exist``."""

    path: str
    message: str


@record
class Discovery:
    """What was found, sorted by path."""

    files: tuple[FoundFile, ...]
    errors: tuple[PathError, ...]


def expand(
    paths: Iterable[str], skip: Callable[[str], bool] = lambda path: False, *, guides: bool = False
) -> tuple[tuple[tuple[str, bool], ...], tuple[PathError, ...]]:
    """(path, whether it was named) of the Python files that ``paths`` mean, and the paths that cannot be read.

    A named file is taken whatever its name. In folders ``.py`` and ``.pyi`` are taken, with ``guides`` also Markdown, but for pages of
    rules and what stands in folders called ``md``: those are run as tests. ``skip`` says of each file and folder
    found there whether to leave it out. A file reached twice is listed once, under its own name before a link's.
    """
    walk = _Walk(skip, (".py", ".pyi", *MARKDOWN) if guides else (".py", ".pyi"))
    for path in paths:
        walk.start(os.path.abspath(path))
    return walk.result()


def role_of(path: str, python_files: Sequence[str], contract_roots: Sequence[str] = ()) -> Role:
    """What a file is to the tests."""
    name = os.path.basename(path)
    if name.endswith(MARKDOWN):
        return "markdown"
    if name == "conftest.py":
        return "conftest"
    if name.endswith(".pyi"):
        return (
            "contract" if any(path.startswith(folder.rstrip(os.sep) + os.sep) for folder in contract_roots) else "other"
        )
    return "test" if matches(path, python_files) else "other"


def matches(path: str, python_files: Sequence[str]) -> bool:
    """Whether ``path`` (absolute) matches pytest's ``python_files``: a glob with ``/`` is about the whole path, else about the name."""
    return any(_pattern(glob).fullmatch(path if "/" in glob else os.path.basename(path)) for glob in python_files)


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    import fnmatch

    if "/" in glob and not os.path.isabs(glob):
        glob = "*/" + glob
    return re.compile(fnmatch.translate(glob.replace("/", os.sep)))


def discover(
    paths: Iterable[str],
    *,
    root: str,
    exclude: Sequence[str] = (),
    norecursedirs: Sequence[str] = (),
    python_files: Sequence[str] = TEST_FILES,
    contract_roots: Sequence[str] = (),
) -> Discovery:
    """The files that ``paths`` mean in the project at ``root``. ``.pyi`` files that are no contracts are left out unless named."""
    skip = skipper(root, exclude, norecursedirs)
    found, errors = expand(paths, skip)
    return Discovery(assign_roles(found, python_files, contract_roots), errors)


def skipper(root: str, exclude: Sequence[str], norecursedirs: Sequence[str] = ()) -> Callable[[str], bool]:
    """Whether a path in the project at ``root`` is left out: by ``exclude``, or as a folder that pytest does not enter."""
    excluded = PathGlobs(exclude, root)

    def skip(path: str) -> bool:
        if excluded and excluded.match(path):
            return True
        return bool(norecursedirs) and matches(path, norecursedirs) and os.path.isdir(path)

    return skip


def assign_roles(
    found: Iterable[tuple[str, bool]], python_files: Sequence[str], contract_roots: Sequence[str]
) -> tuple[FoundFile, ...]:
    """The files with their roles."""
    files = [FoundFile(path, role_of(path, python_files, contract_roots), named) for path, named in found]
    return tuple(file for file in files if file.named or file.role == "contract" or not file.path.endswith(".pyi"))


class _Walk:
    def __init__(self, skip: Callable[[str], bool], endings: tuple[str, ...]) -> None:
        self.skip = skip
        self.endings = endings
        self.files: dict[str, bool] = {}
        self.linked: dict[str, str] = {}
        self.errors: dict[str, str] = {}

    def start(self, path: str) -> None:
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            self.errors[path] = "is a link to nothing" if os.path.islink(path) else "does not exist"
        except (OSError, ValueError) as error:
            self.errors[path] = _reason(error)
        else:
            if stat.S_ISDIR(mode):
                self.folder(path)
            elif stat.S_ISREG(mode):
                self.files[path] = True
            else:
                self.errors[path] = "is not a regular file"

    def folder(self, top: str) -> None:
        pending: list[tuple[str, bool, frozenset[tuple[int, int]]]] = [(top, False, frozenset())]
        while pending:
            folder, linked, above = pending.pop()
            try:
                state = os.stat(folder)
                if (state.st_dev, state.st_ino) in above:
                    continue
                with os.scandir(folder) as scan:
                    entries = list(scan)
            except OSError as error:
                self.errors[folder] = _reason(error)
                continue
            above = above | {(state.st_dev, state.st_ino)}
            for entry in entries:
                path = entry.path
                try:
                    is_folder = entry.is_dir()
                    is_link = entry.is_symlink()
                except OSError:
                    continue
                if is_folder:
                    if not _is_skipped(entry.name, path) and not self.skip(path):
                        pending.append((path, linked or is_link, above))
                elif entry.name.endswith(self.endings) and not _is_example(path) and not self.skip(path):
                    if not is_link and not linked:
                        self.files.setdefault(path, False)
                    elif os.path.isfile(path):
                        self.linked[path] = os.path.realpath(path)

    def result(self) -> tuple[tuple[tuple[str, bool], ...], tuple[PathError, ...]]:
        seen = {os.path.realpath(path) for path in self.files} if self.linked else set()
        for path, real in sorted(self.linked.items(), key=lambda item: (item[0].count(os.sep), item[0])):
            if path not in self.files and real not in seen:
                seen.add(real)
                self.files[path] = False
        errors = tuple(PathError(path, message) for path, message in sorted(self.errors.items()))
        return tuple(sorted(self.files.items())), errors


def _is_example(path: str) -> bool:
    """Whether a Markdown file is run as a test, its faulty examples with it (``llmlint.testing``)."""
    if not path.endswith(MARKDOWN):
        return False
    folder, name = os.path.split(path)
    return os.path.basename(folder) == "md" or _PAGE.fullmatch(name) is not None


def _is_skipped(name: str, path: str) -> bool:
    if name in SKIPPED_FOLDERS or name.startswith(".") or name.endswith((".egg-info", ".egg")):
        return True
    if name in _BUILD_FOLDERS:
        return not os.path.isfile(os.path.join(path, "__init__.py"))
    return os.path.isfile(os.path.join(path, "pyvenv.cfg")) or os.path.isdir(os.path.join(path, "conda-meta"))


def _reason(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {text[:1].lower()}{text[1:]}"
