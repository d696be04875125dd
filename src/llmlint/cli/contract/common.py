"""What the contract commands share: options, the project, where paths are shown from."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from llmlint.cli.main import Failure, processes

if TYPE_CHECKING:
    from llmlint.contracts.layout import Place
    from llmlint.project.project import Project

_Function = TypeVar("_Function", bound=Callable[..., Any])


def project_options(function: _Function) -> _Function:
    """The options that say which project is meant."""
    for option in (
        click.option("--quiet", "-q", is_flag=True, help="Print results only."),
        click.option(
            "--python", metavar="PATH", help="The target environment: an interpreter or a virtual environment."
        ),
        click.option(
            "--config", multiple=True, metavar="FILE | KEY=VALUE", help="Another settings file, or one setting in TOML."
        ),
        click.option("--isolated", is_flag=True, help="Read no settings file."),
    ):
        function = option(function)
    return function


def tests_options(function: _Function) -> _Function:
    """How the tests are read, where what they use is asked: in how many processes, and whether it is remembered."""
    function = click.option(
        "--jobs", "-j", default="auto", metavar="N", callback=_jobs, show_default=True,
        help="Processes to use; 0 or auto: as many as pay.",
    )(function)  # fmt: skip
    return click.option(
        "--no-cache", "cache", flag_value=False, default=True, help="Neither read nor write the cache."
    )(function)


def _jobs(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    return processes(value)


def output_option(function: _Function) -> _Function:
    """Where the result goes."""
    return click.option("--output-file", "-o", metavar="FILE", help="Write the result there.")(function)


def the_project(options: dict[str, Any], folder: str | None = None) -> Project:
    """The project of the working directory (or of ``folder``)."""
    from llmlint.project.load import Loader, Options
    from llmlint.project.settings import SettingsError

    try:
        return Loader(Options(options["python"], tuple(options["config"]), options["isolated"])).project_of(
            folder or os.getcwd()
        )
    except SettingsError as error:
        raise Failure(str(error)) from None


def modules_of(project: Project, wanted: Sequence[str], *, held: bool = False) -> tuple[list[Place], list[Place]]:
    """The chosen modules, and all of them; with ``held`` private ones that have a contract are meant as well."""
    from llmlint.contracts.layout import contract_roots, places
    from llmlint.lifecycle.choice import UnknownModule, chosen

    every = places(project)
    prefixes = [package for _, package in contract_roots(project)]
    try:
        found = chosen(every, wanted, os.getcwd(), held=held)
    except UnknownModule as error:
        raise Failure(str(error)) from None
    if not wanted:
        # Contracts that describe one package say nothing of the scripts beside it.
        found = [
            place
            for place in found
            if any(not p or place.module == p or place.module.startswith(f"{p}.") for p in prefixes)
        ]
    return found, every


def shown(path: str) -> str:
    """A path as a reader sees it."""
    from llmlint.report.place import shown as place

    return place(path, os.getcwd())


def write(text: str, output_file: str | None) -> None:
    """Print a result, or write it to a file."""
    if output_file is not None:
        from llmlint.lifecycle.writing import CannotWrite, write_atomically

        try:
            write_atomically(output_file, text)
        except CannotWrite as error:
            raise Failure(str(error)) from None
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)


def note(text: str) -> None:
    """Tell the user something that is no result."""
    click.echo(text, err=True)


def many(number: int, noun: str) -> str:
    """``1 contract``, ``2 contracts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
