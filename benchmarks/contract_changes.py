"""What ``llmlint contract diff`` and griffe find of the changes in changes.toml; the processor time of each contract command; how many
tokens a digest needs.

    python benchmarks/contract_changes.py                            # the changes, by kind
    python benchmarks/contract_changes.py --speed FOLDER --python P   # the commands on a project
    python benchmarks/contract_changes.py --speed FOLDER --python P --tests --module M  # also those that read the tests
    python benchmarks/contract_changes.py --parsers FOLDER --python P  # what reading the sources with libcst would cost
    python benchmarks/contract_changes.py --tokens FOLDER --python P  # the digest of a project, by how much prose is kept

A change counts as found when something is said of its symbol (griffe: of its path), and as classified when the right kind is said
and breaking or not is right. griffe only ever reports what breaks, so that for it the changes that do not break are left out of the
count of classified ones.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

TYPED = (
    "parameter-type", "return-type", "type", "async", "overload-removed", "overload-added", "key-removed", "key-added", "key-required",
    "protocol-member-added", "protocol-member-removed", "raises-added", "raises-removed",
)  # fmt: skip
"""Kinds that are there for type checkers and readers: annotations, coroutines, overloads, TypedDicts, Protocols, documented exceptions."""

TABLE = Path(__file__).parent / "changes.toml"


def main() -> int:
    """Runs one of the two comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=Path, metavar="FOLDER")
    parser.add_argument("--parsers", type=Path, metavar="FOLDER")
    parser.add_argument("--tokens", type=Path, metavar="FOLDER")
    parser.add_argument("--python", type=Path)
    parser.add_argument(
        "--module", default="", help="For --speed: the module that prompt, fixtures and scaffold are about."
    )
    parser.add_argument("--tests", action="store_true", help="For --speed: also what reads every test.")
    options = parser.parse_args()
    if options.parsers:
        return parsers(options)
    if options.tokens:
        return tokens_of(options)
    return speed(options) if options.speed else changes()


def parsers(options: argparse.Namespace) -> int:
    """Processor seconds, the best of two, for the sources of all public modules, and for the stubs that are made of them."""
    import ast

    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    from llmlint.contracts.layout import places
    from llmlint.lifecycle.freeze.freezer import Freezer
    from llmlint.project.load import Loader, Options

    def best(do: object) -> float:
        spent = []
        for _ in range(2):
            before = time.process_time()
            do()  # type: ignore[operator]
            spent.append(time.process_time() - before)
        return min(spent)

    project = Loader(Options(str(options.python) if options.python else None, (), False)).project_of(
        str(options.parsers)
    )
    every = places(project)
    chosen = [place for place in every if not place.private]
    sources = [Path(place.source).read_text(encoding="utf-8") for place in chosen]
    stubs = [one.text for one in Freezer(project).all(chosen, every)]
    print(f"{len(sources)} modules, {sum(text.count(chr(10)) for text in sources):,} lines")
    print(f"freezing {best(lambda: Freezer(project).all(chosen, every)):.2f} s")
    for name, texts in (("sources", sources), ("stubs", stubs)):
        trees = [libcst.parse_module(text) for text in texts]
        print(f"{name}: ast {best(lambda texts=texts: [ast.parse(text) for text in texts]):.2f} s", end="")
        print(f", libcst {best(lambda texts=texts: [libcst.parse_module(text) for text in texts]):.2f} s", end="")
        resolve = lambda trees=trees: [  # noqa: E731 - timed below
            MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider) for tree in trees
        ]
        print(f", its positions {best(resolve):.2f} s more")
    return 0


def tokens_of(options: argparse.Namespace) -> int:
    """Tokens (llmlint's estimate) of the digest of all modules, in both forms."""
    import json

    from llmlint.contracts.layout import places
    from llmlint.lifecycle.digest import LEVELS, as_json, as_stub
    from llmlint.lifecycle.promises import Reader
    from llmlint.lifecycle.tokens import tokens
    from llmlint.project.load import Loader, Options

    project = Loader(Options(str(options.python) if options.python else None, (), False)).project_of(
        str(options.tokens)
    )
    reader = Reader(project)
    promises = [reader.read(place) for place in places(project) if not place.private]
    print(f"{len(promises)} modules")
    print(f"{'':<14}{'stub':>10}{'JSON':>10}")
    for level in LEVELS:
        stub = tokens(as_stub(promises, level=level))
        document = as_json(project, promises, [], level=level)
        print(f"{level:<14}{stub:>10,}{tokens(json.dumps(document, ensure_ascii=False)):>10,}")
    return 0


