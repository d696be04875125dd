"""``llmlint server`` in a real Neovim."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.real_editor import TEST, prepared


@pytest.mark.skipif(shutil.which("nvim") is None, reason="there is no Neovim (nvim) on PATH")
def test_neovim_shows_diagnostics_a_hover_and_an_action(tmp_path):
    environment = {
        **prepared(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    script = Path(__file__).with_name("neovim.lua")
    done = subprocess.run(
        ["nvim", "--clean", "--headless", "-n", "-c", f"luafile {script}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=180,
    )
    shown = json.loads((tmp_path / "shown.json").read_text(encoding="utf-8"))
    assert "problem" not in shown, (shown["problem"], done.stderr.decode())
    ((row, column, code, source, message),) = shown["diagnostics"]
    assert (row, code, source) == (5, "LLM203", "llmlint")
    # Neovim counts in bytes: an apple is four, an accent two.
    assert column == len(TEST.splitlines()[5].partition("totl")[0].encode())
    assert "totl" in message
    assert any("totl" in chunk for chunk in shown["virtual"])
    assert any("LLM203" in line for line in shown["hover"])
    assert any("total" in line for line in shown["hover"])
    assert any(title.startswith("Rename") for title in shown["actions"])
    assert any(title.startswith("Suppress LLM203") for title in shown["actions"])
    assert "\n".join(shown["text"]) + "\n" == TEST.replace("totl", "total")
