"""pytest's own settings, found and weighed as pytest does (``_pytest.config.findpaths`` of pytest 9)."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from llmlint.model.record import record
from llmlint.project.ini import Ini, read_ini
from llmlint.project.project import PytestConfig
from llmlint.project.toml_file import TomlError, TomlFile, read_toml

Notice = tuple[str, int, str]
"""(path, row from 1, message) of what could not be read."""

Values = dict[str, tuple[Any, Callable[[], int]]]
"""Key → value (text, or TOML's own) and what tells its row, which costs time and is asked only for a notice."""


@dataclass(slots=True)
class _Search:
    notices: list[Notice] = field(default_factory=list)

    def toml(self, path: str) -> TomlFile | None:
        try:
            return read_toml(path)
        except TomlError as error:
            self.notices.append((path, error.row, f"broken TOML: {error.message}"))
        except OSError as error:
            self.notices.append((path, 1, f"cannot be read: {error.strerror or error}"))
        return None

    def ini(self, path: str) -> Ini | None:
        ini = read_ini(path)
        if ini is None:
            self.notices.append((path, 1, "cannot be read"))
        return ini

    def section(self, path: str, ini: Ini, name: str) -> Values | None:
        if name not in ini.sections:
            return None
        self.notices.extend((path, row, message) for row, message in ini.faults)
        return {key: (value.text, partial(int, value.row)) for key, value in ini.sections[name].items()}

    def pytest_toml(self, path: str) -> Values | None:
        toml = self.toml(path)
        return {} if toml is None else _rows(toml, toml.table("pytest"), ("pytest",))

    def pytest_ini(self, path: str) -> Values | None:
        ini = self.ini(path)
        return {} if ini is None else self.section(path, ini, "pytest") or {}

    def pyproject(self, path: str) -> Values | None:
        toml = self.toml(path)
        if toml is None:
            return None
        native = {key: value for key, value in toml.table("tool", "pytest").items() if key != "ini_options"}
        if native:
            return _rows(toml, native, ("tool", "pytest"))
        if "ini_options" in toml.table("tool", "pytest"):
            return _rows(toml, toml.table("tool", "pytest", "ini_options"), ("tool", "pytest", "ini_options"))
        return None

    def tox_ini(self, path: str) -> Values | None:
        ini = self.ini(path)
        return None if ini is None else self.section(path, ini, "pytest")

    def setup_cfg(self, path: str) -> Values | None:
        ini = self.ini(path)
        return None if ini is None else self.section(path, ini, "tool:pytest")

    def readers(self) -> tuple[tuple[str, Callable[[str], Values | None]], ...]:
        """In one folder, the first that answers wins; ``pytest.*`` answer even when they are empty."""
        return (
            ("pytest.toml", self.pytest_toml),
            (".pytest.toml", self.pytest_toml),
            ("pytest.ini", self.pytest_ini),
            (".pytest.ini", self.pytest_ini),
            ("pyproject.toml", self.pyproject),
            ("tox.ini", self.tox_ini),
            ("setup.cfg", self.setup_cfg),
        )


def read_pytest_config(start: str) -> tuple[PytestConfig, tuple[Notice, ...]]:
    """pytest's settings for tests in the folder ``start``, and what of them could not be read.

    The search goes from ``start`` upward. Without settings, the nearest pyproject.toml, else setup.py, marks the rootdir, else
    ``start`` is it.
    """
    search = _Search()
    ancestors = [start]
    while (parent := os.path.dirname(ancestors[-1])) != ancestors[-1]:
        ancestors.append(parent)
    pyproject_folder: str | None = None
    for folder in ancestors:
        for name, read in search.readers():
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            if name == "pyproject.toml" and pyproject_folder is None:
                pyproject_folder = folder
            values = read(path)
            if values is not None:
                return _config(folder, path, values, search.notices), tuple(search.notices)
    if pyproject_folder is not None:
        return PytestConfig(pyproject_folder), tuple(search.notices)
    for folder in ancestors:
        if os.path.isfile(os.path.join(folder, "setup.py")):
            return PytestConfig(folder), tuple(search.notices)
    return PytestConfig(start), tuple(search.notices)


def _rows(toml: TomlFile, table: dict[str, Any], prefix: tuple[str, ...]) -> Values:
    return {key: (value, partial(_row, toml, (*prefix, key))) for key, value in table.items()}


def _row(toml: TomlFile, path: tuple[str, ...]) -> int:
    return toml.position(path)[0]


def _config(folder: str, path: str, values: Values, notices: list[Notice]) -> PytestConfig:
    reader = _Reader(path, values, notices)
    addopts = reader.words("addopts")
    options = _parse_addopts(addopts)
    for key, text in options.overrides.items():
        values[key] = (text, values.get(key, _ABSENT)[1])
    default = PytestConfig(folder)
    return PytestConfig(
        rootdir=folder,
        python_files=reader.words("python_files") or default.python_files,
        python_classes=reader.words("python_classes") or default.python_classes,
        python_functions=reader.words("python_functions") or default.python_functions,
        testpaths=reader.words("testpaths"),
        pythonpath=tuple(
            os.path.normpath(os.path.join(folder, item))
            for item in (*reader.words("pythonpath"), *reader.words("python_paths"))
        ),
        markers=tuple(dict.fromkeys(name for line in reader.lines("markers") if (name := _marker_name(line)))),
        asyncio_mode=options.asyncio_mode or reader.text("asyncio_mode") or default.asyncio_mode,
        import_mode=options.import_mode or default.import_mode,
        plugins=tuple(dict.fromkeys(options.plugins)),
        blocked_plugins=tuple(dict.fromkeys(options.blocked)),
        norecursedirs=reader.words("norecursedirs") if "norecursedirs" in values else None,
        file=path,
    )


_ABSENT: tuple[Any, Callable[[], int]] = (None, lambda: 1)


def _marker_name(line: str) -> str:
    return line.partition(":")[0].partition("(")[0].strip()


@record
class _Reader:
    path: str
    values: Values
    notices: list[Notice]

    def words(self, key: str) -> tuple[str, ...]:
        """A list, or text that is split as a shell would."""
        value, row = self.values.get(key, _ABSENT)
        if isinstance(value, str):
            try:
                return tuple(shlex.split(value))
            except ValueError as error:
                self.notices.append((self.path, row(), f"'{key}' cannot be split: {str(error).lower()}"))
                return tuple(value.split())
        return self._list(key, value, row)

    def lines(self, key: str) -> tuple[str, ...]:
        """A list, or lines of text."""
        value, row = self.values.get(key, _ABSENT)
        if isinstance(value, str):
            return tuple(line.strip() for line in value.splitlines() if line.strip())
        return self._list(key, value, row)

    def text(self, key: str) -> str:
        value, row = self.values.get(key, _ABSENT)
        if value is not None and not isinstance(value, str):
            self.notices.append((self.path, row(), f"'{key}' is not text"))
            return ""
        return (value or "").strip()

    def _list(self, key: str, value: object, row: Callable[[], int]) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.notices.append((self.path, row(), f"'{key}' is neither text nor a list of texts"))
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


@dataclass(slots=True)
class _Addopts:
    plugins: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    overrides: dict[str, str] = field(default_factory=dict)
    import_mode: str = ""
    asyncio_mode: str = ""


def _parse_addopts(words: tuple[str, ...]) -> _Addopts:
    parsed = _Addopts()
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word[:2] in ("-p", "-o") and len(word) > 2 and not word.startswith("--"):
            name, value = word[:2], word[2:].removeprefix("=")
        elif name in ("-p", "-o", "--override-ini", "--import-mode", "--asyncio-mode"):
            if not equals:
                value = next(rest, "")
        else:
            continue
        value = value.strip()
        if name == "-p":
            if value.startswith("no:"):
                parsed.blocked.append(value[3:])
            elif value:
                parsed.plugins.append(value)
        elif name == "--import-mode":
            parsed.import_mode = value
        elif name == "--asyncio-mode":
            parsed.asyncio_mode = value
        else:
            key, _, text = value.partition("=")
            parsed.overrides[key] = text
    return parsed
