"""import-linter: the project's own contracts of imports, and one of ours about what tests may import."""

from __future__ import annotations

import fnmatch
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from typing import Any

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.project.project import Project
from llmlint.tools import import_linter_child
from llmlint.tools.arguments import write_arguments
from llmlint.tools.child import Child, ToolError, one_line
from llmlint.tools.places import Texts
from llmlint.tools.report import ToolReport

OWN_CONTRACT = "tests import only public modules"


class ImportLinter:
    """One run over the packages of a project."""

    def __init__(self, project: Project, folder: str) -> None:
        """Starts it, where there is something to check.

        Args:
            project: Whose contracts are checked.
            folder: Where it may write.

        Raises:
            ToolError: it cannot be started.
        """
        self._project = project
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
            report.diagnostics += _diagnostics(broken, self.settings_file or self._project.root, texts)
        return report


def settings_of(project: Project) -> str | None:
    """The file with import-linter's settings, of those that it reads itself: in the project's base, else in its root."""
    for folder in dict.fromkeys((project.base or project.root, project.root)):
        for name in ("setup.cfg", ".importlinter", "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and _has_settings(path):
                return path
    return None


def _has_settings(path: str) -> bool:
    try:
        if path.endswith(".toml"):
            with open(path, "rb") as file:
                return bool(tomllib.load(file).get("tool", {}).get("importlinter"))
        parser = ConfigParser(interpolation=None)
        parser.read(path, encoding="utf-8")
        return parser.has_section("importlinter")
    except (OSError, ValueError, AttributeError, ConfigError):
        return False


def _own_contracts(project: Project) -> dict[str, Any] | None:
    """Tests that are a package, helpers included, import no internal module, directly."""
    if not project.settings.internal_modules:
        return None
    folder = project.base or project.root
    tests = [
        name
        for name in (project.settings.tests or project.pytest.testpaths or ("tests", "test"))
        if name.isidentifier() and os.path.isfile(os.path.join(folder, name, "__init__.py"))
    ]
    forbidden = [module for module in _modules(project) if _is_internal(module, project.settings.internal_modules)]
    if not tests or not forbidden:
        return None
    contract = {
        "name": OWN_CONTRACT,
        "type": "forbidden",
        "source_modules": tests,
        "forbidden_modules": forbidden,
        "allow_indirect_imports": "True",
        "as_packages": "True",
    }
    return {"packages": [*tests, *sorted({module.split(".")[0] for module in forbidden})], "contracts": [contract]}


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
        severity="error",
        message=message,
        source="import-linter",
        notes=notes,
        side="test" if broken["name"] == OWN_CONTRACT else "source",
    )
