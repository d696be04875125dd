"""Wrong arguments and results, injected into the tests of a project through fixtures and mocks: who says so?

A call on a fixture (`cart.add("x")`), what its result is compared with, the assertion of a call of a mock, or a `return_value` has a literal taken out and `object()` put
in, where every function of that name in the project has a plain type at that place: such a value is wrong for
certain. All are put into one copy of the project, which plain `mypy --strict` and the deep check are asked about; what either said of
the same rows before does not count.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from llmlint.project.load import load_project
from llmlint.tools.mypy_launch import mypy_command

PLAIN = frozenset({"str", "int", "bool", "float", "bytes", "list", "dict", "tuple", "set"})
ASSERTIONS = frozenset(
    {
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_awaited_with",
        "assert_awaited_once_with",
        "assert_any_await",
    }
)
COMMON = frozenset(name for kind in (str, dict, list, set, bytes, int) for name in dir(kind))

WRONG = {"compared result": b"(1j,)"}
"""What is put in; ``object()`` may be equal to anything, as far as a type checker knows."""

Functions = dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]


@dataclass(frozen=True)
class Injection:
    kind: str
    """``fixture argument``, ``asserted argument``, ``mocked result`` …"""
    path: Path
    node: ast.expr


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("tests", nargs="*", default=["tests"])
    parser.add_argument("--python")
    parser.add_argument("--show", action="store_true", help="list what the deep check does not see")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deep-check-") as folder:
        copy = Path(folder) / options.project.name
        shutil.copytree(
            options.project,
            copy,
            symlinks=True,
            ignore=shutil.ignore_patterns(".git", ".venv", ".llmlint_cache", ".mypy_cache"),
        )
        project = load_project(str(copy), python=options.python)
        plain = [*mypy_command(project), "--strict", "--output", "json", "--show-column-numbers", *options.tests]
        plain += ["--cache-dir", str(Path(folder) / "plain")]
        target = ["--python", options.python] if options.python else []
        deep = [sys.executable, "-m", "llmlint", "check", *options.tests, "--select", "mypy", "--quiet", "--exit-zero"]
        deep += ["--output-format", "json", *target]
        before = rows(plain, copy), rows(deep, copy)
        injections = list(inject(copy, options.tests, functions(project.source_roots, project.own_packages)))
        after = rows(plain, copy), rows(deep, copy)
        report(injections, [new - old for new, old in zip(after, before, strict=True)], copy, show=options.show)


def rows(command: list[str], folder: Path) -> set[tuple[str, int]]:
    environ = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "MYPYPATH")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ, check=False)
    if done.stdout.startswith("["):
        found = json.loads(done.stdout)
        failed = [one["message"] for one in found if one["code"] == "LLM904"]
        if failed:
            sys.exit(failed[0])
        return {(one["filename"], one["location"]["row"]) for one in found}
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines and done.returncode:
        sys.exit(done.stdout + done.stderr)
    ignored = ("no-untyped-def", "no-untyped-call")
    return {(one["file"], one["line"]) for one in lines if one["severity"] == "error" and one["code"] not in ignored}


def functions(roots: tuple[str, ...], packages: frozenset[str]) -> Functions:
    found: Functions = {}
    for root in roots:
        for package in packages:
            for path in sorted(Path(root, package).rglob("*.py")):
                if "tests" in path.relative_to(root).parts:
                    continue
                for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        found.setdefault(node.name, []).append(node)
    return found


def inject(folder: Path, tests: list[str], known: Functions) -> Iterator[Injection]:
    """Changes the files, at most one place a row, and yields what was changed."""
    for test in tests:
        for path in sorted((folder / test).rglob("*.py")):
            text = path.read_text("utf-8")
            try:
                tree = ast.parse(text)
            except SyntaxError:
                continue
            lines = [line.encode() for line in text.split("\n")]
            taken: set[int] = set()
            for kind, node in sorted(places(tree, known), key=lambda item: (item[1].lineno, item[1].col_offset)):
                if node.lineno != node.end_lineno or node.lineno in taken:
                    continue
                taken.add(node.lineno)
                line = lines[node.lineno - 1]
                lines[node.lineno - 1] = (
                    line[: node.col_offset] + WRONG.get(kind, b"object()") + line[node.end_col_offset :]
                )
                yield Injection(kind, path.relative_to(folder), node)
            if taken:
                path.write_bytes(b"\n".join(lines))


def places(tree: ast.Module, known: Functions) -> Iterator[tuple[str, ast.expr]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        probes = {
            row
            for node in ast.walk(function)
            if isinstance(node, ast.Try)
            or (isinstance(node, ast.With | ast.AsyncWith) and not all(map(is_patch, node.items)))
            for row in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        given = {argument.arg for argument in function.args.args if argument.annotation is None} - {"self", "cls"}
        is_test = function.name.startswith("test") and function.returns is None
        patched = patched_names(function)
        for node in ast.walk(function):
            if getattr(node, "lineno", 0) in probes:
                continue
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if is_test and name in given:
                    if callee := only(known, method):
                        yield from (("fixture argument", value) for value in literals(node, callee))
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=method), attr=assertion)) if (
                    assertion in ASSERTIONS
                ):
                    if callee := only(known, method):
                        yield from (("asserted argument", value) for value in literals(node, callee))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=assertion)) if (
                    assertion in ASSERTIONS and name in patched
                ):
                    if callee := only(known, patched[name]):
                        yield from (
                            ("asserted argument of a patched function", value) for value in literals(node, callee)
                        )
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Attribute(attr=method), attr="return_value")], value=value
                ):
                    callee = only(known, method)
                    if callee and all(is_plain(one.returns) for one in callee):
                        yield "mocked result", value
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="return_value")], value=value) if (
                    name in patched
                ):
                    callee = only(known, patched[name])
                    if callee and all(is_plain(one.returns) for one in callee):
                        yield "result of a patched function", value


def patched_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """The names that a function has for the mocks of its patches, and what each of these replaces."""
    found: dict[str, str] = {}
    injected = [name for decorator in reversed(function.decorator_list) if (name := patched_name(decorator))]
    parameters = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    found |= dict(zip(parameters, injected, strict=False))
    for node in ast.walk(function):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name) and (name := patched_name(item.context_expr)):
                    found[item.optional_vars.id] = name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if name := patched_name(node.value):
                found[node.targets[0].id] = name
    return found


def patched_name(node: ast.expr) -> str | None:
    """What ``patch("a.b.name")`` or ``patch.object(a, "name")`` replaces by a mock of its own making."""
    if not isinstance(node, ast.Call) or any(keyword.arg in ("new", "new_callable") for keyword in node.keywords):
        return None
    called = ast.unparse(node.func)
    at = 1 if called.endswith("patch.object") else 0
    if not called.endswith(("patch", "patch.object")) or len(node.args) != at + 1:
        return None
    target = node.args[at]
    return (
        target.value.rpartition(".")[2] if isinstance(target, ast.Constant) and isinstance(target.value, str) else None
    )


def is_patch(item: ast.withitem) -> bool:
    """Whether entering it expects nothing to fail."""
    return isinstance(item.context_expr, ast.Call) and "patch" in ast.unparse(item.context_expr.func)


def only(known: Functions, name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of that name in the project; none where something of Python's own has the name, or a decorator may change it."""
    found = known.get(name, [])
    plain = all(
        ast.unparse(one) in ("staticmethod", "classmethod", "abstractmethod")
        for each in found
        for one in each.decorator_list
    )
    return found if name not in COMMON and plain else []


