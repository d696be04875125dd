"""What a model may ask of a project, as plain functions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from threading import Lock
from typing import Any

from llmlint import __version__
from llmlint.app import Problem, Request, Session, pages_of
from llmlint.contracts.layout import Place, places
from llmlint.contracts.symbols import Class, Function, Module
from llmlint.lifecycle import digest, prompt, scenarios
from llmlint.lifecycle.choice import UnknownModule, chosen
from llmlint.lifecycle.legal_fixtures import legal_fixtures
from llmlint.lifecycle.promises import Promise, Reader, Unreadable
from llmlint.live import Live
from llmlint.model.position import Truth
from llmlint.model.result import RunResult
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.report.agent import agent
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.report.truths import published
from llmlint.semantics.nearest import nearest
from llmlint.semantics.world import World


class Questions:
    """Answers about the project of one folder. A question that cannot be answered raises ValueError with the reason."""

    def __init__(self, folder: str, python: str | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: Where relative paths begin.
            python: The target environment.
        """
        self.folder = os.path.abspath(folder)
        self._request = Request(cwd=self.folder, python=python, tools=())
        self._live = Live(self._request)
        self._one_at_a_time = Lock()

    def check(self, path: str, text: str | None = None) -> str:
        """Lint a test file (or `text` as if it stood at `path`): what does not exist, mocks that lie, tests that prove nothing."""
        full = self._inside(path)
        try:
            text = read_text(full) if text is None else text
            with self._one_at_a_time:
                result = self._live.check(full, text)
        except (SourceError, Problem) as error:
            raise ValueError(f"{path}: {error}") from None
        return "".join(agent(RunResult((result,), 1), Context(self.folder, __version__)))

    def explain(self, rule: str) -> str:
        """Explain a rule of llmlint, by code (LLM203) or name: what it reports, why, with a faulty and a sound example."""
        try:
            return pages_of(rule, Session(self._request).rules())[0].brief
        except Problem as error:
            raise ValueError(str(error)) from None

    def contract_digest(
        self, modules: list[str], folder: str | None = None, budget: int | None = None
    ) -> dict[str, Any]:
        """What modules publish: signatures, fields, exceptions, behaviour. `folder`: with the fixtures of these tests; `budget`: in tokens."""
        project = self._project()
        found = self._promises(project, modules)
        fixtures = legal_fixtures(project, self._inside(folder)) if folder else []
        return digest.as_json(project, found, fixtures, budget)

    def contract_prompt(self, module: str, folder: str | None = None, budget: int | None = None) -> str:
        """Instructions for writing tests of one module: rules, contract, fixtures, scenarios, a self-check."""
        project = self._project()
        exact = [one for one in self._promises(project, [module]) if one.module == module]
        if len(exact) != 1:
            raise ValueError(f"'{module}' is no single module")
        fixtures = legal_fixtures(project, self._inside(folder)) if folder else []
        return prompt.prompt(project, exact[0], scenarios.scenarios(exact[0]), fixtures, budget)

    def fixtures(self, folder: str) -> list[dict[str, str]]:
        """The project's own fixtures that a test in a folder may ask for, nearest first, with type, scope and place."""
        return [
            {
                "name": one.name,
                "type": one.type,
                "scope": one.scope,
                "place": f"{shown(one.path, self.folder)}:{one.row}" if one.path else "a plugin",
                "text": one.text,
            }
            for one in legal_fixtures(self._project(), self._inside(folder))
        ]

    def resolve(self, name: str) -> dict[str, Any]:
        """Whether a dotted name (shop.cart.Cart.add) exists, with its signature or public names, and where; else the nearest that does."""
        world = World(self._project())
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            raise ValueError(f"'{name}' is no dotted name")
        module: Module | None = None
        rest: list[str] = []
        for end in range(len(parts), 0, -1):
            module = world.library.module(".".join(parts[:end]))
            if module is not None:
                rest = parts[end:]
                break
        if module is None:
            return {
                "name": name,
                "exists": None if not world.knows_top_level(parts[0]) else False,
                "reason": "no such module",
            }
        found: object = module
        known = ".".join(parts[: len(parts) - len(rest)])
        truth: Truth | None = module.truth
        for part in rest:
            names: list[str] = []
            below: object = None
            opened = True
            if isinstance(found, Module):
                below = world.library.symbol(found, part) or (
                    world.library.symbol(found.implementation, part) if found.implementation else None
                )
                names, opened = list(found.table), bool(found.open)
            elif isinstance(found, Class):
                members = {
                    key: one
                    for base in reversed(world.classes.mro(found))
                    for key, one in world.classes.body(base).items()
                }
                names, below, opened = list(members), members.get(part), bool(world.classes.open(found))
            if below is None:
                near = nearest(part, names)
                unknown = opened or not isinstance(found, Module | Class)
                return {
                    "name": name,
                    "exists": None if unknown else False,
                    "reason": f"'{known}' may have more names than can be read"
                    if unknown
                    else f"'{known}' has no '{part}'",
                    "nearest": f"{known}.{near}" if near else None,
                }
            found, known = below, f"{known}.{part}"
            truth = getattr(below, "truth", None)
        return {
            "name": name,
            "exists": True,
            "kind": _kind(found),
            "signature": (published(truth) or _said(truth))
            if truth is not None and isinstance(found, Module | Class | Function)
            else _said(truth),
            "place": f"{shown(truth.path, self.folder)}:{truth.row}" if truth is not None else None,
        }

    def _project(self) -> Project:
        try:
            return Session(self._request).project_of(self.folder)
        except Problem as error:
            raise ValueError(str(error)) from None

    def _promises(self, project: Project, modules: Sequence[str]) -> list[Promise]:
        reader = Reader(project)
        try:
            wanted: list[Place] = chosen(places(project), modules, self.folder)
            return [reader.read(place) for place in wanted]
        except (UnknownModule, Unreadable) as error:
            raise ValueError(str(error)) from None

    def _inside(self, path: str) -> str:
        """The absolute path; what a model asks for stays in the folder.

        Raises:
            ValueError: it lies outside.
        """
        full = os.path.realpath(os.path.join(self.folder, path))
        root = os.path.realpath(self.folder)
        if full != root and not full.startswith(root.rstrip(os.sep) + os.sep):
            raise ValueError(f"{path}: outside of {self.folder}")
        return full


def _kind(found: object) -> str:
    return {Module: "module", Class: "class", Function: "function"}.get(type(found), "member")


def _said(truth: Truth | None) -> str | None:
    """The definition as it is written, in one line; a function's as it is called."""
    if truth is None:
        return None
    whole = published(truth)
    if whole is not None and whole.startswith(("def ", "async def ")):
        return whole
    try:
        return read_text(truth.path).splitlines()[truth.row - 1].strip()
    except (SourceError, IndexError):
        return None
