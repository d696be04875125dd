"""Where it is not known what the tests run in: what may come from there is not judged."""

from __future__ import annotations

import importlib.util
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


def test_an_environment_in_which_no_test_could_run(empty, llmlint):
    empty.write("env/bin/python", "")
    empty.write("env/pyvenv.cfg", "version = 3.12.0\n")
    empty.write("env/lib/python3.12/site-packages/click/__init__.py", "")
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    empty.write("tests/test_one.py", "import pytest\nimport jsn\n\n\ndef test_one(mocker, snapshot):\n    assert jsn\n")
    assert "LLM" not in found(llmlint, "--python", "env")


def test_a_declared_plugin_that_is_not_installed(empty, llmlint):
    empty.write("env/bin/python", "")
    empty.write("env/pyvenv.cfg", "version = 3.12.0\n")
    empty.write("env/lib/python3.12/site-packages/pytest/__init__.py", "")
    empty.write("env/lib/python3.12/site-packages/pytest-9.0.0.dist-info/METADATA", "Name: pytest\n")
    pyproject = '[project]\nname = "shop"\nversion = "1"\n[dependency-groups]\ntest = ["pytest-shop"]\n'
    empty.write("tests/test_one.py", "import pytest\n\n\ndef test_one(basket):\n    assert basket\n")
    assert found(llmlint, "--python", "env").count("LLM208 'test_one' asks for a fixture 'basket'") == 1
    empty.write("pyproject.toml", pyproject)
    assert "LLM" not in found(llmlint, "--python", "env")
    empty.write("pyproject.toml", pyproject.replace("pytest-shop", 'pytest-xdist", "pytest-cov'))
    empty.write("tests/test_two.py", "import pytest\n\n\ndef test_two(worker_id, cov):\n    assert worker_id != cov\n")
    told = found(llmlint, "--python", "env")
    assert told.count("LLM208") == told.count("asks for a fixture 'basket'") == 1


def test_an_annotation_that_the_fixture_contradicts(bare, llmlint):
    bare.write(
        "tests/conftest.py",
        "import pytest\n\n\n@pytest.fixture\ndef caplog(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:\n"
        "    return caplog\n",
    )
    bare.write(
        "tests/test_one.py",
        "import logging\n\n\ndef test_one(caplog: logging.LoggerAdapter, capsys: str):\n"
        "    assert caplog.text == capsys.readouterr().out\n",
    )
    assert "All checks passed" in llmlint("tests", "--no-cache", "--select", "LLM203").out


def test_a_fixture_that_a_declared_plugin_is_named_after(bare, llmlint):
    bare.write(
        "pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n[dependency-groups]\ntest = ["pytest-httpserver"]\n'
    )
    bare.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef http_server():\n    return 1\n")
    bare.write("tests/test_one.py", "def test_one(httpserver):\n    assert httpserver\n")
    assert "LLM" not in found(llmlint)


def test_builtins_without_typeshed(shop, llmlint, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "mypy" else real(name, *more))
    shop.write("tests/test_cart.py", "def test_it():\n    assert len(sorted([1])) == 1, ValueError\n    assert Carts\n")
    outcome = llmlint("tests", "--no-cache", "--no-tools", "--output-format", "concise")
    assert "LLM217" not in outcome.out
