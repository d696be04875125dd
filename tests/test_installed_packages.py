"""What installed packages do to their own modules and classes, which the tests of a project then use."""

from __future__ import annotations

import pytest

SITE = "env/lib/python3.12/site-packages"


@pytest.fixture
def installed(empty):
    """A project with an environment; what is written below ``SITE`` is installed there."""
    empty.write("env/bin/python", "")
    empty.write("env/pyvenv.cfg", "version = 3.12.0\n")
    empty.write(f"{SITE}/pytest/__init__.py", "")
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    return empty


def found(llmlint) -> str:
    return llmlint("tests", "--no-cache", "--python", "env", "--select", "LLM2", "--output-format", "concise").out


def test_another_module_of_the_package_stores_the_name(installed, llmlint):
    installed.write(f"{SITE}/post/__init__.py", "")
    installed.write(f"{SITE}/post/mail.py", "def send(text):\n    return 1\n")
    installed.write(f"{SITE}/post/testing.py", "from post import mail\n\n\ndef begin():\n    mail.outbox = []\n")
    installed.write(
        "tests/test_one.py",
        "from post import mail\n\n\ndef test_one():\n    assert mail.outbox == []\n    assert mail.inbox == []\n",
    )
    told = found(llmlint)
    assert "no attribute 'inbox'" in told
    assert "outbox" not in told


def test_a_stub_lists_what_the_source_finds_elsewhere(installed, llmlint):
    installed.write(f"{SITE}/fakes/py.typed", "")
    installed.write(f"{SITE}/fakes/__init__.py", "from fakes.proxy import Fake as Fake\n")
    installed.write(
        f"{SITE}/fakes/proxy.pyi",
        "class Fake:\n    def __init__(self, locale: str = ...) -> None: ...\n    def ssn(self, kind: str = ...) -> str: ...\n"
        "    def seed(self, value: int) -> None: ...\n",
    )
    installed.write(
        f"{SITE}/fakes/proxy.py",
        "class Fake:\n    def __init__(self, locale='en'):\n        self.maker = maker_of(locale)\n\n"
        "    def __getattr__(self, name):\n        return getattr(self.maker, name)\n\n"
        "    def seed(self, value):\n        self.maker.seed(value)\n",
    )
    installed.write(
        "tests/test_one.py",
        "from fakes import Fake\n\n\ndef test_one():\n    fake = Fake('sv')\n    assert fake.ssn(min_age=3)\n    fake.seed(values=3)\n",
    )
    told = found(llmlint)
    assert "takes no keyword 'values'" in told
    assert "min_age" not in told


def test_a_package_that_another_one_takes_the_place_of(installed, llmlint):
    installed.write(f"{SITE}/shelf/__init__.py", "")
    installed.write(f"{SITE}/shelf/dsl/__init__.py", "from shelf.dsl import book\n")
    installed.write(f"{SITE}/shelf/dsl/book.py", "class Book: ...\n")
    installed.write(
        f"{SITE}/shelf_dsl/__init__.py",
        "import sys\n\nfrom shelf import dsl\n\nfor mod in list(sys.modules):\n    if mod.startswith('shelf.dsl'):\n"
        "        sys.modules[mod.replace('shelf.dsl', 'shelf_dsl')] = sys.modules[mod]\n",
    )
    installed.write("tests/test_one.py", "from shelf_dsl import book\n\n\ndef test_one():\n    assert book.Book()\n")
    assert "LLM" not in found(llmlint)
