"""Adding to a JSON text (RFC 8259) without touching what stands in it: layout, order, line ends."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from llmlint.model.record import record
from llmlint.onboarding.part import line_end

_SPACE = re.compile(r"[ \t\r\n]*")


@record
class _Container:
    """An object or an array of the text."""

    start: int
    """Of its bracket."""
    items: tuple[tuple[int, int], ...]
    """Start and end of each element; of each member, from its key to the end of its value."""
    values: dict[str, int]
    """Where the values of an object begin; of a key that stands there twice, the last."""
    stop: int
    """Of its closing bracket."""


def with_entries(text: str, table: str, entries: dict[str, object]) -> str | None:
    """The text of an object, with an entry at the end of each array ``table.<key>``; arrays and table are made where there are none.

    An empty text counts as an empty object. None where it is no such JSON.
    """
    end = line_end(text)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix("\ufeff")
    if not body.strip():
        made = {table: {key: [entry] for key, entry in entries.items()}}
        return mark + json.dumps(made, indent=2, ensure_ascii=False).replace("\n", end) + end
    try:
        wanted = json.loads(body)
        edits = _edits(body, table, entries)
        for key, entry in entries.items():
            wanted.setdefault(table, {}).setdefault(key, []).append(entry)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    for position, stop, more in sorted(edits, reverse=True):
        body = body[:position] + more.replace("\n", end) + body[stop:]
    # What is about to be written says what was meant, and nothing else has changed.
    return mark + body if json.loads(body) == wanted else None


def _edits(text: str, table: str, entries: dict[str, object]) -> list[tuple[int, int, str]]:
    """(start, end, what comes there)."""
    top = _container(text, _skip(text, 0))
    unit = _unit(text, top)
    if table not in top.values:
        return [_added(text, top, unit, table, {key: [entry] for key, entry in entries.items()})]
    inner = _container(text, top.values[table])
    new = {key: [entry] for key, entry in entries.items() if key not in inner.values}
    edits = [
        _added(text, _container(text, inner.values[key]), unit, None, entry)
        for key, entry in entries.items()
        if key in inner.values
    ]
    if new:
        edits.append(_added_all(text, inner, unit, [_member(key, value, unit) for key, value in new.items()]))
    return edits


def _added(text: str, container: _Container, unit: str | None, key: str | None, value: object) -> tuple[int, int, str]:
    return _added_all(text, container, unit, [_dumped(value, unit) if key is None else _member(key, value, unit)])


def _added_all(text: str, container: _Container, unit: str | None, items: list[str]) -> tuple[int, int, str]:
    """Items at the end of a container, each on lines of its own unless the text stands in one line."""
    base = _indent(text, container.start)
    if unit is None:
        before = ", " if container.items else ""
        position = container.items[-1][1] if container.items else container.start + 1
        return position, position if container.items else container.stop, before + ", ".join(items)
    lead = _own_line(text, container.items[-1][0]) if container.items else None
    indent = lead if lead is not None else base + unit
    joined = ",".join(f"\n{indent}" + item.replace("\n", f"\n{indent}") for item in items)
    if not container.items:
        return container.start + 1, container.stop, f"{joined}\n{base}"
    position = container.items[-1][1]
    # The bracket of a container in one line gets its own.
    tail = "" if lead is not None else f"\n{base}"
    return position, position if lead is not None else container.stop, f",{joined}{tail}"


def _member(key: str, value: object, unit: str | None) -> str:
    return f"{json.dumps(key)}: {_dumped(value, unit)}"


def _dumped(value: object, unit: str | None) -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False)


def _unit(text: str, top: _Container) -> str | None:
    """What one level is indented by; None where the text stands in one line."""
    if not top.items:
        return "  "
    if "\n" not in text[top.start : top.stop]:
        return None
    return _own_line(text, top.items[0][0]) or "  "


def _indent(text: str, position: int) -> str:
    """Of the line in which something stands."""
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _own_line(text: str, position: int) -> str | None:
    """The indent of what begins a line; None where something else does."""
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return None if line.strip(" \t") or "\n" not in text[:position] else line


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    assert found is not None  # it matches nothing as well
    return found.end()


def _container(text: str, start: int) -> _Container:
    """What begins at a bracket of a text that is JSON. Raises ValueError where there is none."""
    closing = {"{": "}", "[": "]"}.get(text[start : start + 1])
    if closing is None:
        raise ValueError(start)
    decoder: Any = json.JSONDecoder()
    items: list[tuple[int, int]] = []
    values: dict[str, int] = {}
    position = _skip(text, start + 1)
    while text[position] != closing:
        first = position
        if closing == "}":
            key, position = scanstring(text, position + 1, True)
            position = _skip(text, _skip(text, position) + 1)
            values[key] = position
        _, position = decoder.raw_decode(text, position)
        items.append((first, position))
        position = _skip(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return _Container(start, tuple(items), values, position)
