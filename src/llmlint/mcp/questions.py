"""What a model may ask of a project, as plain functions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

from llmlint import __version__
from llmlint.app import Problem, Request, Session, pages_of
from llmlint.contracts.layout import Place, places
from llmlint.lifecycle import digest, prompt, scenarios
from llmlint.lifecycle.choice import UnknownModule, chosen
from llmlint.lifecycle.legal_fixtures import LegalFixture, besides, legal_fixtures, unreadable
from llmlint.lifecycle.promises import Promise, Reader, Unreadable
from llmlint.lifecycle.tokens import tokens
from llmlint.live import Live
from llmlint.mcp.resolving import resolve
from llmlint.model.result import RunResult
from llmlint.project.discovery import role_of
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.report.agent import agent, within
from llmlint.report.context import Context
from llmlint.report.place import shown
from llmlint.semantics.world import World

_LIMIT = 8000
"""Characters of a report."""

_BUDGET = 6000
"""Tokens of an answer where nobody says how many: what agents take from a tool without cutting it."""

_DEEPEST = 100
"""Folders in folders: each that is not there is looked at all the same."""

_MODULES = 300
"""Modules of a table of contents."""


class Questions:
    """Answers about the project of one folder, one at a time. A question that cannot be answered raises ValueError with the reason."""

    def __init__(self, folder: str, python: str | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: Where relative paths begin.
            python: The target environment.
        """
        self.folder = os.path.abspath(folder)
        self._request = Request(cwd=self.folder, python=python, tools=())
        self._live = Live(self._request)
        self.one_at_a_time = Lock()
        """Held by whoever asks."""

    def check(self, path: str, text: str | None = None) -> str:
        """Lint a test file (or `text` as if it stood at `path`): what does not exist, mocks that lie, tests that prove nothing."""
        full = self._inside(path)
        if text is None and not os.path.isfile(full):
            raise ValueError(f"{path}: there is no such file; give its text to have it judged as if there were")
        if not full.endswith((".py", ".pyi", ".md")):
            raise ValueError(f"{path}: no file of Python")
        try:
            result = self._live.check(full, read_text(full) if text is None else text)
        except (SourceError, Problem) as error:
            raise ValueError(f"{path}: {error}") from None
        if not result.diagnostics and self._role(full) == "other":
            return "Nothing found; this is no test (pytest does not collect it), and little is judged in it.\n"
        report = "".join(agent(RunResult((result,), 1), Context(self.folder, __version__)))
        return within(report, _LIMIT, "mend these and ask again.")

    def explain(self, rule: str) -> str:
        """Explain a rule of llmlint, by code (LLM203) or name: what it reports, why, with a faulty and a sound example."""
        try:
            return pages_of(rule, Session(self._request).rules())[0].brief
        except Problem as error:
            raise ValueError(str(error)) from None

    def contract_digest(self, modules: list[str], folder: str | None = None, budget: int = _BUDGET) -> dict[str, Any]:
        """What modules publish: signatures, fields, exceptions, behaviour. No modules: which there are.

        `folder`: with the fixtures of these tests; `budget`: in tokens, prose is cut first, and where not even the signatures fit the modules
        are only listed.
        """
        _positive(budget)
        project, wanted = self._chosen(modules, folder)
        if not modules:
            return _contents(wanted, "name those that you need")
        try:
            found = [Reader(project).read(place) for place in wanted]
        except Unreadable as error:
            raise ValueError(str(error)) from None
        document = digest.as_json(project, found, self._fixtures(project, folder), budget)
        if document["tokens"] > budget and len(found) > 1:
            reason = (
                f"the signatures alone are about {document['tokens']} tokens, more than {budget}: name fewer modules"
            )
            return _contents(wanted, reason)
        return document

    def contract_prompt(
        self, module: str, folder: str | None = None, scenarios: list[str] | None = None, budget: int = _BUDGET
    ) -> str:
        """Instructions for writing tests of one module: rules, contract, fixtures, scenarios, a template, a self-check.

        `folder`: with the fixtures of these tests; `scenarios`: these only, names or globs; `budget`: in tokens, of scenarios that do not fit
        only the names are told.
        """
        _positive(budget)
        project, wanted = self._chosen([module], folder)
        exact = [place for place in wanted if place.module == module] or wanted
        if len(exact) != 1:
            raise ValueError(f"'{module}' means {len(exact)} modules: name one")
        try:
            promise = Reader(project).read(exact[0])
        except Unreadable as error:
            raise ValueError(str(error)) from None
        return _fitting(project, promise, _matching(promise, scenarios), self._fixtures(project, folder), budget)

    def fixtures(self, folder: str) -> dict[str, Any]:
        """What a test in a folder may ask for: the project's own fixtures, nearest first, with type, scope and place; the names of pytest's and plugins'."""
        full = self._inside(folder)
        if not os.path.isdir(os.path.dirname(full)):
            raise ValueError(f"{folder}: there is no such folder")
        full = os.path.dirname(full) if full.endswith(".py") else full
        return self._asked(self._project(full), lambda world: _fixtures_in(world, full, self.folder))

    def resolve(self, name: str) -> dict[str, Any]:
        """Whether a dotted name (shop.cart.Cart.add) exists, and is public, with its signature or names, and where; else the nearest that does.

        `exists` is null where that cannot be told by reading.
        """
        top = name.partition(".")[0]
        here = self._project(self.folder)
        owners = (here,) if top in here.own_packages else self._projects()
        project = next((one for one in owners if top in one.own_packages), here)
        return self._asked(project, lambda world: resolve(world, name, self.folder))

    def _asked(self, project: Project, question: Callable[[World], dict[str, Any]]) -> dict[str, Any]:
        """The answer of what is known of a project, as long as nothing changes."""
        path = os.path.join(project.base or project.root, "test_llmlint_question.py")
        try:
            return self._live.ask(path, lambda session: question(session.world(path)))
        except Problem as error:
            raise ValueError(str(error)) from None

    def _role(self, path: str) -> str:
        project = self._project(path)
        return role_of(path, project.pytest.python_files, [folder for folder, _ in project.contract_roots])

    def _project(self, path: str) -> Project:
        try:
            return Session(self._request).project_of(path)
        except Problem as error:
            raise ValueError(str(error)) from None

    def _projects(self) -> Iterator[Project]:
        """The project of the folder, then those of the parts of a repository."""
        here = self._project(self.folder)
        yield here
        try:
            below = Session(Request(cwd=self.folder, python=self._request.python, paths=(self.folder,))).projects()
        except Problem as error:
            raise ValueError(str(error)) from None
        yield from (one for one in below if (one.root, one.base) != (here.root, here.base))

    def _chosen(self, modules: Sequence[str], folder: str | None) -> tuple[Project, list[Place]]:
        """The project that has the modules, and where they are."""
        reason: UnknownModule | None = None
        for project in [self._project(self._inside(folder))] if folder else self._projects():
            try:
                found = chosen(places(project), modules, self.folder)
            except UnknownModule as error:
                reason = reason or error
                continue
            if found:
                return project, found
        raise ValueError(str(reason) if reason else "no module was found in this project")

    def _fixtures(self, project: Project, folder: str | None) -> list[LegalFixture]:
        return legal_fixtures(project, self._inside(folder)) if folder else []

    def _inside(self, path: str) -> str:
        """The absolute path; what a model asks for stays in the folder.

        Raises:
            ValueError: it lies outside.
        """
        full = os.path.realpath(os.path.join(self.folder, path))
        root = os.path.realpath(self.folder)
        if full != root and not full.startswith(root.rstrip(os.sep) + os.sep):
            raise ValueError(f"{path}: outside of {self.folder}")
        if full.count(os.sep) - root.count(os.sep) > _DEEPEST:
            raise ValueError(f"{path[:80]}…: deeper than anybody's folders")
        return full


