"""What LLM501 says of stubs that other people wrote by hand, and that mypy's stubtest accepts: nearly nothing, if it is right.

    python benchmarks/contract_stubs.py --venv PATH [--package NAME ...] [--show]
    python benchmarks/contract_stubs.py --typeshed [--show]

With ``--venv``, every package of the environment that has both sources and stubs of typeshed beside them (``pip install requests
types-requests``): the sources are copied without stubs, the stubs become the contracts. With ``--typeshed``, the standard library of the running
Python (its Python sources) against the stubs that mypy carries.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = (
    "test",
    "tests",
    "site-packages",
    "lib2to3",
    "idlelib",
    "turtledemo",
    "__pycache__",
    "*.so",
    "*.pyi",
    "config-*",
    "__phello__",
)
KINDS = {
    "does not have": "missing", "which the source": "signature", "which the contract": "signature", "by default in": "value or default", " derives from ": "bases", " overloads ": "overloads",
    " in another order": "signature", "positional": "kind of parameter", "keyword-only": "kind of parameter",
    "is required in": "required", "is optional in": "required", "returns ": "type", "coroutine": "async",
}  # fmt: skip
"""By words of the message; what none of them is in is about a type, a value or a kind."""


def main() -> int:
    """Prints a line for each package, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path)
    parser.add_argument("--package", action="append")
    parser.add_argument("--typeshed", action="store_true")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not options.venv and not options.typeshed:
        parser.error("one of --venv and --typeshed")
    totals: Counter[str] = Counter()
    stubs = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, root in projects(options, Path(folder)):
            count = sum(file.endswith(".pyi") for _, _, files in os.walk(root / "contracts") for file in files)
            found = drifts(root, options.venv)
            kinds = Counter(_kind(one["message"]) for one in found)
            print(f"{name:<24}{count:>6} stubs{len(found):>6}  {', '.join(f'{n} {k}' for k, n in kinds.most_common())}")
            if options.show:
                for one in found:
                    print(f"    {one['filename']}:{one['location']['row']}: {one['message']}")
            totals += kinds
            stubs += count
    print(
        f"{'all':<24}{stubs:>6} stubs{sum(totals.values()):>6}  {', '.join(f'{n} {k}' for k, n in totals.most_common())}"
    )
    return 0


def projects(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path]]:
    """A project for each package: sources in ``src``, stubs in ``contracts``."""
    if options.typeshed:
        import mypy

        stubs = Path(mypy.__file__).parent / "typeshed" / "stdlib"
        yield "the standard library", _plant(folder / "std", Path(sysconfig.get_path("stdlib")), stubs, "")
        return
    site = next((options.venv / "lib").glob("python*/site-packages"))
    for stubs in sorted(site.glob("*-stubs")):
        name = stubs.name.removesuffix("-stubs")
        source = site / name if (site / name).is_dir() else site / f"{name}.py"
        if source.exists() and (not options.package or name in options.package):
            yield name, _plant(folder / name, source, stubs, name)


def _plant(root: Path, source: Path, stubs: Path, name: str) -> Path:
    ignored = shutil.ignore_patterns(*LEFT_OUT)
    (root / "src").mkdir(parents=True)
    if source.is_file():
        shutil.copy(source, root / "src")
        (root / "contracts").mkdir()
        shutil.copy(stubs / "__init__.pyi", root / "contracts" / f"{name}.pyi")
    else:
        shutil.copytree(source, root / "src" / name, ignore=ignored, dirs_exist_ok=True)
        shutil.copytree(
            stubs, root / "contracts" / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("VERSIONS", "@*")
        )
    if not name:
        # What is said of the module that gives all others their words needs that module itself, as typeshed has it.
        for path in (root / "src" / "typing.py", root / "contracts" / "typing.pyi"):
            path.unlink()
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "{name or "std"}-contract"\nversion = "1"\n[tool.llmlint]\nsrc = ["src"]\ncontracts = ["contracts"]\n'
    )
    return root


def drifts(root: Path, venv: Path | None) -> list[dict[str, object]]:
    """The findings of LLM501 about modules that both sides have."""
    python = ["--python", str(venv)] if venv else []
    done = subprocess.run(
        [sys.executable, "-m", "llmlint", "contract", "check", "--output-format", "json", "--quiet", *python],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return [
        one for one in found if one["code"] == "LLM501" and "the module of this contract" not in str(one["message"])
    ]


def _kind(message: str) -> str:
    return next((kind for words, kind in KINDS.items() if words in message), "type, value or kind")


if __name__ == "__main__":
    sys.exit(main())
