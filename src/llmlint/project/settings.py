"""Finding and reading the settings of llmlint: ``[tool.llmlint]`` of pyproject.toml, or ``llmlint.toml``."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from llmlint.model.record import record
from llmlint.model.settings import Settings
from llmlint.project.option import OptionError, nearest, options, write_toml
from llmlint.project.toml_file import KeyPath, TomlError, TomlFile, parse_toml, read_toml

SETTINGS_FILES = (".llmlint.toml", "llmlint.toml", "pyproject.toml")
"""In one folder, the first that has settings wins."""

_OVERRIDE = re.compile(r"""[\w.'"/*-]+\s*=""")
_TABLE = ("tool", "llmlint")
_JUDGED_LATER = ("python",)


class SettingsError(Exception):
    """Settings that cannot be used; the text is one line for the user.

    ``path`` is the file, or the command-line option, at fault. ``row`` counts from 1 and ``column`` from 0 in code points;
    both are None where there is no file. ``suggestion`` is what was probably meant.
    """

    def __init__(
        self, path: str, row: int | None, column: int | None, message: str, suggestion: str | None = None
    ) -> None:
        super().__init__(path, row, column, message, suggestion)
        self.path, self.row, self.column, self.message, self.suggestion = path, row, column, message, suggestion

    def __str__(self) -> str:
        place = self.path if self.row is None else f"{self.path}:{self.row}:{(self.column or 0) + 1}"
        hint = (
            f"; did you mean {self.suggestion if self.suggestion[:1] in '[{' else repr(self.suggestion)}?"
            if self.suggestion
            else ""
        )
        return f"{place}: {self.message}{hint}"


@record
class LoadedSettings:
    """Settings and the file that they come from (None: defaults and overrides alone)."""

    settings: Settings
    file: str | None
    rows: tuple[tuple[str, int], ...] = ()
    """Key → row of the file, for keys whose value is judged only later (the environment)."""


def settings_file_in(folder: str) -> str | None:
    """The file of ``folder`` that has settings of llmlint. A broken file that seems to have some counts."""
    for name in SETTINGS_FILES:
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            continue
        if name != "pyproject.toml":
            return path
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                if "llmlint" not in file.read():
                    continue
            if "llmlint" in read_toml(path).table("tool"):
                return path
        except TomlError:
            return path
        except OSError:
            continue
    return None


def find_settings_file(path: str) -> str | None:
    """The nearest settings file from ``path`` (a file or a folder) upward."""
    folder = os.path.abspath(path)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        if found := settings_file_in(folder):
            return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def load_settings(path: str, *, config: Sequence[str] = (), isolated: bool = False) -> LoadedSettings:
    """The settings for ``path`` (a file or a folder), of the nearest settings file.

    ``config`` holds the values of ``--config``: ``KEY=VALUE`` in TOML overrides one key, a file replaces the search; a later one
    wins. ``isolated`` reads no file but those of ``config``. Raises SettingsError.
    """
    files = [item for item in config if not is_override(item)]
    if files:
        chosen: str | None = os.path.abspath(os.path.expanduser(files[-1]))
    else:
        chosen = None if isolated else find_settings_file(path)
    return read_settings(chosen, [item for item in config if is_override(item)])


def is_override(item: str) -> bool:
    """Whether a value of ``--config`` is ``KEY=VALUE`` rather than the name of a file."""
    return bool(_OVERRIDE.match(item)) and not os.path.isfile(item)


def read_settings(file: str | None, overrides: Sequence[str] = ()) -> LoadedSettings:
    """The settings of ``file`` with ``KEY=VALUE`` overrides. Raises SettingsError."""
    values: dict[str, Any] = {}
    rows: dict[str, int] = {}
    if file is not None:
        toml, prefix = _open(file)
        table = toml.table(*prefix)
        if not isinstance(toml.table(*prefix[:-1]).get(prefix[-1]) if prefix else {}, dict):
            raise SettingsError(file, *toml.position(prefix), "'tool.llmlint' is not a table")
        values = _values(table, toml, prefix, file)
        rows = {key: toml.position((*prefix, key))[0] for key in _JUDGED_LATER if key in table}
    for item in overrides:
        source = f"--config {item}"
        try:
            toml = parse_toml(item)
        except TomlError as error:
            raise SettingsError(source, None, None, f"not TOML: {error.message}", _quoted(item)) from None
        if "rule-paths" in toml.data:
            raise SettingsError(
                source, None, None, "rules are code that is run: only a settings file can name 'rule-paths'"
            )
        found = _values(toml.data, toml, (), source)
        values.update(found)
        for key in toml.data:
            rows.pop(key, None)
    return LoadedSettings(Settings(**values), file, tuple(rows.items()))


def _open(file: str) -> tuple[TomlFile, tuple[str, ...]]:
    try:
        toml = read_toml(file)
    except TomlError as error:
        raise SettingsError(file, error.row, error.column, f"broken TOML: {error.message}") from None
    except OSError as error:
        raise SettingsError(file, None, None, f"cannot be read: {error.strerror or error}") from None
    if os.path.basename(file) == "pyproject.toml" or "llmlint" in toml.table("tool"):
        return toml, _TABLE
    return toml, ()


def _values(table: dict[str, Any], toml: TomlFile, prefix: KeyPath, source: str) -> dict[str, Any]:
    known = {option.key: option for option in options()}
    in_file = not source.startswith("--config ")
    values: dict[str, Any] = {}
    for key, value in table.items():
        option = known.get(key)
        path: KeyPath = (*prefix, key)
        if option is None:
            row, column = toml.position(path)
            message, hint = f"unknown setting '{key}'", nearest(key.replace("_", "-").lower(), list(known))
            raise SettingsError(source, row if in_file else None, column if in_file else None, message, hint)
        try:
            values[option.field] = option.read(value)
        except OptionError as error:
            row, column = toml.position((*path, *error.path))
            raise SettingsError(
                source, row if in_file else None, column if in_file else None, error.message, error.suggestion
            ) from None
    return values


def _quoted(item: str) -> str | None:
    """``preset=all`` lacks the quotes that TOML wants."""
    key, _, value = item.partition("=")
    corrected = f"{key.strip()}={write_toml(value.strip())}"
    try:
        parse_toml(corrected)
    except TomlError:
        return None
    return corrected
