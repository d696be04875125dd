"""The output formats by name. Each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from llmlint.model.result import RunResult
from llmlint.report.context import Context

_PLAIN = {
    "json": ("machine", "as_json"),
    "json-lines": ("machine", "as_json_lines"),
    "sarif": ("sarif", "sarif"),
    "github": ("github", "github"),
    "gitlab": ("gitlab", "gitlab"),
    "junit": ("junit", "junit"),
    "rdjson": ("rdjson", "rdjson"),
    "pylint": ("lines", "pylint"),
    "azure": ("lines", "azure"),
    "markdown": ("markdown", "markdown"),
    "html": ("html", "html"),
    "agent": ("agent", "agent"),
    "lsp": ("lsp", "lsp"),
}
"""Format → module and function."""

FOR_PEOPLE = ("full", "concise", "grouped")
"""The formats that a closing line follows."""

FORMATS = (*FOR_PEOPLE, *_PLAIN)

WITH_EDITS = ("json", "json-lines", "sarif", "rdjson")
"""Formats that show what exactly the fixes would write."""


def render(name: str, result: RunResult, context: Context) -> Iterator[str]:
    """The report in the format ``name``, one of ``FORMATS``."""
    if name in FOR_PEOPLE:
        function: Callable[..., Iterator[str]] = getattr(import_module(f"llmlint.report.{name}"), name)
        return function(result, context.cwd, context.style)
    module, attribute = _PLAIN[name]
    function = getattr(import_module(f"llmlint.report.{module}"), attribute)
    return function(result, context.cwd) if module == "machine" else function(result, context)