def _fixtures_in(world: World, folder: str, cwd: str) -> dict[str, Any]:
    found = [
        {
            "name": one.name,
            "type": one.type,
            "scope": one.scope,
            "place": f"{shown(one.path, cwd)}:{one.row}" if one.path else "a plugin",
            "text": one.text,
        }
        for one in legal_fixtures(world.project, folder, world)
    ]
    lost = [shown(path, cwd) for path in unreadable(folder, world)]
    return {
        "fixtures": found,
        "besides": besides(world.project, folder, world),
        **({"unreadable": lost} if lost else {}),
    }


def _positive(budget: int) -> None:
    if budget < 1:
        raise ValueError(f"a budget is at least 1, not {budget}")


def _contents(found: Sequence[Place], reason: str) -> dict[str, Any]:
    """The names of modules, as a table of contents."""
    listed = [place.module for place in found[:_MODULES]]
    left = {"left_out": len(found) - len(listed)} if len(found) > len(listed) else {}
    return {"modules": listed, **left, "reason": reason}


def _matching(promise: Promise, wanted: Sequence[str] | None) -> list[scenarios.Scenario]:
    found = scenarios.scenarios(promise)
    if not wanted:
        return found
    kept = [
        one for one in found if any(fnmatchcase(one.name, glob) or fnmatchcase(one.symbol, glob) for glob in wanted)
    ]
    if not kept:
        names = ", ".join(one.name for one in found[:20])
        raise ValueError(f"the contract of '{promise.module}' has no such scenario; it has {names or 'none'}")
    return kept


def _fitting(
    project: Project,
    promise: Promise,
    found: Sequence[scenarios.Scenario],
    fixtures: Sequence[LegalFixture],
    budget: int,
) -> str:
    """The prompt with as many scenarios as fit, at least one, and the names of the others."""

    def made(count: int) -> str:
        text = prompt.prompt(project, promise, found[:count], fixtures, max(1, budget // 2))
        left = [one.name for one in found[count:]]
        if left:
            text += f"\n## Scenarios left for later\n\nAsk for them by name: {', '.join(left[:40])}"
            text += f" and {len(left) - 40} more\n" if len(left) > 40 else "\n"
        return text

    whole = made(len(found))
    if tokens(whole) <= budget:
        return whole
    low, high = min(1, len(found)), len(found)
    while low < high:
        middle = (low + high + 1) // 2
        if tokens(made(middle)) <= budget:
            low = middle
        else:
            high = middle - 1
    return made(low)
