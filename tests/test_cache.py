"""A cached result is the result: whatever it depended on may change, and it is never stale."""

from __future__ import annotations

import os
import time

import pytest

from tests.conftest import CART, FAULTY, SOUND


def settle(seconds=0.05):
    """What was written at the very moment of a run is not kept, what was written shortly before it not for long."""
    time.sleep(seconds)


@pytest.fixture
def lint(shop, llmlint):
    def call(*arguments):
        settle()
        return llmlint("tests", "--output-format", "json", *arguments)

    return call


def age(shop):
    """Makes every file old, so that the cache has to trust their times."""
    for folder, _, files in os.walk(shop.path):
        for file in files:
            os.utime(os.path.join(folder, file), (1_000_000_000, 1_000_000_000))


def test_the_second_run_says_the_same(lint):
    first = lint()
    assert first.codes == ["LLM203"]
    assert lint() == first
    assert lint("--no-cache") == first


def test_a_changed_test(shop, lint):
    assert lint().codes == ["LLM203"]
    shop.write("tests/test_cart.py", SOUND)
    assert lint().codes == []
    shop.write("tests/test_cart.py", FAULTY)
    assert lint().codes == ["LLM203"]


def test_a_changed_source(shop, lint):
    assert lint().codes == ["LLM203"]
    shop.write("src/shop/cart.py", CART.replace("total", "totl"))
    assert lint().codes == []


def test_a_source_changed_within_the_same_moment_and_size(shop, lint):
    path = shop.write("src/shop/cart.py", CART)
    state = path.stat()
    assert lint().codes == ["LLM203"]
    shop.write("src/shop/cart.py", CART.replace("total", "totl ").replace("totl (", "totl("))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert lint().codes == []


def test_a_new_module_that_was_missing(shop, lint):
    shop.write("tests/test_cart.py", "from shop.prices import price\n\n\ndef test_it():\n    assert price\n")
    assert lint().codes == ["LLM201"]
    shop.write("src/shop/prices.py", "price = 1\n")
    assert lint().codes == []
    os.unlink(shop.path / "src/shop/prices.py")
    assert lint().codes == ["LLM201"]


def test_a_new_conftest(shop, lint):
    shop.write("tests/test_cart.py", "def test_it(full_cart):\n    assert full_cart\n")
    before = lint().codes
    shop.write("conftest.py", "import pytest\n\n\n@pytest.fixture\ndef full_cart():\n    return 1\n")
    assert lint().codes == []
    os.unlink(shop.path / "conftest.py")
    assert lint().codes == before


def test_a_new_contract(shop, lint):
    shop.write("tests/test_cart.py", SOUND)
    assert lint().codes == []
    contract = shop.write("contracts/shop/cart.pyi", "class Cart:\n    def add(self, item: str) -> None: ...\n")
    assert lint("--select", "LLM105").codes == ["LLM105"]
    contract.write_text("class Cart:\n    def total(self) -> int: ...\n")
    assert lint("--select", "LLM105").codes == []


def test_a_helper_of_the_tests(shop, lint):
    shop.write("tests/__init__.py", "")
    shop.write("tests/helper.py", "class Helper:\n    name = 1\n")
    shop.write("tests/test_cart.py", "from tests.helper import Helper\n\n\ndef test_it():\n    assert Helper().nam\n")
    assert lint().codes == ["LLM203"]
    shop.write("tests/helper.py", "class Helper:\n    nam = 1\n")
    assert lint().codes == []


def test_a_test_that_another_test_reads(shop, lint):
    shop.write("tests/__init__.py", "")
    shop.write("tests/test_base.py", "class Base:\n    name = 1\n")
    shop.write("tests/test_cart.py", "from tests.test_base import Base\n\n\ndef test_it():\n    assert Base().nam\n")
    age(shop)
    assert lint().codes == ["LLM203"]
    assert lint().codes == ["LLM203"]
    shop.write("tests/test_base.py", "class Base:\n    nam = 1\n")
    assert lint().codes == []


def test_changed_settings_and_options(shop, lint):
    assert lint().codes == ["LLM203"]
    assert lint("--ignore", "LLM203").codes == []
    assert lint().codes == ["LLM203"]
    shop.write("llmlint.toml", 'ignore = ["LLM203"]\n')
    assert lint().codes == []


def test_changed_settings_of_pytest(shop, lint):
    shop.write("tests/check_cart.py", "def test_it(no_such_fixture):\n    assert no_such_fixture\n")
    assert lint("--select", "LLM208").codes == []
    shop.write("pytest.ini", "[pytest]\npython_files = test_*.py check_*.py\n")
    assert lint("--select", "LLM208").codes == ["LLM208"]


def test_another_working_directory(shop, lint, llmlint, monkeypatch):
    assert lint().json[0]["filename"] == "tests/test_cart.py"
    monkeypatch.chdir(shop.path / "tests")
    assert llmlint("test_cart.py", "--output-format", "json").json[0]["filename"] == "test_cart.py"


def test_the_folder_ignores_itself(shop, lint):
    lint()
    assert (shop.path / ".llmlint_cache/.gitignore").read_text() == "*\n"


def test_no_cache_leaves_nothing(shop, lint):
    lint("--no-cache")
    assert not (shop.path / ".llmlint_cache").exists()


def test_a_broken_cache_is_no_error(shop, lint):
    first = lint()
    for path in (shop.path / ".llmlint_cache/results").iterdir():
        path.write_bytes(b"\xff{")
    assert lint() == first
    for path in (shop.path / ".llmlint_cache/results").iterdir():
        path.write_text(path.read_text().replace('"entries":{', '"entries":{"test:x":[1],'))
    assert lint() == first


def test_a_cache_that_cannot_be_written_is_no_error(shop, lint):
    shop.write(".llmlint_cache", "a file stands in the way")
    assert lint().codes == ["LLM203"]


def test_what_is_known_is_not_judged_again(shop, process):
    """The same answer without the work: the semantics are not even imported."""
    settle()
    first = process("tests", "--output-format", "json")
    settle(2.1)  # what was fresh then is not now, and no other file for that
    again = process("tests", "--output-format", "json", PYTHONPROFILEIMPORTTIME="1")
    assert again.out == first.out
    assert "llmlint.app" in again.err
    assert "llmlint.semantics.analysis" not in again.err
