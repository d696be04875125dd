"""Freezing well-known packages, and what mypy's stubtest and ``inspect`` say of the result.

    python benchmarks/contracts.py --venv PATH [--package NAME ...] [--keep FOLDER] [--show]

The virtual environment has the packages below and mypy. Each package's sources are copied without the stubs that it carries, frozen
by llmlint (which reads, and runs nothing), and then held against the installed package, which both judges import:

- ``stubtest`` prints every complaint; those that hold for the package's own annotations as well are told apart by hand in the docs;
- ``inspect`` compares names, kinds, parameters, kinds of parameters, which have defaults, literal defaults and base classes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = (
    "attr",
    "cachetools",
    "click",
    "httpx",
    "itsdangerous",
    "jinja2",
    "marshmallow",
    "more_itertools",
    "packaging",
    "requests",
    "structlog",
    "tenacity",
)

SHARED = ("import-untyped", "override", "assignment", "type-arg", "misc", "attr-defined", "valid-newtype")
"""What mypy may complain of in a stub because it does so of the source, or of what is not installed: else stubtest does
not begin."""

INSPECT = r"""
import ast, importlib, inspect, json, sys, os
folder, package = sys.argv[1:]
counts = {}
wrong = []
def count(what, good, detail=None):
    found = counts.setdefault(what, [0, 0])
    found[0] += 1
    if good: found[1] += 1
    else: wrong.append(f"{what}: {detail}")
def parameters(node):
    a = node.args
    positional = [*a.posonlyargs, *a.args]
    missing = len(positional) - len(a.defaults)
    out = []
    for i, p in enumerate(positional):
        d = a.defaults[i - missing] if i >= missing else None
        out.append((p.arg, "pos" if i < len(a.posonlyargs) else "both", d))
    if a.vararg: out.append((a.vararg.arg, "args", None))
    for p, d in zip(a.kwonlyargs, a.kw_defaults): out.append((p.arg, "key", d))
    if a.kwarg: out.append((a.kwarg.arg, "kwargs", None))
    return out
KINDS = {0: "pos", 1: "both", 2: "args", 3: "key", 4: "kwargs"}
def function(where, nodes, real):
    if len(nodes) > 1: return  # overloads
    node = nodes[0]
    raw = real
    if isinstance(raw, (staticmethod, classmethod)): raw = raw.__func__
    try: signature = inspect.signature(raw)
    except (TypeError, ValueError): return
    mine = parameters(node)
    theirs = [(p.name, KINDS[p.kind], p.default) for p in signature.parameters.values()]
    if getattr(raw, "__code__", None) is not None or hasattr(raw, "__wrapped__"):
        if getattr(raw, "__name__", node.name) == "<lambda>" and node.name == "__init__": return
        count("signatures", [p[:2] for p in mine] == [p[:2] for p in theirs], f"{where}: {[p[:2] for p in mine]} / {signature}")
        for (name, _, d), (_, _, real_default) in zip(mine, theirs):
            has = real_default is not inspect.Parameter.empty
            count("has default", (d is not None) == has, f"{where}({name})")
            if d is not None and has:
                try: value = ast.literal_eval(d)
                except Exception: continue
                if value is ...: continue
                count("literal defaults", value == real_default, f"{where}({name}): {value!r} / {real_default!r}")
        count("async", isinstance(node, ast.AsyncFunctionDef) == inspect.iscoroutinefunction(raw), where)
def body(where, statements, real, is_class):
    functions, others = {}, {}
    def walk(statements):
        for s in statements:
            if isinstance(s, ast.If):
                try: on = eval(compile(ast.Expression(s.test), "", "eval"), {"sys": sys, "TYPE_CHECKING": False, "typing": importlib.import_module("typing"), "t": importlib.import_module("typing")})
                except Exception: on = True
                walk(s.body if on else s.orelse)
            elif isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef)): functions.setdefault(s.name, []).append(s)
            elif isinstance(s, ast.ClassDef): others[s.name] = s
            elif isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name): others[s.target.id] = s
            elif isinstance(s, ast.Assign):
                for t in s.targets:
                    if isinstance(t, ast.Name): others[t.id] = s
    walk(statements)
    have = set(functions) | set(others)
    for name, nodes in functions.items():
        if is_class: found = inspect.getattr_static(real, name, None)
        else: found = getattr(real, name, None)
        ok = found is not None
        count("methods" if is_class else "functions", ok, f"{where}.{name}")
        if not ok: continue
        if isinstance(found, property) or not (inspect.isroutine(found) or isinstance(found, (staticmethod, classmethod))):
            continue
        function(f"{where}.{name}", [n for n in nodes], found)
    for name, node in others.items():
        if isinstance(node, ast.ClassDef):
            found = getattr(real, name, None)
            count("classes", inspect.isclass(found), f"{where}.{name}")
            if inspect.isclass(found):
                mine = [ast.unparse(b).partition("[")[0].rpartition(".")[2] for b in node.bases]
                theirs = [b.__name__ for b in getattr(found, "__orig_bases__", found.__bases__) if hasattr(b, "__name__")]
                drop = {"object", "Generic", "Protocol", "NamedTuple", "TypedDict", "tuple", "dict"}
                count("bases", [m for m in mine if m not in drop] == [t for t in theirs if t not in drop] or "namedtuple" in str(mine), f"{where}.{name}: {mine} / {theirs}")
                body(f"{where}.{name}", node.body, found, True)
        elif not is_class and name != "__all__":
            count("variables", hasattr(real, name), f"{where}.{name}")
    if is_class:
        for name, value in vars(real).items():
            if name.startswith("_") : continue
            count("members there", name in have, f"{where}.{name}")
    else:
        public = getattr(real, "__all__", None)
        names = public if public is not None else [n for n in dir(real) if not n.startswith("_")]
        for name in names:
            value = getattr(real, name, None)
            if inspect.ismodule(value): continue
            if public is None and getattr(value, "__module__", real.__name__) != real.__name__: continue
            if public is None and not (inspect.isclass(value) or inspect.isroutine(value)): continue
            imported = imports(statements)
            count("names there", name in have or name in imported or "*" in imported, f"{where}.{name}")
