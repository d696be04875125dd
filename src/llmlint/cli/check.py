"""``llmlint check``: lint tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from llmlint.cli.accepted import changes_of, only_changed, without_accepted
from llmlint.cli.main import CANNOT, Failure, processes
from llmlint.cli.output import FORMATS, OutputType, report, write
from llmlint.cli.start import CACHE

if TYPE_CHECKING:
    from llmlint.app import Request, Session
    from llmlint.model.result import RunResult
    from llmlint.project.changes import Changes
    from llmlint.project.project import Project

_WITH_EDITS = ("json", "json-lines", "sarif", "rdjson")
"""Formats that show what exactly the fixes would write."""

_SEVERITIES = ("error", "warning", "info")
_NEVER = "never"

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _codes(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def _selector(name: str, help_text: str) -> Callable[[_Function], _Function]:
    return click.option(name, multiple=True, metavar="RULES", callback=_codes, help=help_text)


class _Check(click.Command):
    """``--add-ignore`` and ``--changed`` take their value behind ``=`` only: what follows them is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f"{arg}=" if arg in ("--add-ignore", "--changed") else arg for arg in args])


@click.command("check", cls=_Check, short_help="Lint tests.")
@click.argument("paths", nargs=-1, metavar="[PATHS | -]...")
@_selector("--select", "Run these rules only: codes, prefixes or names, separated by commas.")
@_selector("--ignore", "Do not run these rules.")
@_selector("--extend-select", "Run these rules besides.")
@click.option("--preset", metavar="NAME", help="Start from this set: default, behavioral or all.")
@click.option("--fix", is_flag=True, help="Fix what can be fixed safely, and report the rest.")
@click.option("--unsafe-fixes", is_flag=True, help="Fix as well what changes what a test does, or is a guess.")
@click.option("--fix-only", is_flag=True, help="Fix, and do not report what is left; implies --fix.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--show-fixes", is_flag=True, help="List what was fixed.")
@_selector("--fixable", "Fix what these rules find only.")
@_selector("--unfixable", "Do not fix what these rules find.")
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was fixed, even if nothing is left."
)
@click.option(
    "--add-ignore", metavar="[=WHY]", help="Add a suppression to every line with a finding, and report nothing."
)
@click.option("--tools", multiple=True, metavar="TOOLS", callback=_codes,
              help="Report what these find as well: ruff, mypy, import-linter (default: as the settings say, all).")  # fmt: skip
@click.option("--no-tools", is_flag=True, help="Report what llmlint itself finds, and nothing else.")
@click.option("--changed", metavar="[=REF]",
              help="Lint the files that differ from a commit (default: the last one), new ones too.")  # fmt: skip
@click.option("--changed-lines", is_flag=True, help="With --changed: tell only what stands on changed lines.")
@click.option("--baseline", metavar="FILE", help="Tell only what this file does not accept.")
@click.option("--update-baseline", is_flag=True, help="Accept everything that is found.")
@click.option("--prune-baseline", is_flag=True, help="Take out of the baseline what is not found any more.")
@click.option("--output-format", type=OutputType(), multiple=True,
              help=f"How to report, and where; several at once. One of {', '.join(FORMATS)}.  [default: full]")  # fmt: skip
@click.option("--output-file", "-o", metavar="FILE", help="Write the report there.")
@click.option("--watch", is_flag=True, help="Report again whenever files change, until Ctrl-C (needs watchfiles).")
@click.option("--statistics", is_flag=True, help="Count findings by rule, and what could be judged at all.")
@click.option("--show-unresolved", is_flag=True, help="List what could not be judged, with the reason.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted, and stop.")
@click.option("--show-settings", is_flag=True, help="Print the settings in force, and stop.")
@click.option("--fail-on", type=click.Choice([*_SEVERITIES, _NEVER]), default="warning", show_default=True,
              help="The severity from which findings give exit code 1.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--isolated", is_flag=True, help="Read no settings file, those of ruff, mypy and import-linter included.")
