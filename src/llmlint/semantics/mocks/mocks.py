"""The mocks of one file: put together, and concluded when the file is over.

What is asked of a mock is judged then (``Mocks.conclude``, ``verdicts``): only then is it known what every mock stands for, and
which attributes the test gave to it itself.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.mocks.gifts import MockGifts
from llmlint.semantics.mocks.plain_values import PlainValues
from llmlint.semantics.mocks.standing import enters_another, known, part
from llmlint.semantics.mocks.values import (
    Mock,
    Record,
)
from llmlint.semantics.mocks.verdicts import MockVerdicts
from llmlint.semantics.nouns import MockAwait, MockGift, MockUse
from llmlint.semantics.values import (
    UNKNOWN,
    FunctionValue,
    Instance,
    Value,
    same,
    union,
)

if TYPE_CHECKING:
    pass
from llmlint.semantics.mocks.building import MockBuilding


class Mocks(MockBuilding):
    """The mock semantics of one file's evaluation."""

    def one_of(self, values: Sequence[Value]) -> Value:
        """One mock for all of those that callers hand to a helper: where they stand for the same."""
        mocks = [value for value in values if isinstance(value, Mock)]
        first = mocks[0]
        alike = all(
            mock is first or (mock.stands is not None and first.stands is not None and same(mock.stands, first.stands))
            for mock in mocks
        )
        if len(mocks) != len(values):
            return UNKNOWN
        return first.fork() if alike else self._representative(mocks) or UNKNOWN

    def _representative(self, mocks: Sequence[Mock]) -> Mock | None:
        """A mock in the place of several without a spec, of which nothing is known yet: what it is handed to, they are."""
        first = mocks[0]
        if first.record is None or any(
            mock.stands is not None
            or mock.opaque
            or mock.record is None
            or mock.record.specced
            or mock.record.factory != first.record.factory
            for mock in mocks
        ):
            return None
        found = Mock(self, None, record=first.record.again(), asynchronous=first.asynchronous)
        found.flavor = first.flavor
        assert found.record is not None
        self.represented[found.record] = [mock.record for mock in mocks if mock.record is not None]
        return found

    def alike(self, values: Sequence[Value]) -> Mock | None:
        """One of several mocks, where each is one and they stand for the same; as this file's own."""
        mocks = [value for value in values if isinstance(value, Mock)]
        if not mocks or len(mocks) != len(values):
            return None
        first = mocks[0]
        for mock in mocks[1:]:
            one, other = mock.stands, first.stands
            if one is None or other is None:
                return None
            if not same(one, other) and not (
                isinstance(one, Instance) and isinstance(other, Instance) and one.cls is other.cls
            ):
                return None
        return self.local(first)

    def settle(self) -> None:
        """The file is over: what mocks stand for that were handed to something is known now, and of their parts."""
        for use in self.uses:
            for mock in use.mocks:
                if mock.record is not None:
                    self.records[mock.record] = None
        for record, others in self.represented.items():
            for other in others:
                other.handed += [one for one in record.handed if one not in other.handed]
                self.records[other] = None
        settled: set[Record] = set()
        while len(settled) < len(self.records):
            for record in [record for record in self.records if record not in settled]:
                settled.add(record)
                if record.handed:
                    self._settle_record(record)

    def judge(self) -> None:
        """The file is over: what is asked of mocks is judged, and each that was built is told."""
        MockVerdicts(self).judge()
        sink = self.evaluator.sink
        if sink is not None and (sink.wants(MockGift) or sink.wants(MockAwait)):
            MockGifts(self).judge()
        self._report()

    def _settle_record(self, record: Record) -> None:
        stands = known(union(value for value, _, _ in record.handed))
        if stands is None:
            return
        _, by, parameter = record.handed[0]
        for mock in record.mocks:
            if mock.stands is None and not mock.opaque:
                if enters_another(self.evaluator.world, mock, stands):
                    mock.opaque = True
                    continue
                mock.stands, mock.by, mock.parameter = stands, by, parameter
                self._settle(mock)

    def _settle(self, mock: Mock) -> None:
        """Now that it is known what ``mock`` stands for, it is known of its parts."""
        for name, child in mock.children.items():
            if not isinstance(child, Mock):
                continue
            if name in mock.given and not (is_dunder(name) and child.record is None):
                self.hand(child, part(self.evaluator.world, mock.stands, name), "attribute")
            elif child.stands is None and not child.opaque and self._derive(mock, name, child):
                self._settle(child)

    def _report(self) -> None:
        """A noun for every mock that the file builds."""
        evaluator = self.evaluator
        alike: dict[ast.Call, list[Record]] = {}
        for record in self.records:
            alike.setdefault(record.node, []).append(record)
        for mock in self.built:
            record = mock.record  # type: ignore[assignment]
            stands = mock.stands
            for other in alike[record.node]:
                stands = stands or next((twin.stands for twin in other.mocks if twin.stands is not None), None)
            owner = evaluator.world.owners.of(stands) if stands is not None else None
            evaluator.emit(
                MockUse(
                    record.node,
                    record.factory,
                    any(other.specced for other in alike[record.node]) and not record.spec_of_bool,
                    record.spec_of_bool,
                    owner,
                    all(other.only_called for other in alike[record.node]),
                    any(other.configured for other in alike[record.node]),
                    self._plain_value(mock, stands),
                    any(by == "patch" for other in alike[record.node] for _, by, _ in other.handed),
                )
            )

    def _plain_value(self, mock: Mock, stands: Value | None) -> str:
        """What kind of plain value the mock stands for, where the test could as well have built one."""
        record = mock.record
        if stands is None and record is not None and isinstance(record.plain, Instance):
            return record.plain.cls.name if record.factory in ("Mock", "MagicMock") else ""
        if not isinstance(stands, Instance) or any(
            isinstance(child, Mock) and isinstance(child.stands, FunctionValue)
            for twin in (record.mocks if record is not None else ())
            for child in twin.children.values()
        ):
            return ""
        return PlainValues(self.evaluator.world).kind(stands.cls)
