"""What ``--show-settings`` prints: the settings in force as TOML, and what was found on disk as comments."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.project.option import options, write_toml
from llmlint.project.project import Project
from llmlint.report.place import shown


def shown_settings(projects: Sequence[Project], cwd: str) -> str:
    """The settings of each project."""
    return "\n".join("".join(f"{line}\n" for line in _lines(project, cwd)) for project in projects)


def _lines(project: Project, cwd: str) -> list[str]:
    environment = project.environment
    facts = {
        "project": shown(project.base or project.root, cwd),
        "settings": shown(project.settings_file, cwd) if project.settings_file else "none",
        "sources": _paths(project.source_roots, cwd),
        "contracts": ", ".join(
            f"{shown(folder, cwd)}" + (f" (as {package})" if package else "")
            for folder, package in project.contract_roots
        )
        or "none",
        "environment": f"{environment.prefix} (Python {environment.version[0]}.{environment.version[1]})"
        if environment.known
        else "unknown: nothing is said about third parties",
        "tests": ", ".join(project.pytest.python_files),
    }
    lines = [f"# {key}: {value}" for key, value in facts.items()]
    for option in options():
        value = getattr(project.settings, option.field)
        lines.append(f"{option.key} = {write_toml(value)}" if value is not None else f"# {option.key} is not set")
    return lines


def _paths(paths: Sequence[str], cwd: str) -> str:
    return ", ".join(shown(path, cwd) for path in paths) or "none"
