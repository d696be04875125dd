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

    def close(self) -> None:
        """Ends the process, and waits for the thread: a number that it reads from may mean another file afterwards."""
        self.process.kill()
        self._thread.join()
        self.process.communicate()

    def next(self, seconds: float = 60) -> str:
        """The next whole report."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            at = self._text.find(b"Ctrl-C ends\n", self._seen)
            if at >= 0:
                found, self._seen = self._text[self._seen : at], at + len(b"Ctrl-C ends\n")
                return found.decode()
            time.sleep(0.02)
        raise TimeoutError(self._text.decode())


@pytest.fixture
def screen(shop):
    yield from watching(shop)


def watching(shop, *options: str):
    command = [sys.executable, "-m", "llmlint", "--watch", "--no-tools", "--output-format", "concise", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=shop.path)
    screen = Screen(process)
    try:
        yield screen
    finally:
        screen.close()


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


def test_folders_that_come_and_go_are_seen(shop, screen):
    screen.next()
    shop.write("tests/old/test_a.py", FAULTY)
    assert "tests/old/test_a.py" in screen.next()
    (shop.path / "tests/old").rename(shop.path / "tests/new")
    report = screen.next()
    assert "tests/new/test_a.py" in report
    assert "tests/old" not in report
    (shop.path / "tests").rename(shop.path / "away")
    assert "tests/" not in screen.next()


def test_what_settings_name_later_is_watched_from_then_on(shop, screen, tmp_path_factory):
    outside = tmp_path_factory.mktemp("lib")
    (outside / "far.py").write_text("def near() -> None: ...\n")
    shop.write("tests/test_far.py", "import far\n\n\ndef test_far():\n    assert far.near() is None\n")
    screen.next()
    shop.write("pyproject.toml", f'[project]\nname = "shop"\n[tool.llmlint]\nextra-paths = ["{outside}"]\n')
    screen.next()
    assert "'near'" not in screen.next()  # it begins to watch the folder, and reports once more
    (outside / "far.py").write_text("def nearer() -> None: ...\n")
    assert "'near'" in screen.next()


def test_what_nobody_edits_is_no_change(shop):
    shop.write("baseline.json", "{}")
    (shop.path / ".venv").mkdir()
    screens = watching(shop, "--output-format", "markdown:report.md", "--baseline", "baseline.json")
    screen = next(screens)
    screen.next()
    for name in (
        ".venv/x.py",
        "tests/4913",
        "tests/test_cart.py~",
        "notes.txt",
        "node_modules/a.py",
        "tests/.#test_cart.py",
    ):
        shop.write(name, "x\n")
    time.sleep(1)  # llmlint: ignore[LLM409] -- nothing is meant to happen meanwhile
    shop.write("tests/test_cart.py", SOUND)
    assert "LLM203" not in screen.next()
    shop.write("requirements-dev.txt", "x\n")
    screen.next()
    shop.write("baseline.json", "{ }")
    screen.next()
    time.sleep(1)  # llmlint: ignore[LLM409] -- nothing is meant to happen meanwhile
    with pytest.raises(TimeoutError):
        screen.next(2)
    screens.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_how_it_ends(screen, number):
    screen.next()
    screen.process.send_signal(number)
    assert screen.process.wait(30) == 0


@pytest.mark.parametrize("option", ["--fix", "--add-ignore", "--show-files"])
def test_it_writes_nothing(shop, llmlint, option):
    outcome = llmlint("tests", "--watch", option)
    assert outcome.code == 2
    assert "--watch reports" in outcome.err
