"""What stubtest complains of, each line held against the package's own source by a criterion that the source meets or does not.

    python benchmarks/contracts.py --venv PATH --package NAME ... --show > found.txt
    python benchmarks/complaints.py found.txt --site PATH/lib/python3.11/site-packages [--show]

Printed are the kinds, how many lines meet the criterion of each, and all lines that meet none: those have to be read.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from pathlib import Path

PLAIN = {"property", "classmethod", "staticmethod", "overload", "abstractmethod", "override", "final"}
ATTRS = {"define", "frozen", "mutable", "s", "attrs", "attrib", "dataclass"}
ATTRS_MADE = re.compile(r"\._AT$|\.__attrs_\w+__$|\.__\w+AttrsAttributes__$|\.__(?:ge|gt|le|lt)__$|\.__slots__$")
NOT_CONTRACTED = {"__main__", "setup", "tests", "test", "conftest"}


def last(node: ast.expr) -> str:
    """The last name of a decorator or of what is called."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class Source:
    """The sources of installed packages."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.trees: dict[str, ast.Module | None] = {}

    def tree(self, module: str) -> ast.Module | None:
        """The module's source; None where there is none."""
        if module not in self.trees:
            path = self.site.joinpath(*module.split("."))
            paths = [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()]
            self.trees[module] = ast.parse(paths[0].read_text(encoding="utf-8")) if paths else None
        return self.trees[module]

    def find(self, symbol: str) -> tuple[str, list[tuple[ast.stmt, list[ast.AST]]], ast.ClassDef | None]:
        """The module of a symbol, what binds it (each with what stands around it), and its class."""
        parts = symbol.split(".")
        for count in range(len(parts), 0, -1):
            module = ".".join(parts[:count])
            tree = self.tree(module)
            if tree is None:
                continue
            body, cls = tree.body, None
            for part in parts[count:-1]:
                inner = [node for node, _ in bound(body, part) if isinstance(node, ast.ClassDef)]
                if not inner:
                    return module, [], cls
                cls, body = inner[0], inner[0].body
            return module, bound(body, parts[-1]) if count < len(parts) else [], cls
        return "", [], None


def bound(body: list[ast.stmt], name: str) -> list[tuple[ast.stmt, list[ast.AST]]]:
    """The statements of a body that bind a name, in conditions as well, each with what stands around it."""
    found: list[tuple[ast.stmt, list[ast.AST]]] = []
    stack: list[tuple[ast.stmt, list[ast.AST]]] = [(node, []) for node in reversed(body)]
    while stack:
        node, around = stack.pop()
        names: set[str] = set()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = {node.name}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        if name in names:
            found.append((node, [*around, node] if isinstance(node, ast.For) else around))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for field in ("body", "orelse", "finalbody"):
                stack += [(one, [*around, node]) for one in reversed(getattr(node, field, []))]
            for handler in getattr(node, "handlers", []):
                stack += [(one, [*around, node]) for one in reversed(handler.body)]
    return found


def kind_of(line: str, source: Source, broken: set[str]) -> str:
    """The kind whose criterion the source meets; empty where it meets none."""
    symbol = line.split(" ", 1)[0].partition("@")[0]
    if "failed to import" in line:
        return "the module cannot be imported here (inspect failed as well)" if symbol in broken else ""
    if "failed to find stubs" in line:
        private = any(part in NOT_CONTRACTED for part in symbol.split("."))
        return "nobody writes a contract of it, or it is compiled" if private or source.tree(symbol) is None else ""
    module, found, cls = source.find(symbol)
    nodes = [node for node, _ in found]
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    decorators = {last(one) for one in cls.decorator_list} if cls is not None else set()
    if decorators & ATTRS and ATTRS_MADE.search(symbol):
        return "attrs makes it (the class is decorated so)"
    if line.endswith("is not present at runtime") and (tree := source.tree(module)) is not None:
        if any(around for _, around in found):
            return "bound under a condition, in a loop or in try"
        if re.search(r"sys\.modules\[.*\]\s*=|= modules\[__name__\]", ast.unparse(tree)):
            return "the module replaces itself when it is imported"
    classes = [node for node in [*nodes, cls] if isinstance(node, ast.ClassDef)]
    if ("disjoint base" in line or "@base" in line) and any("amed" in ast.unparse(b) for c in classes for b in c.bases):
        return "a named tuple"
    if "is not present in stub" in line and re.search(r"\.__\w+__ is not", line):
        if "total_ordering" in decorators:
            return "total_ordering makes it"
        if any(isinstance(node, (ast.Assign, ast.AnnAssign)) for node in nodes):
            return "a dunder that is assigned, left out on purpose"
    if functions and any(last(one) not in PLAIN for node in functions for one in node.decorator_list):
        return "a decorator replaces it (it stands in the source)"
    if "has a default value" in line and functions:
        parameter = re.search(r'parameter "(\w+)"', line)
        for node in functions:
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if len(functions) > 1 or any(one.arg == parameter[1] and one.annotation for one in arguments if parameter):
                return "default and annotation are the source's own, which disagree, or overloads that leave the default out"
    if (
        module
        and line.startswith(f"{module}.__all__ ")
        and "sys.modules" in ast.unparse(source.tree(module) or ast.Module([], []))
    ):
        return "the module replaces itself when it is imported"
    values = [node.value for node in nodes if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None]
    if "read-only at runtime" in line and any(isinstance(node, ast.AnnAssign) for node in nodes):
        return "a descriptor that the source annotates as what it gives"
    if "is inconsistent" in line and values and all(isinstance(value, ast.Call) for value in values):
        return "assigned from a call that nobody annotated, or an enum's auto()"
    made = symbol.removesuffix(".__init__")
    inner = next((node for node in source.find(made)[1] for node in node[:1] if isinstance(node, ast.ClassDef)), None)
    if "has a default value" in line and inner is not None and ATTRS & {last(one) for one in inner.decorator_list}:
        parameter = re.search(r'parameter "(\w+)"', line)
        if any(isinstance(node, ast.AnnAssign) for node, _ in bound(inner.body, parameter[1] if parameter else "")):
            return (
                "default and annotation are the source's own, which disagree, or overloads that leave the default out"
            )
    if "variable differs from runtime type" in line and cls is not None:
        stored = {
            ast.unparse(one)
            for one in ast.walk(cls)
            if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
        }
        if f"self.{symbol.rpartition('.')[2]}" in stored and not values:
            return "stored on self in another type than what the class above has"
    if "variable differs from runtime type" in line and values:
        if all(isinstance(value, ast.Call) for value in values):
            return "assigned from a call that nobody annotated, or an enum's auto()"
        if any(isinstance(node, ast.AnnAssign) for node in nodes):
            return "annotated so in the source"
    return ""


def main() -> int:
    """Counts by kind, and what is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("found", type=Path)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    lines = [line.strip() for line in options.found.read_text(encoding="utf-8").splitlines() if line.startswith("    ")]
    broken = {line.split(": ")[1] for line in lines if line.startswith("import: ")}
    complaints = [line for line in lines if re.match(r"[\w.]+(?:@\w+)? (?:is|variable|failed)", line)]
    source, kinds = Source(options.site), Counter[str]()
    left: list[str] = []
    for line in complaints:
        kind = kind_of(line, source, broken)
        kinds[kind] += 1
        if options.show and kind:
            print(f"{kind}: {line[:120]}")
        if not kind:
            left.append(line)
    print(f"{len(complaints)} complaints")
    for kind, count in kinds.most_common():
        print(f"{count:>5} {kind or 'none of these: to be read'}")
    for line in left:
        print(f"      {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
