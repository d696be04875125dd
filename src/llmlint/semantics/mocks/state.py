"""What is known of the mocks of one file while it is evaluated."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.standing import known, part
from llmlint.semantics.mocks.values import (
    Call,
    Configured,
    Mock,
    Record,
    Use,
)
from llmlint.semantics.nouns import Outcome
from llmlint.semantics.values import (
    Callable,
    ClassValue,
    FunctionValue,
    Instance,
    Value,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator


_CONTAINERS: Final = frozenset(
    {"builtins.dict", "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset"}
)
_AWAITED: Final = frozenset({"__aenter__", "__aexit__", "__anext__"})


class MockState:
    """The mocks that were built, what was asked of them, and what they turned out to stand for."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._judged = evaluator.sink is not None
        """Whether this is the evaluation of a file that is judged: a quiet one is asked for many files, and nobody asks it for records."""
        self.built: list[Mock] = []
        self.records: dict[Record, None] = {}
        """Every record that this file had to do with; nothing where nobody judges it."""
        self.uses: list[Use] = []
        self.calls: list[Call] = []
        self.configured: list[Configured] = []
        """What mocks are told to give."""
        self.replaced: list[Mock] = []
        """Mocks that patches make, for what they stand in for."""
        self.keywords: list[tuple[Mock, str, ast.Subscript]] = []
        """Keywords of recorded calls that the test reads."""
        self.made: dict[ast.Call, ast.AST | None] = {}
        """Every call that builds a mock, with the function that it stands in."""
        self.parts: set[ast.AST] = set()
        """Calls that build a mock where it is given to another one, as a part of it."""
        self.joined: dict[ast.Call, ast.Call] = {}
        """Mocks that are put in place by a patch: the calls that build them, and those of the patches."""
        self.echoes: dict[ast.AST, tuple[Mock, str]] = {}
        """Where the test itself reads what a mock was told to give."""
        self.assigned: list[tuple[ast.Attribute, Value, Mock]] = []
        """Mocks that are stored in attributes: where, on what, and the mock."""
        self.patched: list[Mock] = []
        """Every mock that a patch makes."""
        self.stores: dict[ast.AST, None] = {}
        """Where the file stores attributes on mocks."""
        self.reads: dict[ast.AST, None] = {}
        """Where the file reads attributes of mocks."""
        self.represented: dict[Record, list[Record]] = {}
        """Mocks that callers hand to a helper, by the one that it is evaluated with."""
        self._adopted: dict[Mock, Mock] = {}

    def _built(self, mock: Mock) -> None:
        assert mock.record is not None
        self._know(mock.record)
        self.made.setdefault(mock.record.node, self.evaluator.inside())
        if self.evaluator.sink is not None:
            self.built.append(mock)

    def _know(self, record: Record) -> None:
        if self._judged:
            self.records[record] = None

    def forget(self) -> None:
        """Drop what was taken over from a file that is done."""
        self._adopted.clear()

    def local(self, mock: Mock, *, anew: bool = False) -> Mock:
        """A mock that other files reach as well (or, ``anew``, that every call of a helper makes), as this file's own."""
        if mock.home is self and not anew:
            return mock
        found = None if anew else self._adopted.get(mock)
        if found is None:
            found = mock.fork(self, {})
            if not anew:
                self._adopted[mock] = found
        return found

    def _done(self, mock: Mock, action: str) -> None:
        """Say what is done with the attribute that was just asked for."""
        if mock.last is not None:
            mock.last.action = action
            mock.last = None

    def _configured(self, record: Record) -> None:
        record.only_called = False
        record.configured = True
        self._know(record)

    def _use(self, mocks: tuple[Mock, ...], name: str, node: ast.expr, child: Value, *, stored: bool = False) -> None:
        evaluator = self.evaluator
        if evaluator.sink is None:
            return
        stands = mocks[0].stands
        known = len(mocks) == 1 and stands is not None and not isinstance(stands, (FunctionValue, Callable))
        if known and isinstance(child, Mock) and not child.missing:
            return  # what is there needs no judge
        if evaluator.probing("AttributeError") or (isinstance(node, ast.Attribute) and evaluator.guarded(node, name)):
            return
        use = Use(mocks, name, node, "configured" if stored else "read", child, stored=stored)
        self.uses.append(use)
        if isinstance(child, Mock) and not stored:
            child.last = use

    def _derive(self, mock: Mock, name: str, child: Mock) -> bool:
        """Find out what a part of ``mock`` stands for, and whether it is known now."""
        if mock.stands is None:
            child.opaque = mock.opaque
            child.flavor = _part_flavor(mock, name)
            if name != "()":
                child.asynchronous = (
                    mock.asynchronous if mock.record is not None and mock.record.factory == "AsyncMock" else False
                )
            return False
        world = self.evaluator.world
        child.by, child.parameter, child.strict = mock.by, mock.parameter, mock.strict
        if name == "()":
            child.stands = known(part(world, mock.stands, name))
            child.guided = mock.guided and mock.strict == "autospec" and isinstance(mock.stands, ClassValue)
            child.flavor = "sync" if child.guided else _part_flavor(mock, name)
        else:
            found = world.attributes.get(mock.stands, name)
            child.missing = found.outcome is Outcome.MISSING
            child.stands = None if child.missing else known(found.value)
            child.guided = mock.guided and mock.strict == "autospec"
            if mock.guided and not is_dunder(name):
                real = child.stands
                child.flavor = "async" if isinstance(real, FunctionValue) and real.function.is_async else "sync"
            else:
                child.flavor = _part_flavor(mock, name)
        child.opaque = child.stands is None
        return not child.opaque

    def _called(self, mock: Mock, node: ast.Call, assertion: str | None, arguments: Arguments) -> None:
        evaluator = self.evaluator
        if evaluator.sink is None or mock.opaque:
            return
        if evaluator.probing("TypeError" if assertion is None else "AssertionError"):
            return
        self.calls.append(Call(mock, node, assertion, arguments, evaluator.awaiting is node))

    def hand(self, mock: Mock, stands: Value | None, by: str, parameter: str | None = None) -> None:
        """A mock of nothing known is put where ``stands`` is expected."""
        found = known(stands)
        record = mock.record
        if found is None or record is None or mock.stands is not None or mock.opaque:
            return
        if isinstance(found, Instance) and found.cls.module.name in ("builtins", "typing", "object"):
            if found.cls.symbol in _CONTAINERS and record.plain is None and not record.handed:
                record.plain = found
            return
        self._know(record)
        record.handed.append((found, by, parameter))

    def certain(self, stands: FunctionValue | ClassValue) -> bool:
        """Whether it is that signature which the code under test calls by, and not one of an override or a replacement."""
        if isinstance(stands, ClassValue):
            return stands.exact
        world = self.evaluator.world
        written = world.project_text
        function, receiver = stands.function, stands.receiver
        name = function.name
        if name.startswith("__") and name.endswith("__"):
            return False
        if function.owner is None and not function.module.by_test and name not in function.module.table:
            return False  # what a decorator made: how it is bound is that decorator's affair
        if isinstance(receiver, (Instance, ClassValue)) and not receiver.exact:
            if written.subclass_has(receiver.cls, name) or (
                not receiver.cls.own and world.vetoes.has_unseen_kin(receiver.cls)
            ):
                return False
            via = receiver.via if isinstance(receiver, Instance) else None
            if via and written.stored(via, foreign_only=True):
                return False
        module = function.module
        return not (module.own and not module.by_test and written.stored(name))


def _part_flavor(mock: Mock, name: str) -> str:
    """Which kind of mock the library makes for a part of one that no spec guides: another of its own kind."""
    if is_dunder(name):
        return "async" if name in _AWAITED else "sync"
    return mock.flavor
