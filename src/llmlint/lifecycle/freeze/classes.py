"""Classes: heading, docstring, and the members in the order of the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from llmlint.contracts.outline import (
    Entry,
    Outline,
    checked,
    is_overload,
    is_private,
    last_name,
    names_in,
    names_in_annotation,
)
from llmlint.contracts.symbols import Class
from llmlint.lifecycle.freeze.attributes import AttributeWriter
from llmlint.lifecycle.freeze.lines import INDENT
from llmlint.lifecycle.freeze.names import BUILTINS

_ABSTRACT: Final = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})


class ClassWriter(AttributeWriter):
    """Writes classes, nested ones included."""

    def _class(self, node: ast.ClassDef, outer: Class | None, indent: str) -> Iterator[str]:
        cls = self._module.class_at(node, outer)
        yield from (indent + line for line in self._decorators(node))
        bases: list[str] = []
        for base in node.bases:
            self._used.update(names_in_annotation(base))
            bases.append(self._slices.of(base))
        if self._needs_metaclass(cls):
            bases.append(f"metaclass={self._need('abc', 'ABCMeta')}")
        for keyword in node.keywords:
            self._used.update(names_in([keyword.value]))
            text = self._slices.of(keyword.value)
            bases.append(f"{keyword.arg}={text}" if keyword.arg else f"**{text}")
        heading = f"class {node.name}{self._type_parameters(node)}" + (f"({', '.join(bases)})" if bases else "") + ":"
        inner = indent + INDENT
        outline = Outline(node.body)
        before = set(self._local_names)
        self._local_names.update(name for name in outline.by_name if not is_private(name))
        body = list(self._class_body(node, cls, outline, inner))
        self._local_names.clear()
        self._local_names.update(before)
        docstring = self._docstring_of(node)
        ignored = self._slices.ignores(node.lineno)
        if not body and docstring is None:
            yield f"{indent}{heading} ...{ignored}"
            return
        yield f"{indent}{heading}{ignored}"
        if docstring is not None:
            yield f"{inner}{docstring}"
            if body:
                yield ""
        yield from body

    def _class_body(self, node: ast.ClassDef, cls: Class, outline: Outline, indent: str) -> Iterator[str]:
        kind = self._kind(cls)
        kept: dict[tuple[int, str], Entry] = {}
        self._note_abstract(outline)
        for name in outline.by_name:
            if self._keeps_member(name, outline, kind):
                for entry in outline.chosen(name):
                    kept[id(entry.node), name] = entry
        outer = self._shadowed
        assigned = {name for name in self._world.classes.instance(cls) if name not in outline.by_name}
        if kind not in ("pydantic", "namedtuple", "typeddict", "enum"):
            self._shadowed = frozenset(assigned & BUILTINS - set(self._outline.by_name))
        lines = list(self._members(node, cls, outline, kind, indent, kept))
        # Private classes that the annotations of public members name are needed, and so is what these name.
        while more := self._private_classes(outline, kept):
            kept.update(more)
            lines = list(self._members(node, cls, outline, kind, indent, kept))
        yield from lines
        self._shadowed = outer

    def _private_classes(self, outline: Outline, kept: dict[tuple[int, str], Entry]) -> dict[tuple[int, str], Entry]:
        """The private nested classes that are named in what is kept, and are not kept yet."""
        roots = {dotted.partition(".")[0] for dotted in self._used}
        return {
            (id(entry.node), name): entry
            for name in sorted(roots & set(outline.by_name))
            if is_private(name) and name not in self._outline.by_name
            for entry in outline.chosen(name)
            if isinstance(entry.node, ast.ClassDef) and (id(entry.node), name) not in kept
        }

    def _members(
        self,
        node: ast.ClassDef,
        cls: Class,
        outline: Outline,
        kind: str,
        indent: str,
        kept: dict[tuple[int, str], Entry],
    ) -> Iterator[str]:
        attributes = dict(self._attributes(cls, outline, kind, indent))
        lines: list[str] = []
        first: int | None = None
        for part in self._in_order(node.body, kept):
            if isinstance(part, ast.stmt):
                # The first method: what it and the others assign stands before it.
                first = len(lines) if first is None else first
            elif isinstance(part, str):
                lines.append(indent + part)
            else:
                lines += self._member(part, cls, kind, indent, outline)
        # In a class body an attribute hides the module's name from what comes after it, though not from the methods of the source.
        hiding = {dotted.partition(".")[0] for dotted in self._used} & set(self._outline.by_name)
        if first is not None:
            lines[first:first] = [line for name, own in attributes.items() if name not in hiding for line in own]
        yield from lines
        yield from (line for name, own in attributes.items() if first is None or name in hiding for line in own)

    def _needs_metaclass(self, cls: Class) -> bool:
        """Whether a class leaves methods abstract that others above it declared: a stub has to say that this is meant, a source need not."""
        if any(keyword.arg == "metaclass" for keyword in cls.node.keywords):
            return False
        classes = self._world.classes
        concrete: set[str] = set()
        left = False
        for base in classes.mro(cls):
            if base is not cls and "abstractmethod" not in base.module.text:
                concrete.update(classes.body(base))
                continue
            for name, member in classes.body(base).items():
                if name in concrete or (base.module.own and is_private(name)):
                    continue
                if any(last_name(one) in _ABSTRACT for one in getattr(member.node, "decorator_list", ())):
                    if base is cls:
                        return False
                    left = True
            concrete.update(classes.body(base))
            concrete.update(classes.instance(base))
        return left and not any(last_name(base) == "Protocol" for base in cls.node.bases)

    def _note_abstract(self, outline: Outline) -> None:
        """Overloads are as abstract as the implementation that follows them, which the stub does not have."""
        for entries in outline.by_name.values():
            overloads = [entry.node for entry in entries if is_overload(entry.node)]
            for decorator in getattr(entries[-1].node, "decorator_list", ()) if overloads else ():
                if last_name(decorator) == "abstractmethod" and entries[-1].node not in overloads:
                    self._abstract.update(
                        (id(node), decorator)
                        for node in overloads
                        if not any(last_name(one) == "abstractmethod" for one in getattr(node, "decorator_list", ()))
                    )

    def _in_order(
        self, statements: Sequence[ast.stmt], kept: dict[tuple[int, str], Entry], depth: str = ""
    ) -> Iterator[Entry | ast.stmt | str]:
        for node in statements:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node
            found = [entry for (identity, _), entry in kept.items() if identity == id(node)]
            yield from found
            if isinstance(node, ast.If) and (test := checked(node.test)) is not None:
                self._used.update(names_in([test]))
                body = [part for part in self._in_order(node.body, kept) if isinstance(part, Entry)]
                other = [part for part in self._in_order(node.orelse, kept) if isinstance(part, Entry)]
                yield from self._branches(node, body, other)
            else:
                for part in _parts(node):
                    yield from self._in_order(part, kept)

    def _branches(self, node: ast.If, body: list[Entry], other: list[Entry]) -> Iterator[Entry | str]:
        """A check of the version in a class body. Its members keep their place in the text by a marker on each line."""
        test = self._check(node)
        if body:
            yield f"if {test}:"
            for entry in body:
                yield entry._replace(guards=(*entry.guards[:0], (id(node), True)))
        if other:
            yield "else:" if body else f"if not ({test}):"
            for entry in other:
                yield entry._replace(guards=(*entry.guards[:0], (id(node), False)))


def _parts(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The blocks of a statement that bind names in the same scope."""
    if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
        yield node.body
        yield node.orelse
    elif isinstance(node, (ast.Try, ast.TryStar)):
        yield node.body
        for handler in node.handlers:
            yield handler.body
        yield node.orelse
        yield node.finalbody
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield node.body
