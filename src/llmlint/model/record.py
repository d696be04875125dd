"""Values of several fields, cheap to define."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[_T]) -> type[_T]:
    """A dataclass whose instances are compared and hashed by their fields, and which nobody changes: mypy sees to that.

    ``dataclass(frozen=True)`` has Python compile six methods for each class in each start of a process, where most of them are never
    called; here it is one a class, and the others are shared. What is published stays a frozen dataclass: not all
    of its users have mypy.
    """
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    values = attrgetter(*made.__match_args__)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if self.__class__ is other.__class__ else NotImplemented

    made.__eq__, made.__hash__, made.__repr__ = equal, lambda self: hash(values(self)), _shown
    return made  # type: ignore[no-any-return]


def _shown(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({values})"
