"""What a result depended on besides its file's own text, in a few hashes. Whatever changes one of them makes it stale."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from importlib.util import find_spec

import llmlint
from llmlint.engine.pages import pages_folder
from llmlint.project.location import parts_of
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_bytes

_SUFFIXES = (".py", ".pyi", ".pyx", ".so", ".pyd", ".typed", ".pth", ".egg-link", ".in")
"""What an import can find, or what says that something is generated."""

_SKIPPED = frozenset({"__pycache__", "node_modules"})

_FRESH = 2.0
"""Seconds in which a file may change twice without its time of change telling so, on the coarsest file systems."""

_TICK = 0.02
"""Seconds between two times that a running kernel gives to files, generously."""


def digest(data: bytes) -> str:
    """What is remembered of a file's content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def settings_key(*parts: object) -> str:
    """A name for a combination of settings and options, so that each keeps its own results."""
    return digest(json.dumps(_canonical(parts), sort_keys=True).encode())


def settled(path: str, since: float) -> str | None:
    """The stamp of a file that was read after ``since``; None where it may have changed after it was read."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return None if _is_fresh(status, since) else _times(status)


def holds(path: str, known: str) -> bool:
    """Whether a file is as it was when ``known`` was its stamp."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return known in (_times(status), f"{_times(status)}:{_content(path)}")


def _stamp(path: str, status: os.stat_result, now: float) -> str:
    """Differs whenever the content of the file does.

    Of a file that was changed a moment before ``now`` the content counts as well: two changes may bear the same time. The moment
    is as short as can be, since the stamp is another one when it is over.
    """
    if _is_fresh(status, now):
        return f"{_times(status)}:{_content(path)}"
    return _times(status)


def _is_fresh(status: os.stat_result, now: float) -> bool:
    """Whether a change at ``now`` may bear the same time as the last one."""
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    # Whole seconds are what coarse file systems keep.
    margin = _FRESH if last % 1_000_000_000 == 0 else _TICK
    return last / 1e9 > now - margin


def _times(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _content(path: str) -> str:
    try:
        return digest(read_bytes(path))
    except SourceError as error:  # also of what is no file: a pipe would be waited for
        return error.message


@dataclasses.dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the results of all files of a project depend on."""

    value: str
    covered: frozenset[str]
    """The files whose content it speaks for."""


def project_fingerprint(project: Project, files: Iterable[str]) -> Fingerprint:
    """A hash of everything that the results of all files of a project depend on.

    That is the project as it was read (settings, pytest's, environment, dependencies); of its own import roots and
    contracts each file and folder; of site-packages what stands in it; llmlint, its pages and its readers.

    Args:
        project: The project.
        files: The linted files. Of tests among them only the existence counts: each is remembered with its own digest, and
            who reads another one says so (``Verdict.read``).
    """
    leaves = {path for path in files if os.path.basename(path) != "conftest.py"}
    lines = list(_lines(project, leaves, time.time()))
    return Fingerprint(_hashed(lines), frozenset(line.rpartition(" ")[0] for line in lines if not line.endswith(" ")))


def own_version() -> str:
    """Changes with llmlint's code and pages and with the libraries that it reads with."""
    return _hashed(_own_lines(time.time()))


def _hashed(lines: Iterable[str]) -> str:
    found = hashlib.blake2b(digest_size=20)
    for line in lines:
        found.update(line.encode(errors="surrogateescape"))
        found.update(b"\n")
    return found.hexdigest()


def _own_lines(now: float) -> Iterator[str]:
    yield sys.version
    for folder in (os.path.dirname(os.path.abspath(llmlint.__file__)), pages_folder()):
        yield from _tree(folder, frozenset(), now, (".py", ".md", ".toml", ".json"))
    for library in ("mypy", "astroid", "libcst"):
        found = find_spec(library)
        if found and found.origin:
            yield f"{found.origin} {os.stat(found.origin).st_mtime_ns}"


def _lines(project: Project, leaves: AbstractSet[str], now: float) -> Iterator[str]:
    yield json.dumps(_canonical(project), sort_keys=True)
    environment = project.environment
    roots = {project.root, *project.source_roots, *project.test_roots, project.pytest.rootdir}
    roots.update(folder for folder, _ in project.contract_roots)
    roots.update(path for _, path in environment.editable)
    roots.update(path for path in environment.site if not _is_site(path))
    for part in _outermost({part for root in roots for part in parts_of(root)}):
        if part in leaves:
            yield f"{part} "
        else:
            yield from _tree(part, leaves, now, _SUFFIXES)
    above: set[str] = set()
    for root in roots:
        above.update(_ancestors(root))
    # The folders of files that stand outside, each with the packages above it.
    outside = {os.path.dirname(path) for path in leaves if not any(path.startswith(root + os.sep) for root in roots)}
    for folder in outside:
        above.update((folder, *_ancestors(folder)))
    for folder in sorted(above):
        yield from _folder(folder, now)
    for folder in environment.site:
        if _is_site(folder):
            yield from _folder(folder, now, dated=True)


def _tree(root: str, leaves: AbstractSet[str], now: float, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Every folder and every file of interest below ``root``, which may itself be a file."""
    seen: set[tuple[int, int]] = set()
    stack = [root]
    found: list[str] = []
    while stack:
        folder = stack.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if os.path.isfile(folder):
                found.append(f"{folder} {_stamp(folder, os.stat(folder), now)}")
            else:
                found.append(f"{folder} {error.errno}")
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            name = entry.name
            try:
                if entry.is_dir():
                    if name.startswith(".") or name in _SKIPPED:
                        continue
                    if entry.is_symlink():
                        status = entry.stat()
                        if (status.st_dev, status.st_ino) in seen:
                            continue
                        seen.add((status.st_dev, status.st_ino))
                    found.append(entry.path + os.sep)
                    stack.append(entry.path)
                elif name.endswith(suffixes):
                    known = "" if entry.path in leaves else _stamp(entry.path, entry.stat(), now)
                    found.append(f"{entry.path} {known}")
            except OSError as error:
                found.append(f"{entry.path} {error.errno}")
    yield from sorted(found)


def _folder(folder: str, now: float, *, dated: bool = False) -> Iterator[str]:
    """What stands in one folder, not what stands below it; with ``dated``, when each folder in it last changed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield f"{folder} {error.errno}"
        return
    for entry in entries:
        try:
            if entry.name.endswith(_SUFFIXES):
                yield f"{entry.path} {_stamp(entry.path, entry.stat(), now)}"
            elif dated:
                yield f"{entry.path} {entry.stat().st_mtime_ns}"
        except OSError as error:
            yield f"{entry.path} {error.errno}"


def _ancestors(path: str) -> Iterator[str]:
    """The folders above that belong to the same package."""
    while os.path.isfile(os.path.join(path, "__init__.py")) and path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _outermost(roots: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for root in sorted(roots):
        if not any(root.startswith(other.rstrip(os.sep) + os.sep) for other in kept):
            kept.append(root)
    return kept


def _is_site(path: str) -> bool:
    return os.path.basename(path) in ("site-packages", "dist-packages")


def _canonical(value: object) -> object:
    """``value`` as JSON knows it, the same in every process (sets have no order)."""
    if dataclasses.is_dataclass(value):
        return [_canonical(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return [_canonical(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else repr(value)
