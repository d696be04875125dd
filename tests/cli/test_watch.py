"""``llmlint --watch``: the screen follows the files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.conftest import CART, FAULTY, SOUND


class Screen:
    """What a watching process has printed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._text = b""
        self._seen = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while part := os.read(self.process.stdout.fileno(), 65536):
            self._text += part

    def next(self) -> str:
        """The next whole report."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            at = self._text.find(b"Ctrl-C ends\n", self._seen)
            if at >= 0:
                found, self._seen = self._text[self._seen : at], at + len(b"Ctrl-C ends\n")
                return found.decode()
            time.sleep(0.02)
        raise TimeoutError(self._text.decode())


@pytest.fixture
def screen(shop):
    command = [sys.executable, "-m", "llmlint", "--watch", "--no-tools", "--output-format", "concise", "tests"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=shop.path)
    yield Screen(process)
    process.kill()
    process.communicate()


def test_it_follows_tests_sources_contracts_and_settings(shop, screen):
    assert "LLM203" in screen.next()
    shop.write("tests/test_cart.py", SOUND)
    assert "LLM203" not in screen.next()
    shop.write("tests/test_cart.py", FAULTY)
    assert "LLM203" in screen.next()
    shop.write("src/shop/cart.py", CART + "\n    def totl(self) -> int:\n        return 0\n")
    assert "LLM203" not in screen.next()
    shop.write("pyproject.toml", "[tool.llmlint]\nselct = []\n")
    assert "selct" in screen.next()
    shop.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\nselect = ["LLM900"]\n')
    assert "All checks passed" in screen.next()


def test_ctrl_c_is_how_it_ends(screen):
    screen.next()
    screen.process.send_signal(signal.SIGINT)
    assert screen.process.wait(30) == 0


@pytest.mark.parametrize("option", ["--fix", "--add-ignore", "--show-files"])
def test_it_writes_nothing(shop, llmlint, option):
    outcome = llmlint("tests", "--watch", option)
    assert outcome.code == 2
    assert "--watch reports" in outcome.err
