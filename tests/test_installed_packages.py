"""What installed packages do to their own modules and classes, which the tests of a project then use."""

from __future__ import annotations

import pytest

SITE = "env/lib/python3.12/site-packages"
PUTS = """\
    def __init__(self, model, states):
        for state in states:
            self._put(model, f"is_{state}", lambda: True)

    def _put(self, model, name, value):
        setattr(model, name, value)
"""


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


def test_a_package_gives_names_to_the_module_that_uses_it(installed, llmlint):
    installed.write(f"{SITE}/history/__init__.py", "")
    installed.write(
        f"{SITE}/history/models.py",
        "import importlib\n\n\nclass Records:\n    def __set_name__(self, owner, name):\n"
        "        module = importlib.import_module(owner.__module__)\n        made = type('Historical' + owner.__name__, (), {})\n"
        "        setattr(module, made.__name__, made)\n",
    )
    installed.write("shop/__init__.py", "")
    installed.write(
        "shop/models.py", "from history.models import Records\n\n\nclass Poll:\n    history = Records()\n    size = 1\n"
    )
    installed.write("shop/plain.py", "class Poll:\n    size = 1\n")
    installed.write(
        "tests/test_one.py",
        "from shop.models import HistoricalPoll\nfrom shop.plain import HistoricPoll\n\n\n"
        "def test_one():\n    assert HistoricalPoll\n    assert HistoricPoll\n",
    )
    told = found(llmlint)
    assert "no name 'HistoricPoll'" in told
    assert "HistoricalPoll" not in told


def test_a_stub_beside_what_names_its_models(installed, llmlint):
    installed.write(f"{SITE}/machines/py.typed", "")
    installed.write(f"{SITE}/machines/__init__.py", "class Machine:\n" + PUTS)
    installed.write(
        f"{SITE}/machines/__init__.pyi",
        "class Machine:\n    def __init__(self, model: object, states: list[str]) -> None: ...\n",
    )
    installed.write(
        "shop.py",
        "from machines import Machine\n\n\nclass Matter:\n    def __init__(self):\n"
        "        self.machine = Machine(model=self, states=['solid'])\n\n\nclass Plain:\n    size = 1\n",
    )
    installed.write(
        "tests/test_one.py",
        "from shop import Matter, Plain\n\n\ndef test_one():\n    assert Matter().is_solid()\n    assert Plain().is_liquid()\n",
    )
    told = found(llmlint)
    assert "no attribute 'is_liquid'" in told
    assert "is_solid" not in told


def test_what_is_declared_under_another_name(installed, llmlint):
    installed.write("pyproject.toml", "")
    installed.write(
        "setup.py",
        "from setuptools import setup\n\nTEST_DEPS = ['leaky', 'pywin32 ; os_name == \"nt\"', 'scikit-learn']\n\n\n"
        "def main():\n    setup(name='shop', extras_require=dict(test=TEST_DEPS))\n",
    )
    installed.write(
        "tests/test_one.py",
        "def test_one():\n    import leaky\n    import sklearn\n    import win32api\n    import win33api\n"
        "    assert leaky and sklearn and win32api and win33api\n",
    )
    told = found(llmlint)
    assert "no module 'win33api'" in told
    assert told.count("LLM201") == 1
