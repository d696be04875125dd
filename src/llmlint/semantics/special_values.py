"""Values that mean more than an instance of their class: ``raises(E)``, ``request``, methods of the interpreter's own values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from llmlint.semantics.values import (
    Value,
)

if TYPE_CHECKING:
    pass


class Raises(Value):
    """``pytest.raises(E)``, ``assertRaises(E)``, ``suppress(E)``: exceptions that are expected inside."""

    __slots__ = ("exceptions", "info")

    def __init__(self, exceptions: frozenset[str] | None, info: Value) -> None:
        self.exceptions = exceptions
        self.info = info


class Request(Value):
    """The ``request`` fixture; ``param`` is what the fixture's ``params`` (or an indirect parametrize) give."""

    __slots__ = ("param", "plain")

    def __init__(self, param: Value, plain: Value) -> None:
        self.param = param
        self.plain = plain


class Bounded(Value):
    """A method of one of the special values, or a path of ``call.a.b``."""

    __slots__ = ("name", "path", "target")

    def __init__(self, target: Value, name: str, path: tuple[str, ...] = ()) -> None:
        self.target = target
        self.name = name
        self.path = path


MOCKER_FIXTURES: Final = frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"})
