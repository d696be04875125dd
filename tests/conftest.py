"""A small project to lint, and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmlint.cli.main import run
from llmlint.cli.start import COMMANDS

CART = """\
class Cart:
    def __init__(self) -> None:
        self.items: list[str] = []

    def add(self, item: str, quantity: int = 1) -> None:
        self.items.append(item)

    def total(self) -> int:
        return len(self.items)
"""

FAULTY = """\
from shop.cart import Cart


def test_total():
    cart = Cart()
    assert cart.totl() == 0
"""

SOUND = """\
from shop.cart import Cart


def test_total():
    cart = Cart()
    assert cart.total() == 0
"""


@dataclass
class Outcome:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The codes in the order of a JSON report."""
        return [finding["code"] for finding in self.json]


class Folder:
    """A folder that files are written to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> Path:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target


def _alone(arguments: tuple[str, ...]) -> list[str]:
    """The arguments; where a test does not speak of tools, none run: what they cost would be paid hundreds of times."""
    linting = (
        not arguments or arguments[0] == "check" or arguments[0] not in (*COMMANDS, "--help", "-h", "--version", "-V")
    )
    return [*arguments, "--no-tools"] if linting and "--tools" not in arguments else list(arguments)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty project, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV"):
        monkeypatch.delenv(variable, raising=False)
    folder = Folder(tmp_path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    return folder


@pytest.fixture
def shop(empty: Folder) -> Folder:
    """A project with one class and one faulty test."""
    empty.write("src/shop/__init__.py", "")
    empty.write("src/shop/cart.py", CART)
    empty.write("tests/test_cart.py", FAULTY)
    return empty


@pytest.fixture(scope="session")
def tool_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache that the runs of tools share: mypy reads the standard library once."""
    return str(tmp_path_factory.mktemp("tools"))


@pytest.fixture
def llmlint(capsys: pytest.CaptureFixture[str], tool_cache: str) -> Callable[..., Outcome]:
    """Runs the command line in this process."""

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        shared = ["--config", f'cache-dir="{tool_cache}"'] if "--tools" in arguments else []
        code = run([*_alone(arguments), *shared])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def process() -> Callable[..., Outcome]:
    """Runs the command line in a process of its own."""

    def call(*arguments: str, given: bytes = b"", **environment: str) -> Outcome:
        import os

        done = subprocess.run(
            [sys.executable, "-m", "llmlint", *_alone(arguments)],
            input=given,
            capture_output=True,
            check=False,
            timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
