"""One process or many: the same findings, in the same order."""

from __future__ import annotations

import os
import signal
import sys
import time

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


def numbers():
    """A judge that says which process judges, how many it had judged before, and fails or ends it where it is told so."""
    judged = []

    def judge(task):
        judged.append(task)
        if task == "fail" and os.getpid() != PARENT:
            raise ValueError(task)
        if task == "kill" and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.002)
        return task, os.getpid(), len(judged)

    return judge


PARENT = os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.parametrize("jobs", [2, 3])
@pytest.mark.parametrize("count", [2, 9, 200, 1600])
def test_a_process_that_divides_brings_everything_in_order(jobs, count):
    done = []
    results = run(range(count), numbers, jobs=jobs, meanwhile=lambda: done.append(os.getpid()))
    assert [task for task, _, _ in results] == list(range(count))
    assert done == [PARENT]
    assert PARENT not in {process for _, process, _ in results}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_the_others_know_what_the_first_has_read():
    results = run(range(80), numbers, jobs=2, meanwhile=lambda: time.sleep(0.3))
    processes = {process for _, process, _ in results}
    assert len(processes) == 2
    # Neither began anew: ten were judged before there were two.
    assert sorted(before for _, _, before in results)[:11] == [*range(1, 11), 11]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.parametrize("what", ["kill", "fail"])
@pytest.mark.parametrize("place", [0, 50, 99])
def test_what_a_killed_process_did_not_bring_is_done_here(what, place):
    tasks = [*range(100)]
    tasks[place] = what
    results = run(tasks, numbers, jobs=2, meanwhile=lambda: None)
    assert [task for task, _, _ in results] == tasks
    assert results[place][1] == PARENT


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_whoever_is_interrupted_leaves_no_process_behind():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(range(400), numbers, jobs=2, meanwhile=interrupted)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
