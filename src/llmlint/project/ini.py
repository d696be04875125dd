"""Reading ``.ini`` and ``.cfg`` files the way pytest does (iniconfig's grammar), without stopping at a fault."""

from __future__ import annotations

from typing import NamedTuple

from llmlint.model.record import record


class IniValue(NamedTuple):
    """The text of one key, its lines joined with ``\\n``, and the row of the key (from 1)."""

    text: str
    row: int


@record
class Ini:
    """Sections with their keys, in the order of the file; ``faults`` are (row, message) of lines that fit nowhere."""

    sections: dict[str, dict[str, IniValue]]
    faults: tuple[tuple[int, str], ...] = ()

    def get(self, section: str, key: str, default: str = "") -> str:
        """The text of ``key``, or ``default`` where the section or the key is absent."""
        value = self.sections.get(section, {}).get(key)
        return default if value is None else value.text


def parse_ini(text: str) -> Ini:
    """Sections of ``text``. Keys before the first section stand in the section ``""`` (``pyvenv.cfg`` has no sections)."""
    sections: dict[str, dict[str, IniValue]] = {}
    faults: list[tuple[int, str]] = []
    section: dict[str, IniValue] | None = None
    key: str | None = None
    for row, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if line[0] == "[":
            header = line.split("#")[0].split(";")[0].rstrip()
            if not header.endswith("]"):
                faults.append((row, f"unfinished section header {stripped!r}"))
                section = key = None
                continue
            section, key = sections.setdefault(header[1:-1].strip(), {}), None
            continue
        if section is None:
            section = sections.setdefault("", {})
        if line[0].isspace():
            if key is None:
                faults.append((row, f"a continuation of nothing: {stripped!r}"))
                continue
            before = section[key]
            section[key] = IniValue(f"{before.text}\n{stripped}" if before.text else stripped, before.row)
            continue
        name, equals, value = line.partition("=")
        if not equals or ":" in name:
            name, equals, value = line.partition(":")
        if not equals:
            faults.append((row, f"neither a section nor a key: {stripped!r}"))
            key = None
            continue
        key = name.strip()
        section[key] = IniValue(value.strip(), row)
    return Ini(sections, tuple(faults))


def read_ini(path: str) -> Ini | None:
    """The sections of the file, or None where it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return parse_ini(file.read())
    except OSError:
        return None
