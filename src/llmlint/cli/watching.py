"""``--watch``: a screen that stays true while files change."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.main import Failure

if TYPE_CHECKING:
    from types import FrameType

    from llmlint.project.project import Project

_SUFFIXES = (".py", ".pyi", ".toml", ".cfg", ".ini", ".pth", ".md", ".importlinter")
"""Files that a report may rest on."""

_REQUIREMENTS = re.compile(r"requirements?[^/]*(/[^/]*)?\.txt$")

_OF_TOOLS = frozenset({"__pycache__", "node_modules"})
"""Folders, besides hidden ones, in which nobody edits."""

_LEFTOVER = re.compile(r"~$|^\.#|^4913$|^\.?flycheck_")
"""What editors write beside the file that they save."""

_WRITING = ("fix", "fix_only", "diff", "update_baseline", "prune_baseline", "show_settings", "show_files")
_STEP = 200
"""Milliseconds after which it looks whether to stop."""


def watch(
    paths: tuple[str, ...], options: dict[str, Any], projects: Callable[[], list[Project]], run: Callable[[], Any]
) -> int:
    """Reports, and reports again whenever something changes, until Ctrl-C.

    Args:
        paths: What is linted.
        options: Of the command line.
        projects: The projects whose files are watched, as they are now. Raises Failure.
        run: Reports once.

    Raises:
        Failure: the options do not go together, watchfiles is missing, or the settings are unusable from the beginning.
    """
    if "-" in paths or options["add_ignore"] is not None or any(options[name] for name in _WRITING):
        raise Failure("--watch reports; it goes with no option that writes, and not with -")
    if find_spec("watchfiles") is None:
        raise Failure("--watch needs watchfiles: pip install 'llmlint[watch]'")
    named = [os.path.abspath(one) for one in (*options["config"], options["baseline"]) if one and os.path.isfile(one)]
    reports = [options["output_file"], *(one.file for one in options["output_format"])]
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        # What is raised while Python frees something goes no further: then the watcher ends by itself.
        ended.set()
        signal.default_int_handler(number, frame)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _report_again(
            _Watched.of(projects(), paths, named, [os.path.abspath(one) for one in reports if one]),
            projects,
            run,
            ended,
        )
    except KeyboardInterrupt:
        click.echo("", err=True)
    except BrokenPipeError:
        raise  # whoever read us has enough
    except OSError as error:
        # Not of a report: those say for themselves what cannot be read.
        raise Failure(f"the files cannot be watched: {error.strerror or error}") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _report_again(
    watched: _Watched, projects: Callable[[], list[Project]], run: Callable[[], Any], ended: threading.Event
) -> None:
    """Reports whenever something changes; when other folders are to be watched, it watches those."""
    clear = sys.stdout.isatty()
    while not ended.is_set():
        # It listens before the first report, so that nothing which changes meanwhile is missed.
        for changed in _changes(watched, ended):
            if clear:
                click.clear()
            try:
                run()
                there = projects()
                now = replace(watched, homes=_homes(there, watched.paths), caches=_caches(there))
            except Failure as failure:
                # Settings are being edited: the next change may mend them.
                click.echo(f"llmlint: error: {failure.format_message()}", err=True)
                now = watched
            names = f" ({', '.join(changed[:3])}{', …' if len(changed) > 3 else ''})" if changed else ""
            click.echo(f"llmlint: watching{names}; Ctrl-C ends", err=True)
            if now != watched:
                watched = now
                break


@dataclass(frozen=True, slots=True)
class _Watched:
    """What is watched."""

    paths: tuple[str, ...]
    """Of the command line."""
    homes: tuple[str, ...]
    """Absolute folders in which everything counts that is not hidden: roots, sources, contracts."""
    caches: tuple[str, ...]
    """Absolute folders that a run itself writes to."""
    reports: frozenset[str]
    """Absolute files that a run itself writes."""
    named: frozenset[str]
    """Absolute files that count whatever they are called."""

    @classmethod
    def of(
        cls, projects: list[Project], paths: tuple[str, ...], named: Iterable[str], reports: Iterable[str]
    ) -> _Watched:
        return cls(paths, _homes(projects, paths), _caches(projects), frozenset(reports), frozenset(named))

    @property
    def folders(self) -> list[str]:
        """The folders that are watched, none inside another."""
        kept: list[str] = []
        for folder in self.homes:
            if not any(folder.startswith(f"{other.rstrip(os.sep)}{os.sep}") for other in kept):
                kept.append(folder)
        return kept

    def counts(self, path: str, *, gone_or_new: bool) -> bool:
        """Whether a report may rest on what changed; a folder that came or went stands for all that is in it."""
        if path in self.named or path in self.reports:
            return path in self.named
        home = max((one for one in self.homes if path.startswith(one.rstrip(os.sep) + os.sep)), key=len, default="")
        *above, name = os.path.relpath(path, home).split(os.sep) if home else [path]
        if any(part.startswith(".") or part in _OF_TOOLS for part in above) or _LEFTOVER.search(name):
            return False
        if any(path == one or path.startswith(one + os.sep) for one in self.caches):
            return False
        return (
            name.endswith(_SUFFIXES)
            or bool(_REQUIREMENTS.search("/".join([*above, name])))
            or (gone_or_new and _is_folder(path, name))
        )


def _is_folder(path: str, name: str) -> bool:
    """Whether a path that came or went is, or may have been, a folder of code."""
    if name.startswith(".") or name in _OF_TOOLS:
        return False
    return os.path.isdir(path) if os.path.lexists(path) else "." not in name


def _changes(watched: _Watched, ended: threading.Event) -> Iterator[list[str]]:
    """Once at the beginning, and whenever files of interest changed, until ``ended`` is set: their names."""
    from watchfiles import Change
    from watchfiles import watch as changes

    first = True
    watcher = changes(
        *watched.folders,
        watch_filter=lambda change, path: watched.counts(path, gone_or_new=change != Change.modified),
        debounce=100,
        rust_timeout=_STEP,
        yield_on_timeout=True,
        stop_event=ended,
        raise_interrupt=True,
    )
    for found in watcher:
        if first or found:
            first = False
            yield sorted({os.path.basename(path) for _, path in found})


def _caches(projects: Iterable[Project]) -> tuple[str, ...]:
    return tuple(sorted({os.path.join(one.root, one.settings.cache_dir) for one in projects}))


def _homes(projects: Iterable[Project], paths: tuple[str, ...]) -> tuple[str, ...]:
    """The folders of interest, sorted; where a link leads as well as the link."""
    wanted = {os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths}
    for project in projects:
        wanted |= {project.root, *project.source_roots, *(folder for folder, _ in project.contract_roots)}
    wanted |= {os.path.realpath(folder) for folder in wanted}
    return tuple(sorted(folder for folder in wanted if os.path.isdir(folder)))
