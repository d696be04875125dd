"""Trees of files to read projects from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Writes the files, by path from ``root``; a path that ends with ``/`` is an empty folder."""
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8", newline="")
    return root


def plant_interpreter(prefix: Path, version: str) -> Path:
    """Writes what is read of an installed Python; returns its executable."""
    plant(
        prefix,
        {f"bin/python{version}": "", f"lib/python{version}/os.py": "", f"lib/python{version}/site-packages/": ""},
    )
    return prefix / "bin" / f"python{version}"


def plant_venv(prefix: Path, base: Path, version: str, packages: Mapping[str, str] | None = None) -> Path:
    """Writes what is read of a virtual environment made with the Python at ``base``; ``packages`` go to its site-packages."""
    cfg = f"home = {base / 'bin'}\ninclude-system-site-packages = false\nversion = {version}.4\n"
    plant(prefix, {"pyvenv.cfg": cfg, f"lib/python{version}/site-packages/": ""})
    plant(prefix / "lib" / f"python{version}" / "site-packages", packages or {})
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(base / "bin" / f"python{version}")
    return prefix
