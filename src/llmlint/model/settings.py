"""What a user may set, with its default. The settings' schema, ``llmlint config`` and the docs are derived from this class."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ContractRoot:
    """A folder of stubs and the package they describe: ``contracts/x.pyi`` is ``package.x`` (or ``x`` without a package)."""

    path: str
    package: str = ""


def option(doc: str, default: Any = None, **more: Any) -> Any:
    """A setting with its manual text; its key in TOML is the field's name with hyphens.

    ``more`` is read by ``project.option``: ``path`` (stays inside the project unless absolute), ``choices``, ``pattern``.
    """
    if isinstance(default, (list, dict)):
        raise TypeError("defaults are immutable")
    return field(default=default, metadata={"doc": doc, **more})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one project, as read; paths are relative to ``root``."""

    src: tuple[str, ...] = option(
        "Folders that hold the project's packages. Empty: `src/` if it is there, else the root.", (), path=True
    )
    tests: tuple[str, ...] = option(
        "What `llmlint` without paths checks. Empty: pytest's `testpaths`, else `tests/` or `test/`.", (), path=True
    )
    contracts: tuple[ContractRoot, ...] = option(
        'Folders of frozen `.pyi` contracts; `{path = "backend/contracts", package = "app"}` maps a prefix. '
        "Empty: `contracts/` if it holds stubs.",
        (),
        path=True,
    )
    python: str | None = option(
        "The target environment: an interpreter or the folder of a virtual environment.", path=True
    )
    extra_paths: tuple[str, ...] = option("More import roots, searched after `src`.", (), path=True)
    python_version: str | None = option(
        "The oldest Python the tests run on, as `3.11`. Default: `requires-python`.", pattern=r"\d+\.\d+"
    )
    preset: str = option("`default`, `behavioral` or `all`.", "default", choices=("default", "behavioral", "all"))
    select: tuple[str, ...] = option("Rules to run, by code, prefix or name; replaces the preset's.", ())
    extend_select: tuple[str, ...] = option("Rules to run besides.", ())
    ignore: tuple[str, ...] = option("Rules not to run.", ())
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = option(
        "Rules not to run on files that match a glob.", ()
    )
    fixable: tuple[str, ...] = option("Rules whose findings `--fix` may fix.", ("ALL",))
    unfixable: tuple[str, ...] = option("Rules whose findings are never fixed.", ())
    extend_safe_fixes: tuple[str, ...] = option("Rules whose unsafe fixes count as safe.", ())
    extend_unsafe_fixes: tuple[str, ...] = option("Rules whose safe fixes count as unsafe.", ())
    exclude: tuple[str, ...] = option("Files and folders never looked at, as globs.", ())
    internal_modules: tuple[str, ...] = option("Modules that tests must not import, as globs (`shop.backends.*`).", ())
    boundaries: tuple[str, ...] = option("Modules or names that tests may mock.", ())
    allowed_fixtures: tuple[tuple[str, tuple[str, ...]], ...] = option(
        "Per test folder, the fixtures that may be asked for.", ()
    )
    fixture_plugins: tuple[str, ...] = option(
        "Modules that define fixtures, besides those that pytest itself would load.", ()
    )
    markers: tuple[str, ...] = option("Markers that are registered elsewhere.", ())
    strict_callbacks: bool = option("Report a spec-less mock of a plain callable as well (LLM301).", False)
    max_mocks: int = option("How many mocks and patches may feed one test (LLM309).", 5)
    max_statements: int = option("How many statements a test may have (LLM412).", 50)
    max_assertions: int = option("How many assertions a test may have (LLM412).", 15)
    tools: tuple[str, ...] = option("Combined tools that are switched on (none exist yet).", ())
    cache_dir: str = option("Where results are cached.", ".llmlint_cache", path=True)
