"""import-linter: the project's own contracts of imports, and ours about what tests may import."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import sys
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from typing import Any

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.project.toml_file import TomlError, read_toml
from llmlint.tools import import_linter_child
from llmlint.tools.arguments import write_arguments
from llmlint.tools.child import Child, ToolError, one_line
from llmlint.tools.places import Texts
from llmlint.tools.report import ToolReport

OWN_CONTRACT = "tests import only public modules"
"""Ours about ``internal-modules``: who names them means it."""

OF_CONTRACTS = "tests import only modules that are published"
"""Ours about frozen contracts, and the ``__all__`` of packages."""


class ImportLinter:
    """One run over the packages of a project."""

    def __init__(self, project: Project, files: Sequence[str], folder: str) -> None:
        """Starts it, where there is something to check.

        Args:
            project: Whose contracts are checked.
            files: What is linted, absolute: of other tests nobody asked what they import.
            folder: Where it may write.

        Raises:
            ToolError: it cannot be started.
        """
        self._project = project
        self._asked = frozenset(files)
        self.settings_file = settings_of(project)
        own = _own_contracts(project)
        self._child: Child | None = None
        if self.settings_file is None and own is None:
            return
        request = {
            "config": self.settings_file,
            "own": own,
            "trusted": project.settings.trust_plugins,
            "roots": list(dict.fromkeys((*project.source_roots, project.base or project.root, project.root))),
            "cache": os.path.join(folder, "import-linter"),
        }
        listed = write_arguments([json.dumps(request)], folder, "import-linter")
        self._child = Child(
            "import-linter",
            [sys.executable, import_linter_child.__file__, listed],
            cwd=project.base or project.root,
            limit=project.settings.tool_time_limit,
            environ={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"},
            yields=True,
        )

    def end(self) -> None:
        """Ends it early."""
        if self._child is not None:
            self._child.end()

    def collect(self, texts: Texts) -> ToolReport:
        """What it found, once it has ended.

        Raises:
            ToolError: it failed.
        """
        report = ToolReport("import-linter")
        if self._child is None:
            return report
        ended = self._child.wait()
        try:
            answer: dict[str, Any] = json.loads(ended.out)
        except ValueError:
            raise ToolError(f"import-linter ended with code {ended.code}: {one_line(ended.err or ended.out)}") from None
        if answer["error"]:
            raise ToolError(f"import-linter failed: {one_line(answer['error'])}")
        report.notices += answer["notices"]
        for broken in answer["broken"]:
            found = _diagnostics(broken, self.settings_file or self._project.root, texts)
            report.diagnostics += (one for one in found if one.side != "test" or one.path in self._asked)
        return report


def settings_of(project: Project) -> str | None:
    """The file with import-linter's settings, of those that it reads itself: in the project's base, else in its root."""
    if project.isolated:
        return None
    for folder in dict.fromkeys((project.base or project.root, project.root)):
        for name in ("setup.cfg", ".importlinter", "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and _has_settings(path):
                return path
    return None


def _has_settings(path: str) -> bool:
    try:
        if path.endswith(".toml"):
            return bool(read_toml(path).table("tool").get("importlinter"))
        parser = ConfigParser(interpolation=None)
        parser.read(path, encoding="utf-8")
        return parser.has_section("importlinter")
    except (OSError, ValueError, TomlError, ConfigError):
        return False


def _own_contracts(project: Project) -> dict[str, Any] | None:
    """What tests, helpers included, may import of the project, directly: nothing that its settings, contracts or packages keep to themselves."""
    folder = project.base or project.root
    tests = [
        name
        for name in (project.settings.tests or project.pytest.testpaths or ("tests", "test"))
        if name.isidentifier() and os.path.isdir(os.path.join(folder, name)) and name not in project.own_packages
    ]
    if not tests:
        return None
    modules = list(_modules(project))
    internal = [module for module in modules if _is_internal(module, project.settings.internal_modules)]
    # A project that freezes step by step has modules without a contract, and few keep `__all__` complete; this preset means them.
    strict = project.settings.preset == "behavioral"
    kept = dict.fromkeys(_off_contract(project, modules, every=strict))
    if strict:
        kept |= dict.fromkeys(_unpublished(project, modules))
    every = ((OWN_CONTRACT, internal), (OF_CONTRACTS, [module for module in kept if module not in internal]))
    contracts = [
        {
            "name": name,
            "type": "forbidden",
            "source_modules": [*tests, *(f"{name}.**" for name in tests)],
            "forbidden_modules": forbidden,
            "allow_indirect_imports": "True",
            # Each module is named: what lies below one that is kept back may be public.
            "as_packages": "False",
        }
        for name, forbidden in every
        if forbidden
    ]
    packages = sorted({module.split(".")[0] for _, forbidden in every for module in forbidden})
    return {"packages": [*tests, *packages], "contracts": contracts} if contracts else None


def _off_contract(project: Project, modules: Sequence[str], *, every: bool) -> Iterator[str]:
    """The modules without a contract of packages that are frozen: whose own ``__init__`` is, or (``every``) something in them."""
    published: set[str] = set()
    frozen: set[str] = set()
    for root, package in project.contract_roots:
        for path, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name.isidentifier()]
            inner = os.path.relpath(path, root).replace(os.sep, ".").strip(".")
            dotted = ".".join(filter(None, (package, inner)))
            for name in names:
                if name.endswith(".pyi"):
                    stem = "" if name == "__init__.pyi" else name[:-4]
                    published.add(".".join(filter(None, (dotted, stem))))
                    if not stem:
                        frozen.add(dotted)
    covered = {name.split(".")[0] for name in published}
    # Where nothing but the package's `__init__` is frozen, the modules in it are still to come.
    frozen &= {name.rpartition(".")[0] for name in published}
    for module in modules:
        # A package that only holds published modules is on the way to them.
        meant = module.split(".")[0] in covered if every else module.rpartition(".")[0] in frozen
        if meant and not any(one == module or one.startswith(f"{module}.") for one in published):
            yield module


def _unpublished(project: Project, modules: Sequence[str]) -> Iterator[str]:
    """The modules that their package's ``__all__`` leaves out, where it names some of them."""
    inner: dict[str, list[str]] = {}
    for module in modules:
        package, _, name = module.rpartition(".")
        inner.setdefault(package, []).append(name)
    for package, names in inner.items():
        published = set(_published_by(project, package)) if package else set()
        if published.intersection(names):
            yield from (f"{package}.{name}" for name in names if name not in published)


