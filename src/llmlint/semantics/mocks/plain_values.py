"""Classes whose instances are plain values: what a test can simply build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from llmlint.semantics.values import Callable, ClassValue, Instance, Unknown, Value, is_none, members_of

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Class
    from llmlint.semantics.world import World

_CONTAINERS: Final = frozenset({f"builtins.{name}" for name in ("dict", "list", "set", "tuple", "frozenset")})
_SHAPES: Final = {
    "dataclass": "dataclass", "attrs": "attrs class", "enum": "enum", "pydantic": "model", "typeddict": "TypedDict",
    "namedtuple": "named tuple",
}  # fmt: skip
_VALUE_MODULES: Final = frozenset(
    {"builtins", "datetime", "decimal", "fractions", "pathlib", "uuid", "typing", "types", "collections"}
)
_DEPTH: Final = 4


class PlainValues:
    """Tells plain values from objects that do something."""

    def __init__(self, world: World) -> None:
        self.world = world

    def kind(self, cls: Class, depth: int = 0) -> str:
        """``dataclass``, ``enum``, ``model``, ``dict`` …; empty for anything that a test may have a reason to mock."""
        if cls.symbol in _CONTAINERS:
            return cls.name
        shape = self.world.classes.shape(cls)
        if shape.kind not in _SHAPES or not shape.known:
            return ""
        if shape.kind == "enum":
            return "enum"
        if not cls.module.own or cls.module.by_test:
            return ""
        for field in shape.fields:
            if field.required and not self._is_plain_field(field.annotation, field.owner, depth):
                return ""
        return _SHAPES[shape.kind]

    def _is_plain_field(self, annotation: object, owner: Class, depth: int) -> bool:
        if annotation is None:
            return False
        value = self.world.member_values.annotated(annotation, owner)  # type: ignore[arg-type]
        return self._is_plain(value, depth + 1)

    def _is_plain(self, value: Value, depth: int) -> bool:
        if isinstance(value, (Unknown, Callable, ClassValue)) or depth > _DEPTH:
            return False
        return any(
            is_none(member)
            or (
                isinstance(member, Instance)
                and (member.cls.module.name in _VALUE_MODULES or self.kind(member.cls, depth) != "")
            )
            for member in members_of(value)
        )
