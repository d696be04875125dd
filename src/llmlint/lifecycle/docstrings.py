"""What a docstring promises: read by griffe's parsers, whichever of the three styles it is written in."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from inspect import cleandoc
from textwrap import dedent
from typing import Any, Literal

from llmlint.model.record import record

Style = Literal["google", "numpy", "sphinx"]

_USAGE = re.compile(r"\n\s*(?:(?:Usage|Examples?)\s*::?\s*(?:\n|$)|>>> )")
_SPHINX = re.compile(r"^\s*:(?:param|parameter|raises?|returns?|rtype|type|var|ivar)\b[^:]*:", re.MULTILINE)
_NUMPY = re.compile(r"^(?:Parameters|Returns|Raises|Yields|Attributes|Examples|Notes|Warns)\n-{3,}\s*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([A-Z][A-Za-z ]*)\n-{3,}[ \t]*\n(?=[ \t]+\S)", re.MULTILINE)
"""A heading as NumPy has it, above an indented body as Google has it (Celery's style): NumPy's own stand at the margin."""
_REFERENCE = re.compile(r"(?::[\w:]+:)?`?[~!]?([\w.]+)`?")
"""A name, perhaps as a reference of Sphinx."""
_ROLE = re.compile(r"(?:\w+:)+`[~!]?([\w.]+)`")
_PROMISES = {
    "behavior": "behaviour", "behaviour": "behaviour", "behaviors": "behaviour", "behaviours": "behaviour",
    "guarantees": "behaviour", "side effects": "behaviour", "post-conditions": "behaviour", "postconditions": "behaviour",
    "invariants": "invariant", "invariant": "invariant", "state management": "invariant", "thread safety": "invariant",
    "pre-conditions": "invariant", "preconditions": "invariant", "constraints": "invariant", "validation": "invariant",
}  # fmt: skip
_HEADING = re.compile(
    r"(?:Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Usage|Notes?|See Also)\s*:", re.IGNORECASE
)
_SUBHEADING = re.compile(r"(\*\*|__)[^*]+\1:?")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")


@record
class Described:
    """A name with what is said of it."""

    name: str
    text: str
    annotation: str = ""


@record
class Docstring:
    """The parts of a docstring."""

    summary: str = ""
    """The first paragraph, on one line."""
    text: str = ""
    """What stands before and between the sections."""
    parameters: tuple[Described, ...] = ()
    attributes: tuple[Described, ...] = ()
    returns: str = ""
    yields: str = ""
    raises: tuple[Described, ...] = ()
    behaviour: tuple[str, ...] = ()
    """One promise a line, from sections such as ``Behavior``."""
    invariants: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    """The source of each example."""


def style_of(text: str) -> Style:
    """The style that a docstring is written in."""
    if _NUMPY.search(text):
        return "numpy"
    return "sphinx" if _SPHINX.search(text) else "google"


@lru_cache(maxsize=4096)
def read(text: str) -> Docstring:
    """Read a docstring; what no parser understands is text."""
    from griffe import Docstring as Parsed

    text = _UNDERLINED.sub(r"\1:\n", _evened(cleandoc(text)))
    if not text:
        return Docstring()
    quiet = logging.getLogger("griffe")
    level, quiet_level = quiet.level, logging.CRITICAL
    quiet.setLevel(quiet_level)
    try:
        sections = Parsed(text, lineno=1).parse(style_of(text), warnings=False)
    except TypeError:
        sections = Parsed(text, lineno=1).parse(style_of(text))
    except Exception:  # noqa: BLE001 - a parser that fails on somebody's prose must not stop the rest
        return Docstring(summary=_summary(text), text=text)
    finally:
        quiet.setLevel(level)
    return _collected(text, sections)


def _evened(text: str) -> str:
    """A docstring in which a stray line at the margin (of an example, say) kept all others from being dedented."""
    found = re.search(
        r"^(?P<margin>[ \t]+)(?:Args|Returns|Raises|Yields|Attributes|Examples?|Behaviou?r):\s*$", text, re.MULTILINE
    )
    if found is None or re.search(r"^(?:Args|Returns|Raises|Yields|Attributes):\s*$", text, re.MULTILINE):
        return text
    margin = found["margin"]
    return "\n".join(line.removeprefix(margin) for line in text.split("\n"))


def _collected(text: str, sections: Any) -> Docstring:
    prose: list[str] = []
    parts: dict[str, list[Any]] = {}
    behaviour: list[str] = []
    invariants: list[str] = []
    returns: list[str] = []
    yielded: list[str] = []
    examples: list[str] = []
    for section in sections:
        kind = str(section.kind.value)
        if kind == "text":
            body, more = _split_promises(str(section.value))
            prose.append(body)
            behaviour += more["behaviour"]
            invariants += more["invariant"]
        elif kind in ("parameters", "other parameters", "attributes", "raises"):
            parts.setdefault(kind, []).extend(
                _described(_named(item), _flat(_without_usage(item.description)), str(item.annotation or ""))
                for item in section.value
            )
        elif kind in ("returns", "yields"):
            target = returns if kind == "returns" else yielded
            target += [
                _flat(f"{f'{item.annotation}: ' if item.annotation else ''}{_without_usage(item.description)}")
                for item in section.value
            ]
        elif kind == "examples":
            examples += [str(value) for what, value in section.value if str(getattr(what, "value", what)) == "examples"]
        elif kind == "admonition":
            title = str(section.title or section.value.kind).strip().lower()
            wanted = _PROMISES.get(title)
            lines = _items(str(section.value.description))
            if wanted == "behaviour":
                behaviour += lines
            elif wanted == "invariant":
                invariants += lines
            elif title in ("example", "examples", "usage", "usage example", "usage examples"):
                examples.append(str(section.value.description))
    return Docstring(
        _summary(text),
        "\n\n".join(part for part in prose if part).strip(),
        (*parts.get("parameters", ()), *parts.get("other parameters", ())),
        tuple(parts.get("attributes", ())),
        " ".join(returns),
        " ".join(yielded),
        tuple(parts.get("raises", ())),
        tuple(behaviour),
        tuple(invariants),
        tuple(examples),
    )


def _named(item: Any) -> str:
    name = getattr(item, "name", None)
    text = str(name if name is not None else item.annotation)
    reference = _REFERENCE.fullmatch(text.strip())
    return reference[1] if reference else text


def _described(name: str, text: str, annotation: str) -> Described:
    reference = _ROLE.match(text) if not name else None
    if reference is not None:  # of ``:class:`Name`: text`` a parser took the first colon for the one behind the name
        name, text = reference[1], text[reference.end() :].lstrip(": ")
    return Described(name, text, annotation)


def _summary(text: str) -> str:
    return _flat(text.strip().split("\n\n", 1)[0])


def _without_usage(text: str) -> str:
    """What is said of a field, without the example that stands below the last one (``Usage::`` and what is indented under it)."""
    return _USAGE.split(text, maxsplit=1)[0]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _split_promises(text: str) -> tuple[str, dict[str, list[str]]]:
    """Headings such as ``Behavior:`` or ``### Invariants`` that a parser leaves in the text, with what is listed below them."""
    found: dict[str, list[str]] = {"behaviour": [], "invariant": []}
    kept: list[str] = []
    block: list[str] | None = None
    heading = ""
    for line in text.splitlines():
        title = line.strip().strip("#*: ").lower()
        is_heading = (line.strip().endswith((":", "**")) or line.lstrip().startswith("#")) and not _BULLET.match(line)
        if is_heading and title in _PROMISES:
            if block is not None:
                found[_PROMISES[heading]] += _items("\n".join(block))
            heading, block = title, []
        elif block is not None and (line.startswith((" ", "\t", "-", "*")) or _BULLET.match(line) or not line.strip()):
            block.append(line)
        else:
            if block is not None:
                found[_PROMISES[heading]] += _items("\n".join(block))
                block = None
            kept.append(line)
    if block is not None:
        found[_PROMISES[heading]] += _items("\n".join(block))
    return "\n".join(kept), found


def _items(text: str) -> list[str]:
    """The points of a list, each on one line. Without bullets each line is a point, and what is indented below it is part of it;
    an example that follows is none."""
    points: list[list[str]] = []
    lines = dedent(text).splitlines()
    bulleted = any(_BULLET.match(line) for line in lines)
    indent: int | None = None
    for line in lines:
        stripped = line.strip()
        if stripped.startswith((">>>", "```")) or _HEADING.fullmatch(stripped):
            break
        if not stripped or _SUBHEADING.fullmatch(stripped):
            continue
        bullet = _BULLET.match(line)
        depth = len(line) - len(line.lstrip())
        if bullet and (indent is None or depth <= indent):
            indent = depth
            points.append([line[bullet.end() :]])
        elif not points or (not bulleted and depth == 0):
            points.append([line])
        else:
            points[-1].append(_BULLET.sub("", line))
    return [flat for point in points if (flat := _flat(" ".join(point)))]