def changes() -> int:
    """Counts by kind."""
    from llmlint.lifecycle.diff.between import Between
    from llmlint.project.load import Loader, Options

    cases = tomllib.loads(TABLE.read_text(encoding="utf-8"))["change"]
    with tempfile.TemporaryDirectory() as folder:
        roots = {state: _plant(Path(folder) / state, cases, state) for state in ("old", "new")}
        projects = [Loader(Options(None, (), True)).project_of(str(root)) for root in roots.values()]
        report = Between(projects[0], projects[1]).report()
        ours = {(one.symbol, one.kind, one.breaking) for one in report.changes}
        theirs = _griffe(roots["old"], roots["new"])
    print(f"{'kind':<26}{'changes':>8}{'llmlint':>9}{'classified':>11}{'griffe':>8}{'of breaking':>13}")
    totals, typed = [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]
    for kind in dict.fromkeys(case["kind"] for case in cases):
        row = [0, 0, 0, 0, 0]
        for index, case in enumerate(cases):
            if case["kind"] != kind:
                continue
            symbol = f"shop.things_{index}.{case['symbol']}"
            row[0] += 1
            row[1] += any(one[0] == symbol for one in ours)
            row[2] += (symbol, kind, case["breaking"]) in ours
            row[3] += any(path == symbol or path.startswith(f"{symbol}(") for path in theirs)
            row[4] += case["breaking"]
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        if kind in TYPED:
            typed = [a + b for a, b in zip(typed, row, strict=True)]
        print(f"{kind:<26}{row[0]:>8}{row[1]:>9}{row[2]:>11}{row[3]:>8}{row[4]:>13}")
    print(f"{'the typed ones':<26}{typed[0]:>8}{typed[1]:>9}{typed[2]:>11}{typed[3]:>8}{typed[4]:>13}")
    print(f"{'all':<26}{totals[0]:>8}{totals[1]:>9}{totals[2]:>11}{totals[3]:>8}{totals[4]:>13}")
    return 0


def _plant(root: Path, cases: list[dict[str, str]], state: str) -> Path:
    (root / "shop").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (root / "shop" / "__init__.py").write_text("")
    for index, case in enumerate(cases):
        (root / "shop" / f"things_{index}.py").write_text(case[state])
    return root


def _griffe(old: Path, new: Path) -> set[str]:
    import griffe

    logging.getLogger("griffe").setLevel(logging.CRITICAL)
    loaded = []
    for root in (old, new):
        loader = griffe.GriffeLoader(search_paths=[str(root)])
        loaded.append(loader.load("shop"))
    with contextlib.redirect_stderr(io.StringIO()):
        return {breakage.obj.path for breakage in griffe.find_breaking_changes(*loaded)}


def speed(options: argparse.Namespace) -> int:
    """Seconds of each command, the best of three; nothing is written but caches, and with ``--tests`` one file for a while."""
    python = ["--python", str(options.python)] if options.python else []
    module = options.module
    commands = {
        "freeze": ["freeze", "--stdout"],
        "check": ["check"],
        "digest": ["digest"],
        "digest --budget 100000": ["digest", "--budget", "100000"],
        "diff . .": ["diff", ".", ".", "--no-tests", "--of", "sources"],
    }
    if module:
        commands |= {"prompt": ["prompt", module], "fixtures": ["fixtures", module], "scaffold": ["scaffold", module]}
    changed = None
    if options.tests:
        commands |= {"coverage, cold": ["coverage", "--no-cache"], "coverage, warm": ["coverage"]}
        if module:
            commands["coverage of the module"] = ["coverage", "--no-cache", module]
            changed = _changed(options.speed, module)
            commands["diff, tests, cold"] = ["diff", "--of", "sources", "--no-cache"]
            commands["diff, tests, warm"] = ["diff", "--of", "sources"]
    try:
        _time(commands, python, options.speed)
    finally:
        if changed is not None:
            changed[0].write_text(changed[1], encoding="utf-8")
    return 0


def _changed(project: Path, module: str) -> tuple[Path, str]:
    """Gives the first public method of the module one more parameter; the file, and what it held."""
    import ast

    path = next(project.rglob(f"{module.replace('.', '/')}.py"))
    text = path.read_text(encoding="utf-8")
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    methods = [
        node for cls in classes for node in cls.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    method = next(node for node in methods if not node.name.startswith("_") and node.args.args)
    first = text.split("\n")[method.args.args[0].lineno - 1]
    lines = text.split("\n")
    lines[method.args.args[0].lineno - 1] = first.replace("self", "self, because_of_the_benchmark", 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path, text


def _time(commands: dict[str, list[str]], python: list[str], folder: Path) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as it is where llmlint was installed
    for name, command in commands.items():
        best, least = 1e9, 1e9
        for _ in range(3):
            before, started = os.times(), time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "llmlint", "contract", *command, *python, "-q"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            after = os.times()
            spent = after.children_user + after.children_system - before.children_user - before.children_system
            best, least = min(best, spent), min(least, time.perf_counter() - started)
            if done.returncode == 2:
                print(f"{name}: {done.stderr.strip()}", file=sys.stderr)
        print(f"{name:<26}{best:>6.2f} s of processors, {least:>6.2f} s by the clock")


if __name__ == "__main__":
    sys.exit(main())
