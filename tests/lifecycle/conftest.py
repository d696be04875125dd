"""A small project whose contracts are frozen."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from llmlint.contracts.layout import places
from llmlint.lifecycle.freeze.freezer import Freezer, without_heading
from llmlint.project.load import Loader, Options
from llmlint.project.project import Project


@pytest.fixture
def project_of(tmp_path: Path) -> Callable[[dict[str, str]], Project]:
    """Writes a project and loads it: without an environment, so that third parties are unknown."""

    def load(files: dict[str, str]) -> Project:
        for name, text in {"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return Loader(Options(None, (), False)).project_of(str(tmp_path))

    return load


@pytest.fixture
def frozen(project_of) -> Callable[..., str]:
    """The contract of ``shop.things``, whose source is given; it always parses."""

    def freeze(source: str, **others: str) -> str:
        files = {"shop/__init__.py": "", "shop/things.py": source}
        files.update({f"shop/{name}.py": text for name, text in others.items()})
        project = project_of(files)
        every = places(project)
        wanted = [place for place in every if place.module == "shop.things"]
        done = {one.place.module: one for one in Freezer(project).all(wanted, every)}
        text = without_heading(done["shop.things"].text)
        ast.parse(text)
        return text

    return freeze


@pytest.fixture
def contracts_of(project_of) -> Callable[[dict[str, str]], dict[str, str]]:
    """The contracts of a package ``shop``, by module."""

    def freeze(files: dict[str, str]) -> dict[str, str]:
        project = project_of({"shop/__init__.py": "", **files})
        every = places(project)
        return {one.place.module: without_heading(one.text) for one in Freezer(project).all(every, every)}

    return freeze
