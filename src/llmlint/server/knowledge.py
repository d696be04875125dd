"""What is known of the documents: asked of a session that holds as long as what it has read does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from weakref import WeakKeyDictionary

from lsprotocol import types

from llmlint.app import Problem, Request, Session, pages_of
from llmlint.buffered import BufferedRuff
from llmlint.engine.garbage import collect
from llmlint.engine.pages import Page
from llmlint.lifecycle.refreeze import Refreezer, Refrozen
from llmlint.live import Live
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult
from llmlint.server import asking
from llmlint.server.actions import Refreeze
from llmlint.server.documents import Document, Documents
from llmlint.server.options import Options

Answer = TypeVar("Answer")

_PATIENCE = 5.0
"""Seconds for which nobody looks whether files have changed while somebody types; the editor's own word counts at once."""

_YOUNG = 1.0
"""Seconds for which a look holds that was taken when nobody typed."""


class Knowledge:
    """Answers questions about documents. Where settings or rules are unusable, it answers nothing, and the user is told once."""

    def __init__(self, options: Options, documents: Documents, unusable: Callable[[str], None]) -> None:
        """Nothing is read yet.

        Args:
            options: Of which settings and environment.
            documents: The open ones.
            unusable: Tells the user why there are no answers.
        """
        plain = Request(python=options.python, config=options.config, tools=())
        self._live = Live(plain, patience=_PATIENCE, let_go=collect)
        self._fixing = Live(replace(plain, fixes=True), patience=_YOUNG, let_go=collect)
        self._documents = documents
        self._unusable = unusable
        self._told = ""
        self._pages: dict[str, Page] | None = None
        self._refreezers: WeakKeyDictionary[Session, tuple[dict[str, str], Refreezer]] = WeakKeyDictionary()

    @property
    def pages(self) -> dict[str, Page]:
        """llmlint's own rules by code."""
        if self._pages is None:
            self._pages = {page.code: page for page in pages_of(None)}
        return self._pages

    @property
    def renewals(self) -> int:
        """How often a session was replaced."""
        return self._live.renewals + self._fixing.renewals

    def knows(self, document: Document) -> bool:
        """Whether something of a document's project was read already: what comes is quick then."""
        return self._live.knows(document.path)

    def doubt(self) -> None:
        """Something changed: before the next answer everything is looked at."""
        self._live.doubt()
        self._fixing.doubt()

    def outdated(self, document: Document) -> bool:
        """Whether what was said of a document may not be true any more; it is looked whether files have changed."""
        return self._guarded(lambda: self._live.look(document.path, _YOUNG), False)

    # -- what is wrong ---------------------------------------------------------------------------------------------------

    def judged(self, document: Document) -> FileResult | None:
        """What our own rules find in a document; of a source, what they find of it in its contract as well."""
        beside = self._beside(document)
        result = self._guarded(lambda: self._live.check(document.path, document.text, beside), None)
        if result is not None and self.counterpart(document) is not None:
            nothing: tuple[Diagnostic, ...] = ()
            broken = self._asked(
                document, lambda session: session.broken(document.path, document.text, beside), nothing
            )
            result = result.joined(replace(result, diagnostics=broken))
        return result

    def fixable(self, document: Document) -> tuple[Diagnostic, ...]:
        """What is found, with the edits of our own fixes."""
        nothing: tuple[Diagnostic, ...] = ()
        beside = self._beside(document)
        found = self._guarded(lambda: self._fixing.check(document.path, document.text, beside).diagnostics, nothing)
        known = {(one.span, one.code, one.message) for one in found}
        return (*found, *(one for one in document.found if (one.span, one.code, one.message) not in known))

    def ruff(self, document: Document) -> BufferedRuff | None:
        """What lets ruff read a document; None where the project does not want that."""
        return self._guarded(lambda: self._live.session(document.path).ruff(document.path), None)

    # -- contracts and sources -------------------------------------------------------------------------------------------

    def counterpart(self, document: Document) -> str | None:
        """The source of a document that is a contract, the contract of one that is a source; None without."""
        return self._guarded(lambda: self._live.session(document.path).counterpart(document.path), None)

    def _beside(self, document: Document) -> dict[str, str]:
        """The texts of the contracts and sources that are open besides a document which is either."""
        if self.counterpart(document) is None:
            return {}
        others = [one for one in self._documents.every() if one is not document]
        return {one.path: one.text for one in others if self.counterpart(one) is not None}

    def refreeze(self, document: Document) -> Refreeze:
        """Tells what freezing a symbol of a document's project anew would do."""

        def asked(symbol: str) -> Refrozen | None:
            return self._asked(document, lambda session: self._refreezer(session, document).refrozen(symbol), None)

        return asked

    def published(self, document: Document, position: types.Position) -> str | None:
        """The symbol that a contract publishes at a place; None where the document is no contract."""
        if not document.path.endswith(".pyi"):
            return None
        name = asking.published_at(document.text, document.positions.place(position)[0])
        if name is None:
            return None
        return self._asked(
            document, lambda session: self._refreezer(session, document).symbol_at(document.path, name), None
        )

    def _refreezer(self, session: Session, document: Document) -> Refreezer:
        """Tells what freezing symbols of a document's project anew would do.

        Raises:
            Problem: settings are unusable.
        """
        texts = {one.path: one.text for one in self._documents.every() if self.counterpart(one) is not None}
        known = self._refreezers.get(session)
        if known is None or known[0] != texts:
            known = self._refreezers[session] = texts, Refreezer(session.project_of(document.path), texts)
        return known[1]

    # -- what names mean -------------------------------------------------------------------------------------------------

    def stands(self, document: Document) -> asking.Stands:
        """Tells what a name in the place of a document stands for."""
        path = document.path
        return lambda text, row, column: self._asked(
            document, lambda session: session.standing(path, text, row, column), None
        )

    def nouns(self, document: Document) -> asking.Nouns:
        """Tells what a text means in the place of a document."""
        nothing: tuple[object, ...] = ()
        return lambda text: self._asked(document, lambda session: session.meaning(document.path, text), nothing)

    def _asked(self, document: Document, question: Callable[[Session], Answer], otherwise: Answer) -> Answer:
        return self._guarded(lambda: self._live.ask(document.path, question), otherwise)

    def _guarded(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            answer = question()
        except Problem as problem:
            if str(problem) != self._told:
                self._told = str(problem)
                self._unusable(self._told)
            return otherwise
        self._told = ""
        return answer
