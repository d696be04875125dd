"""The environment that the tests run in: which one, and what it holds. Nothing of it is started or imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from llmlint.project.declaration import normalize
from llmlint.project.editable import read_pth_files
from llmlint.project.ini import read_ini
from llmlint.project.interpreter import Installation, find_installation
from llmlint.project.project import Environment
from llmlint.project.settings import SettingsError

VENV_FOLDERS = (".venv", "venv", "env", ".env")


def unknown_environment() -> Environment:
    """The environment of which nothing is known but that it runs a Python."""
    return Environment(False, None, sys.version_info[:2], _own_stdlib(), (), (), (), frozenset())


def find_environment(
    folders: Sequence[str],
    *,
    python: str | None = None,
    setting: tuple[str, str, str, int | None] | None = None,
    names: frozenset[str] = frozenset(),
    environ: Mapping[str, str] | None = None,
) -> Environment:
    """The target environment of a project.

    The first that there is: ``python`` (of the command line, relative to the working directory), ``setting`` (its value, the folder it is
    relative to, its file and row), ``VIRTUAL_ENV``, the nearest ``.venv`` or the like from ``folders`` (the base of the project,
    its root) upward, ``CONDA_PREFIX``; llmlint's own counts only where pytest or one of ``names`` (the project's distributions) is installed;
    else an unknown one. Raises SettingsError where ``python`` or ``setting`` names no Python.
    """
    environ = os.environ if environ is None else environ
    if python is not None:
        return read_environment(_chosen(python, os.getcwd(), "--python", None, environ))
    if setting is not None:
        value, root, file, row = setting
        return read_environment(_chosen(value, root, file, row, environ))
    for path in _candidates(folders, environ):
        found = find_installation(path, environ)
        # llmlint's own environment, as a hook activates it, is the target's only where the tests could run in it.
        if found and (found.prefix != sys.prefix or _runs_tests(read_environment(found), names)):
            return read_environment(found)
    own = find_installation(sys.prefix, environ) or find_installation(sys.executable, environ)
    if own is not None and _runs_tests(environment := read_environment(own), names):
        return environment
    return unknown_environment()


def _runs_tests(environment: Environment, names: frozenset[str]) -> bool:
    return "pytest" in environment.distributions or not names.isdisjoint(environment.distributions)


def read_environment(installation: Installation) -> Environment:
    """What the installation holds, editable installs included."""
    site: list[str] = []
    editable: dict[str, str] = {}
    distributions: set[str] = set()
    plugins: dict[str, str] = {}
    pending = list(installation.site)
    added: list[str] = []
    while pending:
        folder = pending.pop(0)
        if folder in site:
            continue
        site.append(folder)
        names = _names(folder)
        if folder not in added:
            configuration = read_pth_files(folder, names)
            added += configuration.folders
            pending = [*configuration.folders, *pending]
            for module, target in configuration.modules:
                editable.setdefault(module, target)
        _read_distributions(folder, names, distributions, plugins)
    return Environment(
        known=True,
        prefix=installation.prefix,
        version=installation.version,
        stdlib=installation.stdlib,
        site=tuple(site),
        editable=tuple(sorted(editable.items())),
        pytest_plugins=tuple(sorted(set(plugins.values()))),
        distributions=frozenset(distributions),
        pytest_plugin_names=tuple(sorted(plugins.items())),
    )


def _read_distributions(folder: str, names: list[str], distributions: set[str], plugins: dict[str, str]) -> None:
    for name in names:
        stem, kind = os.path.splitext(name)
        if kind in (".dist-info", ".egg-info"):
            distributions.add(normalize(stem.split("-")[0]))
            _read_entry_points(os.path.join(folder, name, "entry_points.txt"), plugins)
        elif kind == ".egg-link":
            distributions.add(normalize(stem))
        elif name == "EGG-INFO":
            distributions.add(normalize(os.path.basename(folder).split("-")[0]))
            _read_entry_points(os.path.join(folder, name, "entry_points.txt"), plugins)


def _read_entry_points(path: str, plugins: dict[str, str]) -> None:
    """Entry points of the group ``pytest11``: ``name = module:attribute [extras]``."""
    try:
        with open(path, "rb") as file:
            if b"pytest11" not in file.read():
                return
    except OSError:
        return
    ini = read_ini(path)
    for name, value in (ini.sections.get("pytest11", {}) if ini else {}).items():
        module = value.text.split("[")[0].split(":")[0].strip()
        if module:
            plugins.setdefault(name, module)


def _chosen(value: str, folder: str, source: str, row: int | None, environ: Mapping[str, str]) -> Installation:
    path = os.path.normpath(os.path.join(folder, os.path.expanduser(value)))
    found = find_installation(path, environ) if os.path.exists(path) else None
    if found is None and os.path.isdir(path):
        for name in VENV_FOLDERS:
            found = found or find_installation(os.path.join(path, name), environ)
    if found is None and not os.path.exists(path) and os.path.basename(value) == value:
        import shutil

        command = shutil.which(value, path=environ.get("PATH"))
        found = find_installation(command, environ) if command else None
    if found is None:
        what = "is neither a Python interpreter nor an environment" if os.path.exists(path) else "does not exist"
        raise SettingsError(source, row, None if row is None else 0, f"the target environment '{value}' {what}")
    return found


def _candidates(folders: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    candidates = [environ["VIRTUAL_ENV"]] if environ.get("VIRTUAL_ENV") else []
    for start in folders:
        folder = start
        while True:
            candidates += _environments_in(folder)
            parent = os.path.dirname(folder)
            if parent == folder or os.path.exists(os.path.join(folder, ".git")):
                break
            folder = parent
    if environ.get("CONDA_PREFIX") and environ.get("CONDA_DEFAULT_ENV") != "base":
        candidates.append(environ["CONDA_PREFIX"])
    return list(dict.fromkeys(candidates))


def _environments_in(folder: str) -> list[str]:
    found: list[str] = []
    for name in VENV_FOLDERS:
        path = os.path.join(folder, name)
        if os.path.isfile(os.path.join(path, "pyvenv.cfg")) or os.path.isdir(os.path.join(path, "conda-meta")):
            found.append(path)
    for name in (".venv", ".pdm-python"):  # pipenv and PDM write a path there
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.path.getsize(path) < 4096:
            with open(path, encoding="utf-8", errors="replace") as file:
                if (text := file.read().strip()) and "\n" not in text and "\0" not in text:
                    found.append(os.path.normpath(os.path.join(folder, text)))
    return found


def _own_stdlib() -> str | None:
    path = os.path.dirname(os.__file__)
    return path if os.path.isfile(os.path.join(path, "os.py")) else None


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
