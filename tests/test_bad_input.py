"""Whatever a file holds: a diagnostic or a line, never a traceback, and all else is still judged."""

from __future__ import annotations

import os
import time

import pytest

from tests.conftest import FAULTY

FILES = {
    "binary": (bytes(range(256)) * 4, ["LLM900"]),
    "null bytes": (b"x = 1\0\n", ["LLM900"]),
    "not UTF-8": ("größe = 1\n".encode("latin-1"), ["LLM900"]),
    "UTF-16": ("x = 1\n".encode("utf-16"), ["LLM900"]),
    "an unknown cookie": (b"# coding: klingon\nx = 1\n", ["LLM900"]),
    "cut off": (b"def test_it(\n    assert", ["LLM900"]),
    "a broken indentation": (b"def test_it():\nassert 1\n", ["LLM900"]),
    "await outside async": (b"def test_it():\n    await it\n", ["LLM900"]),
    "return outside a function": (b"return 1\n", ["LLM900"]),
    "deep brackets": (b"x = " + b"(" * 5_000 + b")" * 5_000, ["LLM900"]),
    "deep indentation": (b"".join(b" " * n + b"if x:\n" for n in range(150)) + b" " * 151 + b"pass\n", ["LLM900"]),
    "empty": (b"", []),
    "one line end": (b"\n", []),
    "no line end": (b"x = 1", []),
    "comments only": (b"# nothing", []),
    "a BOM": (b"\xef\xbb\xbfx = 1\n", []),
    "CRLF": (b"x = 1\r\nassert x\r\n", []),
    "a lone CR": (b"x = 1\rassert x\r", []),
    "form feeds": (b"\x0cx = 1\n\x0c\ndef test_it():\n\x0c    assert x\n", []),
    "a cookie": ("# coding: latin-1\nx = 'größe'\n".encode("latin-1"), []),
    "a long chain": (b"x = object\nassert x" + b".__class__" * 300 + b"\n", None),
    "a long sum": (b"x = " + b"1 + " * 3_000 + b"1\n", None),
    "a long string": (b"x = '" + b"a" * 1_000_000 + b"'\n", []),
    "a lone surrogate": (b"x = '\\ud800'\n", []),
    "a deep call": (b"x = " + b"str(" * 80 + b"1" + b")" * 80 + b"\n", []),
}


@pytest.mark.parametrize(("content", "codes"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("output_format", ["json", "full"])
def test_no_file_is_too_bad(shop, process, content, codes, output_format):
    shop.write("tests/test_bad.py", content)
    outcome = process("tests", "--output-format", output_format, "--no-cache", "--select", "LLM2", "--select", "LLM9")
    assert "Traceback" not in outcome.out + outcome.err
    assert outcome.code == 1
    if output_format == "json":
        found = outcome.json
        assert [finding["code"] for finding in found if finding["filename"] == "tests/test_cart.py"] == ["LLM203"]
        bad = [finding["code"] for finding in found if finding["filename"] == "tests/test_bad.py"]
        # What runs into the interpreter's own limits may be refused, by whatever it is that gives up first.
        assert bad == codes if codes is not None else set(bad) <= {"LLM900", "LLM903"}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_do_not_depend_on_line_ends(shop, llmlint, ending, mark):
    shop.write("tests/test_cart.py", (mark + FAULTY.replace("\n", ending)).encode())
    finding = llmlint("tests", "--output-format", "json").json[0]
    assert finding["location"] == {"row": 6, "column": 17}
    line = llmlint("tests").out.splitlines()[3]
    assert line == "6 |     assert cart.totl() == 0"


def test_a_form_feed_ends_no_line(shop, llmlint):
    shop.write("tests/test_cart.py", "\f\n" + FAULTY.replace("    cart = ", "\f    cart = "))
    assert llmlint("tests", "--output-format", "json").json[0]["location"] == {"row": 7, "column": 17}


def test_columns_of_a_file_with_a_cookie(shop, llmlint):
    text = "# coding: latin-1\nfrom shop.cart import Cart\n\n\ndef test_it():\n    assert 'größe' and Cart().totl()\n"
    shop.write("tests/test_cart.py", text.encode("latin-1"))
    assert llmlint("tests", "--select", "LLM203", "--output-format", "json").json[0]["location"] == {
        "row": 6,
        "column": 31,
    }


def test_a_broken_conftest(shop, llmlint):
    shop.write("tests/conftest.py", "import pytest\n@pytest.fixture\ndef cart(:\n")
    outcome = llmlint("tests", "--output-format", "json")
    assert outcome.codes == ["LLM900", "LLM203"]


def test_a_broken_source_of_the_project(shop, llmlint):
    shop.write("src/shop/cart.py", "class Cart(:\n")
    assert llmlint("tests", "--output-format", "json").codes == []


def test_links_in_a_circle(shop, llmlint):
    os.symlink(".", shop.path / "tests" / "up")
    os.symlink("nowhere", shop.path / "tests" / "test_nowhere.py")
    outcome = llmlint("tests", "--output-format", "json")
    assert outcome.codes == ["LLM203"]


def test_a_file_that_is_no_file(shop, llmlint):
    os.mkfifo(shop.path / "tests" / "test_pipe.py")
    # The stamp of what is so young has its content, too: nobody may wait for a pipe's.
    time.sleep(0.1)  # llmlint: ignore[LLM409] -- the file system has no other clock
    assert llmlint("tests", "--output-format", "json").codes == ["LLM203", "LLM900"]


def test_a_module_that_is_no_file(shop, llmlint):
    """Neither is a pipe of the sources waited for that a test imports."""
    os.mkfifo(shop.path / "src" / "shop" / "pipe.py")
    shop.write("tests/test_pipe.py", "from shop import pipe\n\n\ndef test_it():\n    assert pipe.anything\n")
    outcome = llmlint("tests", "--no-cache", "--output-format", "json")
    assert "LLM203" in outcome.codes
    assert "LLM903" not in outcome.codes


def test_imports_in_a_circle(shop, llmlint):
    shop.write("src/shop/a.py", "from shop.b import B\nclass A(B): ...\n")
    shop.write("src/shop/b.py", "from shop.a import A\nclass B(A): ...\n")
    shop.write("tests/test_cart.py", "from shop.a import A\n\n\ndef test_it():\n    assert A().anything\n")
    assert "LLM903" not in llmlint("tests", "--output-format", "json").codes


def test_syntax_of_a_newer_python_is_a_notice(shop, llmlint):
    import sys

    if sys.version_info >= (3, 14):
        pytest.skip("no newer syntax is known")
    shop.write("tests/test_new.py", "def test_it():\n    x = t'{1}'\n")
    outcome = llmlint("tests", "--output-format", "json")
    assert outcome.codes == ["LLM203"]
    assert "tests/test_new.py" in outcome.err
    assert "needs Python" in outcome.err


def test_standard_input_may_be_anything(shop, process):
    outcome = process("-", "--output-format", "json", given=b"\x00\xff")
    assert outcome.codes == ["LLM900"]
    outcome = process("-", given=b"")
    assert outcome.code == 0


def test_what_the_parser_warns_of_is_not_said_of_what_is_read(shop, process):
    shop.write("tests/test_look.py", """def test_look(pattern: "re.match('\\w')" = 1):\n    assert pattern\n""")
    shop.write("docs/guide.md", '```python\nfrom shop.cart import Cart\n\nCart().look("\\w")\n```\n')
    outcome = process("docs", "tests", "--no-cache", "--no-tools", PYTHONWARNINGS="always")
    assert outcome.code == 1
    assert "Warning" not in outcome.err
