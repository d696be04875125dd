"""The frozen public interface in ``contracts/llmlint`` is what the program has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

LITERALS = """\
llmlint.model.diagnostic.Applicability
llmlint.model.diagnostic.Severity
llmlint.model.diagnostic.Side
"""
"""stubtest takes an alias of several literals for a union, which at run time it is not."""


def test_names_and_signatures_agree(tmp_path):
    allowed = tmp_path / "allowed.txt"
    allowed.write_text(LITERALS)
    modules = ["llmlint.app", "llmlint.model", "llmlint.nolies", "llmlint.testing"]
    modules += [f"llmlint.semantics.{name}" for name in ("nearest", "nouns", "place", "wording")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "--concise", "--allowlist", str(allowed), *modules],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{ROOT / 'contracts'}{os.pathsep}{ROOT / 'src'}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
