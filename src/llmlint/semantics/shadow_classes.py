"""What a type checker has to be told of a test class: that what ``setUpClass`` stores on it is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmlint.contracts.class_syntax import is_classmethod
from llmlint.contracts.symbols import Class
from llmlint.model.diagnostic import Edit
from llmlint.model.position import Span
from llmlint.project.source import SourceFile
from llmlint.semantics.type_text import PREFIX, TypeTexts
from llmlint.semantics.world import World

_SETUP = re.compile(r"(?:async)?set_?up", re.IGNORECASE)


class ShadowClasses:
    """Gives classes a base that declares what only their class methods store: a type checker takes ``self.x = …`` for a
    declaration, and ``cls.x = …`` for an attribute that does not exist.
    """

    def __init__(self, world: World, source: SourceFile, texts: TypeTexts) -> None:
        self._world = world
        self._source = source
        self._texts = texts
        self._bodies: list[str] = []

    @property
    def footer(self) -> tuple[str, ...]:
        """The lines that define the bases."""
        return tuple(self._bodies)

    def given(self, classes: Iterable[Class]) -> Iterator[Edit]:
        """The edits of the heads of classes of the file."""
        for cls in dict.fromkeys(classes):
            names = sorted(self._stored(cls))
            place = self._after_name(cls) if names else None
            if place is None:
                continue
            row, column, opened = place
            name = f"{PREFIX}given_{cls.qualname.replace('.', '_')}_{row}"
            yield Edit(Span(row, column, row, column), f"{name}, " if opened else f"({name})")
            anything = f"{self._texts.imported('typing')}.Any"
            self._bodies += [f"class {name}:", *(f"    {stored}: {anything}" for stored in names)]

    def _stored(self, cls: Class) -> Iterator[str]:
        classes = self._world.classes
        for name, member in classes.instance(cls).items():
            methods = [method for method, _ in member.bindings if method is not None]
            if not methods or not all(map(is_classmethod, methods)) or member.annotation is not None:
                continue
            declared = name in classes.body(cls) or any(
                name in classes.body(base) or name in classes.instance(base) for base in classes.mro(cls)[1:]
            )
            if not declared and any(_SETUP.match(method.name) for method in methods):
                yield name

    def _after_name(self, cls: Class) -> tuple[int, int, bool] | None:
        """Behind the name of a class, or behind the parenthesis that its bases stand in."""
        if getattr(cls.node, "type_params", None):
            return None
        row = cls.node.lineno
        start = self._source.span(cls.node).column
        found = re.compile(rf"class\s+{cls.name}\s*(\()?").match(self._source.lines[row - 1], start)
        return (row, found.end(), found[1] is not None) if found else None
