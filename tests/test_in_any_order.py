"""What is found in a file does not depend on which files were judged before."""

from __future__ import annotations

import pytest

from llmlint.semantics.answers import Answers  # llmlint: ignore[LLM106, import-linter:forbidden] -- circles

LOG = """import logging


def parented(logger):
    if logger.parent is None:
        logger.parent = base
    return logger


def named(name):
    logger = logging.getLogger(name)
    if logger is not base:
        logger = parented(logger)
    return logger


base = logging.getLogger("shop")
"""

STORE = """from shop.log import named

logger = named(__name__)


class Store:
    def save(self, order):
        return self.retried(order, 1)

    def retried(self, order, times):
        return self.once(order, times)

    def once(self, order, times):
        return self.logged(logger, order)

    def logged(self, to, order):
        to.info(order)
        return order
"""

FAR = """from shop.store import Store


def test_far():
    assert Store().save(1) == 1
"""

NEAR = """from shop import store


def test_near():
    assert store.logger.warnin
"""


@pytest.fixture
def suite(shop):
    shop.write("src/shop/log.py", LOG)
    shop.write("src/shop/store.py", STORE)
    return shop


@pytest.mark.parametrize(("far", "near"), [("a", "b"), ("b", "a")])
def test_who_came_before_makes_no_difference(suite, llmlint, far, near):
    suite.write(f"tests/test_{near}.py", NEAR)
    # What a call hands over is followed over three calls; the logger stands behind four of the store.
    options = ("--no-cache", "--jobs", "1", "--select", "LLM2", "--output-format", "concise")
    alone = [line for line in llmlint(f"tests/test_{near}.py", *options).out.splitlines() if ": LLM" in line]
    assert [line.split()[1] for line in alone] == ["LLM203"]
    suite.write(f"tests/test_{far}.py", FAR)
    together = llmlint("tests", *options).out.splitlines()
    assert [line for line in together if line.startswith(f"tests/test_{near}.py")] == alone


def test_what_is_made_with_a_stand_in_is_not_kept():
    answers = Answers()
    kept: dict[str, set[str]] = {}
    asked = []

    def find(name, other):
        asked.append(name)
        return {name} | answers.once(kept, other, set(), lambda: find(other, name))

    def ask(name, other):
        return answers.once(kept, name, set(), lambda: find(name, other))

    assert ask("first", "second") == {"first", "second"}
    assert kept == {"first": {"first", "second"}}
    assert ask("second", "first") == {"first", "second"}
    assert kept == {"first": {"first", "second"}, "second": {"first", "second"}}
    assert asked == ["first", "second", "second"]


def test_what_rests_on_nothing_unfinished_is_kept_within_a_circle():
    answers = Answers()
    kept: dict[str, object] = {}

    def first():
        answers.once(kept, "plain", 0, lambda: 1)
        return answers.once(kept, "inner", 0, lambda: answers.once(kept, "inner", 0, lambda: 2) + 3)

    assert answers.once(kept, "first", 0, first) == 3
    assert kept == {"plain": 1, "inner": 3, "first": 3}


def test_what_fails_leaves_nothing_behind():
    answers = Answers()
    kept: dict[str, int] = {}

    def fail():
        return answers.once(kept, "inner", 0, lambda: answers.once(kept, "outer", 0, fail) + 1) // 0

    with pytest.raises(ZeroDivisionError):
        answers.once(kept, "outer", 0, fail)
    assert "outer" not in kept
    assert answers.once(kept, "outer", 0, lambda: 5) == 5
    assert answers.once(kept, "inner", 0, lambda: 6) == 6
