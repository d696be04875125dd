"""Where in a project its own packages lie: import roots, package names, contract roots."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

TEST_FOLDERS = frozenset({"test", "tests"})
"""Folders of tests by convention; what lies in them is not the project's own code."""

_NOT_PACKAGES = frozenset(
    (
        *(
            "benchmark",
            "benchmarks",
            "bin",
            "build",
            "changelog",
            "changes",
            "dist",
            "doc",
            "docs",
            "downloads",
            "etc",
            "example",
            "examples",
        ),
        *("extras", "fixtures", "htmlcov", "images", "img", "include", "locale", "media", "migrations", "node_modules"),
        *("notebooks", "packaging", "requirements", "resources", "share", "site", "static", "templates", "testdata"),
        *("tmp", "var", "vendor"),
    )
)
"""Folders that are not namespace packages of the project, whatever Python they hold."""

_NOT_MODULES = frozenset({"setup", "conftest", "noxfile", "__main__", "__init__"})
_EXTENSION_MODULE = re.compile(r"(\w+)(?:\.[\w-]+)?\.(?:so|pyd)")
_TEST_MODULE = re.compile(r"test_.*|.*_test")


def packages_in(folder: str, *, flat: bool = False, regular: bool = False) -> frozenset[str]:
    """Names of the packages and modules that can be imported when ``folder`` is on the path.

    A folder without ``__init__.py`` counts as a namespace package when it or one of its folders holds Python. ``flat`` says that the
    folder is the root of a project, where tests, documents and scripts for its upkeep lie beside the code; ``regular`` leaves
    namespace packages and modules out.
    """
    return frozenset(name for name, is_regular in _entries(folder, flat=flat) if is_regular or not regular)


def holds_code(folder: str) -> bool:
    """Whether ``folder``, the root of a project, holds packages or modules."""
    return bool(packages_in(folder, flat=True))


def holds_packages(folder: str) -> bool:
    """Whether ``folder`` holds a regular package (with ``__init__.py``), tests left out."""
    return any(regular for _, regular in _entries(folder, flat=True))


def import_root(path: str) -> str:
    """The folder that pytest's ``prepend`` import mode puts on the path for a file: the first above it without ``__init__.py``."""
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    return folder


def source_roots(base: str, declared: Sequence[str] = ()) -> tuple[str, ...]:
    """The import roots of the code in ``base``: what its build settings declared, else ``src/``, else ``lib/`` or ``python/`` where the
    base itself has no package, else the base; with it folders of the base that only gather packages, as ``backend/``.
    """
    roots = [folder for folder in declared if os.path.isdir(folder)]
    if roots:
        return tuple(dict.fromkeys(roots))
    src = os.path.join(base, "src")
    if not os.path.isfile(os.path.join(src, "__init__.py")) and holds_code(src):
        return (src,)
    if holds_packages(base):
        return (base,)
    gathering = []
    for name in _subfolders(base):
        folder = os.path.join(base, name)
        if name not in TEST_FOLDERS and name not in _NOT_PACKAGES and holds_packages(folder):
            gathering.append(folder)
    for name in ("lib", "python"):
        folder = os.path.join(base, name)
        if folder in gathering:
            return (folder,)
    return (base, *gathering)


def contract_prefix(folder: str, own: Iterable[str], roots: Sequence[str]) -> str:
    """The package whose submodules the stubs in ``folder`` describe; '' where they stand under their full names.

    ``contracts/shop/cart.pyi`` stands under its full name if ``shop`` is a package of the project; ``contracts/core/config.pyi``
    describes ``app.core.config`` if ``app`` is the only package with those submodules.
    """
    names = {name for name in _stub_names(folder) if name != "__init__"}
    own = frozenset(own)
    if not names or names & own:
        return ""
    counts: dict[str, int] = {}
    for package in sorted(own):
        inside: set[str] = set()
        for root in roots:
            inside |= packages_in(os.path.join(root, package))
        if matches := len(names & inside):
            counts[package] = matches
    if not counts:
        return ""
    best = max(counts.values())
    winners = [package for package, matches in counts.items() if matches == best]
    return winners[0] if len(winners) == 1 and 2 * best >= len(names) else ""


def holds_stubs(folder: str) -> bool:
    """Whether a ``.pyi`` file lies anywhere in ``folder``."""
    return any(name.endswith(".pyi") for _, _, files in os.walk(folder) for name in files)


def _stub_names(folder: str) -> frozenset[str]:
    names: set[str] = set()
    for entry in _scan(folder):
        if entry[1]:
            if entry[0].isidentifier() and holds_stubs(os.path.join(folder, entry[0])):
                names.add(entry[0])
        elif entry[0].endswith(".pyi"):
            names.add(entry[0].removesuffix(".pyi"))
    return frozenset(names)


def _entries(folder: str, *, flat: bool) -> list[tuple[str, bool]]:
    """(name, whether it is a regular package) of what can be imported from ``folder``."""
    found: list[tuple[str, bool]] = []
    for name, is_folder in _scan(folder):
        if is_folder:
            if not name.isidentifier() or name == "__pycache__" or (flat and name in TEST_FOLDERS):
                continue
            inside = os.path.join(folder, name)
            if _is_package(inside):
                found.append((name, True))
            elif not (flat and name in _NOT_PACKAGES) and _is_namespace(inside):
                found.append((name, False))
            continue
        module, dot, kind = name.partition(".")
        if kind in ("py", "pyi"):
            if module.isidentifier() and module not in _NOT_MODULES and not (flat and _TEST_MODULE.fullmatch(module)):
                found.append((module, False))
        elif dot and (extension := _EXTENSION_MODULE.fullmatch(name)):
            found.append((extension[1], False))
    return found


def _is_package(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "__init__.py")) or os.path.isfile(os.path.join(folder, "__init__.pyi"))


def _is_namespace(folder: str) -> bool:
    entries = _scan(folder)
    names = {name for name, _ in entries}
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return False
    if any(
        not is_folder and name.endswith(".py") and not _TEST_MODULE.fullmatch(name[:-3]) for name, is_folder in entries
    ):
        return names != {"conftest.py"}
    return any(
        is_folder and name.isidentifier() and name not in TEST_FOLDERS and _is_package(os.path.join(folder, name))
        for name, is_folder in entries
    )


def _subfolders(folder: str) -> list[str]:
    return [name for name, is_folder in _scan(folder) if is_folder and name.isidentifier()]


def _scan(folder: str) -> tuple[tuple[str, bool], ...]:
    """(name, whether it is a folder), sorted; nothing where the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted((entry.name, entry.is_dir()) for entry in entries))
    except OSError:
        return ()
