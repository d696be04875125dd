"""mypy's settings for a run: the project's own, on top of strict ones, as an INI file of ours."""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import field
from typing import Any

from llmlint.model.record import record
from llmlint.project.module_name import module_name
from llmlint.project.project import Project
from llmlint.project.toml_file import TomlError, read_toml
from llmlint.tools.child import ToolError

_OURS = frozenset(
    {
        "files", "packages", "modules", "exclude", "exclude_gitignore", "mypy_path", "plugins", "python_executable", "cache_dir",
        "output", "pretty", "show_column_numbers", "show_error_end", "show_error_codes", "hide_error_codes", "error_summary",
        "show_error_context", "show_absolute_path", "color_output", "show_traceback", "raise_exceptions", "verbosity",
        "warn_unused_configs", "incremental", "sqlite_cache", "skip_version_check", "skip_cache_mtime_checks", "pdb",
        "junit_xml", "junit_format", "shadow_file", "no_site_packages", "no_silence_site_packages", "num_workers",
        "dump_type_stats", "dump_inference_stats", "timing_stats", "line_checking_stats", "install_types", "non_interactive",
        "scripts_are_modules", "explicit_package_bases", "namespace_packages", "soft_error_limit", "strict", "fast_exit",
        "cache_fine_grained",
    }
)  # fmt: skip
"""Options of the whole run that llmlint sets itself; what they say of a project (paths, plugins) is read before."""

_UNCONFIGURED = {
    # Nobody asked this project for annotations: what is left is about how things are used.
    "ignore_missing_imports": "True",
    "disallow_any_generics": "False",
    "disallow_subclassing_any": "False",
    "disallow_untyped_decorators": "False",
    "warn_return_any": "False",
    "warn_unused_ignores": "False",
    "implicit_reexport": "True",
    "disable_error_code": "method-assign, import-untyped",
}
"""What is added for a project without mypy settings of its own."""


@record
class MypySettings:
    """What the project says to mypy."""

    file: str | None
    """The file that says it; None: no settings of its own."""
    options: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Per module pattern, in order."""

    def mypy_path(self, folder: str) -> list[str]:
        """The folders of ``mypy_path``, absolute; ``folder`` is the working directory."""
        text = self.options.get("mypy_path", "")
        text = text.replace("$MYPY_CONFIG_FILE_DIR", os.path.dirname(self.file or folder))
        parts = [part.strip() for line in text.splitlines() for part in line.replace(",", os.pathsep).split(os.pathsep)]
        return [os.path.normpath(os.path.join(folder, os.path.expanduser(part))) for part in parts if part]

    def covers(self, path: str) -> bool:
        """Whether the project's own run of mypy looks into the functions of a file.

        It has settings, they do not name other folders, and they have mypy check functions without annotations, as tests are.
        """
        if self.file is None or not self._checks_untyped(module_name(path)):
            return False
        folder = os.path.dirname(self.file)
        inner = os.path.relpath(path, folder).replace(os.sep, "/")
        named = _listed(self.options.get("files", ""))
        if named and not any(_reaches(one, inner) for one in named):
            return False
        if not named and (self.options.get("packages") or self.options.get("modules")):
            return False
        try:
            excluded = [one for one in _excludes(self.options.get("exclude", "")) if re.search(one, inner)]
        except re.error:
            excluded = []
        return not excluded

    def ignores(self, path: str) -> bool:
        """Whether the settings have mypy say nothing of a file (``ignore_errors``)."""
        return self._said("ignore_errors", module_name(path), "false")

    def _said(self, option: str, module: str, default: str) -> bool:
        said = self.options.get(option, default)
        for pattern, options in self.sections:
            if fnmatch.fnmatchcase(module, pattern) or fnmatch.fnmatchcase(f"{module}.", pattern):
                said = options.get(option, said)
        return said.lower() in ("true", "1", "yes", "on")

    def _checks_untyped(self, module: str) -> bool:
        return self._said("check_untyped_defs", module, self.options.get("strict", "false"))

    @property
    def plugins(self) -> list[str]:
        """The plugins, which are code."""
        return [part.strip() for part in self.options.get("plugins", "").replace("\n", ",").split(",") if part.strip()]


def read_mypy_settings(project: Project) -> MypySettings:
    """The settings of mypy that hold for the project, found where mypy looks: in its base, then upward to its root.

    Raises:
        ToolError: the file cannot be read.
    """
    if project.isolated:
        return MypySettings(None)
    for folder in dict.fromkeys((project.base or project.root, project.root)):
        for name in ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"):
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            found = _read_toml(path) if name.endswith(".toml") else _read_ini(path)
            if found is not None:
                return found
    return MypySettings(None)


def write_mypy_settings(settings: MypySettings, project: Project, paths: Sequence[str]) -> str:
    """The text of an INI file with strict settings beneath the project's own.

    Args:
        settings: The project's own.
        project: Whose settings of llmlint hold.
        paths: What stands first on mypy's path, absolute.
    """
    folder = project.base or project.root
    lines = ["[mypy]"]
    own = {key: value for key, value in settings.options.items() if key not in _OURS}
    if project.settings.mypy_strict:
        # mypy applies `strict` before everything else in the file.
        strict = settings.options.get("strict", "True")
        lines.append(f"strict = {strict}")
    elif "strict" in settings.options:
        lines.append(f"strict = {settings.options['strict']}")
    if settings.file is None:
        own |= _UNCONFIGURED
    own = _silenced({"follow_imports": "normal", **own})
    if "python_version" not in own and (version := _version(project)):
        own["python_version"] = version
    lines += [f"{key} = {_value(value)}" for key, value in own.items()]
    plugins = settings.plugins if project.settings.trust_plugins else []
    if plugins:
        base = os.path.dirname(settings.file or folder)
        shown = [os.path.join(base, name) if name.endswith(".py") else name for name in plugins]
        lines.append(f"plugins = {', '.join(shown)}")
    every = dict.fromkeys([*paths, *settings.mypy_path(folder), *project.source_roots])
    lines.append("mypy_path = " + os.pathsep.join(path for path in every if os.path.isdir(path)))
    for pattern, options in settings.sections:
        lines += ["", f"[mypy-{pattern}]"]
        lines += [f"{key} = {_value(value)}" for key, value in _silenced(options).items()]
    return "\n".join(lines) + "\n"


def _silenced(options: Mapping[str, str]) -> dict[str, str]:
    """Options under which the files that tests import are read for what they define, and not judged: nobody asked for them."""
    return {key: "silent" if key == "follow_imports" and value == "normal" else value for key, value in options.items()}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _reaches(pattern: str, inner: str) -> bool:
    plain = pattern.removeprefix("./").rstrip("/")
    return plain in (".", "") or inner == plain or inner.startswith(plain + "/") or fnmatch.fnmatch(inner, plain)


def _excludes(text: str) -> list[str]:
    """The expressions of ``exclude``: one in INI (over several lines: a verbose one), several in TOML."""
    expressions = text.split("\0") if "\0" in text else [re.sub(r"\s+", "", text) if "(?x)" in text else text]
    return [one.replace("(?x)", "").strip() for one in expressions if one.strip()]


def _version(project: Project) -> str | None:
    """The Python that is checked for, where mypy cannot ask the target's interpreter."""
    if project.environment.known:
        return None
    major, minor = max(project.requires_python, sys.version_info[:2])
    return f"{major}.{minor}"


