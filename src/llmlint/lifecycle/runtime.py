"""mypy's stubtest, which imports the code, and its complaints as diagnostics."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

from llmlint.contracts.layout import Place
from llmlint.lifecycle.check import diagnostic
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span, Truth
from llmlint.project.project import Project
from llmlint.project.source import SourceError, parse, read_text

_STUB = re.compile(r"Stub: in file (.+?)(?::(\d+))?$")
_RUNTIME = re.compile(r"Runtime: in file (.+?)(?::(\d+))?$")


_NOT_ASKED = (
    "import-untyped", "override", "assignment", "misc", "type-arg", "type-var", "valid-type", "attr-defined", "name-defined", "no-redef",
    "var-annotated", "call-arg", "call-overload", "arg-type", "operator", "union-attr", "index", "return-value", "has-type",
)  # fmt: skip
"""What mypy itself may find wrong with a contract: else one such finding keeps stubtest from all of them."""
_OF_AN_ALIAS = re.compile(r" is not a (?:Union|type|ParamSpec|TypeVar|recognised type alias)$")


def stubtest(
    project: Project, chosen: Sequence[Place], every: Sequence[Place], python: str | None
) -> tuple[list[Diagnostic], list[str]]:
    """What stubtest says of the contracts of the chosen modules, and why it could not say it.

    Contracts of ``every`` module are read for their sake, those that do not parse are left out. An alias that is in the contract what it is
    in the source, word by word, is not complained of, though stubtest does not know all kinds.

    stubtest runs under the interpreter of the target environment where mypy is installed there, else under this one with the
    environment's packages on its path.
    """
    places = {place: tree for place in every if (tree := _tree(place.contract)) is not None}
    asked = [place.module for place in chosen if place in places]
    if not asked:
        return [], []
    by_module = {place.module: place for place in places}
    with tempfile.TemporaryDirectory(prefix="llmlint-") as folder:
        stubs = os.path.join(folder, "stubs")
        for place in places:
            target = os.path.join(stubs, *place.module.split("."))
            target = os.path.join(target, "__init__.pyi") if place.is_package else f"{target}.pyi"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(place.contract, target)
        _complete(stubs)
        config = os.path.join(folder, "mypy.ini")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[mypy]\nignore_missing_imports = true\ndisable_error_code = {', '.join(_NOT_ASKED)}\n")
        interpreter, extra = _interpreter(project, python)
        paths = [*project.source_roots, *extra]
        environment = {
            **os.environ,
            "MYPYPATH": stubs,
            "PYTHONPATH": os.pathsep.join([*paths, *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        done = subprocess.run(
            [interpreter, "-W", "ignore", "-m", "mypy.stubtest", "--mypy-config-file", config, *_roots(asked)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=environment,
        )
    found = [
        one
        for one in _read(done.stdout, by_module)
        if not (_OF_AN_ALIAS.search(one.message) and _same_alias(one, by_module, places))
    ]
    failures: list[str] = []
    if "not checking stubs due to" in done.stdout:
        failures.append(f"stubtest could not check the contracts: {_first_error(done.stdout, stubs, by_module)}")
    elif done.returncode not in (0, 1) or (done.returncode == 1 and "error: " not in done.stdout):
        failures.append(f"stubtest failed: {(done.stderr or done.stdout).strip().splitlines()[-1:] or ['no output']}")
    return found, failures


def _roots(modules: Iterable[str]) -> list[str]:
    """The modules that are not below another one: stubtest goes down by itself."""
    found = set(modules)
    return sorted(name for name in found if not any(name.startswith(f"{other}.") for other in found))


def _complete(stubs: str) -> None:
    """Folders between the root and a contract are packages, whether they have a contract or not."""
    for folder, _, files in os.walk(stubs):
        if folder != stubs and "__init__.pyi" not in files:
            with open(os.path.join(folder, "__init__.pyi"), "w", encoding="utf-8") as file:
                file.write("")


def _interpreter(project: Project, python: str | None) -> tuple[str, list[str]]:
    """The interpreter that has mypy, and what has to be on its path."""
    prefix = project.environment.prefix
    if prefix is not None and project.environment.known:
        own = os.path.join(prefix, "bin", "python")
        own = own if os.path.exists(own) else os.path.join(prefix, "Scripts", "python.exe")
        if any(os.path.isdir(os.path.join(site, "mypy")) for site in project.environment.site) and os.path.exists(own):
            return own, []
        if project.environment.version == sys.version_info[:2]:
            return sys.executable, list(project.environment.site)
        if os.path.exists(own):
            import mypy

            # mypy's own Python code runs under other versions, its compiled modules do not: stubtest will say so.
            return own, [os.path.dirname(os.path.dirname(mypy.__file__))]
    return python or sys.executable, []


def _read(output: str, by_module: dict[str, Place]) -> Iterator[Diagnostic]:
    """The complaints. Each begins with ``error: shop.cart.Cart.add is not present at runtime`` and says where in the stub."""
    for block in re.split(r"\n(?=error: )", f"\n{output}"):
        lines = block.strip().splitlines()
        if not lines or not lines[0].startswith("error: ") or lines[0].startswith("error: not checking"):
            continue
        message = lines[0].removeprefix("error: ")
        symbol = message.split(" ", 1)[0]
        place = _place_of(symbol, by_module)
        row = 1
        truth: Truth | None = None
        for line in lines:
            if at := _STUB.match(line):
                row = int(at[2] or 1)
            if (there := _RUNTIME.match(line)) and os.path.isabs(there[1]):
                truth = Truth(os.path.realpath(there[1]), int(there[2] or 1))
        if place is None or message.endswith(
            "failed to find stubs"
        ):  # what has no contract is LLM502's, what is broken LLM505's
            continue
        yield diagnostic(place.contract, Span(row, 0, row, 0), f"stubtest: {message}", symbol, truth)


def _place_of(symbol: str, by_module: dict[str, Place]) -> Place | None:
    name = symbol
    while name:
        if name in by_module:
            return by_module[name]
        name = name.rpartition(".")[0]
    return None


def _tree(path: str) -> ast.Module | None:
    """The tree of a file; None where there is none, or it does not parse."""
    try:
        return parse(path, read_text(path), "other").tree
    except SourceError:
        return None


def _same_alias(one: Diagnostic, by_module: Mapping[str, Place], trees: Mapping[Place, ast.Module]) -> bool:
    """Whether the contract gives a name the value that the source gives it."""
    symbol = one.symbol or ""
    place = by_module.get(symbol.rpartition(".")[0])
    source = _tree(place.source) if place is not None else None
    if place is None or source is None:
        return False
    name = symbol.rpartition(".")[2]
    here, there = ({ast.dump(value) for value in _values(tree, name)} for tree in (trees[place], source))
    return bool(here) and here <= there


def _values(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if value is not None and any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield value


def _first_error(output: str, stubs: str, by_module: Mapping[str, Place]) -> str:
    """The first of mypy's complaints, with the contract's own path."""
    errors = [line.strip() for line in output.splitlines() if ": error:" in line]
    if not errors:
        return output.strip().splitlines()[-1]
    path, _, rest = errors[0].partition(":")
    path = os.path.join(os.path.dirname(stubs), path)
    module = os.path.splitext(os.path.relpath(path, stubs))[0].replace(os.sep, ".").removesuffix(".__init__")
    return f"{os.path.relpath(by_module[module].contract)}:{rest}" if module in by_module else errors[0]
