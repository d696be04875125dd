"""What tests use, as `contract coverage` and `contract diff` tell it: remembered, in several processes, and of what matters alone."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

MAIL = '''\
"""Mail."""


class Post:
    """What letters go through."""

    def weigh(self) -> int:
        """The weight."""
        return 1


class Mailer(Post):
    """Sends letters."""

    def send(self, to: str) -> bool:
        """Send a letter."""
        return True

    def close(self) -> None:
        """Close it."""
'''
OFFICE = '''\
"""The office."""

from shop.mail import Mailer


def open_office():
    """A mailer."""
    return Mailer()


def shut() -> None:
    """Shut the office."""
'''
CONFTEST = """\
import pytest

from shop.mail import Mailer


@pytest.fixture
def mailer():
    return Mailer()


@pytest.fixture
def opened(mailer):
    yield mailer
    mailer.close()
"""
TESTS = {
    "test_direct.py": "from shop.mail import Mailer\n\n\ndef test_send():\n    assert Mailer().send('a')\n",
    "test_fixture.py": "def test_weight(mailer):\n    assert mailer.weigh()\n",
    "test_marked.py": (
        "import pytest\n\n\n@pytest.mark.usefixtures('opened')\nclass TestOpened:\n    def test_nothing(self):\n        assert True\n"
    ),
    "test_office.py": "from shop.office import open_office\n\n\ndef test_office():\n    assert open_office().weigh()\n",
    "test_other.py": "from shop.office import shut\n\n\ndef test_shut():\n    assert shut() is None\n",
}


@pytest.fixture
def office(empty):
    """Two modules; tests that use them by name, by fixtures, and by what a function gives."""
    empty.write("src/shop/__init__.py", "")
    empty.write("src/shop/mail.py", MAIL)
    empty.write("src/shop/office.py", OFFICE)
    empty.write("tests/conftest.py", CONFTEST)
    for name, text in TESTS.items():
        empty.write(f"tests/{name}", text)
    return empty


@pytest.fixture
def covered(office, llmlint):
    """Asks for the coverage: the tests by symbol."""

    def ask(*arguments):
        # What was written at the very moment of a run is not kept.
        time.sleep(0.05)
        found = llmlint("contract", "coverage", "--output-format", "json", *arguments).json
        return {
            one["symbol"]: [test.rpartition("::")[2] for test in one["tests"]]
            for one in found["promises"]
            if one["kind"] in ("function", "method", "class")
        }

    return ask


EVERYTHING = {
    "shop.mail.Post": [],
    "shop.mail.Post.weigh": ["test_weight", "test_office"],
    "shop.mail.Mailer": ["test_send", "test_weight", "test_nothing", "test_office"],
    "shop.mail.Mailer.send": ["test_send"],
    "shop.mail.Mailer.close": ["test_nothing"],
    "shop.office.open_office": ["test_office"],
    "shop.office.shut": ["test_shut"],
}


def results_kept(office):
    """The names of the files of tests whose uses are kept."""
    folder = office.path / ".llmlint_cache" / "results"
    entries = [json.loads(path.read_text())["entries"] for path in folder.glob("*.json")] if folder.exists() else []
    return sorted(name.rpartition("/")[2] for one in entries for name in one)


def test_by_name_by_fixtures_and_by_what_functions_give(covered):
    assert covered() == EVERYTHING


def test_of_one_module_the_same_is_told_though_less_is_read(office, covered):
    of_mail = {symbol: tests for symbol, tests in EVERYTHING.items() if symbol.startswith("shop.mail.")}
    assert covered("shop.mail") == of_mail
    # `test_marked.py` asks for a fixture by name and is not understood; `test_other.py` has nothing to do with it.
    assert results_kept(office) == ["conftest.py", "test_direct.py", "test_fixture.py", "test_office.py"]


def test_remembered_and_in_several_processes_the_same(office, covered):
    assert covered("--jobs", "3") == covered("--no-cache", "--jobs", "1") == covered() == covered() == EVERYTHING
    assert results_kept(office) == ["conftest.py", *sorted(TESTS)]
    assert covered("shop.office") == {
        symbol: tests for symbol, tests in EVERYTHING.items() if symbol.startswith("shop.office.")
    }


def test_nothing_is_kept_unless_it_may_be(office, covered):
    assert covered("--no-cache") == EVERYTHING
    assert results_kept(office) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "changed"),
    [
        ("tests/test_direct.py", "send('a')", "close()", {"shop.mail.Mailer.send": []}),
        ("tests/conftest.py", "    mailer.close()\n", "", {"shop.mail.Mailer.close": []}),
        ("src/shop/office.py", "    return Mailer()", "    return None", {"shop.mail.Post.weigh": ["test_weight"]}),
    ],
)
def test_what_changes_is_found_out_again(office, covered, path, old, new, changed):
    before = covered()
    office.write(path, (office.path / path).read_text().replace(old, new))
    after = covered()
    assert {symbol: tests for symbol, tests in after.items() if symbol in changed} == changed
    assert after == covered("--no-cache") != before


def test_of_the_older_state_of_git_nothing_is_kept(office, llmlint):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=office.path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first")
    office.write("src/shop/mail.py", MAIL.replace("def weigh(self)", "def weigh(self, unit: str)"))
    time.sleep(0.05)  # llmlint: ignore[LLM409] -- the file system has no other clock
    outcomes = [llmlint("contract", "diff", "--output-format", "json", *more).json for more in ((), (), ("-j", "1"))]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0]["changes"][0]["tests"] == [
        "tests/test_fixture.py::test_weight",
        "tests/test_office.py::test_office",
    ]
    assert results_kept(office) == ["test_fixture.py", "test_office.py"]


def test_jobs_are_a_number(office, llmlint):
    outcome = llmlint("contract", "coverage", "--jobs", "many")
    assert (outcome.code, outcome.err) == (2, "llmlint: error: --jobs expects a number or 'auto', not 'many'\n")
