"""The section for models in AGENTS.md and CLAUDE.md."""

from __future__ import annotations

import os

from llmlint.onboarding.part import Part, appended, inner, read
from llmlint.onboarding.texts import GUIDE, MARK
from llmlint.project.project import Project

_NAMES = ("AGENTS.md", "CLAUDE.md")


def guides(name: str, project: Project) -> list[Part]:
    """The section, in each of the files that are there and that do not refer to the other one; in AGENTS.md where there is none.

    Raises:
        Unreadable: a file cannot be read.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in (os.path.join(project.root, one) for one in _NAMES):
        text = read(path)
        if text is not None:
            found.setdefault(os.path.realpath(path), (path, text))
    files = [
        (path, text)
        for path, text in found.values()
        if not any(other != path and os.path.basename(other) in text for other, _ in found.values())
    ]
    if not files:
        files = list(found.values())[:1]
    contracts = [f"`{inner(folder, project.root)}/`" for folder, _ in project.contract_roots]
    truths = f"the contracts in {', '.join(contracts)}" if contracts else "the sources"
    section = GUIDE.format(truths=truths)
    if not files:
        return [Part(name, os.path.join(project.root, _NAMES[0]), None, section)]
    return [
        Part(name, path) if MARK in text else Part(name, path, text, appended(text, section), by_hand=section)
        for path, text in files
    ]
