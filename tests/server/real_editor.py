"""What is opened in a real editor, and how the editor's script hears of the server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.conftest import CART, Folder

TEST = """\
from shop.cart import Cart


def test_total():
    cart = Cart()
    assert len("\U0001f34e\u00e9") == cart.totl()
"""


def prepared(path: Path) -> dict[str, str]:
    """Writes a small project into a folder; the environment for an editor, whose script leaves there what it was shown (``shown.json``)."""
    folder = Folder(path)
    folder.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    folder.write("src/shop/__init__.py", "")
    folder.write("src/shop/cart.py", CART)
    folder.write("tests/test_cart.py", TEST)
    command = [sys.executable, "-m", "llmlint", "server", "--no-tools"]
    return {**os.environ, "LLMLINT_SERVER": "\n".join(command), "LLMLINT_SHOWN": str(path / "shown.json")}
