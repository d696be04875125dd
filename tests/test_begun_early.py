"""mypy is loaded while llmlint is, in a first run: a guess that costs nothing where it is wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from llmlint.tools.child import Child
from llmlint.tools.mypy_process import begin, end, loaded

COUNTED = """\
import subprocess

begun = []
real = subprocess.Popen.__init__


def counting(self, arguments, *rest, **options):
    begun.append(arguments)
    real(self, arguments, *rest, **options)


subprocess.Popen.__init__ = counting

from llmlint.cli.main import run

code = run({arguments!r}, [])
print(code, sum("mypy_child" in str(one) for one in begun))
"""

STARTED = """\
import subprocess, sys

real = subprocess.Popen.__init__


def told(self, arguments, *rest, **options):
    if "mypy_child" in str(arguments):
        print("begun", "late" if "click" in sys.modules else "early", file=sys.stderr, flush=True)
    real(self, arguments, *rest, **options)


subprocess.Popen.__init__ = told
sys.argv[1:] = {arguments!r}

from llmlint.cli.start import main

main()
"""


@pytest.fixture
def begun(monkeypatch):
    """Processes of mypy that were started, each ended when the test is over."""
    started: list[Child] = []

    class Seen(Child):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr("llmlint.tools.mypy_process.Child", Seen)
    yield started
    end()
    for child in started:
        child.end()


def test_who_knows_takes_over_what_was_begun(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    begin(".llmlint_cache", None)
    assert loaded([sys.executable], str(tmp_path), 60) is begun[0]
    assert loaded([sys.executable], str(tmp_path), 60) is begun[1]
    assert len(begun) == 2


def test_an_interpreter_has_several_names(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = next(one for one in ("python3", "python") if one != os.path.basename(sys.executable))
    begin("", None)
    assert loaded([os.path.join(os.path.dirname(sys.executable), other)], str(tmp_path), 60) is begun[0]


def test_another_interpreter_is_not_taken_for_it(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "python"
    elsewhere.symlink_to(sys.executable)
    begin("", None)
    assert loaded([str(elsewhere)], str(tmp_path), 60) is not begun[0]


def test_the_environment_that_we_run_in_is_no_other_one(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", os.path.dirname(os.path.dirname(sys.executable)))
    begin("", None)
    assert len(begun) == 1


@pytest.mark.parametrize("where", [".llmlint_cache", "../.llmlint_cache"])
def test_after_an_earlier_run_nothing_is_guessed(begun, tmp_path, monkeypatch, where):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    os.mkdir(where)
    begin(".llmlint_cache", None)
    assert begun == []


@pytest.mark.parametrize("target", ["env", "env/bin/python"])
def test_where_the_target_has_a_mypy_nothing_is_guessed(begun, tmp_path, monkeypatch, target):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "env/bin").mkdir(parents=True)
    (tmp_path / "env/bin/mypy").touch()
    begin("", str(tmp_path / target))
    assert begun == []


@pytest.mark.parametrize(
    ("options", "processes"),
    [
        (["--tools", "mypy"], "1 1"),
        (["--tools", "mypy", "--no-cache"], "1 1"),
        (["--no-tools"], "1 0"),
        (["--tools", "ruff"], "1 0"),
        (["--tools", "mypy", "--select", "LLM2"], "1 1"),
    ],
)
def test_a_run_has_one_process(shop, options, processes):
    script = COUNTED.format(arguments=["tests", "--quiet", *options])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == processes
    assert "totl" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        (["tests"], ["begun early"]),
        (["check", "tests", "--no-cache"], ["begun early"]),
        (["tests", "--tools", "mypy"], ["begun late"]),
        (["tests", "--no-tools"], []),
        (["rule", "LLM203"], []),
        (["config"], []),
        (["--version"], []),
    ],
)
def test_a_first_run_begins_with_mypy(shop, arguments, begun):
    script = STARTED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert [line for line in done.stderr.splitlines() if line.startswith("begun")] == begun
    assert done.returncode in (0, 1)
    if arguments[0] == "tests" and not begun:
        assert "totl" in done.stdout


def test_a_command_line_that_is_none_says_so_all_the_same(shop):
    script = STARTED.format(arguments=["tests", "--no-such-option"])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "begun early" in done.stderr
    assert "--no-such-option" in done.stderr
