"""A project's own rules: pages and modules in the folders that its settings name.

A module of rules is code that is run. So it is the project's settings alone that can name it: no option of the command line does, and
``--isolated`` passes it by.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from llmlint.engine.fingerprint import digest
from llmlint.engine.pages import Page, RuleError, read_pages


def own_pages(folders: Iterable[str], known: Sequence[Page]) -> tuple[Page, ...]:
    """The pages in ``folders`` (absolute), ordered by code.

    Raises:
        RuleError: a folder or page cannot be read, or a code or name is one of ``known`` or llmlint's to give.
    """
    taken = {key: page for page in known for key in (page.code, page.name)}
    found: list[Page] = []
    for folder in folders:
        for page in read_pages(folder):
            if page.code.startswith("LLM"):
                raise RuleError(f"{page.path}:1: codes that begin with LLM are llmlint's own; take another prefix")
            if page.made_by_engine:
                raise RuleError(f"{page.path}:1: a rule of a project is not made by the engine")
            for key in (page.code, page.name):
                if key in taken:
                    raise RuleError(f"{page.path}:1: {key} is also the rule of {taken[key].path}")
                taken[key] = page
            found.append(page)
    return tuple(sorted(found, key=lambda page: page.code))


def rules_digest(folders: Iterable[str]) -> str:
    """Changes with whatever stands in the folders: a cached result rests on it."""
    seen: list[str] = []
    for folder in folders:
        for top, inner, files in os.walk(folder):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(files):
                if name.endswith((".py", ".md")):
                    path = os.path.join(top, name)
                    with open(path, "rb") as file:
                        seen.append(f"{path} {digest(file.read())}")
    return digest("\n".join(seen).encode(errors="surrogateescape")) if seen else ""
