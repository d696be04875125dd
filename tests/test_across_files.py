"""What only a whole run tells: a test that repeats one of another file."""

from __future__ import annotations

import pytest

SAME = """from shop.cart import Cart


def test_{name}():
    cart = Cart()
    assert cart.total(3) == 3
"""


@pytest.fixture
def copies(shop):
    shop.write("tests/test_one.py", SAME.format(name="one"))
    shop.write("tests/test_two.py", SAME.format(name="two"))
    shop.write("tests/test_three.py", SAME.format(name="three"))
    return shop


def found(llmlint, *more):
    return llmlint("tests", "--select", "LLM403,LLM901", "--output-format", "concise", *more).out


def test_the_later_repeats_the_first_by_path(copies, llmlint):
    out = found(llmlint, "--no-cache")
    assert "tests/test_three.py:4:1: LLM403 'test_three' repeats 'test_one.test_one'" in out
    assert "(tests/test_one.py:4)" in out
    assert "tests/test_two.py:4:1: LLM403" in out


@pytest.mark.parametrize("jobs", ["1", "2", "3"])
def test_jobs_make_no_difference(copies, llmlint, jobs):
    assert found(llmlint, "--no-cache", "--jobs", jobs) == found(llmlint, "--no-cache")


def test_what_is_cached_is_not_what_was_found(copies, llmlint):
    assert found(llmlint).count("LLM403") == 2
    assert found(llmlint).count("LLM403") == 2
    copies.write("tests/test_one.py", SAME.format(name="one").replace("3", "4"))
    out = found(llmlint)
    assert out.count("LLM403") == 1
    assert "repeats 'test_three.test_three'" in out


def test_a_file_alone_repeats_nothing(copies, llmlint):
    out = llmlint("tests/test_two.py", "--select", "LLM403", "--output-format", "concise").out
    assert "LLM403" not in out


def test_it_is_suppressed_and_spared(copies, llmlint):
    copies.write(
        "tests/test_two.py",
        SAME.format(name="two").replace("two():", "two():  # llmlint: ignore[LLM403] -- on purpose"),
    )
    assert found(llmlint).count("tests/test_two.py") == 0
    assert found(llmlint, "--config", 'per-file-ignores={"tests/test_three.py"=["LLM403"]}').count("LLM403") == 0


def test_json_has_the_place_of_the_first(copies, llmlint):
    import json

    data = json.loads(llmlint("tests", "--select", "LLM403", "--output-format", "json").out)
    assert [one["location"]["row"] for one in data] == [4, 4]
