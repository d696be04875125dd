"""From paths to projects: the composition of this layer."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from llmlint.model.record import record
from llmlint.model.settings import Settings
from llmlint.project.declaration import Declaration, normalize, read_declaration
from llmlint.project.discovery import FoundFile, PathError, assign_roles, expand, skipper
from llmlint.project.environment import find_environment
from llmlint.project.layout import (
    TEST_FOLDERS,
    contract_prefix,
    holds_packages,
    holds_stubs,
    packages_in,
    source_roots,
)
from llmlint.project.location import Location, Locator, in_tests
from llmlint.project.path_change import roots_added_by
from llmlint.project.project import Environment, Project, PytestConfig
from llmlint.project.pytest_config import Notice, read_pytest_config
from llmlint.project.settings import LoadedSettings, is_override, read_settings, settings_file_in


@record
class Options:
    """What the command line says about projects."""

    python: str | None = None
    """``--python``."""
    config: tuple[str, ...] = ()
    """Values of ``--config``."""
    isolated: bool = False
    environ: Mapping[str, str] | None = None
    """The environment variables; None: those of this process."""


@record
class ProjectFiles:
    """A project and those of its files that are to be linted, sorted by path: none, where only its contracts are to be judged."""

    project: Project
    files: tuple[FoundFile, ...]


@record
class Selection:
    """All that a run looks at."""

    projects: tuple[ProjectFiles, ...]
    """Sorted by root and base."""
    errors: tuple[PathError, ...]
    """Paths that are missing or cannot be read."""


_DEFAULTS: Final = Options()


def load_project(
    path: str,
    *,
    python: str | None = None,
    config: Sequence[str] = (),
    isolated: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Project:
    """The project that ``path``, a file or a folder, belongs to. ``path`` need not exist. Raises SettingsError."""
    return Loader(Options(python, tuple(config), isolated, environ)).project_of(path)


def projects_for(paths: Sequence[str], options: Options = _DEFAULTS) -> Selection:
    """The files that ``paths`` mean, gathered by project. Raises SettingsError.

    No paths mean the settings' ``tests``, else pytest's ``testpaths``, else ``tests/`` or ``test/``, else all, of the project of the working
    directory.
    """
    return Loader(options).select(paths)


class Loader:
    """Loads projects for one run, each once. Made anew when anything on disk changed."""

    def __init__(self, options: Options = _DEFAULTS) -> None:
        self._options = options
        self._environ = os.environ if options.environ is None else options.environ
        files = [item for item in options.config if not is_override(item)]
        self._overrides = [item for item in options.config if is_override(item)]
        self._file = os.path.abspath(os.path.expanduser(files[-1])) if files else None
        searching = self._file is None and not options.isolated
        self._locator = Locator(settings_file_in if searching else lambda folder: None)
        self._settings: dict[str | None, LoadedSettings] = {}
        self._declarations: dict[str, Declaration] = {}
        self._environments: dict[object, Environment] = {}
        self._projects: dict[Location, Project] = {}
        self._places: dict[str, Location] = {}

    def project_of(self, path: str) -> Project:
        """The project of a file or a folder. Raises SettingsError."""
        path = os.path.abspath(path)
        return self._project(self._place(path if os.path.isdir(path) else os.path.dirname(path)))

    def select(self, paths: Sequence[str], cwd: str | None = None) -> Selection:
        """The files that ``paths`` mean, by project; without any, those of the project of ``cwd`` (by default this process's). Raises SettingsError."""
        guides = bool(paths)
        cwd = cwd or os.getcwd()
        if not paths:
            paths = _default_paths(self.project_of(cwd))
        starts = {os.path.abspath(path) for path in paths}
        found, errors = expand(paths, lambda path: self._is_left_out(path, starts), guides=guides)
        groups: dict[Location, list[tuple[str, bool]]] = {}
        for path, named in found:
            groups.setdefault(self._place(os.path.dirname(path)), []).append((path, named))
        projects = []
        for place in sorted(groups, key=lambda place: (place.root, place.base)):
            project = self._project(place)
            roots = [folder for folder, _ in project.contract_roots]
            if files := assign_roles(groups[place], project.pytest.python_files, roots):
                projects.append(ProjectFiles(project, files))
        if not guides:
            # The contracts of the project are judged whether it has tests or not.
            here = self.project_of(cwd)
            if set(here.contract_roots).difference(*(one.project.contract_roots for one in projects)):
                projects.append(ProjectFiles(here, ()))
        return Selection(tuple(projects), errors)

    def _is_left_out(self, path: str, starts: set[str]) -> bool:
        if path in starts:
            return False
        place = self._place(os.path.dirname(path))
        settings = self._loaded(place).settings
        if settings.exclude and skipper(place.root, settings.exclude)(path):
            return True
        norecursedirs = self._project(place).pytest.norecursedirs
        return bool(norecursedirs) and skipper(place.root, (), norecursedirs or ())(path)

    def _place(self, folder: str) -> Location:
        place = self._places.get(folder)
        if place is None:
            place = self._locator.locate(folder)
            if place.base != place.root and self._loaded(place).settings.src:
                place = replace(place, base=place.root)
            self._places[folder] = place
        return place

    def _loaded(self, place: Location) -> LoadedSettings:
        file = self._file or place.settings_file
        loaded = self._settings.get(file)
        if loaded is None:
            loaded = self._settings[file] = read_settings(file, self._overrides)
        return loaded

    def _project(self, place: Location) -> Project:
        project = self._projects.get(place)
        if project is None:
            project = self._projects[place] = self._build(place)
        return project

    def _declaration(self, folder: str) -> Declaration:
        found = self._declarations.get(folder)
        if found is None:
            found = self._declarations[folder] = read_declaration(folder)
        return found

    def _build(self, place: Location) -> Project:
        loaded = self._loaded(place)
        settings = loaded.settings
        folders = _from_base_to_root(place)
        declarations = [self._declaration(folder) for folder in folders]
        pytest, notices = read_pytest_config(_tests_folder(place, settings))
        environment = self._environment(place, loaded, declarations)
        changed = _changed_roots(place, pytest)
        sources, more = _source_roots(place, settings, folders, declarations, (*pytest.pythonpath, *changed))
        if not settings.src:
            members = dict.fromkeys(folder for declaration in declarations for folder in declaration.members)
            sources += _member_roots(sources, [(folder, self._declaration(folder)) for folder in members])
        contracts = _contract_folders(place, settings, folders)
        own = _own_packages(sources, place, {folder for folder, _ in contracts}, _testpaths(pytest), declarations)
        named = {pair: None for declaration in declarations for pair in declaration.package_folders}
        own |= {name for name, _ in named}
        if named:
            environment = replace(
                environment, editable=tuple(sorted((dict(environment.editable) | dict(list(named))).items()))
            )
        plugins = dict(environment.pytest_plugin_names)
        requires = _version(settings.python_version) or next(
            (declaration.requires_python for declaration in declarations if declaration.requires_python), None
        )
        # A package is imported from the folder above it: what stands beside its modules is no top-level module.
        rootdir = [] if os.path.isfile(os.path.join(pytest.rootdir, "__init__.py")) else [pytest.rootdir]
        tests = [*pytest.pythonpath, *changed, *rootdir, place.base, place.root]
        pytest = replace(pytest, plugins=tuple(plugins.get(name, name) for name in pytest.plugins))
        return Project(
            root=place.root,
            settings=settings,
            settings_file=loaded.file,
            pytest=_relaxed(pytest) if "pytest_relaxed.plugin" in plugins.values() else pytest,
            environment=environment,
            contract_roots=tuple(
                (folder, contract_prefix(folder, own, sources) if package is None else package)
                for folder, package in contracts
            ),
            source_roots=tuple(dict.fromkeys([*sources, *more])),
            test_roots=tuple(dict.fromkeys(tests)),
            requires_python=requires or environment.version,
            dependencies=frozenset().union(*(declaration.dependencies for declaration in declarations)),
            own_packages=own,
            distributions=frozenset().union(*(declaration.names for declaration in declarations)),
            required=next((declaration.required for declaration in declarations if declaration.required), frozenset()),
            isolated=self._options.isolated,
            typeshed=_typeshed(),
            base=place.base,
            package_folders=tuple(named),
            notices=_notices(declarations, notices),
        )

    def _environment(self, place: Location, loaded: LoadedSettings, declarations: list[Declaration]) -> Environment:
        names = frozenset().union(*(declaration.names for declaration in declarations))
        setting = None
        if self._options.python is None and loaded.settings.python is not None:
            rows = dict(loaded.rows)
            source = loaded.file if loaded.file is not None and "python" in rows else "--config python"
            setting = (loaded.settings.python, place.root, source, rows.get("python"))
        key = (self._options.python, setting, None if self._options.python or setting else (place.base, names))
        found = self._environments.get(key)
        if found is None:
            found = self._environments[key] = find_environment(
                (place.base, place.root),
                python=self._options.python,
                setting=setting,
                names=names,
                environ=self._environ,
            )
        return found


def _from_base_to_root(place: Location) -> list[str]:
    folders = [place.base]
    while folders[-1] != place.root:
        folders.append(os.path.dirname(folders[-1]))
    return folders


def _default_paths(project: Project) -> list[str]:
    root = project.root
    if project.settings.tests:
        return [_absolute(root, path) for path in project.settings.tests]
    if testpaths := [path for path in _testpaths(project.pytest) if os.path.exists(path)]:
        return testpaths
    for folder in (project.base, root):
        if found := [path for name in ("tests", "test") if os.path.isdir(path := os.path.join(folder, name))]:
            return found
    return [root]


def _testpaths(pytest: PytestConfig) -> list[str]:
    paths: list[str] = []
    for relative in pytest.testpaths:
        path = os.path.normpath(os.path.join(pytest.rootdir, relative))
        if "*" in path or "?" in path:
            import glob

            paths += sorted(glob.glob(path, recursive=True))
        else:
            paths.append(path)
    return paths


def _tests_folder(place: Location, settings: Settings) -> str:
    """Where pytest would start to look for its settings: the common ancestor of the tests."""
    if settings.tests:
        paths = [_absolute(place.root, path) for path in settings.tests]
        try:
            common = os.path.commonpath(paths)
        except ValueError:
            return place.base
        return common if os.path.isdir(common) else os.path.dirname(common)
    for name in ("tests", "test"):
        if os.path.isdir(path := os.path.join(place.base, name)):
            return path
    return place.base


def _absolute(root: str, path: str) -> str:
    return os.path.normpath(os.path.join(root, os.path.expanduser(path)))


def _source_roots(
    place: Location,
    settings: Settings,
    folders: list[str],
    declarations: list[Declaration],
    added: Sequence[str],
) -> tuple[list[str], list[str]]:
    """(import roots of the project's own code, import roots beside them)."""
    extra = [_absolute(place.root, path) for path in settings.extra_paths]
    if settings.src:
        return [_absolute(place.root, path) for path in settings.src], extra
    roots: list[str] = []
    for folder, declaration in zip(folders, declarations, strict=True):
        if folder in (place.base, place.root) or declaration.names:
            roots += source_roots(folder, declaration.import_roots)
    for folder in added:
        inside = folder.startswith(place.root.rstrip(os.sep) + os.sep)
        hidden = inside and any(part.startswith(".") for part in os.path.relpath(folder, place.root).split(os.sep))
        if inside and not hidden and not in_tests(folder, place.root) and holds_packages(folder):
            roots.append(folder)
    return list(dict.fromkeys(roots)), extra


def _member_roots(roots: list[str], members: list[tuple[str, Declaration]]) -> list[str]:
    """The import roots of the other projects of a workspace, but for those that have packages of the same name: which of them is
    installed nobody knows."""
    found = {
        root: packages_in(root, flat=root == folder, regular=True)
        for folder, declaration in members
        for root in source_roots(folder, declaration.import_roots)
        if root not in roots
    }
    times = Counter(name for names in found.values() for name in names)
    return [root for root, names in found.items() if all(times[name] == 1 for name in names)]


def _contract_folders(place: Location, settings: Settings, folders: list[str]) -> list[tuple[str, str | None]]:
    """(folder, package prefix, None where it has to be found out)."""
    if settings.contracts:
        return [(_absolute(place.root, root.path), root.package or None) for root in settings.contracts]
    for folder in folders:
        path = os.path.join(folder, "contracts")
        if os.path.isdir(path) and holds_stubs(path):
            return [(path, None)]
    return []


def _own_packages(
    roots: list[str],
    place: Location,
    contracts: set[str],
    testpaths: list[str],
    declarations: list[Declaration],
) -> frozenset[str]:
    """What can be imported from ``roots``, without contracts and without folders, of another name than the project, of tests."""
    names: set[str] = set()
    tests: set[str] = set()
    for root in roots:
        flat = root in (place.base, place.root)
        for name in packages_in(root, flat=flat):
            folder = os.path.join(root, name)
            if folder not in contracts:
                names.add(name)
                if flat and any(path == folder or path.startswith(folder + os.sep) for path in testpaths):
                    tests.add(name)
    declared = frozenset().union(*(declaration.names for declaration in declarations))
    eponymous = {name for name in names if normalize(name) in declared}
    return frozenset(names - tests | eponymous if eponymous else names)


def _changed_roots(place: Location, pytest: PytestConfig) -> tuple[str, ...]:
    """Import roots that the conftests near the top of the tests, and the files that all tests import, add themselves."""
    folders = [place.base]
    for tests in [*(os.path.join(place.base, name) for name in sorted(TEST_FOLDERS)), *_testpaths(pytest)]:
        try:
            with os.scandir(tests) as entries:
                folders += [tests, *sorted(entry.path for entry in entries if entry.is_dir())]
        except OSError:
            continue
    found: list[str] = []
    for folder in dict.fromkeys(folders):
        for name in ("conftest.py", "__init__.py", "context.py"):
            found += roots_added_by(os.path.join(folder, name), place.base)
    return tuple(dict.fromkeys(found))


def _relaxed(pytest: PytestConfig) -> PytestConfig:
    """pytest-relaxed, where it is installed, collects public files of the tests whatever they are called."""
    files = (*pytest.python_files, *(f"{name}/[!_]*.py" for name in sorted(TEST_FOLDERS)))
    return replace(pytest, python_files=files, relaxed=True)


def _version(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _notices(declarations: list[Declaration], more: tuple[Notice, ...]) -> tuple[Notice, ...]:
    notices = [notice for declaration in declarations for notice in declaration.notices]
    return tuple(sorted(dict.fromkeys([*notices, *more])))


def _typeshed() -> str:
    from importlib.util import find_spec

    try:
        spec = find_spec("mypy")
    except (ImportError, ValueError):
        return ""
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = os.path.join(folder, "typeshed", "stdlib")
        if os.path.isdir(path):
            return path
    return ""
