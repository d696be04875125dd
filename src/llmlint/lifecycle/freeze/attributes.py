"""Instance attributes: what the methods of a class assign on ``self``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmlint.contracts.outline import Outline, is_private, last_name, names_in_annotation
from llmlint.contracts.symbols import Class, Member
from llmlint.lifecycle.freeze.members import MemberWriter
from llmlint.lifecycle.freeze.names import BUILTINS


class AttributeWriter(MemberWriter):
    """Writes attributes that no statement of the class body binds."""

    def _attributes(
        self, cls: Class, outline: Outline, kind: str, indent: str
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What methods assign on ``self``: names and lines."""
        if kind in ("pydantic", "namedtuple", "typeddict", "enum"):
            return
        classes = self._world.classes
        for name, member in classes.instance(cls).items():
            if is_private(name) or name in outline.by_name or name.startswith("__"):
                continue
            if any(self._declares(base, name) for base in classes.mro(cls)[1:]):
                continue
            text: str | None = None
            annotation = member.annotation
            if annotation is not None and last_name(annotation) not in ("Final", "ClassVar"):
                text = self._annotation(annotation)
            elif isinstance(annotation, ast.Subscript):
                text = self._annotation(annotation.slice)
            if text is None or not self._is_known_here(member, text):
                text = self._types.attribute(cls, member) or self._need("typing", "Any")
            line = f"{indent}{name}: {text}"
            if kind == "dataclass":
                line += f" = {self._need('dataclasses', 'field')}(init=False)"
            elif kind == "attrs":
                line += f" = {self._need('attrs', 'field')}(init=False)"
            lines = [line]
            if isinstance(member.node, (ast.Assign, ast.AnnAssign)):
                above = (indent + said for said in self._slices.said_above(member.node))
                lines = [*above, line + self._slices.said_beside(member.node)]
            body = member.method.body if member.method is not None else ()
            docstring = self._following(member.node, body)
            yield name, (*lines, indent + docstring) if docstring else tuple(lines)

    def _is_known_here(self, member: Member, text: str) -> bool:
        """Whether the names of an annotation inside a method are names of the module, not of the method's own imports."""
        if member.annotation is None:
            return False
        return all(
            (root := dotted.partition(".")[0]) in self._outline.by_name or root in BUILTINS or root in self._local_names
            for dotted in names_in_annotation(member.annotation)
        )

    def _declares(self, base: Class, name: str) -> bool:
        """Whether a base class says what the attribute is: by an annotation, as a property, or by an assignment of its own."""
        found = self._world.classes.body(base).get(name)
        if found is None:
            inner = self._world.classes.instance(base).get(name)
            return inner is not None and base.module.own
        return found.annotation is not None or found.kind in ("property", "method")
