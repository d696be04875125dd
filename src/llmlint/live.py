"""Knowledge that stays true while files change: for whoever asks about a project more than once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from llmlint.app import Request, Session
from llmlint.contracts import second_opinion
from llmlint.engine.fingerprint import holds, settled
from llmlint.engine.undisturbed import undisturbed
from llmlint.model.result import FileResult
from llmlint.project.project import Project

Answer = TypeVar("Answer")

_WORN = 3000
"""Answers after which a session is replaced at the next pause: each name that somebody types leaves a trace in it."""

_WORN_OUT = 9000
"""Answers after which it is replaced in any case."""


@dataclass(slots=True)
class _Knowledge:
    """A session, and what its answers rest on."""

    session: Session
    basis: str
    covered: frozenset[str]
    """The files that the basis speaks for."""
    texts: frozenset[str]
    """The files that were judged: of them the basis knows only that they are there."""
    verified: float
    """When it was last found to hold, by the clock that never goes back."""
    answers: int = 0
    """How many were asked for."""
    worn: bool = False
    """Whether it is to be replaced, whatever still holds."""
    read: dict[str, str | None] = field(default_factory=dict)
    """Files read beyond what the basis covers, with their stamps; None where the file changed while it was read."""


class Once:
    """Asks one session, for a process that ends with its answer: what that rests on need not be known."""

    def __init__(self, request: Request) -> None:
        """Nothing but the rule pages is read yet.

        Raises:
            Problem: they cannot be read.
        """
        self._session = Session(request)

    def check(self, path: str, text: str) -> FileResult:
        """As ``Live.check``."""
        with undisturbed():
            return self._session.check_source(path, text)

    def session(self, path: str) -> Session:
        """As ``Live.session``."""
        return self._session

    def project(self, path: str) -> Project:
        """As ``Live.project``."""
        return self._session.project_of(path)


class Live:
    """Asks one session as long as nothing that it has read changes, and another one after that.

    Settings, contracts, sources, conftests, the environment and the project's own rules are looked at by size and time, as the
    cache does it; nothing is invalidated by hand. A session that has answered thousands of times is replaced as well, so that
    whatever it gathers does not grow for ever.
    """

    def __init__(self, request: Request, *, patience: float = 0.0, let_go: Callable[[], None] = lambda: None) -> None:
        """Nothing is read yet.

        Args:
            request: What every session is built of; its paths do not matter.
            patience: Seconds in which what was found to hold is taken to hold still. Who is patient looks by ``look`` when there is time.
            let_go: Called when a session is replaced, before the next one reads anything: what the last one knew is garbage.
        """
        self._request = replace(request, written=True)
        self._patience = patience
        self._let_go = let_go
        self._known: dict[str, _Knowledge] = {}
        self._homes: dict[str, str] = {}
        self.renewals = 0
        """How often a session was replaced: what it knew is garbage then."""

    def check(self, path: str, text: str, beside: Mapping[str, str] = MappingProxyType({})) -> FileResult:
        """Judges ``text`` as if the file at ``path`` (absolute) held it.

        Args:
            path: The file's.
            text: What it holds.
            beside: What others hold that are being written, by absolute paths.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        return self.ask(path, lambda session: session.check_source(path, text, beside))

    def ask(self, path: str, question: Callable[[Session], Answer]) -> Answer:
        """What the session that answers for the project of ``path`` (absolute) says to a question about that file.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        knowledge = self._knowledge(path)
        knowledge.answers += 1
        if knowledge.answers == _WORN_OUT:
            knowledge.worn, knowledge.verified = True, float("-inf")
        since = time.time()
        with undisturbed():
            answer = question(knowledge.session)
            self._remember(knowledge, path, since)
        return answer

    def session(self, path: str) -> Session:
        """The session that answers for the project of ``path`` (absolute) as it is now.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        return self._knowledge(path).session

    def knows(self, path: str) -> bool:
        """Whether something of the project of ``path`` (absolute) was read already: what comes is quick then."""
        return self._homes.get(os.path.dirname(path)) in self._known

    def project(self, path: str) -> Project:
        """The project of ``path`` (absolute) as its settings are now.

        Raises:
            Problem: settings are unusable.
        """
        return Session(self._request).project_of(path)

    def doubt(self) -> None:
        """Something changed: before the next answer everything is looked at."""
        for knowledge in self._known.values():
            knowledge.verified = float("-inf")

    def look(self, path: str, older: float) -> bool:
        """Whether what answers about the project of ``path`` (absolute) is replaced: it rests on files that are not the same any more,
        which are looked at now, or is worn.

        Args:
            path: Of a file that was asked about.
            older: Seconds; where the last look is younger, nothing is looked at.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        known = self._known.get(self._homes.get(os.path.dirname(path), ""))
        if known is None or time.monotonic() - known.verified < older:
            return False
        known.verified = float("-inf")
        known.worn = known.answers >= _WORN
        del known  # nobody is to hold on to what is let go
        before = self.renewals
        self._knowledge(path)
        return self.renewals != before

    def _knowledge(self, path: str) -> _Knowledge:
        folder = os.path.dirname(path)
        home = self._homes.get(folder)
        known = self._known.get(home) if home is not None else None
        if known is not None and path in known.texts and time.monotonic() - known.verified < self._patience:
            return known
        session = Session(self._request)
        project = session.project_of(path)
        home = self._homes[folder] = f"{project.root}\0{project.base}"
        known = self._known.get(home)
        texts = frozenset((path, *(known.texts if known else ())))
        basis = session.basis(path, texts)
        if known is not None and path not in known.texts and path not in known.session.files_read(path):
            # Perhaps all that is new is that this file's text does not count any more.
            if session.basis(path, known.texts).value == known.basis:
                known.basis, known.covered = basis.value, basis.covered
        if known is None or known.worn or known.basis != basis.value or not _hold(known.read):
            replaced = known is not None
            known = self._known[home] = _Knowledge(session, basis.value, basis.covered, texts, 0.0)
            if replaced:
                self.renewals += 1
                second_opinion.forget()
                self._let_go()
        known.texts, known.verified = texts, time.monotonic()
        return known

    def _remember(self, knowledge: _Knowledge, path: str, since: float) -> None:
        for one in knowledge.session.files_read(path):
            if one not in knowledge.covered and one not in knowledge.read:
                knowledge.read[one] = settled(one, since)


def _hold(read: dict[str, str | None]) -> bool:
    return all(stamp is not None and holds(path, stamp) for path, stamp in read.items())
