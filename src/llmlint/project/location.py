"""Which project a file belongs to."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from llmlint.model.record import record
from llmlint.project.layout import TEST_FOLDERS, holds_code
from llmlint.project.settings import settings_file_in

STRONG_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
WEAK_MARKS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini", "tox.toml", "noxfile.py")


@record
class Location:
    """Where a file stands. All paths are absolute."""

    root: str
    """The project: the folder of its settings file, else the nearest that looks like a project."""
    settings_file: str | None
    base: str
    """The folder, in the root, whose packages and tests belong together: ``backend`` in a repository of several parts."""


class Locator:
    """Locates folders, remembering what it saw. It reads names of files, and settings files.

    - The nearest settings file decides on the root; without one the nearest ``.git``, pyproject.toml, setup.py or setup.cfg, then
      the nearest pytest, tox or nox file, then the folder above ``tests`` (above the
      package, where the tests are part of one), then the folder above the package.
    - What lies in a folder of tests is data: a pyproject.toml there starts no project, except with settings or ``.git``.
    - The base is the nearest folder from the file to the root that has such a mark, or that has ``tests`` beside code.
    """

    def __init__(self, find_settings: Callable[[str], str | None] = settings_file_in) -> None:
        self._find_settings = find_settings
        self._settings: dict[str, str | None] = {}
        self._marks: dict[str, tuple[bool, bool, bool]] = {}
        self._natural: dict[str, bool] = {}
        self._located: dict[str, Location] = {}

    def locate(self, folder: str) -> Location:
        """The location of the files in ``folder`` (absolute)."""
        found = self._located.get(folder)
        if found is None:
            found = self._located[folder] = self._locate(folder)
        return found

    def _locate(self, folder: str) -> Location:
        ancestors = [folder]
        while (parent := os.path.dirname(ancestors[-1])) != ancestors[-1]:
            ancestors.append(parent)
        for ancestor in ancestors:
            if ancestor not in self._settings:
                self._settings[ancestor] = self._find_settings(ancestor)
            if file := self._settings[ancestor]:
                return Location(ancestor, file, self._base(folder, ancestor))
        root = self._marked(ancestors) or _unmarked(ancestors)
        return Location(root, None, self._base(folder, root))

    def _marked(self, ancestors: list[str]) -> str | None:
        strong: list[str] = []
        for ancestor in ancestors:
            repository, mark, _ = self._mark(ancestor)
            if mark:
                strong.append(ancestor)
            if repository:
                break
        for index, ancestor in enumerate(strong):
            if not any(in_tests(ancestor, outer) for outer in strong[index + 1 :]):
                return ancestor
        for ancestor in ancestors:
            if self._mark(ancestor)[2] and os.path.basename(ancestor) not in TEST_FOLDERS:
                return ancestor
        return None

    def _mark(self, folder: str) -> tuple[bool, bool, bool]:
        """Whether the folder is a repository, has a strong mark, has a weak one."""
        found = self._marks.get(folder)
        if found is None:
            strong = [os.path.exists(os.path.join(folder, mark)) for mark in STRONG_MARKS]
            weak = any(os.path.isfile(os.path.join(folder, mark)) for mark in WEAK_MARKS)
            found = self._marks[folder] = (strong[0], any(strong), weak)
        return found

    def _base(self, folder: str, root: str) -> str:
        current = folder
        while current != root:
            if not in_tests(current, root) and (self._mark(current)[1] or self._has_tests_beside_code(current)):
                return current
            current = os.path.dirname(current)
        return root

    def _has_tests_beside_code(self, folder: str) -> bool:
        found = self._natural.get(folder)
        if found is None:
            found = self._natural[folder] = (
                any(os.path.isdir(os.path.join(folder, name)) for name in TEST_FOLDERS)
                and not os.path.isfile(os.path.join(folder, "__init__.py"))
                and (holds_code(folder) or holds_code(os.path.join(folder, "src")))
            )
        return found


def parts_of(root: str) -> list[str]:
    """What belongs to the root of a project: all below it, or, where everybody keeps everything (the home folder, that of temporary files,
    the disk's root) and nothing says that it is a project, the Python files there, its packages, and its folders of tests and sources.

    Else a file that somebody opens there would have all that is on the disk read.
    """
    if root not in _everybodys() or any(
        os.path.exists(os.path.join(root, mark)) for mark in (*STRONG_MARKS, *WEAK_MARKS)
    ):
        return [root]
    if settings_file_in(root) is not None:
        return [root]
    found: list[str] = []
    with suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found.append(entry.path)
            elif entry.name in TEST_FOLDERS or entry.name == "src":
                found.append(entry.path)
            elif os.path.isfile(os.path.join(entry.path, "__init__.py")):
                found.append(entry.path)
    return sorted(found)


def _everybodys() -> set[str]:
    named = (os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    places = [os.sep, os.path.expanduser("~"), "/tmp", "/var/tmp", *(one for one in named if one)]  # noqa: S108 - nothing is written there
    return {form for place in places for form in (os.path.abspath(place), os.path.realpath(place))}


def in_tests(folder: str, root: str) -> bool:
    """Whether ``folder`` is, or lies in, a folder of tests below ``root``."""
    if folder == root:
        return False
    return not TEST_FOLDERS.isdisjoint(os.path.relpath(folder, root).split(os.sep))


def _unmarked(ancestors: list[str]) -> str:
    for ancestor in ancestors:
        if os.path.basename(ancestor) in TEST_FOLDERS and os.path.dirname(ancestor) != ancestor:
            return _above_package(os.path.dirname(ancestor))
    return _above_package(ancestors[0])


def _above_package(folder: str) -> str:
    """The folder, or the nearest above it that is no package."""
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder
