"""A project: where its files are, what its settings and its pytest say, which environment it runs in."""

from __future__ import annotations

import os

from llmlint.model.record import record
from llmlint.model.settings import Settings

TEST_FILES = (
    "test_*.py",
    "*_test.py",
    *(f"{folder}/{name}" for folder in ("test", "tests") for name in ("*_tests.py", "tests.py", "*/tests.py")),
)
"""pytest's own ``python_files``, and in folders of tests the names that unittest's projects give (``discover -p "*tests.py"``)."""
_PUBLIC = ("[!_]*",)


@record
class PytestConfig:
    """What pytest's own settings say (pytest.ini, pyproject.toml, tox.ini, setup.cfg: pytest's own order)."""

    rootdir: str
    python_files: tuple[str, ...] = TEST_FILES
    python_classes: tuple[str, ...] = ("Test",)
    python_functions: tuple[str, ...] = ("test",)
    testpaths: tuple[str, ...] = ()
    pythonpath: tuple[str, ...] = ()
    """Absolute."""
    markers: tuple[str, ...] = ()
    """Names only."""
    asyncio_mode: str = "strict"
    import_mode: str = "prepend"
    plugins: tuple[str, ...] = ()
    """Modules loaded by ``-p`` in addopts (``no:`` ones left out) ."""
    blocked_plugins: tuple[str, ...] = ()
    """Names after ``-p no:``."""
    norecursedirs: tuple[str, ...] | None = None
    """Folders that pytest does not enter, as globs; None where its own defaults hold."""
    file: str | None = None
    """The file that was read."""
    relaxed: bool = False
    """Whether pytest-relaxed is installed: it collects every public class and function of public files that are not ``test_*.py``."""

    def names(self, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The prefixes and globs of the classes and of the functions that are collected in a file."""
        if self.relaxed and not os.path.basename(path).startswith(("_", "test_", "conftest")):
            return _PUBLIC, _PUBLIC
        return self.python_classes, self.python_functions


@record
class Environment:
    """The target environment, read from its files; no interpreter is started."""

    known: bool
    """False: none was found; then nothing is claimed about third parties."""
    prefix: str | None
    version: tuple[int, int]
    """Of its interpreter; llmlint's own where unknown."""
    stdlib: str | None
    """The folder of the standard library's sources."""
    site: tuple[str, ...]
    """site-packages folders and the folders that ``.pth`` files add, in ``sys.path`` order."""
    editable: tuple[tuple[str, str], ...]
    """Module name → file or folder, as editable finders (``__editable___*_finder.py``) map them."""
    pytest_plugins: tuple[str, ...]
    """Modules of the ``pytest11`` entry points."""
    distributions: frozenset[str]
    """Normalized names of what is installed."""
    pytest_plugin_names: tuple[tuple[str, str], ...] = ()
    """(name, module) of the ``pytest11`` entry points, sorted: the name is what ``-p`` and ``-p no:`` take."""


@record
class Project:
    """One project of a tree. All paths are absolute and normalized."""

    root: str
    settings: Settings
    settings_file: str | None
    pytest: PytestConfig
    environment: Environment
    contract_roots: tuple[tuple[str, str], ...]
    """(folder, package prefix or '')."""
    source_roots: tuple[str, ...]
    """Import roots of the project's own code: ``src`` setting, ``src/``, the root (flat layout), ``extra-paths``."""
    test_roots: tuple[str, ...]
    """Import roots that only tests have: ``pythonpath``, rootdir, the root."""
    requires_python: tuple[int, int]
    """The oldest Python that ``requires-python`` (or ``python-version``) allows."""
    dependencies: frozenset[str]
    """Normalized names of every declared dependency: pyproject (all groups, extras, poetry, build), setup.cfg, setup.py (read
    as text), requirements*.txt, tox/nox files."""
    own_packages: frozenset[str]
    """Top-level import names found in the source roots."""
    typeshed: str
    """The folder of typeshed's ``stdlib`` (mypy carries it); '' where mypy is not installed."""
    base: str = ""
    """The folder, in ``root``, whose packages and tests belong together (``backend``); the root in most projects."""
    package_folders: tuple[tuple[str, str], ...] = ()
    """(package, folder) of own packages whose folder bears another name (``package-dir = {shop = "python"}``)."""
    distributions: frozenset[str] = frozenset()
    """Normalized names under which the project says that it is distributed."""
    required: frozenset[str] = frozenset()
    """Those of the dependencies without which the nearest distribution itself is not installed."""
    isolated: bool = False
    """Whether no file of settings counts, not those of other tools either."""
    notices: tuple[tuple[str, int, str], ...] = ()
    """(path, row, message) of files of settings that could not be read in full; for the user, once a run."""
