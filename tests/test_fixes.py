"""What ``--fix`` and its kin do to files."""

from __future__ import annotations

import os
import sys

import pytest

from tests.conftest import FAULTY, SOUND

GUESSED = FAULTY.replace("totl()", "get_total()")
"""A name that is like the real one, but not a slip of it."""


def test_a_safe_fix_is_written_and_nothing_is_left(shop, llmlint):
    outcome = llmlint("tests", "--fix")
    assert (shop.path / "tests/test_cart.py").read_text() == SOUND
    assert outcome.code == 0
    assert "All checks passed!" in outcome.out
    assert "Fixed 1 finding in 1 file." in outcome.err


def test_without_the_option_nothing_is_written_and_the_report_says_what_could_be(shop, llmlint):
    outcome = llmlint("tests")
    assert (shop.path / "tests/test_cart.py").read_text() == FAULTY
    assert "[*] 1 fixable with --fix." in outcome.out
    assert "[*]" in llmlint("tests", "--output-format", "concise").out


def test_a_guess_is_made_only_where_it_is_asked_for(shop, llmlint):
    shop.write("tests/test_cart.py", GUESSED)
    outcome = llmlint("tests", "--fix")
    assert (shop.path / "tests/test_cart.py").read_text() == GUESSED
    assert outcome.code == 1
    assert "(1 with --unsafe-fixes)" in outcome.out
    assert llmlint("tests", "--fix", "--unsafe-fixes").code == 0
    assert (shop.path / "tests/test_cart.py").read_text() == SOUND


def test_diff_shows_and_writes_nothing(shop, llmlint):
    outcome = llmlint("tests", "--diff")
    assert (shop.path / "tests/test_cart.py").read_text() == FAULTY
    assert outcome.code == 1
    assert outcome.out == (
        "--- tests/test_cart.py\n+++ tests/test_cart.py\n@@ -3,4 +3,4 @@\n \n def test_total():\n     cart = Cart()\n"
        "-    assert cart.totl() == 0\n+    assert cart.total() == 0\n"
    )
    shop.write("tests/test_cart.py", SOUND)
    assert (llmlint("tests", "--diff").code, llmlint("tests", "--diff").out) == (0, "")


def test_fix_only_does_not_report_what_is_left(shop, llmlint):
    shop.write("tests/test_cart.py", FAULTY + "    assert cart.invented_by_a_model\n")
    outcome = llmlint("tests", "--fix-only")
    assert (outcome.code, outcome.out) == (0, "")
    assert "cart.total()" in (shop.path / "tests/test_cart.py").read_text()


def test_exit_non_zero_on_fix(shop, llmlint):
    assert llmlint("tests", "--fix", "--exit-non-zero-on-fix").code == 1
    assert llmlint("tests", "--fix", "--exit-non-zero-on-fix").code == 0


def test_show_fixes_lists_them_by_file_and_rule(shop, llmlint):
    outcome = llmlint("tests", "--fix", "--show-fixes")
    assert "- tests/test_cart.py:\n    1 × LLM203 (unknown-attribute)\n" in outcome.err


@pytest.mark.parametrize("option", [("--unfixable", "LLM203"), ("--fixable", "LLM901"), ("--unfixable", "LLM2")])
def test_some_rules_are_not_fixed(shop, llmlint, option):
    assert llmlint("tests", "--fix", *option).code == 1
    assert (shop.path / "tests/test_cart.py").read_text() == FAULTY


def test_the_more_specific_selector_wins(shop, llmlint):
    assert llmlint("tests", "--fix", "--unfixable", "LLM2", "--fixable", "LLM203").code == 0


def test_the_settings_say_which_fixes_are_safe(shop, llmlint):
    shop.write("llmlint.toml", 'extend-unsafe-fixes = ["LLM203"]\n')
    assert llmlint("tests", "--fix").code == 1
    shop.write("llmlint.toml", 'extend-safe-fixes = ["unknown-attribute"]\n')
    shop.write("tests/test_cart.py", GUESSED)
    assert llmlint("tests", "--fix").code == 0


def test_an_unknown_rule_to_fix_is_refused(shop, llmlint):
    outcome = llmlint("tests", "--fixable", "LLM999")
    assert outcome.code == 2
    assert "there is no rule 'LLM999'" in outcome.err


def test_json_has_the_edits(shop, llmlint):
    [finding] = llmlint("tests", "--output-format", "json").json
    assert finding["fix"] == {
        "applicability": "safe",
        "message": "Rename to 'total'",
        "edits": [{"content": "total", "location": {"row": 6, "column": 17}, "end_location": {"row": 6, "column": 21}}],
    }


def test_standard_input_is_printed_fixed(shop, process):
    outcome = process("-", "--stdin-filename", "tests/test_cart.py", "--fix", given=FAULTY.encode())
    assert (outcome.code, outcome.out) == (0, SOUND)
    assert "All checks passed!" in outcome.err


def test_standard_input_without_faults_is_printed_as_it_is(shop, process):
    outcome = process("-", "--stdin-filename", "tests/test_cart.py", "--fix-only", given=SOUND.encode())
    assert (outcome.code, outcome.out) == (0, SOUND)


