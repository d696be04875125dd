"""Imports that a text lacks, put below those that it has."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence


def with_imports(text: str, wanted: Iterable[tuple[str, str]]) -> str:
    """``text`` with ``from module import name`` for each pair that it does not bind at its top; an empty module means ``import
    name``. Imports go below the last one at the top of the file, or below its docstring, in the groups that isort makes."""
    tree = ast.parse(text)
    bound: set[str] = set()
    last = 0
    for index, node in enumerate(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {alias.asname or alias.name for alias in node.names}
            last = node.end_lineno or node.lineno
        elif index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            last = node.end_lineno or node.lineno
    lines = _lines([(module, name) for module, name in wanted if name not in bound])
    if not lines:
        return text
    rows = text.split("\n")
    head, tail = rows[:last], rows[last:]
    has_imports = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body)
    if head and not has_imports:
        head.append("")
    return "\n".join([*head, *lines, *tail])


def _lines(wanted: Sequence[tuple[str, str]]) -> list[str]:
    groups: dict[int, dict[str, list[str]]] = {}
    for module, name in wanted:
        top = (module or name).partition(".")[0]
        rank = 0 if top in sys.stdlib_module_names else 1 if top in ("pytest", "hypothesis") else 2
        groups.setdefault(rank, {}).setdefault(module, []).append(name)
    lines: list[str] = []
    for rank in sorted(groups):
        if lines:
            lines.append("")
        for module, names in sorted(groups[rank].items()):
            if not module:
                lines += [f"import {name}" for name in sorted(names)]
                continue
            line = f"from {module} import {', '.join(sorted(set(names)))}"
            if len(line) > 100:
                line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in sorted(set(names))) + ")"
            lines.append(line)
    return lines