def literals(call: ast.Call, callees: list[ast.FunctionDef | ast.AsyncFunctionDef]) -> Iterator[ast.expr]:
    """The literal arguments that every one of the functions annotates with a plain type."""
    chosen = [set(map(id, _literals(call, callee))) for callee in callees]
    every = set.intersection(*chosen) if chosen else set()
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    yield from (value for value in values if id(value) in every)


def _literals(call: ast.Call, callee: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    parameters = [argument for argument in callee.args.args if argument.arg not in ("self", "cls")]
    by_name = {argument.arg: argument.annotation for argument in (*parameters, *callee.args.kwonlyargs)}
    for value, parameter in zip(call.args, parameters, strict=False):
        if is_literal(value) and is_plain(parameter.annotation):
            yield value
    for keyword in call.keywords:
        if is_literal(keyword.value) and keyword.arg and is_plain(by_name.get(keyword.arg)):
            yield keyword.value


def is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is not None
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.JoinedStr)


def is_plain(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return isinstance(annotation, ast.Name) and (
        annotation.id in PLAIN or annotation.id in ("Dict", "List", "Tuple", "Set")
    )


def report(injections: list[Injection], said: list[set[tuple[str, int]]], folder: Path, *, show: bool) -> None:
    total: Counter[str] = Counter(one.kind for one in injections)
    found = [Counter(one.kind for one in injections if (one.path.as_posix(), one.node.lineno) in rows) for rows in said]
    print("| injected | | mypy --strict | deep check |\n| --- | ---: | ---: | ---: |")
    for kind in sorted(total):
        print(f"| {kind} | {total[kind]} | {found[0][kind]} | {found[1][kind]} |")
    every = total.total()
    shares = [f"{each.total()} ({100 * each.total() / every:.0f} %)" if every else "0" for each in found]
    print(f"| all | {every} | {shares[0]} | {shares[1]} |")
    if show:
        for one in injections:
            if (one.path.as_posix(), one.node.lineno) not in said[1]:
                line = (folder / one.path).read_text("utf-8").split("\n")[one.node.lineno - 1]
                print(f"missed: {one.kind}: {one.path}:{one.node.lineno}: {line.strip()}")


if __name__ == "__main__":
    main()
