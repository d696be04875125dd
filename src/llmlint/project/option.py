"""What can be set: one option for each field of ``Settings``, and how its TOML value is read and written."""

from __future__ import annotations

import dataclasses
import os
import re
from functools import cache
from typing import Any, get_type_hints

from llmlint.model.record import record
from llmlint.model.settings import ContractRoot, Settings
from llmlint.project.toml_file import KeyPath

Table = tuple[tuple[str, tuple[str, ...]], ...]

_TYPES: dict[object, str] = {
    bool: "boolean",
    int: "integer",
    str: "string",
    str | None: "string",
    tuple[str, ...]: "array of strings",
    tuple[ContractRoot, ...]: "array of strings or {path, package} tables",
    Table: "table of arrays of strings",
}


class OptionError(Exception):
    """A value that an option does not take. ``path`` leads from the option's key to the offending part."""

    def __init__(self, message: str, path: KeyPath = (), suggestion: str | None = None) -> None:
        super().__init__(message, path, suggestion)
        self.message, self.path, self.suggestion = message, path, suggestion


@record
class Option:
    """One setting as a user writes it."""

    key: str
    """In TOML: ``max-mocks``."""
    field: str
    """In ``Settings``: ``max_mocks``."""
    type: str
    """In TOML's words: ``array of strings``."""
    default: Any
    doc: str
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    is_path: bool = False
    """Relative paths stay inside the project."""

    def read(self, value: object) -> Any:
        """The value of the field for a value of TOML. Raises OptionError."""
        if self.type == "boolean":
            return value if isinstance(value, bool) else self._refuse(value)
        if self.type == "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                self._refuse(value)
            elif value < 0:
                raise OptionError(f"'{self.key}' cannot be negative")
            return value
        if self.type == "string":
            return self._text(value, ())
        if self.type == "table of arrays of strings":
            if not isinstance(value, dict):
                self._refuse(value)
                return ()
            return tuple((key, self._texts(texts, (key,))) for key, texts in value.items())
        if self.type == "array of strings":
            return self._texts(value, ())
        if not isinstance(value, list):
            self._refuse(value)
            return ()
        return tuple(self._contract(item, (index,)) for index, item in enumerate(value))

    def _text(self, value: object, at: KeyPath) -> str:
        if not isinstance(value, str):
            self._refuse(value, at, "a string")
            return ""
        if self.choices and value not in self.choices:
            raise OptionError(
                f"'{self.key}' is one of {', '.join(repr(choice) for choice in self.choices)}, not '{value}'",
                at,
                nearest(value, self.choices),
            )
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise OptionError(f"'{value}' is no value of '{self.key}': {self.doc}", at)
        if self.is_path:
            self._check_path(value, at)
        return value

    def _texts(self, value: object, at: KeyPath) -> tuple[str, ...]:
        if not isinstance(value, list):
            suggestion = write_toml([value]) if isinstance(value, str) else None
            raise OptionError(f"'{self._name(at)}' expects an array of strings, not {_kind(value)}", at, suggestion)
        return tuple(self._text(item, (*at, index)) for index, item in enumerate(value))

    def _contract(self, value: object, at: KeyPath) -> ContractRoot:
        if isinstance(value, str):
            return ContractRoot(self._text(value, at))
        if not isinstance(value, dict):
            raise OptionError(
                f"'{self._name(at)}' expects a string or a {{path, package}} table, not {_kind(value)}", at
            )
        for key, item in value.items():
            if key not in ("path", "package"):
                raise OptionError(f"unknown key '{key}' in '{self.key}'", (*at, key), nearest(key, ("path", "package")))
            if not isinstance(item, str):
                raise OptionError(f"'{key}' in '{self.key}' expects a string, not {_kind(item)}", (*at, key))
        if "path" not in value:
            raise OptionError(f"an entry of '{self.key}' lacks its 'path'", at)
        package = value.get("package", "")
        if package and not all(part.isidentifier() for part in package.split(".")):
            raise OptionError(f"'{package}' is not the name of a package", (*at, "package"))
        self._check_path(value["path"], (*at, "path"))
        return ContractRoot(value["path"], package)

    def _check_path(self, value: str, at: KeyPath) -> None:
        if not value or "\0" in value:
            raise OptionError(f"'{self._name(at)}' holds an empty path", at)
        if os.path.isabs(os.path.expanduser(value)):
            return
        if os.path.normpath(value).split(os.sep)[0] == os.pardir:
            raise OptionError(f"the path '{value}' leaves the project; write an absolute path if that is meant", at)

    def _refuse(self, value: object, at: KeyPath = (), wanted: str = "") -> None:
        if not wanted:
            wanted = f"{'an' if self.type[0] in 'ai' else 'a'} {self.type}"
        raise OptionError(f"'{self._name(at)}' expects {wanted}, not {_kind(value)}", at)

    def _name(self, at: KeyPath) -> str:
        return ".".join([self.key, *(part for part in at if isinstance(part, str))])


@cache
def options() -> tuple[Option, ...]:
    """Every option, in the order of ``Settings``."""
    hints = get_type_hints(Settings)
    return tuple(
        Option(
            key=field.name.replace("_", "-"),
            field=field.name,
            type=_TYPES[hints[field.name]],
            default=field.default,
            doc=field.metadata["doc"],
            choices=field.metadata.get("choices", ()),
            pattern=field.metadata.get("pattern"),
            is_path=field.metadata.get("path", False),
        )
        for field in dataclasses.fields(Settings)
    )


def describe(key: str) -> Option:
    """The option called ``key``, in hyphens or underscores. Raises KeyError with the nearest key, or ''."""
    wanted = key.replace("_", "-")
    for option in options():
        if option.key == wanted:
            return option
    raise KeyError(nearest(wanted, [option.key for option in options()]) or "")


def nearest(word: str, words: tuple[str, ...] | list[str]) -> str | None:
    """The word most like ``word``, where one is near enough to be meant."""
    import difflib

    found = difflib.get_close_matches(word, words, 1)
    return found[0] if found else None


def write_toml(value: object) -> str:
    """``value`` of a field as TOML writes it; None, which TOML has not, is the empty string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, ContractRoot):
        if not value.package:
            return _quote(value.path)
        return f"{{path = {_quote(value.path)}, package = {_quote(value.package)}}}"
    if isinstance(value, tuple | list):
        if value and all(isinstance(item, tuple) for item in value):
            return "{" + ", ".join(f"{_quote(key)} = {write_toml(texts)}" for key, texts in value) + "}"
        return "[" + ", ".join(write_toml(item) for item in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a float"
    if isinstance(value, list):
        return "an array"
    return "a table" if isinstance(value, dict) else "a date or time"
