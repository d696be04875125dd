"""Editable installs: ``.pth`` files and the import hooks that they start, read instead of run."""

from __future__ import annotations

import ast
import json
import os
import re
import warnings
from collections.abc import Iterator

from llmlint.model.record import record

_HOOK_IMPORT = re.compile(r"import[ \t]+(_[\w]*editable[\w]*)")


@record
class PathConfiguration:
    """What the ``.pth`` files of a folder add."""

    folders: tuple[str, ...]
    """More import roots, in order."""
    modules: tuple[tuple[str, str], ...]
    """(module, file or folder)."""


def read_pth_files(site: str, names: list[str]) -> PathConfiguration:
    """What the ``.pth`` files among ``names``, the entries of the folder ``site``, add (``site.addpackage``)."""
    folders: list[str] = []
    modules: list[tuple[str, str]] = []
    for name in sorted(names):
        if not name.endswith(".pth") or name.startswith("."):
            continue
        for line in _text(os.path.join(site, name)).splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith(("import ", "import\t")):
                if hook := _HOOK_IMPORT.match(line):
                    modules.extend(_hook_modules(os.path.join(site, hook[1] + ".py")))
                continue
            folder = os.path.normpath(os.path.join(site, line.rstrip()))
            if os.path.exists(folder):
                folders.append(folder)
    return PathConfiguration(tuple(dict.fromkeys(folders)), tuple(dict.fromkeys(modules)))


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            return file.read().replace("\0", "")
    except OSError:
        return ""


def _hook_modules(path: str) -> Iterator[tuple[str, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(_text(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in tree.body:
        name, value = _assignment(statement)
        if name == "MAPPING" and isinstance(value, dict):  # setuptools
            for module, target in value.items():
                if isinstance(module, str) and isinstance(target, str):
                    yield module, _existing(target)
        elif name == "NAMESPACES" and isinstance(value, dict):
            for module, targets in value.items():
                for target in targets if isinstance(targets, list) else ():
                    if isinstance(module, str) and isinstance(target, str) and os.path.isdir(target):
                        yield module, target
        elif (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and isinstance(statement.value.func, ast.Name)
            and statement.value.func.id == "install"
        ):
            arguments = [_literal(argument) for argument in statement.value.args]
            if arguments and isinstance(arguments[0], dict):
                yield from _scikit_build(arguments[0])
            elif len(arguments) > 1 and isinstance(arguments[0], set | list) and isinstance(arguments[1], str):
                yield from _meson(set(arguments[0]), arguments[1])


def _assignment(statement: ast.stmt) -> tuple[str, object]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return statement.target.id, _literal(statement.value)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, _literal(statement.value)
    return "", None


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _existing(target: str) -> str:
    """setuptools maps a single module to its file, some versions without the suffix."""
    return target + ".py" if not os.path.exists(target) and os.path.isfile(target + ".py") else target


def _scikit_build(files: dict[object, object]) -> Iterator[tuple[str, str]]:
    """scikit-build-core: dotted name of each module → its file."""
    for module, file in sorted(files.items(), key=str):
        if isinstance(module, str) and isinstance(file, str) and "." not in module:
            package = os.path.basename(file).startswith("__init__.")
            yield module, os.path.dirname(file) if package else file


def _meson(names: set[object], build: str) -> Iterator[tuple[str, str]]:
    """meson-python: names of the packages, and a build folder whose install plan says where each source lies."""
    try:
        with open(os.path.join(build, "meson-info", "intro-install_plan.json"), encoding="utf-8") as file:
            plan = json.load(file)
    except (OSError, ValueError, RecursionError):
        return
    found: dict[str, str] = {}
    for group in plan.values() if isinstance(plan, dict) else ():
        for source, entry in group.items() if isinstance(group, dict) else ():
            destination = entry.get("destination") if isinstance(entry, dict) else None
            parts = destination.split("/") if isinstance(destination, str) else []
            if len(parts) > 1 and parts[0].startswith("{py_"):
                if len(parts) == 3 and parts[2] == "__init__.py" and parts[1] in names:
                    found[parts[1]] = os.path.dirname(source)
                elif len(parts) == 2 and parts[1].removesuffix(".py") in names:
                    found[parts[1].removesuffix(".py")] = source
    yield from sorted(found.items())
