"""``--baseline`` and ``--changed``: which of the findings are told."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.main import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmlint.app import Session
    from llmlint.model.result import RunResult
    from llmlint.project.changes import Changes
    from llmlint.report.baseline import Entry


def changes_of(options: dict[str, Any], cwd: str) -> Changes | None:
    """What changed, where the run is about that.

    Raises:
        Failure: git cannot tell.
    """
    if options["changed"] is None and not options["changed_lines"]:
        return None
    from llmlint.project.changes import GitError, changes_since

    try:
        return changes_since(options["changed"] or None, cwd)
    except GitError as error:
        raise Failure(f"--changed: {error}") from None


def only_changed(result: RunResult, changes: Changes, *, lines: bool) -> RunResult:
    """The findings in changed files, or on changed lines; that something could not be judged is told in any case."""
    files = []
    for file in result.files:
        kept = [
            one
            for one in file.diagnostics
            if one.code == "LLM904"
            or (changes.has(file.path, one.span.row, one.span.end_row) if lines else file.path in changes.files)
        ]
        if kept or file.path in changes.files:
            files.append(replace(file, diagnostics=tuple(kept)))
    # Contracts are judged with their project; those count that changed.
    contracts = {path for path in changes.files if path.endswith(".pyi")} if result.checked else set()
    return replace(result, files=tuple(files), checked=len({file.path for file in files} | contracts))


def without_accepted(result: RunResult, options: dict[str, Any], session: Session) -> RunResult:
    """The findings that the baseline does not accept; writes it where that is asked for.

    Raises:
        Failure: it cannot be read or written.
        Problem: settings or selectors are unusable.
    """
    path = options["baseline"]
    if path is None:
        if options["update_baseline"] or options["prune_baseline"]:
            raise Failure("which baseline? --baseline FILE names it")
        return result
    from llmlint import __version__
    from llmlint.report import baseline
    from llmlint.report.context import Context
    from llmlint.report.wording import count

    context = Context(session.request.cwd, __version__)
    asked = _asked(result, options, session)
    try:
        if options["update_baseline"]:
            known = baseline.read_baseline(path) if os.path.exists(path) else []
            known = baseline.updated(result, known, path, context, asked)
            baseline.write_baseline(path, known)
            _say(options, f"{path} accepts {count(sum(entry.count for entry in known), 'finding')}")
        else:
            known = baseline.read_baseline(path)
        compared = baseline.compare(result, known, path, context, asked)
        if options["prune_baseline"] and compared.stale:
            baseline.write_baseline(path, baseline.pruned(known, compared.stale))
            _say(options, f"{count(len(compared.stale), 'stale entry')} taken out of {path}")
            return compared.result
    except baseline.BaselineError as error:
        raise Failure(str(error)) from None
    if compared.hidden:
        _say(options, f"{count(compared.hidden, 'finding')} accepted by {path}")
    for entry in compared.stale:
        _say(options, f"{path}: stale: {entry.path}: {entry.rule} {entry.symbol} (--prune-baseline takes it out)")
    return compared.result


def _asked(result: RunResult, options: dict[str, Any], session: Session) -> Callable[[Entry], bool]:
    """Tells whether the run would have found what an entry accepts: not what stands on other lines than those that changed, what rules say
    that were not asked and tools that did not run or failed, or what stood in files that are gone and would not have been looked at."""
    from llmlint.report.baseline import place_of

    failed = any(one.code == "LLM904" for one in result.diagnostics)
    roots = [os.path.abspath(os.path.join(session.request.cwd, path)) for path in session.request.paths]
    checked = {file.path for file in result.files}

    def asked(entry: Entry) -> bool:
        path = place_of(entry, options["baseline"])
        if options["changed_lines"] or (failed and ":" in entry.rule):
            return False
        if path not in checked:
            around = not roots or any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
            if options["changed"] is not None or not around:
                return False
        return session.asks(path, entry.rule)

    return asked


def _say(options: dict[str, Any], words: str) -> None:
    if not options["quiet"]:
        click.echo(f"llmlint: {words}", err=True)
