"""Answers that are found once and kept, some of which rest on each other.

What a name stands for, what a function returns and what a method stores are found by evaluating code, which asks for others of their kind,
and sometimes, in a circle, for the first again. Who asks again is given a stand-in, and what was made with it is good for the answer
that is being found, but not for anybody else: it is dropped when that one is known. Without that, what is known would depend on who
asked first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

_T = TypeVar("_T")
_MISSING: Final = object()
_NOBODY: Final = 1 << 60


class Pending:
    """An answer that is being found, or that rests on one that is."""

    __slots__ = ("open", "rests_on", "value")

    def __init__(self, value: Any, rests_on: int) -> None:
        self.value = value
        """What it is taken for meanwhile."""
        self.rests_on = rests_on
        """How deep the outermost answer stands that has to be found first."""
        self.open = True
        """Whether it is being found."""


class Answers:
    """The answers that are being found at the moment, each for the sake of the one before."""

    __slots__ = ("_height", "_rests_on", "_waiting", "cuts", "depth", "level")

    def __init__(self) -> None:
        self.depth = 0
        """How many bodies are being followed, each for the sake of the one before."""
        self.level = 0
        """How many of them what a call hands over decides, in a row."""
        self.cuts = 0
        """How often something was not followed because it stood too deep."""
        self._height = 0
        self._rests_on = _NOBODY
        self._waiting: list[tuple[dict[Any, Any], object]] = []
        """What is kept for as long as an answer around it is being found."""

    def follow(self, body: Callable[[], _T], *, anew: bool = False) -> _T:
        """What comes of a body.

        Args:
            body: Evaluates it.
            anew: Whether what it gives has nothing to do with who asks: then that is the same, however deep who asks stands.
        """
        level = self.level
        self.depth += 1
        self.level = 0 if anew else level + 1
        try:
            return body()
        finally:
            self.depth -= 1
            self.level = level

    def taken(self, pending: Pending) -> Any:
        """What stands for an answer that is being found; what is made with it rests on that one."""
        self._rests_on = min(self._rests_on, pending.rests_on)
        return pending.value

    def once(self, kept: dict[Any, Any], key: object, meanwhile: _T, find: Callable[[], _T]) -> _T:
        """The answer that is kept, or is found now and kept from now on.

        It is not kept if it is less than would be found from the top, because something stood too deep to be followed.

        Args:
            kept: Where it is kept.
            key: Under which it is kept there.
            meanwhile: What it is taken for by who asks for it while it is being found.
            find: Finds it.
        """
        found = kept.get(key, _MISSING)
        if found is not _MISSING:
            return self.taken(found) if type(found) is Pending else found  # type: ignore[no-any-return]
        height, outer, waiting, cuts = self._height, self._rests_on, len(self._waiting), self.cuts
        pending = kept[key] = Pending(meanwhile, height)
        self._height, self._rests_on = height + 1, _NOBODY
        rests_on = _NOBODY
        try:
            value = find()
            rests_on = self._rests_on
        except BaseException:
            kept.pop(key, None)
            self._drop(waiting)
            raise
        finally:
            self._height = height
            self._rests_on = min(outer, rests_on) if rests_on < height else outer
        if rests_on < height:
            pending.value, pending.rests_on, pending.open = value, rests_on, False
            self._waiting.append((kept, key))
        else:
            self._drop(waiting)
            kept[key] = value
        if self.depth > 0 and self.cuts != cuts:
            kept.pop(key, None)
        return value

    def _drop(self, first: int) -> None:
        """Forget what was kept from the ``first`` on for the sake of an answer that is no longer being found."""
        for kept, key in self._waiting[first:]:
            kept.pop(key, None)
        del self._waiting[first:]
