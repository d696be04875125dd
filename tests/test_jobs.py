"""One process or many: the same findings, in the same order."""

from __future__ import annotations

import os

import pytest

from llmlint.engine.runner import run
from tests.conftest import FAULTY, SOUND


@pytest.fixture
def many(shop):
    for number in range(40):
        shop.write(f"tests/part_{number % 5}/test_{number:02}.py", FAULTY if number % 3 else SOUND)
    shop.write("tests/test_broken.py", "def test_it(:\n")
    return shop


@pytest.mark.parametrize("jobs", ["2", "3", "0", "auto"])
def test_output_does_not_depend_on_jobs(many, llmlint, jobs):
    alone = llmlint("tests", "--jobs", "1", "--no-cache", "--statistics")
    assert alone.code == 1
    assert llmlint("tests", "--jobs", jobs, "--no-cache", "--statistics") == alone


def test_output_does_not_depend_on_the_order_of_paths(many, llmlint):
    one = llmlint("tests/part_1", "tests/part_0", "tests/test_cart.py")
    assert llmlint("tests/test_cart.py", "tests/part_0", "tests/part_1") == one


def test_results_of_many_processes_are_cached(many, llmlint):
    first = llmlint("tests", "--jobs", "2")
    assert llmlint("tests", "--jobs", "1") == first


def test_output_does_not_depend_on_the_hash_seed(many, process):
    first = process("tests", "--no-cache", PYTHONHASHSEED="1")
    assert process("tests", "--no-cache", PYTHONHASHSEED="2") == first


def niceness():
    """A judge of nothing that tells how nice its process is."""
    return lambda task: os.nice(0)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="processes are as nice as each other")
def test_many_processes_stand_back_for_what_takes_longer():
    own = os.nice(0)
    expected = min(own + 5, 19)
    assert run([1, 2], niceness, jobs=2, beside=True) == [expected, expected]
    assert run([1, 2], niceness, jobs=2) == [own, own]
    assert run([1, 2], niceness, jobs=1, beside=True) == [own, own]