def test_standard_input_as_a_diff(shop, process):
    outcome = process("-", "--stdin-filename", "tests/test_cart.py", "--diff", given=FAULTY.encode())
    assert outcome.code == 1
    assert "+    assert cart.total() == 0" in outcome.out


EXOTIC = {
    "windows line ends": FAULTY.replace("\n", "\r\n").encode(),
    "byte order mark": b"\xef\xbb\xbf" + FAULTY.encode(),
    "coding cookie": ("# -*- coding: latin-1 -*-\n# Straße\n" + FAULTY).encode("latin-1"),
    "tabs": FAULTY.replace("    ", "\t").encode(),
    "astral": FAULTY.replace("cart.totl()", '{"🍎": cart}["🍎"].totl()').encode(),
    "form feed": FAULTY.replace("\n\n\n", "\n\f\n\n").encode(),
    "mixed line ends": FAULTY.replace("\n", "\r\n", 3).encode(),
    "no line end at the end": FAULTY.rstrip().encode(),
    "old Macintosh line ends": FAULTY.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("data", EXOTIC.values(), ids=EXOTIC)
def test_everything_else_survives_byte_for_byte(shop, llmlint, data):
    file = shop.write("tests/test_cart.py", data)
    assert llmlint("tests", "--fix").code == 0
    assert file.read_bytes() == data.replace(b"totl", b"total")


AWAITED = """\
from shop.client import Client


async def test_get():
    assert Client().get().keys(){more}
"""


@pytest.mark.parametrize(
    "data",
    [
        AWAITED.format(more="").replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + AWAITED.format(more="  # ü").encode(),
        AWAITED.format(more="").replace("    ", "\t").encode(),
        AWAITED.format(more='; "🍎".title()').encode(),
        AWAITED.format(more=" == \\\n        {}.keys()").encode(),
    ],
)
def test_so_does_it_where_code_is_written(shop, llmlint, data):
    shop.write("src/shop/client.py", "class Client:\n    async def get(self) -> dict[str, int]:\n        return {}\n")
    file = shop.write("tests/test_cart.py", data)
    assert llmlint("tests", "--fix", "--select", "LLM212").code == 0
    assert file.read_bytes() == data.replace(b"Client().get()", b"(await Client().get())")


def test_a_fix_in_a_conftest_is_seen_by_the_tests_below(shop, llmlint):
    shop.write(
        "tests/conftest.py",
        "import pytest\n\nfrom shop.cart import Crat\n\n\n@pytest.fixture\ndef cart():\n    return Crat()\n",
    )
    shop.write("tests/test_cart.py", "def test_total(cart):\n    assert cart.totl() == 0\n")
    assert llmlint("tests", "--fix").code == 0
    assert "return Cart()" in (shop.path / "tests/conftest.py").read_text()
    assert "cart.total()" in (shop.path / "tests/test_cart.py").read_text()


def test_two_fixes_of_one_line(shop, llmlint):
    shop.write("tests/test_cart.py", FAULTY.replace("cart.totl() == 0", "cart.totl() == cart.totl()"))
    assert llmlint("tests", "--fix").code == 0
    assert "cart.total() == cart.total()" in (shop.path / "tests/test_cart.py").read_text()


def test_fixing_twice_changes_nothing(shop, llmlint):
    llmlint("tests", "--fix", "--unsafe-fixes")
    once = (shop.path / "tests/test_cart.py").read_bytes()
    assert "Fixed" not in llmlint("tests", "--fix", "--unsafe-fixes").err
    assert (shop.path / "tests/test_cart.py").read_bytes() == once


def test_a_string_with_escapes_is_left_alone(shop, llmlint):
    text = "from unittest.mock import patch\n\n\ndef test():\n    with patch('shop\\x2ecart.Crat', autospec=True):\n        pass\n"
    shop.write("tests/test_cart.py", text)
    assert llmlint("tests", "--fix", "--select", "LLM207").code == 1
    assert (shop.path / "tests/test_cart.py").read_text() == text


def test_permissions_and_links_stay(shop, llmlint):
    file = shop.write("elsewhere/real.py", FAULTY)
    os.chmod(file, 0o754)
    link = shop.path / "tests/test_cart.py"
    link.unlink()
    link.symlink_to(file)
    llmlint("tests/test_cart.py", "--fix")
    assert link.is_symlink()
    assert file.read_text() == SOUND
    assert file.stat().st_mode & 0o777 == 0o754
    assert [path.name for path in file.parent.iterdir()] == ["real.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everything")
def test_a_file_that_cannot_be_written_is_said_and_left(shop, llmlint):
    file = shop.path / "tests/test_cart.py"
    file.chmod(0o444)
    outcome = llmlint("tests", "--fix")
    assert outcome.code == 2
    assert "cannot be written" in outcome.err
    assert file.read_text() == FAULTY


def test_a_run_without_fixes_does_not_pay_for_libcst(shop, process):
    code = (
        "import sys; from llmlint.cli.main import run; run(['tests', '--no-cache', '--jobs', '1']);"
        "print('libcst' in sys.modules, file=sys.stderr)"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LLM203" in done.stdout
    assert done.stderr.endswith("False\n")