def _published_by(project: Project, package: str) -> Sequence[str]:
    """The names in the ``__all__`` of a package, where it is a plain list."""
    for root in project.source_roots:
        path = os.path.join(root, *package.split("."), "__init__.py")
        try:
            tree = ast.parse(read_text(path))
        except (SourceError, SyntaxError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
            ):
                try:
                    return [str(name) for name in ast.literal_eval(node.value)]
                except (ValueError, TypeError):
                    return ()
    return ()


def _is_internal(module: str, globs: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(module, glob) for glob in globs)


def _modules(project: Project) -> Iterator[str]:
    """The modules of the project's own packages, by their dotted names."""
    for root in project.source_roots:
        for package in sorted(project.own_packages):
            top = os.path.join(root, package)
            if not os.path.isfile(os.path.join(top, "__init__.py")):
                continue
            for folder, folders, names in os.walk(top):
                folders[:] = sorted(
                    name for name in folders if os.path.isfile(os.path.join(folder, name, "__init__.py"))
                )
                dotted = os.path.relpath(folder, root).replace(os.sep, ".")
                yield dotted
                yield from (
                    f"{dotted}.{name[:-3]}" for name in sorted(names) if name.endswith(".py") and name[0] != "_"
                )


def _diagnostics(broken: dict[str, Any], settings_file: str, texts: Texts) -> Iterator[Diagnostic]:
    name = broken["name"]
    if not broken["chains"]:
        yield _diagnostic(broken, settings_file, 1, f"the contract '{name}' is broken: {one_line(broken['words'])}", ())
    for chain in broken["chains"]:
        links = chain["links"]
        first, last = links[0], links[-1]
        message = f"{first['importer']} must not import {last['imported']} (contract '{name}')"
        path, row = first["path"] or settings_file, (first["row"] or 1) if first["path"] else 1
        notes = tuple(
            f"{link['importer']} imports {link['imported']}" + (f" (line {link['row']})" if link["row"] else "")
            for link in (links if len(links) > 1 else ())
        )
        yield _diagnostic(broken, path, row, message, notes, texts)


def _diagnostic(
    broken: dict[str, Any], path: str, row: int, message: str, notes: tuple[str, ...], texts: Texts | None = None
) -> Diagnostic:
    lines = texts.lines(path) if texts else ()
    line = lines[row - 1] if 0 < row <= len(lines) else ""
    start = len(line) - len(line.lstrip())
    return Diagnostic(
        path=path,
        span=Span(row, start, row, max(len(line.rstrip()), start)),
        code=broken["type"],
        name=broken["type"],
        severity="warning" if broken["name"] == OF_CONTRACTS else "error",
        message=message,
        source="import-linter",
        notes=notes,
        side="test" if broken["name"] in (OWN_CONTRACT, OF_CONTRACTS) else "source",
    )
