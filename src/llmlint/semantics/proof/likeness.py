"""Tests that are alike but for the names that they chose themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.semantics.proof.following import FRAME
from llmlint.semantics.proof.shape import shape_of
from llmlint.semantics.proof.skeletons import skeleton

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Class
    from llmlint.semantics.proof.tests import Test, TestModule


def duplicates(module: TestModule) -> Iterator[tuple[Test, Test]]:
    """(later, earlier) for every test that does what an earlier one of the file does."""
    seen: dict[tuple[bool, str], list[Test]] = {}
    for test in module.tests:
        if skeleton(test) is not None:
            continue
        earlier = seen.setdefault((test.function.is_async, shape_of(test).text), [])
        same = next((one for one in earlier if _stands_alike(one, test)), None)
        if same is not None:
            yield test, same
        else:
            earlier.append(test)


def _stands_alike(first: Test, second: Test) -> bool:
    """Whether what stands around two tests is the same: their class, or two that add nothing."""
    if first.function.name == second.function.name and first.cls is second.cls:
        return False  # alternatives, or one that shadows the other
    if first.cls is second.cls:
        return True
    return adds_nothing(first, second.cls) and adds_nothing(second, first.cls)


def adds_nothing(test: Test, other: Class | None) -> bool:
    """Whether the class of a test has no part in what it does."""
    cls = test.cls
    world, module = test.module.world, test.module
    for name in test.fixtures:
        mine, theirs = world.fixtures.find(name, module.module, cls), world.fixtures.find(name, module.module, other)
        if mine is not None and (theirs is None or mine.function is not theirs.function):
            return False
    if cls is None:
        return True
    if cls.node.decorator_list or cls.node.keywords or module.class_marks(cls) or world.classes.open(cls):
        return False
    if any(node.id in ("self", "cls", "super") for node in (*test.body.own.names, *test.body.inner.names)):
        return False
    return not world.fixtures.of_class(cls) and not any(
        (member := world.classes.member(cls, name)) is not None and member.owner.module.by_test for name in FRAME
    )
