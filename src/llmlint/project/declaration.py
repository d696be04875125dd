"""What the files of a project declare about it: its name, the Pythons it runs on, its dependencies, where its packages lie."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from glob import glob
from typing import Any

from llmlint.model.record import record
from llmlint.project.ini import Ini, read_ini
from llmlint.project.toml_file import TomlError, TomlFile, read_toml
from llmlint.project.version_bound import oldest_python

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?=$|[\[<>=!~;@(,#\s])")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_INCLUDE = re.compile(r"\s*(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
_REQUIREMENTS_FILE = re.compile(r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in|pip)", re.IGNORECASE)
_PYTHON_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+)\.(\d+)")


@record
class Declaration:
    """What the files of one folder declare. Names are normalized (PEP 503)."""

    names: frozenset[str] = frozenset()
    """Of the distribution; empty where undeclared."""
    requires_python: tuple[int, int] | None = None
    """The oldest Python."""
    dependencies: frozenset[str] = frozenset()
    """Of every kind: extras, groups, tools, build, requirements files, tox, nox."""
    required: frozenset[str] = frozenset()
    """The dependencies without which the distribution is not installed: no extras, no groups, none that a marker limits."""
    import_roots: tuple[str, ...] = ()
    """Absolute folders in which packages lie, where build settings say."""
    package_folders: tuple[tuple[str, str], ...] = ()
    """(package, absolute folder) where the folder does not bear the name of the package."""
    members: tuple[str, ...] = ()
    """Absolute folders of the other projects of the workspace, which an environment of this one has installed as they stand."""
    notices: tuple[tuple[str, int, str], ...] = ()
    """(path, row, message) of files that cannot be read."""


def normalize(name: str) -> str:
    """The name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_declaration(folder: str) -> Declaration:
    """What the files of ``folder`` declare. Faulty files become notices."""
    collected = _Collected(folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return Declaration()
    if "pyproject.toml" in names:
        collected.toml_file("pyproject.toml", _pyproject)
    if "setup.cfg" in names:
        collected.ini_file("setup.cfg", _setup_cfg)
    if "setup.py" in names:
        collected.python_file("setup.py", _setup_py)
    if "noxfile.py" in names:
        collected.python_file("noxfile.py", _noxfile)
    if "tox.ini" in names:
        collected.ini_file("tox.ini", _tox)
    for name, reader in (("tox.toml", _tox_toml), ("Pipfile", _pipfile), ("hatch.toml", _hatch_toml)):
        if name in names:
            collected.toml_file(name, reader)
    for name in names:
        if _REQUIREMENTS_FILE.fullmatch(name):
            collected.requirements_file(os.path.join(folder, name))
    if "requirements" in names:
        inside = os.path.join(folder, "requirements")
        try:
            files = sorted(os.listdir(inside))
        except OSError:
            files = []
        for name in files:
            if name.endswith((".txt", ".in", ".pip")):
                collected.requirements_file(os.path.join(inside, name))
    for name in ("environment.yml", "environment.yaml"):
        if name in names:
            collected.conda_file(os.path.join(folder, name))
    return collected.declaration()


class _Collected:
    """Gathers what the files of one folder say."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.names: set[str] = set()
        self.pythons: list[tuple[int, int]] = []
        self.classified: list[tuple[int, int]] = []
        self.dependencies: set[str] = set()
        self.required: set[str] = set()
        self.roots: list[str] = []
        self.folders: dict[str, str] = {}
        self.members: set[str] = set()
        self.notices: list[tuple[str, int, str]] = []
        self.seen: set[str] = set()

    def declaration(self) -> Declaration:
        classified = [version for version in self.classified if version >= (3, 0)]
        requires = max(self.pythons) if self.pythons else (min(classified) if classified else None)
        return Declaration(
            frozenset(self.names),
            requires,
            frozenset(self.dependencies),
            frozenset(self.required - self.names),
            tuple(dict.fromkeys(self.roots)),
            tuple(sorted(self.folders.items())),
            tuple(sorted(self.members)),
            tuple(self.notices),
        )

    def toml_file(self, name: str, reader: Any) -> None:
        path = os.path.join(self.folder, name)
        try:
            reader(self, read_toml(path))
        except TomlError as error:
            self.notices.append((path, error.row, f"broken TOML: {error.message}"))
        except OSError as error:
            self.notices.append((path, 1, f"cannot be read: {error.strerror or error}"))

    def ini_file(self, name: str, reader: Any) -> None:
        ini = read_ini(os.path.join(self.folder, name))
        if ini is not None:
            reader(self, ini)

    def python_file(self, name: str, reader: Any) -> None:
        try:
            with open(os.path.join(self.folder, name), "rb") as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(file.read())
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return
        reader(self, tree)

    def requirements_file(self, path: str) -> None:
        if path in self.seen:
            return
        self.seen.add(path)
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            return
        for line in lines:
            if line.lstrip().startswith("--hash="):
                continue  # most of a file that was locked
            if include := _INCLUDE.match(line):
                self.requirements_file(os.path.normpath(os.path.join(os.path.dirname(path), include[1])))
            else:
                self.require(line)

    def conda_file(self, path: str) -> None:
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            return
        for line in lines:
            if line.strip().startswith("- "):
                self.require(line.strip()[2:].strip("\"' "))

    def name(self, name: object) -> None:
        if isinstance(name, str) and name.strip():
            self.names.add(normalize(name.strip()))

    def require(self, requirement: object) -> None:
        if not isinstance(requirement, str):
            return
        if found := _REQUIREMENT.match(requirement) or _EGG.search(requirement):
            self.dependencies.add(normalize(found[1]))

    def need(self, value: object) -> None:
        """Requirements in a list or row by row, of the distribution itself."""
        self.require_all(value)
        for line in value.splitlines() if isinstance(value, str) else _strings(value):
            if ";" not in line and (found := _REQUIREMENT.match(line)):
                self.required.add(normalize(found[1]))

    def require_all(self, value: object) -> None:
        """Requirements in a list, in a table of lists, or as the keys of a table (Poetry, Pipfile)."""
        if isinstance(value, str):
            for line in value.splitlines():
                self.require(line.partition(":")[2] if re.match(r"\s*[\w,{}!.-]+\s*:\s", line) else line)
        elif isinstance(value, list):
            for item in value:
                self.require(item)

    def require_keys(self, value: object) -> None:
        if isinstance(value, dict):
            self.dependencies.update(normalize(key) for key in value if key != "python")

    def python(self, specifier: object) -> None:
        if isinstance(specifier, str) and (oldest := oldest_python(specifier)):
            self.pythons.append(oldest)

    def classifiers(self, value: object) -> None:
        texts = value.splitlines() if isinstance(value, str) else value
        if not isinstance(texts, Iterable):
            return
        for text in texts:
            if isinstance(text, str) and (found := _PYTHON_CLASSIFIER.match(text.strip())):
                self.classified.append((int(found[1]), int(found[2])))

    def root(self, relative: object) -> None:
        """An import root."""
        if isinstance(relative, str):
            self.roots.append(os.path.normpath(os.path.join(self.folder, relative.lstrip("/") or ".")))

    def workspace(self, table: dict[str, Any]) -> None:
        """The members of a workspace, as uv and rye list them: globs of folders, and of those that are none."""
        found, left_out = (
            {
                os.path.normpath(path)
                for pattern in _strings(table.get(key))
                for path in glob(os.path.join(self.folder, pattern.strip("/")))
            }
            for key in ("members", "exclude")
        )
        self.members |= {path for path in found - left_out if os.path.isfile(os.path.join(path, "pyproject.toml"))}

    def package(self, name: str, relative: str) -> None:
        """A package that lies in the folder ``relative``."""
        folder = os.path.normpath(os.path.join(self.folder, relative.lstrip("/")))
        tail = name.replace(".", os.sep)
        if folder == tail or folder.endswith(os.sep + tail):
            self.roots.append(folder[: -len(tail)].rstrip(os.sep) or os.sep)
        elif os.path.isdir(folder):
            self.folders[name] = folder

    def package_path(self, relative: object) -> None:
        """A package named by its folder, as hatch and scikit-build list them."""
        if isinstance(relative, str) and (path := relative.strip("/")):
            self.root(os.path.dirname(path) or ".")


def _items(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _pyproject(collected: _Collected, toml: TomlFile) -> None:
    project = toml.table("project")
    collected.name(project.get("name"))
    collected.python(project.get("requires-python"))
    collected.classifiers(project.get("classifiers"))
    collected.need(project.get("dependencies"))
    for _, extra in _items(project.get("optional-dependencies")):
        collected.require_all(extra)
    for _, group in _items(toml.table("dependency-groups")):
        collected.require_all(group)
    collected.require_all(toml.table("build-system").get("requires"))
    _poetry(collected, toml.table("tool", "poetry"))
    _setuptools(collected, toml.table("tool", "setuptools"))
    _hatch(collected, toml.table("tool", "hatch"))
    pdm = toml.table("tool", "pdm")
    for _, group in _items(pdm.get("dev-dependencies")):
        collected.require_all(group)
    collected.root(toml.table("tool", "pdm", "build").get("package-dir"))
    collected.require_all(toml.table("tool", "uv").get("dev-dependencies"))
    for manager in ("uv", "rye"):
        collected.workspace(toml.table("tool", manager, "workspace"))
    if backend := toml.table("tool", "uv", "build-backend"):
        collected.root(backend.get("module-root", "src"))
    collected.root(toml.table("tool", "maturin").get("python-source"))
    packages = toml.table("tool", "scikit-build", "wheel").get("packages")
    for name, folder in _items(packages):
        collected.package(name, str(folder))
    for folder in _strings(packages):
        collected.package_path(folder)
    for _, feature in _items(toml.table("tool", "pixi", "feature")):
        if isinstance(feature, dict):
            collected.require_keys(feature.get("dependencies"))
            collected.require_keys(feature.get("pypi-dependencies"))
    for section in ("dependencies", "pypi-dependencies"):
        collected.require_keys(toml.table("tool", "pixi").get(section))
    legacy = toml.table("tool", "tox").get("legacy_tox_ini")
    if isinstance(legacy, str):
        from llmlint.project.ini import parse_ini

        _tox(collected, parse_ini(legacy))
    _tox_tables(collected, toml.table("tool", "tox"))


def _poetry(collected: _Collected, poetry: dict[str, Any]) -> None:
    collected.name(poetry.get("name"))
    collected.classifiers(poetry.get("classifiers"))
    dependencies = poetry.get("dependencies")
    if isinstance(dependencies, dict):
        collected.python(dependencies.get("python"))
    collected.require_keys(dependencies)
    collected.need([name for name, value in _items(dependencies) if isinstance(value, str) and name != "python"])
    collected.require_keys(poetry.get("dev-dependencies"))
    for _, group in _items(poetry.get("group")):
        if isinstance(group, dict):
            collected.require_keys(group.get("dependencies"))
    packages = poetry.get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("from"), str):
            collected.root(package["from"])
        elif isinstance(package, dict):
            collected.root(".")


def _setuptools(collected: _Collected, setuptools: dict[str, Any]) -> None:
    _package_dir(collected, setuptools.get("package-dir"))
    packages = setuptools.get("packages")
    if isinstance(packages, dict):
        for finder in ("find", "find-namespace"):
            if isinstance(found := packages.get(finder), dict):
                for folder in _strings(found.get("where")):
                    collected.root(folder)
    if _strings(packages) and not collected.roots:
        collected.root(".")
    dynamic = setuptools.get("dynamic")
    for _, entry in _items(dynamic):
        files = entry.get("file") if isinstance(entry, dict) else None
        for file in [files] if isinstance(files, str) else _strings(files):
            if _REQUIREMENTS_FILE.fullmatch(os.path.basename(file)):
                collected.requirements_file(os.path.normpath(os.path.join(collected.folder, file)))


def _package_dir(collected: _Collected, folders: object) -> None:
    for name, folder in _items(folders):
        if isinstance(folder, str):
            if name:
                collected.package(name, folder)
            else:
                collected.root(folder)


def _hatch(collected: _Collected, hatch: dict[str, Any]) -> None:
    build = hatch.get("build")
    targets = build.get("targets") if isinstance(build, dict) else None
    wheel = targets.get("wheel") if isinstance(targets, dict) else None
    for table in (build, wheel):
        if not isinstance(table, dict):
            continue
        for package in _strings(table.get("packages")):
            collected.package_path(package)
        sources = table.get("sources")
        for source in _strings(sources):
            collected.root(source)
        for source, target in _items(sources):
            if target == "":
                collected.root(source)
            elif isinstance(target, str):
                collected.package(target.strip("/").replace("/", "."), source)
        collected.require_all(table.get("dependencies"))
    for _, environment in _items(hatch.get("envs")):
        if isinstance(environment, dict):
            collected.require_all(environment.get("dependencies"))
            collected.require_all(environment.get("extra-dependencies"))
            for _, override in _items(environment.get("overrides")):
                for _, entry in _items(override):
                    collected.require_all(entry.get("dependencies") if isinstance(entry, dict) else None)


def _hatch_toml(collected: _Collected, toml: TomlFile) -> None:
    _hatch(collected, toml.data)


def _pipfile(collected: _Collected, toml: TomlFile) -> None:
    collected.require_keys(toml.table("packages"))
    collected.require_keys(toml.table("dev-packages"))
    collected.python(toml.table("requires").get("python_version"))


def _tox_toml(collected: _Collected, toml: TomlFile) -> None:
    _tox_tables(collected, toml.data)


def _tox_tables(collected: _Collected, tables: dict[str, Any]) -> None:
    environments = tables.get("env")
    for table in (tables.get("env_run_base"), *(table for _, table in _items(environments))):
        if isinstance(table, dict):
            collected.require_all(table.get("deps"))


def _tox(collected: _Collected, ini: Ini) -> None:
    for name, section in ini.sections.items():
        if (name == "testenv" or name.startswith("testenv:")) and (deps := section.get("deps")):
            collected.require_all(deps.text)


def _setup_cfg(collected: _Collected, ini: Ini) -> None:
    collected.name(ini.get("metadata", "name"))
    collected.classifiers(ini.get("metadata", "classifiers") or ini.get("metadata", "classifier"))
    collected.python(ini.get("options", "python_requires"))
    collected.need(_lines(ini.get("options", "install_requires")))
    for key in ("setup_requires", "tests_require"):
        collected.require_all(_lines(ini.get("options", key)))
    for value in ini.sections.get("options.extras_require", {}).values():
        collected.require_all(_lines(value.text))
    for line in _lines(ini.get("options", "package_dir").replace(",", "\n")):
        name, _, folder = line.partition("=")
        _package_dir(collected, {name.strip(): folder.strip()})
    for section in ("options.packages.find", "options.packages.find_namespace"):
        for folder in _lines(ini.get(section, "where").replace(",", "\n")):
            collected.root(folder.strip())


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


_DEPENDENCIES = re.compile(r"(?i)deps\b|depend|requires?(?:ments)?\b|extras")
"""What a ``setup.py`` calls a list of what it depends on, however it hands it to ``setup``."""


def _setup_py(collected: _Collected, tree: ast.Module) -> None:
    constants: dict[str, ast.expr] = {}
    put: dict[str, dict[str, ast.expr]] = {}
    """What is put into variables by keys: ``extras["test"] = ["pytest"]``, ``options["install_requires"] = requirements``."""
    for statement in tree.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.Assign) and isinstance(target, ast.Name):
            constants[target.id] = statement.value
        elif isinstance(statement, ast.Assign) and isinstance(target, ast.Subscript):
            if isinstance(target.value, ast.Name) and isinstance(target.slice, ast.Constant):
                put.setdefault(target.value.id, {})[str(target.slice.value)] = statement.value
    for name, value in constants.items():
        if _DEPENDENCIES.search(name) and isinstance(value, ast.List | ast.Tuple):
            collected.require_all(_literal(value, constants))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("find_packages", "find_namespace_packages"):
            where = [keyword.value for keyword in node.keywords if keyword.arg == "where"] or node.args[:1]
            for value in where:
                if isinstance(folder := _literal(value, constants), str) and folder not in ("", "."):
                    collected.root(folder)
        if called != "setup":
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        for keyword in node.keywords:
            if keyword.arg is None and isinstance(keyword.value, ast.Name):
                given |= _entries(constants.get(keyword.value.id)) | put.get(keyword.value.id, {})
        values = {name: _literal(value, constants) for name, value in given.items()}
        collected.name(values.get("name"))
        collected.python(values.get("python_requires"))
        collected.classifiers(values.get("classifiers"))
        collected.need(values.get("install_requires"))
        for key in ("setup_requires", "tests_require"):
            collected.require_all(values.get(key))
        for _, extra in _items(values.get("extras_require")):
            collected.require_all(extra)
        extras = given.get("extras_require")
        for extra in put.get(extras.id, {}).values() if isinstance(extras, ast.Name) else ():
            collected.require_all(_literal(extra, constants))
        _package_dir(collected, values.get("package_dir"))


def _entries(table: ast.expr | None) -> dict[str, ast.expr]:
    """What a display of a dict, or a call of ``dict``, has by names."""
    if isinstance(table, ast.Call) and isinstance(table.func, ast.Name) and table.func.id == "dict":
        return {keyword.arg: keyword.value for keyword in table.keywords if keyword.arg}
    if isinstance(table, ast.Dict):
        pairs = zip(table.keys, table.values, strict=True)
        return {
            key.value: value for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    return {}


def _literal(node: ast.expr, constants: dict[str, ast.expr]) -> Any:
    """The value of a literal, or of a name bound to one; of a list, the elements that are literal. Else None."""
    if isinstance(node, ast.Name) and node.id in constants:
        node = constants[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [value for element in node.elts if (value := _literal(element, {})) is not None]
    if isinstance(node, ast.Dict):
        return {
            key.value: _literal(value, constants)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    return node.value if isinstance(node, ast.Constant) else None


def _noxfile(collected: _Collected, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("install"):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    collected.require(argument.value)
