"""Where a dotted module name is on disk: contracts, the project, the environment, typeshed. Nothing is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Final, NamedTuple

from llmlint.contracts.symbols import Kind
from llmlint.project.project import Project

_EXTENSIONS = (".so", ".pyd", ".abi3.so", ".dll")
_COMPILED_SOURCES = (".pyx", ".c", ".cpp", ".rs", ".cc", ".py.in", ".pyx.in")
_GENERATED = frozenset(
    {"_version", "version", "_generated_version", "__about__", "_build", "_build_info", "__version__"}
)
_LOADED_FIRST = frozenset(
    {
        "abc", "argparse", "ast", "atexit", "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "codecs", "collections",
        "contextlib", "copy", "copyreg", "dataclasses", "datetime", "decimal", "difflib", "dis", "email", "encodings", "enum",
        "errno", "fnmatch", "functools", "gc", "genericpath", "gettext", "glob", "hashlib", "heapq", "html", "importlib",
        "inspect", "io", "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma", "marshal", "math", "ntpath",
        "numbers", "opcode", "operator", "os", "pathlib", "platform", "posix", "posixpath", "pprint", "pyexpat", "random",
        "re", "reprlib", "select", "selectors", "shlex", "shutil", "signal", "site", "stat", "string", "struct", "subprocess",
        "sys", "tempfile", "textwrap", "threading", "time", "token", "tokenize", "traceback", "types", "typing", "unicodedata",
        "unittest", "uuid", "warnings", "weakref", "xml", "zipfile", "zipimport", "zlib",
    }
)  # fmt: skip
"""What Python or pytest has imported before a test is (pytest 9 on Python 3.11 and 3.13): no file of a project stands before these, or pytest
itself would have got it."""
_TEST_FOLDERS = frozenset({"tests", "test", "testing_suite", "unit_tests", "functional_tests", "integration_tests"})


_DESCRIBED: Final = frozenset({"typing_extensions"})
"""Distributions that typeshed has among the standard library: their sources make by computation what type checkers know by name."""


class Location(NamedTuple):
    """A file that a module is read from."""

    path: str
    kind: Kind
    is_package: bool
    own: bool
    by_test: bool


class Locations(NamedTuple):
    """All that a module name stands for: the stub that describes it, the source that implements it, its folders."""

    stub: Location | None
    source: Location | None
    folders: tuple[str, ...]
    """Folders in which submodules are found (a namespace package has only these, PEP 420)."""
    opaque: bool
    """It exists, or is generated or compiled at build time, and cannot be read."""


class Finder:
    """Answers from cached folder listings; one a session."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._listings: dict[str, frozenset[str]] = {}
        self._compiled: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, tuple[str, ...]], Locations | None] = {}
        self._editable = dict(project.environment.editable)
        stdlib = project.environment.stdlib
        self._stdlib = (stdlib, os.path.join(stdlib, "lib-dynload")) if stdlib else ()
        own = list(project.source_roots)
        self._own_roots = tuple(dict.fromkeys([*own, *project.test_roots]))
        self._site = project.environment.site
        self._test_folders = tuple(
            os.path.normpath(os.path.join(project.root, path)) + os.sep
            for path in (*project.settings.tests, *project.pytest.testpaths)
            if not any(char in path for char in "*?[") and path not in (".", "")
        )
        self._root = project.root + os.sep

    def listing(self, folder: str) -> frozenset[str]:
        """The names in ``folder``; empty where it cannot be read."""
        found = self._listings.get(folder)
        if found is None:
            try:
                found = frozenset(os.listdir(folder))
            except OSError:
                found = frozenset()
            self._listings[folder] = found
        return found

    def _compiled_in(self, folder: str) -> frozenset[str]:
        """The names of the modules in ``folder`` that are there in compiled form."""
        found = self._compiled.get(folder)
        if found is None:
            endings = (*_EXTENSIONS, ".pyc")
            found = self._compiled[folder] = frozenset(
                item.partition(".")[0] for item in self.listing(folder) if item.endswith(endings)
            )
        return found

    def is_test_path(self, path: str) -> bool:
        """Whether a file belongs to the tests: in a test folder of the project, a conftest, or of a test file's name."""
        if not path.startswith(self._root):
            return False
        if path.startswith(self._test_folders) if self._test_folders else False:
            return True
        *folders, name = path[len(self._root) :].split(os.sep)
        if name == "conftest.py" or any(fnmatch(name, pattern) for pattern in self._project.pytest.python_files):
            return True
        return not _TEST_FOLDERS.isdisjoint(folders)

    def find(self, name: str, roots: tuple[str, ...] = ()) -> Locations | None:
        """Where ``name`` is; ``roots`` are searched first (a test's own folders). None: it does not exist."""
        key = (name, roots)
        if key not in self._found:
            self._found[key] = self._find(name, roots)
        return self._found[key]

    def _find(self, name: str, roots: tuple[str, ...]) -> Locations | None:
        parts = name.split(".")
        stub: Location | None = None
        source: Location | None = None
        opaque = False
        folders: list[str] = []
        for folder, package in self._project.contract_roots:
            rest = self._below(parts, package)
            if rest is None:
                continue
            hit = self._stub_in(folder, rest)
            if hit is not None:
                stub = Location(hit, "contract", os.path.basename(hit) == "__init__.pyi", True, False)
                break
        site_roots = self._site
        local = () if parts[0] in _LOADED_FIRST else (*roots, *self._own_roots)
        if parts[0] in sys.stdlib_module_names and parts[0] != "test":
            # A file of the tests that is called so too (`tests/helpers/asyncio.py`) is not what others import by that name; nor is one
            # beside a file of the sources whose folder nobody puts on the path (a namespace package's `shop/logging.py`).
            local = self._own_roots if local else ()
            local = tuple(root for root in local if not self.is_test_path(os.path.join(root, f"{parts[0]}.py")))
        for root, own in (*((root, True) for root in local), *((root, False) for root in site_roots)):
            found = self._in(root, parts)
            if found is None:
                continue
            py, pyi, folder_path, compiled = found
            if folder_path:
                folders.append(folder_path)
            if py and source is None:
                by_test = own and self.is_test_path(py)
                source = Location(py, "source", py.endswith("__init__.py"), own, by_test)
            if pyi and stub is None:
                stub = Location(pyi, "stub", pyi.endswith("__init__.pyi"), own, False)
            opaque = opaque or compiled
            if source is not None or (pyi and not py):
                break
        if source is None and parts[0] in self._editable:
            mapped = self._editable[parts[0]]
            found = self._mapped(mapped, parts[1:])
            if found is not None:
                py, pyi, folder_path, compiled = found
                own = mapped.startswith(self._root)
                if folder_path:
                    folders.append(folder_path)
                if py:
                    source = Location(py, "source", py.endswith("__init__.py"), own, own and self.is_test_path(py))
                if pyi and stub is None:
                    stub = Location(pyi, "stub", pyi.endswith("__init__.pyi"), own, False)
                opaque = opaque or compiled
        if stub is None and (source is None or not source.own):
            for root in site_roots:
                if f"{parts[0]}-stubs" in self.listing(root):
                    hit = self._stub_in(os.path.join(root, f"{parts[0]}-stubs"), parts[1:])
                    if hit is not None:
                        stub = Location(hit, "stub", hit.endswith("__init__.pyi"), False, False)
                        break
        if name in _DESCRIBED and stub is None and source is not None and not source.own:
            described = self._stub_in(self._project.typeshed, parts)
            stub = Location(described, "typeshed", False, False, False) if described is not None else None
        if source is None and (stub is None or stub.kind == "contract") and not opaque:
            shed = self._stub_in(self._project.typeshed, parts)
            if shed is not None and stub is None:
                stub = Location(shed, "typeshed", shed.endswith("__init__.pyi"), False, False)
            for root in self._stdlib:
                found = self._in(root, parts)
                if found is not None and not found[0]:
                    opaque = opaque or (found[3] and stub is None)
                if found is not None and found[0]:
                    source = Location(found[0], "source", found[0].endswith("__init__.py"), False, False)
                    if found[2]:
                        folders.append(found[2])
        if stub is None and source is None and not folders and not opaque:
            known = parts[0] in sys.stdlib_module_names or parts[0] in sys.builtin_module_names
            if known and (len(parts) == 1 or not self._stdlib):
                opaque = True
            elif len(parts) > 1 and self._generated(parts, roots):
                opaque = True
            else:
                return None
        return Locations(stub, source, tuple(dict.fromkeys(folders)), opaque)

    @staticmethod
    def _below(parts: list[str], package: str) -> list[str] | None:
        if not package:
            return parts
        prefix = package.split(".")
        return parts[len(prefix) :] if parts[: len(prefix)] == prefix else None

    def _stub_in(self, folder: str, parts: Sequence[str]) -> str | None:
        for part in parts[:-1]:
            if part not in self.listing(folder):
                return None
            folder = os.path.join(folder, part)
        if not parts:
            return os.path.join(folder, "__init__.pyi") if "__init__.pyi" in self.listing(folder) else None
        names = self.listing(folder)
        last = parts[-1]
        if last in names:
            inner = os.path.join(folder, last)
            if "__init__.pyi" in self.listing(inner):
                return os.path.join(inner, "__init__.pyi")
        return os.path.join(folder, f"{last}.pyi") if f"{last}.pyi" in names else None

    def _in(self, root: str, parts: Sequence[str]) -> tuple[str, str, str, bool] | None:
        folder = root
        for part in parts[:-1]:
            if part not in self.listing(folder):
                return None
            folder = os.path.join(folder, part)
        return self._last(folder, parts[-1])

    def _mapped(self, mapped: str, rest: Sequence[str]) -> tuple[str, str, str, bool] | None:
        if not rest:
            if mapped.endswith(".py"):
                return (mapped, "", "", False)
            return self._last(os.path.dirname(mapped), os.path.basename(mapped))
        return self._in(mapped, rest)

    def _last(self, folder: str, last: str) -> tuple[str, str, str, bool] | None:
        names = self.listing(folder)
        py = pyi = inner = ""
        compiled = False
        if last in names:
            inner = os.path.join(folder, last)
            inside = self.listing(inner)
            if "__init__.py" in inside:
                py = os.path.join(inner, "__init__.py")
            if "__init__.pyi" in inside:
                pyi = os.path.join(inner, "__init__.pyi")
            if not py and not pyi:
                compiled = any(item.startswith("__init__.") and item.endswith(_EXTENSIONS) for item in inside)
            if not inside:
                inner = ""
        if not py:
            if f"{last}.py" in names:
                py = os.path.join(folder, f"{last}.py")
            elif not inner or not pyi:
                compiled = compiled or last in self._compiled_in(folder)
        if not pyi and f"{last}.pyi" in names:
            pyi = os.path.join(folder, f"{last}.pyi")
        if not (py or pyi or inner or compiled):
            return None
        return (py, pyi, inner, compiled)

    def _generated(self, parts: list[str], roots: Sequence[str]) -> bool:
        """A module that the project's build makes: version files, compiled extensions."""
        for root in (*roots, *self._own_roots):
            folder = root
            for part in parts[:-1]:
                if part not in self.listing(folder):
                    break
                folder = os.path.join(folder, part)
            else:
                names = self.listing(folder)
                if any(parts[-1] + extension in names for extension in _COMPILED_SOURCES):
                    return True
                if parts[-1] in _GENERATED:
                    return True
                if any(name.endswith(_COMPILED_SOURCES[:1]) or name == "meson.build" for name in names):
                    return True
        return False
