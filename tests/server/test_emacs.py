"""``llmlint server`` in a real Emacs, by eglot."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.real_editor import TEST, prepared

SCRIPT = Path(__file__).with_name("eglot.el")


def has_eglot() -> bool:
    if shutil.which("emacs") is None:
        return False
    packages = "/usr/share/emacs/site-lisp/elpa/"
    look = f"""(progn (when (file-directory-p "{packages}") (let ((default-directory "{packages}"))
        (normal-top-level-add-subdirs-to-load-path))) (kill-emacs (if (locate-library "eglot") 0 1)))"""
    return subprocess.run(["emacs", "--batch", "--eval", look], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_eglot(), reason="there is no Emacs with eglot on PATH")
def test_emacs_shows_diagnostics_a_hover_an_action_and_completions(tmp_path):
    environment = {
        **prepared(tmp_path),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        ["emacs", "--batch", "-l", str(SCRIPT)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert (tmp_path / "shown.json").exists(), done.stderr.decode(errors="replace")
    shown = json.loads((tmp_path / "shown.json").read_text(encoding="utf-8"))
    ((row, marked, message),) = shown["diagnostics"]
    assert (row, marked) == (6, "totl")
    assert "LLM203" in message
    assert "LLM203" in shown["hover"]
    assert shown["actions"][0].startswith("Rename to 'total'")
    assert shown["text"] == TEST.replace("totl", "total")
    assert "total" in shown["completions"]
