"""Contracts of modules that are gone."""

from __future__ import annotations

import os
from collections.abc import Sequence

from llmlint.contracts.layout import Place, contract_roots
from llmlint.project.project import Project


def orphans(project: Project, every: Sequence[Place]) -> list[str]:
    """The stubs under the contract roots that no module of the project answers to, sorted; private ones are helpers of others."""
    known = {place.contract for place in every}
    found: list[str] = []
    for root, _ in contract_roots(project):
        for folder, _, files in os.walk(root):
            found += [
                path
                for name in files
                if name.endswith(".pyi")
                and (name == "__init__.pyi" or not name.startswith("_"))
                and (path := os.path.join(folder, name)) not in known
            ]
    return sorted(found)
