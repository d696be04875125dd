"""A rule's page: its specification, its documentation and its tests in one Markdown file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import takewhile
from typing import Literal, cast, get_args

import llmlint
from llmlint.model.diagnostic import Severity
from llmlint.model.record import record
from llmlint.model.settings import Settings

Default = Literal["error", "warning", "info", "off"]

_FILE = re.compile(r"(?P<code>[A-Z]+\d{3})-(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_TITLE = re.compile(r"# (?P<code>[A-Z]+\d{3}) (?P<name>[a-z0-9-]+)")
_FACT = re.compile(r"- (?P<key>[a-z-]+): (?P<value>.+)")
_HEADING = re.compile(r"## (?P<title>.+)")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})")

_SETTINGS = frozenset(field.name.replace("_", "-") for field in fields(Settings))
_KEYS = frozenset({"default", "severity", "fix", "made-by", "on-with", "options", "overlaps"})


class RuleError(Exception):
    """A rule whose page or module cannot be used; the message begins with ``path:row:``."""


@record
class Page:
    """What a rule's page says of it."""

    path: str
    code: str
    """As ``LLM203``."""
    name: str
    """As ``unknown-attribute``."""
    sentence: str
    """What the rule reports, in one sentence."""
    default: Default
    """The severity of its findings, or ``off`` where a preset or a selection has to switch the rule on."""
    severity: Severity
    """The severity of its findings, also where the default is ``off``."""
    fix: str
    """What the fix does (``rename``), or ``none``."""
    made_by_engine: bool
    """Whether the engine makes its findings itself, so that there is no module."""
    options: tuple[str, ...]
    """The settings that it reads, as keys in TOML."""
    on_with: tuple[str, ...] = ()
    """Where the default is ``off``: the settings, as keys in TOML, of which one that is not as it is by default switches the rule on;
    ``contracts`` also where contracts are found without it.
    """
    overlaps: tuple[str, ...] = ()
    """What tools call the same fault at the same place: ``mypy:attr-defined``, ``ruff:F821``."""

    @property
    def own(self) -> bool:
        """Whether a project brought it, rather than llmlint."""
        return not self.code.startswith("LLM")

    @property
    def text(self) -> str:
        """The whole page, read anew: a run needs none of it."""
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    @property
    def brief(self) -> str:
        """The page as somebody reads it who has made the fault: of examples the first of a section, the others counted."""
        kept: list[str] = []
        more, fence = 0, ""
        for line in [*self.text.splitlines(keepends=True), "## "]:
            ticks = _FENCE.match(line)
            if fence:
                fence = "" if line.strip() == fence else fence
            elif ticks is not None:
                fence = ticks[0]
            elif line.startswith("## "):
                if more > 1:
                    kept.append(f"({more - 1} more in the whole page: `llmlint rule {self.code}`)\n\n")
                more = 0
            elif line.startswith("### "):
                more += 1
            if more < 2:
                kept.append(line)
        return "".join(kept[:-1])

    @property
    def headings(self) -> tuple[str, ...]:
        """The titles of its second-level headings, in order."""
        return tuple(title for _, title in _headings(self.text.splitlines()))


def pages_folder() -> str:
    """The folder of the pages: inside the package in a wheel, ``rules/`` of the checkout in an editable install."""
    package = os.path.dirname(os.path.abspath(llmlint.__file__))
    carried = os.path.join(package, "_pages")
    if os.path.isdir(carried):
        return carried
    return os.path.join(os.path.dirname(os.path.dirname(package)), "rules")


@cache
def rule_pages(folder: str | None = None) -> tuple[Page, ...]:
    """Every page of a folder (default: llmlint's own), ordered by code.

    Raises:
        RuleError: a page cannot be read, or two have the same code or name.
    """
    return read_pages(folder or pages_folder())


def read_pages(folder: str) -> tuple[Page, ...]:
    """Every page of a folder, read anew, ordered by code.

    Raises:
        RuleError: a page cannot be read, or two have the same code or name.
    """
    try:
        files = sorted(file for file in os.listdir(folder) if _FILE.fullmatch(file))
    except OSError as error:
        raise RuleError(f"{folder}:1: the rule pages are missing: {error.strerror}") from None
    pages = tuple(read_page(os.path.join(folder, file)) for file in files)
    seen: dict[str, Page] = {}
    for page in pages:
        for key in (page.code, page.name):
            if key in seen:
                raise RuleError(f"{page.path}:1: {key} is also the rule of {seen[key].path}")
            seen[key] = page
    return pages


def read_page(path: str) -> Page:
    """Reads one page.

    Raises:
        RuleError: it is not a page.
    """
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in takewhile(lambda line: not line.startswith("## "), file)]
    title = _TITLE.fullmatch(lines[0]) if lines else None
    if title is None:
        raise RuleError(f"{path}:1: the first line is '# CODE name'")
    named = _FILE.fullmatch(os.path.basename(path))
    if named is None or named.groupdict() != title.groupdict():
        raise RuleError(f"{path}:1: the file of this page is named {title['code']}-{title['name']}.md")
    sentence: list[str] = []
    facts: dict[str, str] = {}
    for row, line in enumerate(lines[1:], 2):
        if fact := _FACT.fullmatch(line.rstrip()):
            key = fact["key"]
            if key not in _KEYS or key in facts:
                raise RuleError(f"{path}:{row}: unknown or repeated '{key}'; known are {', '.join(sorted(_KEYS))}")
            facts[key] = fact["value"].strip()
        elif line.strip():
            if facts:
                raise RuleError(f"{path}:{row}: between the list and the first heading stands nothing else")
            sentence.append(line.strip())
    if not sentence:
        raise RuleError(f"{path}:2: the sentence is missing")
    default = facts.get("default", "")
    if default not in get_args(Default):
        raise RuleError(f"{path}:1: '- default:' is one of {', '.join(get_args(Default))}")
    severity = facts.get("severity", default)
    if severity not in get_args(Severity):
        raise RuleError(f"{path}:1: '- severity:' is one of {', '.join(get_args(Severity))}")
    on_with = _listed(facts.get("on-with", ""))
    if on_with and default != "off":
        raise RuleError(f"{path}:1: '- on-with:' is for a rule whose default is off")
    for key in on_with:
        if key not in _SETTINGS:
            raise RuleError(f"{path}:1: '- on-with:' names no setting '{key}'")
    if facts.get("made-by", "engine") != "engine":
        raise RuleError(f"{path}:1: '- made-by:' is 'engine' or absent")
    return Page(
        path=path,
        code=title["code"],
        name=title["name"],
        sentence=" ".join(sentence),
        default=cast("Default", default),
        severity=cast("Severity", severity),
        fix=facts.get("fix", "none"),
        made_by_engine="made-by" in facts,
        options=_listed(facts.get("options", "")),
        on_with=on_with,
        overlaps=_listed(facts.get("overlaps", "")),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _headings(lines: list[str]) -> Iterator[tuple[int, str]]:
    fence = ""
    for row, line in enumerate(lines, 1):
        if opened := _FENCE.match(line):
            if not fence:
                fence = opened["fence"]
            elif line.strip() == fence:
                fence = ""
        elif not fence and (heading := _HEADING.fullmatch(line.rstrip())):
            yield row, heading["title"]
