"""``--watch``: a screen that stays true while files change."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.main import Failure

if TYPE_CHECKING:
    from types import FrameType

    from llmlint.project.project import Project

_SUFFIXES = (".py", ".pyi", ".toml", ".cfg", ".ini", ".pth", ".md", ".importlinter")
"""Files that a report may rest on."""

_WRITING = ("fix", "fix_only", "diff", "update_baseline", "prune_baseline", "show_settings", "show_files")
_STEP = 200
"""Milliseconds after which it looks whether to stop."""


def watch(paths: tuple[str, ...], options: dict[str, Any], projects: list[Project], run: Callable[[], Any]) -> int:
    """Reports, and reports again whenever something changes, until Ctrl-C.

    Args:
        paths: What is linted.
        options: Of the command line.
        projects: The projects whose files are watched.
        run: Reports once.

    Raises:
        Failure: the options do not go together, or watchfiles is missing.
    """
    if "-" in paths or options["add_ignore"] is not None or any(options[name] for name in _WRITING):
        raise Failure("--watch reports; it goes with no option that writes, and not with -")
    if find_spec("watchfiles") is None:
        raise Failure("--watch needs watchfiles: pip install 'llmlint[watch]'")
    clear = sys.stdout.isatty()
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        # What is raised while Python frees something goes no further: then the watcher ends by itself.
        ended.set()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, end)
    try:
        # It listens before the first report, so that nothing which changes meanwhile is missed.
        for changed in _changes(_folders(projects, paths), ended):
            if clear:
                click.clear()
            try:
                run()
            except Failure as failure:
                # Settings are being edited: the next change may mend them.
                click.echo(f"llmlint: error: {failure.format_message()}", err=True)
            names = f" ({', '.join(changed[:3])}{', …' if len(changed) > 3 else ''})" if changed else ""
            click.echo(f"llmlint: watching{names}; Ctrl-C ends", err=True)
    except KeyboardInterrupt:
        click.echo("", err=True)
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


def _changes(folders: list[str], ended: threading.Event) -> Iterator[list[str]]:
    """Once at the beginning, and whenever files of interest changed, until ``ended`` is set: their names."""
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    class Interesting(DefaultFilter):
        def __call__(self, change: Any, path: str) -> bool:
            return path.endswith(_SUFFIXES) and super().__call__(change, path)

    first = True
    watcher = changes(
        *folders,
        watch_filter=Interesting(),
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


def _folders(projects: Iterable[Project], paths: tuple[str, ...]) -> list[str]:
    """The folders that are watched, none inside another."""
    wanted = {os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths}
    for project in projects:
        wanted |= {project.root, *project.source_roots, *(folder for folder, _ in project.contract_roots)}
    kept: list[str] = []
    for folder in sorted(wanted):
        if os.path.isdir(folder) and not any(folder.startswith(f"{other.rstrip(os.sep)}{os.sep}") for other in kept):
            kept.append(folder)
    return kept