def imports(statements):
    found = set()
    for s in statements:
        if isinstance(s, (ast.Import, ast.ImportFrom)): found |= {a.asname or a.name for a in s.names}
        if isinstance(s, ast.If): found |= imports(s.body) | imports(s.orelse)
    return found
for top, _, files in os.walk(folder):
    for file in sorted(files):
        if not file.endswith(".pyi"): continue
        path = os.path.join(top, file)
        name = os.path.relpath(path, folder)[:-4].replace(os.sep, ".").removesuffix(".__init__")
        try: real = importlib.import_module(name)
        except Exception as error: wrong.append(f"import: {name}: {error}"); continue
        body(name, ast.parse(open(path).read()).body, real, False)
json.dump({"counts": counts, "wrong": wrong}, sys.stdout)
"""


def main() -> int:
    """Freezes and compares; prints a table, and with ``--show`` every disagreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--package", action="append")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    python = options.venv / "bin" / "python"
    site = next((options.venv / "lib").glob("python*/site-packages"))
    totals: dict[str, list[int]] = {}
    print(f"{'package':<16}{'modules':>8}{'seconds':>9}{'stubtest':>10}{'inspect':>16}")
    for package in options.package or PACKAGES:
        modules, seconds, contracts = _freeze(package, site, options.venv, folder)
        complaints = _stubtest(package, contracts, python)
        done = subprocess.run(
            [python, "-W", "ignore", "-c", INSPECT, contracts, package], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 2
        found = json.loads(done.stdout)
        all_, good = (sum(pair[index] for pair in found["counts"].values()) for index in (0, 1))
        print(f"{package:<16}{modules:>8}{seconds:>9.2f}{len(complaints):>10}{f'{good} of {all_}':>16}")
        for what, (number, right) in found["counts"].items():
            total = totals.setdefault(what, [0, 0])
            total[0] += number
            total[1] += right
        if options.show:
            for line in [*complaints, *found["wrong"]]:
                print(f"    {line}")
    for what, (number, right) in sorted(totals.items()):
        print(f"{what:<20} {right} of {number}")
    return 0


def _freeze(package: str, site: Path, venv: Path, folder: Path) -> tuple[int, float, Path]:
    project = folder / package
    if project.exists():
        shutil.rmtree(project)
    ignored = shutil.ignore_patterns("*.pyi", "__pycache__", "*.so", "tests")
    if (site / package).is_dir():
        shutil.copytree(site / package, project / "src" / package, ignore=ignored)
    else:
        (project / "src").mkdir(parents=True)
        shutil.copy(site / f"{package}.py", project / "src")
    (project / "pyproject.toml").write_text(f'[project]\nname = "{package}-frozen"\nversion = "1"\n')
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "llmlint", "contract", "freeze", "--python", venv, "--quiet", package],
        cwd=project,
        check=True,
    )
    seconds = time.perf_counter() - started
    contracts = project / "contracts"
    return sum(1 for _ in contracts.rglob("*.pyi")), seconds, contracts


def _stubtest(package: str, contracts: Path, python: Path) -> list[str]:
    config = contracts.parent / "mypy.ini"
    config.write_text(f"[mypy]\nignore_missing_imports = true\ndisable_error_code = {', '.join(SHARED)}\n")
    done = subprocess.run(
        [python, "-W", "ignore", "-m", "mypy.stubtest", "--concise", "--mypy-config-file", config, package],
        capture_output=True,
        text=True,
        check=False,
        cwd=contracts.parent,
        env={**os.environ, "MYPYPATH": str(contracts)},
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode not in (0, 1):
        lines.append(done.stderr.strip())
    return lines


if __name__ == "__main__":
    sys.exit(main())
