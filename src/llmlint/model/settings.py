"""What a user may set, with its default. The settings' schema, ``llmlint config`` and the docs are derived from this class."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ContractRoot:
    """A folder of stubs and the package they describe: ``contracts/x.pyi`` is ``package.x`` (or ``x`` without a package)."""

    path: str
    package: str = ""


TOOLS = ("ruff", "mypy", "import-linter")
"""The tools whose findings are in the report as well. Their codes are selected and suppressed as ``mypy:attr-defined``."""

RUFF_RULES = (
    "F", "B", "S", "ASYNC", "SLF", "PGH", "PLC2701", "PLE", "E9", "BLE", "PT010", "PT011", "PT012", "PT014", "PT015", "PT016",
    "PT017", "PT019", "PT020", "PT024", "PT025", "PT026", "PT028", "PT030", "PT031", "RUF006", "RUF009", "RUF012", "RUF016",
    "RUF018", "RUF019", "RUF026", "RUF030", "RUF033", "RUF034", "RUF040", "RUF043", "RUF048", "RUF049", "RUF058", "RUF059",
)  # fmt: skip
"""What of ruff matters in tests: what may be wrong, not how it is written."""


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
    severity: tuple[str, ...] = option("Severities of rules, as `LLM302=info`.", ())
    per_file_severity: tuple[tuple[str, tuple[str, ...]], ...] = option(
        "Severities of rules on files that match a glob.", ()
    )
    fixable: tuple[str, ...] = option("Rules whose findings `--fix` may fix.", ("ALL",))
    unfixable: tuple[str, ...] = option("Rules whose findings are never fixed.", ())
    extend_safe_fixes: tuple[str, ...] = option("Rules whose unsafe fixes count as safe.", ())
    extend_unsafe_fixes: tuple[str, ...] = option("Rules whose safe fixes count as unsafe.", ())
    rule_paths: tuple[str, ...] = option(
        "Folders of the project's own rules. Their modules are run, so only a settings file can name them.",
        (),
        path=True,
    )
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
    tools: tuple[str, ...] = option(
        "Tools whose findings are in the report as well: `ruff`, `mypy`, `import-linter`.",
        TOOLS,
        choices=TOOLS,
    )
    tool_time_limit: int = option("Seconds after which a tool that has not ended is ended (LLM904).", 600)
    trust_plugins: bool = option(
        "Let mypy load the plugins, and import-linter the contract types, that the project configures: they are code.",
        False,
    )
    mypy_strict: bool = option(
        "Run mypy as with `--strict` where the project's own mypy settings say nothing else.", True
    )
    deep_check: bool = option("Show mypy the types of fixtures and mocks.", True)
    ruff_rules: tuple[str, ...] = option(
        "Rules of ruff, by code or prefix, that are in the report; those that the project's own ruff settings ignore are not.",
        RUFF_RULES,
    )
    cache_dir: str = option("Where results are cached.", ".llmlint_cache", path=True)
