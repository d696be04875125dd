"""Freezing the modules of a project: each source into the text of its contract."""

from __future__ import annotations

import builtins
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from llmlint.contracts.layout import Place, without_contracts
from llmlint.contracts.symbols import Module
from llmlint.lifecycle.freeze.type_comments import annotate
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse, read_text

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_HEADING = re.compile(r"# Frozen by llmlint: ([0-9a-f]{12})\n")


class Frozen(NamedTuple):
    """The contract of one module as its source says it."""

    place: Place
    text: str
    """With its heading; '' where the source cannot be read."""
    problem: SourceError | None = None
    """What is wrong with the source."""
    imports: tuple[tuple[str, str], ...] = ()
    """What it imports by name: (absolute module, name)."""
    names: frozenset[str] = frozenset()


class Freezer:
    """Freezes from the sources alone: what was frozen before is not looked at."""

    def __init__(self, project: Project, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Nothing is read yet.

        Args:
            project: Whose modules are frozen.
            texts: What stands for files (absolute paths): the buffers of an editor.
        """
        from llmlint.semantics.world import World

        self._texts = texts
        self._annotated: set[str] = set()
        """The modules whose type comments are annotations now."""
        self.world: World = World(without_contracts(project), texts)

    def freeze(self, place: Place, demanded: Collection[str] = ()) -> Frozen:
        """The contract of one module; ``demanded`` are names that other contracts import from it."""
        from llmlint.lifecycle.freeze.writer import Writer

        try:
            text = self._texts[place.source] if place.source in self._texts else read_text(place.source)
            module = self.module(place)
            if place.source in self.world.library.problems:
                parse(place.source, text, "other")
        except SourceError as error:
            return Frozen(place, "", error)
        if module is None or module.tree is None:
            return Frozen(place, "", SourceError(1, 0, "another module of that name stands before it"))
        try:
            writer = Writer(self.world, module, text, demanded)
            body = writer.write()
        except RecursionError:
            return Frozen(place, "", SourceError(1, 0, "nested too deeply to be frozen"))
        return Frozen(place, headed(body), imports=tuple(sorted(set(writer.imports))), names=frozenset(writer.names))

    def module(self, place: Place) -> Module | None:
        """The module as its source defines it."""
        found = self.world.library.module(place.module)
        if found is None or found.path != place.source:
            return None
        if found.tree is not None and place.module not in self._annotated:
            self._annotated.add(place.module)
            annotate(found.tree, found.text, lambda name: self._knows(found, name))
        return found

    def _knows(self, module: Module, name: str) -> bool:
        return self.world.library.entry(module, name) is not None or name in dir(builtins)

    def all(self, chosen: Sequence[Place], every: Sequence[Place]) -> list[Frozen]:
        """The contracts of the chosen modules, and of private ones of ``every`` that those import from, ordered by name.

        What one contract imports from another has to be in it: such names are published there, whatever the source says.
        """
        by_name = {place.module: place for place in every}
        for place in chosen:
            self.module(place)  # before anybody asks what its classes have
        done: dict[str, Frozen] = {}
        demands: dict[str, set[str]] = {}
        queue = list(chosen)
        while queue:
            place = queue.pop(0)
            frozen = done[place.module] = self.freeze(place, sorted(demands.get(place.module, ())))
            for module, name in frozen.imports:
                target, inner = by_name.get(module), by_name.get(f"{module}.{name}")
                if inner is not None and inner.private and inner.module not in done and inner not in queue:
                    queue.append(inner)
                if target is None or inner is not None:
                    continue
                if target.module not in done and target not in queue and target.private:
                    queue.append(target)
                if name == "*":
                    continue
                asked = demands.setdefault(module, set())
                if name not in asked:
                    asked.add(name)
                    known = done.get(module)
                    if known is not None and name not in known.names and target not in queue:
                        queue.append(target)
        return [done[name] for name in sorted(done)]


def headed(body: str) -> str:
    """The text with a first line that tells whether somebody has changed it since."""
    return f"# Frozen by llmlint: {_digest(body)}\n{body}"


def is_untouched(text: str) -> bool:
    """Whether a contract is as llmlint wrote it: nobody edited it. Blanks and line breaks do not count."""
    found = _HEADING.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def without_heading(text: str) -> str:
    """The text of a contract without the first line that llmlint wrote."""
    found = _HEADING.match(text)
    return text[found.end() :] if found else text


def _digest(body: str) -> str:
    return hashlib.sha256("".join(body.split()).encode("utf-8", "surrogatepass")).hexdigest()[:12]