@click.option(
    "--config", multiple=True, metavar="FILE | KEY=VALUE", help="Another settings file, or one setting in TOML."
)
@click.option("--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option(
    "--jobs", "-j", default="auto", metavar="N", help="Processes to use; 0 or auto: as many as pay.", show_default=True
)
@click.option("--stdin-filename", metavar="PATH", help="What the text on standard input (-) is called.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Say what is read, and show where an internal error happened.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Color the report (also NO_COLOR and FORCE_COLOR).")  # fmt: skip
@click.option("--record-uses", metavar="FILE", hidden=True, help="Write every use that was seen as JSON lines.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Lint tests: PATHS are files and folders; without any, the settings say what; - is standard input.

    Exit codes: 0 clean, 1 findings, 2 llmlint could not do its job.
    """
    if options["watch"]:
        return _watch(paths, options)
    if _kept() is None:
        return _once(paths, options)
    gc.disable()  # what one run leaves behind ends with its process
    if not _has_mypy(paths, options):
        return _once(paths, options)
    from llmlint.tools import mypy_process

    # What takes longest is loaded while we are.
    mypy_process.begin("" if options["no_cache"] else CACHE, options["python"])
    try:
        return _once(paths, options)
    finally:
        mypy_process.end()


def _has_mypy(paths: tuple[str, ...], options: dict[str, Any]) -> bool:
    """Whether, as far as the command line tells, mypy will be asked."""
    only_shown = options["show_settings"] or options["show_files"]
    return not (only_shown or options["no_tools"] or "-" in paths) and "mypy" in (options["tools"] or ("mypy",))


def _kept() -> list[object] | None:
    """What takes things that need not be freed, where the process ends with this command."""
    kept = click.get_current_context().obj
    return kept if isinstance(kept, list) else None


def _watch(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from llmlint.app import Problem, Session
    from llmlint.cli.watching import watch

    def projects() -> list[Project]:
        try:
            return Session(_request(paths, options)).projects()
        except Problem as error:
            raise Failure(_relative(str(error))) from None

    return watch(paths, options, projects, lambda: _once(paths, options))


def _once(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from llmlint.app import Problem, Session

    try:
        session = Session(_request(paths, options))
        if options["show_settings"]:
            from llmlint.cli.shown_settings import shown_settings

            return _write(shown_settings(session.projects(), os.getcwd()), options)
        if options["show_files"]:
            from llmlint.report.place import shown

            return _write("".join(f"{shown(path, os.getcwd())}\n" for path in session.files()), options)
        if options["add_ignore"] is not None:
            return _add_ignores(paths, session, options)
        if _fixes(options):
            return _fix(paths, session, options)
        changes = changes_of(options, os.getcwd()) if "-" not in paths else None
        result = _standard_input(paths, session, options) if "-" in paths else _run(session, options, changes)
        if changes is not None:
            result = only_changed(result, changes, lines=options["changed_lines"])
        result = without_accepted(result, options, session)
    except Problem as error:
        raise Failure(_relative(str(error))) from None
    _report(result, session, options)
    for failure in result.failures:
        click.echo(f"llmlint: error: {_relative(failure)}", err=True)
    if (kept := _kept()) is not None:
        kept.append(session)
    return _exit_code(result, options)


def _add_ignores(paths: tuple[str, ...], session: Session, options: dict[str, Any]) -> int:
    from llmlint.cli.ignoring import add_ignores

    if "-" in paths or _fixes(options):
        raise Failure("--add-ignore stands without -, --fix and their kin")
    failures = [
        *add_ignores(_run(session, options), options["add_ignore"], session.request.cwd, quiet=options["quiet"])
    ]
    for failure in failures:
        click.echo(f"llmlint: error: {_relative(failure)}", err=True)
    return CANNOT if failures else 0


def _fixes(options: dict[str, Any]) -> bool:
    return bool(options["fix"] or options["fix_only"] or options["diff"])


def _fix(paths: tuple[str, ...], session: Session, options: dict[str, Any]) -> int:
    from llmlint.app import Session
    from llmlint.cli import fixing

    cwd, given = os.getcwd(), "-" in paths
    if given:
        _alone(paths)
        data = sys.stdin.buffer.read()
        done = fixing.fix_input(session, fixing.input_name(options), data, options)
    else:
        built = iter([session])
        session, done = fixing.fix_files(
            lambda: next(built, None) or Session(_request(paths, options)), lambda one: _run(one, options), options
        )
    for failure in done.failures:
        click.echo(f"llmlint: error: {_relative(failure)}", err=True)
    code = fixing.exit_code(done, options, _exit_code(done.result, options))
    if options["diff"]:
        _write("".join(fixing.diffs(done, cwd)), options)
    elif given:
        one = next(iter(done.fixed.values()), None)
        sys.stdout.buffer.write(one.after if one else data)
        sys.stdout.flush()
    if not options["diff"] and not options["fix_only"]:
        _report(done.result, session, options, aside=given)
        for failure in done.result.failures:
            click.echo(f"llmlint: error: {_relative(failure)}", err=True)
    if not options["quiet"]:
        click.echo(
            fixing.closing(done, would=options["diff"], details=options["show_fixes"], cwd=cwd), nl=False, err=True
        )
    return CANNOT if done.failures else code


def _request(paths: tuple[str, ...], options: dict[str, Any]) -> Request:
    from llmlint.app import Request

    return Request(
        paths=paths,
        cwd=os.getcwd(),
        config=options["config"],
        isolated=options["isolated"],
        python=options["python"],
        preset=options["preset"],
        select=options["select"],
        extend_select=options["extend_select"],
        ignore=options["ignore"],
        fixable=options["fixable"],
        unfixable=options["unfixable"],
        fixes=_fixes(options) or any(one.format in _WITH_EDITS for one in options["output_format"]),
        tools=() if options["no_tools"] else options["tools"] or None,
        cache=not options["no_cache"],
        jobs=processes(options["jobs"]),
        unresolved=options["show_unresolved"],
        uses=options["record_uses"] is not None,
        debug=options["verbose"],
    )


def _standard_input(paths: tuple[str, ...], session: Session, options: dict[str, Any]) -> RunResult:
    _alone(paths)
    return session.check_bytes(options["stdin_filename"] or "test_stdin.py", sys.stdin.buffer.read(), tools=True)


def _alone(paths: tuple[str, ...]) -> None:
    if len(paths) > 1:
        raise Failure("- (standard input) stands alone")


def _run(session: Session, options: dict[str, Any], changes: Changes | None = None) -> RunResult:
    from llmlint.cli.progress import Progress

    with Progress(sys.stderr, enabled=sys.stderr.isatty() and not options["quiet"]) as progress:
        if changes is None:
            return session.check(progress.show)
        return session.check(progress.show, lambda file: file.path in changes.files)


def _report(result: RunResult, session: Session, options: dict[str, Any], *, aside: bool = False) -> None:
    """Prints the report; ``aside``, where standard output is taken by what was fixed."""
    cwd = session.request.cwd
    for notice in () if options["quiet"] else result.notices:
        click.echo(f"llmlint: {_relative(notice)}", err=True)
    if options["record_uses"]:
        _record(result, cwd, options["record_uses"])
    report(result, cwd, options, fixed=_fixes(options), aside=aside)


def _write(text: str, options: dict[str, Any]) -> int:
    write(text, options["output_file"])
    return 0


def _record(result: RunResult, cwd: str, path: str) -> None:
    import json

    from llmlint.report.place import shown

    try:
        with open(path, "w", encoding="utf-8") as file:
            for judged in result.files:
                for use in judged.uses:
                    record = {
                        "filename": shown(judged.path, cwd),
                        "row": use.row,
                        "column": use.column + 1,
                        "kind": use.kind,
                        "resolved": use.resolved,
                        "reason": use.reason,
                    }
                    file.write(json.dumps(record) + "\n")
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from None


def _exit_code(result: RunResult, options: dict[str, Any]) -> int:
    if result.failures or any(diagnostic.code == "LLM904" for diagnostic in result.diagnostics):
        return CANNOT
    if options["exit_zero"] or options["fail_on"] == _NEVER:
        return 0
    failing = _SEVERITIES[: _SEVERITIES.index(options["fail_on"]) + 1]
    return int(any(diagnostic.severity in failing for diagnostic in result.diagnostics))


def _relative(message: str) -> str:
    """A message that begins with an absolute path, with that path as a reader sees it."""
    from llmlint.report.place import shown

    path, separator, rest = message.partition(":")
    return f"{shown(path, os.getcwd())}{separator}{rest}" if os.path.isabs(path) else message
