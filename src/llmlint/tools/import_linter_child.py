"""What runs in import-linter's own process: it reads a request from a file and prints its answer as JSON.

import-linter prints for people and keeps the places of its findings to itself; what is known of its insides stands here and
nowhere else. Started as a file, so it imports nothing of llmlint.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

_MODULES = ("source_modules", "forbidden_modules")

BUILT_IN = frozenset({"forbidden", "layers", "independence", "protected", "acyclic_siblings"})


def main(path: str) -> None:
    """Answers the request in the file at ``path``."""
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    # Of the working directory nothing is imported that the request does not name.
    sys.path[:] = [*request["roots"], *(entry for entry in sys.path[1:] if entry)]
    printed = io.StringIO()
    answer: dict[str, Any] = {"broken": [], "notices": [], "error": None}
    with contextlib.redirect_stdout(printed):
        try:
            for options in _options(request, answer):
                _check(options, request, answer)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is told in its own words
            words = " ".join(str(error).split())
            answer["error"] = f"{type(error).__name__}: {words}" if words else type(error).__name__
    json.dump(answer, sys.stdout)


def _options(request: dict[str, Any], answer: dict[str, Any]) -> Iterator[Any]:
    from importlinter import configuration
    from importlinter.application import use_cases
    from importlinter.application.user_options import UserOptions

    configuration.configure()
    if request["config"]:
        options = use_cases.read_user_options(config_filename=request["config"])
        if not request["trusted"]:
            _distrust(options, answer)
        use_cases._register_contract_types(options)  # noqa: SLF001 - its own entry point prints instead of answering
        if options.contracts_options:
            yield options
        else:
            answer["notices"].append("import-linter: the configuration has no contracts")
    else:
        use_cases._register_contract_types(UserOptions({}, []))  # noqa: SLF001
    if request["own"]:
        packages = [package for package in request["own"]["packages"] if _is_of_project(package, request["roots"])]
        contracts = []
        for contract in request["own"]["contracts"]:
            kept = {key: [one for one in contract[key] if one.split(".")[0] in packages] for key in _MODULES}
            if all(kept.values()):
                contracts.append({**contract, **kept})
        if contracts:
            yield UserOptions({"root_packages": packages}, contracts)


def _is_of_project(package: str, roots: list[str]) -> bool:
    """Whether it is found where the project is, and not in some environment that has one of that name."""
    spec = find_spec(package)
    folders = (spec.submodule_search_locations or ()) if spec else ()
    return any(os.path.normpath(folder) == os.path.join(root, package) for folder in folders for root in roots)


def _distrust(options: Any, answer: dict[str, Any]) -> None:
    """Leaves out what is code of the project."""
    if not options.session_options.pop("contract_types", None):
        return
    kept = [contract for contract in options.contracts_options if contract.get("type") in BUILT_IN]
    for contract in options.contracts_options:
        if contract not in kept:
            answer["notices"].append(
                f"import-linter: the contract '{contract.get('name')}' is left out, for its type "
                f"'{contract.get('type')}' is code of the project (trust-plugins = true runs it)"
            )
    options.contracts_options = kept


def _check(options: Any, request: dict[str, Any], answer: dict[str, Any]) -> None:
    from importlinter.application import use_cases

    report = use_cases.create_report(options, cache_dir=request["cache"])
    for name, problem in report.invalid_contract_options.items():
        raise ValueError(f"the contract '{name}' is invalid: {dict(getattr(problem, 'errors', {})) or problem}")
    types = {contract["name"]: contract.get("type", "") for contract in options.contracts_options}
    for contract, check in report.get_contracts_and_checks():
        for warning in check.warnings:
            answer["notices"].append(f"import-linter: {contract.name}: {warning}")
        if check.kept:
            continue
        chains = list(_chains(check.metadata))
        words = "" if chains else _rendered(contract, check)
        answer["broken"].append(
            {
                "name": contract.name,
                "type": types.get(contract.name) or getattr(contract, "type_name", "contract"),
                "words": words,
                "chains": sorted(({"links": chain} for chain in chains), key=json.dumps),
            }
        )


def _chains(value: Any) -> Iterator[list[dict[str, Any]]]:
    """Every chain of imports somewhere in a contract's metadata, whatever its type calls it."""
    if _is_link(value):
        yield [_link(value)]
    elif isinstance(value, list | tuple | set | frozenset):
        items = list(value)
        if items and all(map(_is_link, items)) and _is_chain(items):
            yield list(map(_link, items))
        else:
            for item in items:
                yield from _chains(item)
    elif isinstance(value, dict):
        # The alternatives for a chain's ends are imports as well; each breaks the contract.
        heads = [_link(link) for link in value.get("extra_firsts", ()) if _is_link(link)]
        for key, item in value.items():
            if key in ("extra_firsts", "extra_lasts"):
                continue
            for chain in _chains(item):
                yield chain
                if key == "chain":
                    yield from ([head, *chain[1:]] for head in heads)
    elif hasattr(value, "__dict__"):
        yield from _chains(vars(value))


def _is_link(value: Any) -> bool:
    found = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "importer" in found and "imported" in found and ("line_numbers" in found or "line_number" in found)


def _is_chain(items: list[Any]) -> bool:
    links = list(map(_link, items))
    return all(one["imported"] == other["importer"] for one, other in pairwise(links))


def _link(value: Any) -> dict[str, Any]:
    found = value if isinstance(value, dict) else vars(value)
    rows = found.get("line_numbers") or [found.get("line_number")]
    known = sorted(row for row in rows if isinstance(row, int) and row > 0)
    importer = str(found["importer"])
    return {
        "importer": importer,
        "imported": str(found["imported"]),
        "row": known[0] if known else None,
        "path": _path(importer),
    }


def _path(module: str) -> str | None:
    root, *parts = module.split(".")
    spec = find_spec(root)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        base = os.path.join(folder, *parts)
        for path in (f"{base}.py", os.path.join(base, "__init__.py")):
            if os.path.isfile(path):
                return path
    return None


def _rendered(contract: Any, check: Any) -> str:
    from importlinter.application import output

    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.suppress(Exception):
        console = getattr(output, "console", None)
        if console is not None:
            with console.capture() as capture:
                contract.render_broken_contract(check)
            return " ".join(capture.get().split())
        contract.render_broken_contract(check)
    return " ".join(stream.getvalue().split())


if __name__ == "__main__":
    main(sys.argv[1])
