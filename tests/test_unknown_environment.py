"""Where it is not known what the tests run in: what may come from there is not judged."""

from __future__ import annotations

import sys

import pytest

PYPROJECT = """[project]
name = "shop-api"
version = "1"
dependencies = ["shop-core"]
"""


@pytest.fixture
def bare(empty, monkeypatch):
    """A project beside an interpreter in which no test could run."""
    empty.write("python/bin/python", "")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "prefix", str(empty.path / "python"))
    monkeypatch.setattr(sys, "executable", str(empty.path / "python" / "bin" / "python"))
    return empty


def found(llmlint, *more):
    return llmlint(
        "tests", "--no-cache", "--select", "LLM201,LLM202,LLM207,LLM208", "--output-format", "concise", *more
    ).out


def test_the_fixtures_of_pytest(bare, llmlint):
    bare.write("tests/test_one.py", "def test_one(capsys, tmp_path, caplog, request):\n    assert capsys\n")
    bare.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef catalog(tmp_path):\n    return tmp_path\n")
    assert "LLM" not in found(llmlint)


def test_only_a_slip_is_told_of_a_fixture(bare, llmlint):
    bare.write(
        "tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef server_untrusted(server):\n    return server\n"
    )
    bare.write("tests/test_one.py", "def test_one(server, server_untrustde):\n    assert server\n")
    out = found(llmlint)
    assert out.count("LLM208") == 1
    assert "'server_untrustde' that nothing in scope defines; did you mean 'server_untrusted'?" in out


def test_a_namespace_that_other_distributions_share(bare, llmlint):
    bare.write("pyproject.toml", PYPROJECT)
    bare.write("src/shop/api/__init__.py", "def run() -> int:\n    return 1\n")
    bare.write(
        "tests/test_one.py",
        "import shop.core\nfrom shop import trace\nfrom shop.core.cart import Cart\nfrom shop.api import ran\n\n\n"
        "def test_one():\n    assert ran\n",
    )
    out = found(llmlint)
    assert out.count("LLM20") == 1
    assert "LLM202 module 'shop.api' has no name 'ran' to import" in out