def _value(text: str) -> str:
    """A value over several lines, as INI continues it."""
    return text.replace("\n", "\n    ").replace("\n    \n", "\n")


def _read_ini(path: str) -> MypySettings | None:
    parser = ConfigParser(interpolation=None)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        if os.path.basename(path) == "setup.cfg":
            return None
        raise ToolError(f"mypy's settings cannot be read: {path}: {error}") from None
    if not parser.has_section("mypy"):
        return MypySettings(path) if os.path.basename(path) != "setup.cfg" else None
    sections = []
    for name in parser.sections():
        if name.startswith("mypy-"):
            patterns = name.removeprefix("mypy-").replace(",", " ").split()
            sections += [(pattern, dict(parser[name])) for pattern in patterns]
    return MypySettings(path, dict(parser["mypy"]), tuple(sections))


def _read_toml(path: str) -> MypySettings | None:
    try:
        table = read_toml(path).table("tool").get("mypy")
    except (OSError, TomlError):
        # llmlint itself tells of a pyproject.toml that cannot be read.
        return None
    if not isinstance(table, dict):
        return None
    sections: list[tuple[str, Mapping[str, str]]] = []
    for override in table.get("overrides", ()):
        if isinstance(override, dict) and "module" in override:
            modules = override["module"]
            options = {key: _text(value) for key, value in override.items() if key != "module"}
            sections += [(module, options) for module in ([modules] if isinstance(modules, str) else modules)]
    own = {key: _text(value) for key, value in table.items() if key != "overrides"}
    if isinstance(table.get("exclude"), list):
        own["exclude"] = "\0".join(map(str, table["exclude"]))
    return MypySettings(path, own, tuple(_merged(sections)))


def _merged(sections: Sequence[tuple[str, Mapping[str, str]]]) -> list[tuple[str, Mapping[str, str]]]:
    """A section a pattern: INI has no room for a second one of the same name."""
    found: dict[str, dict[str, str]] = {}
    for pattern, options in sections:
        found.setdefault(pattern, {}).update(options)
    return list(found.items())


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
