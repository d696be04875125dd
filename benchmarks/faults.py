"""Faults of the kinds that models make, and where in a suite each could be made.

A fault changes one test (or one import of a test file). What is renamed gets a name that a model might have made up: another
verb of the same meaning, a word more, a letter less. Whether it is a fault is not decided here but by running the test.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus import Suite

EXISTENCE = ("attribute", "keyword", "fixture", "import", "module", "patch-target", "mock-config", "mock-assertion")
"""What does not exist after the fault was made: names and parameters of the project's own objects."""

OTHER = ("arity", "misspelt-assertion", "dropped-await", "dropped-spec", "dropped-assertions")
SILENT = ("mock-config", "misspelt-assertion", "dropped-await", "dropped-spec", "dropped-assertions")
"""Kinds of which a test may keep passing; the others have to make it fail, with the new name in what pytest says."""

NAMED = ("attribute", "keyword", "fixture", "import", "module", "patch-target")
SAYS = {
    "attribute": "AttributeError|has no attribute|has no element",
    "keyword": "unexpected keyword|got an unexpected|ValidationError|TypeError",
    "fixture": "fixture '.*' not found",
    "import": "ImportError",
    "module": "ModuleNotFoundError|ImportError",
    "patch-target": "AttributeError|ModuleNotFoundError|ImportError",
    "arity": "TypeError",
}
"""What the failure has to say, so that it is the fault that made the test fail: a keyword that a function passes on in its
``**kwargs`` does not fail by itself."""

KINDS = (*EXISTENCE, *OTHER)
BROKEN_FILE = ("import", "module")
"""Kinds that keep a whole file from being imported: one a file, and nothing else in it."""

_VERBS = {
    "get": "fetch", "fetch": "get", "set": "update", "add": "insert", "remove": "delete", "delete": "remove", "create": "make",
    "make": "create", "load": "read", "read": "load", "write": "save", "save": "store", "find": "lookup", "list": "get_all",
    "is": "has", "has": "is", "run": "execute", "execute": "run", "start": "begin", "stop": "end", "send": "dispatch",
    "parse": "decode", "build": "construct", "close": "shutdown", "open": "load", "register": "add", "check": "validate",
    "validate": "check", "render": "format", "update": "set", "init": "setup", "setup": "init", "call": "invoke",
}  # fmt: skip
_MOCKS = frozenset(
    {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "patch", "object", "multiple"}
)
_ASSERTIONS = frozenset(
    {
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_awaited_with",
        "assert_awaited_once_with",
    }
)
_MISSPELT = {
    "assert_called_once_with": "called_once_with", "assert_called_with": "called_with", "assert_called_once": "called_once",
    "assert_not_called": "not_called", "assert_called": "was_called", "assert_any_call": "any_call",
    "assert_has_calls": "has_calls",
}  # fmt: skip


@dataclass
class Fault:
    kind: str
    file: str
    """Relative to the tree, with ``/``."""
    test: str
    """The test that it touches (``tests/test_x.py::Class::test_y``); the file for an import."""
    row: int
    end_row: int
    """The rows of the statement (or of its head) that was changed."""
    old: str
    new: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    """Offsets in the file's bytes, and what stands there instead."""
    line: str = ""
    """The changed line, for whoever reads what was missed."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class File:
    """A test file with its tests, and where in its bytes each node stands."""

    def __init__(self, tree: Path, path: Path, trace: dict[tuple[int, int, str], str]) -> None:
        self.name = path.relative_to(tree).as_posix()
        self.data = path.read_bytes()
        self.tree = ast.parse(self.data)
        self.trace = trace
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def offset(self, row: int, column: int) -> int:
        return self.starts[row - 1] + column

    def tests(self) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        def walk(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
            for node in body:
                if isinstance(node, ast.ClassDef):
                    yield from walk(node.body, f"{prefix}::{node.name}")
                elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
                    yield f"{prefix}::{node.name}", node

        yield from walk(self.tree.body, self.name)

    def own(self, node: ast.expr | ast.arg, kind: str) -> bool:
        """Whether the trace saw an own object of the project there."""
        return (node.end_lineno or 0, node.end_col_offset or 0, kind) in self.trace


def sites(file: File, suite: Suite, draw: random.Random) -> Iterator[Fault]:
    """Every fault that could be made in a file, one at a time."""
    for test, function in file.tests():
        yield from _fixtures(file, test, function, draw)
        yield from _dropped_assertions(file, test, function)
        for statement, node in _nodes(function):
            for kind, old, new, edits in _of_node(file, suite, node, draw):
                yield _fault(file, kind, test, statement, old, new, edits)
    for node in file.tree.body:
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] in suite.packages:
            yield from _imports(file, node, draw)


Change = tuple[str, str, str, list[tuple[int, int, str]]]


def _of_node(file: File, suite: Suite, node: ast.AST, draw: random.Random) -> Iterator[Change]:
    match node:
        case ast.Attribute(ctx=ast.Load(), attr=name) if not name.startswith("_") and file.own(node, "attribute"):
            yield _renamed(file, "attribute", node, name, draw)
        case ast.Attribute(attr="return_value" | "side_effect", value=ast.Attribute(attr=name) as inner):
            if name not in ("return_value", "side_effect") and isinstance(node.ctx, ast.Store):
                yield _renamed(file, "mock-config", inner, name, draw)
        case ast.Await(value=value):
            start = file.offset(node.lineno, node.col_offset)
            end = file.offset(value.lineno, value.col_offset)
            if value.lineno == node.lineno and b"(" not in file.data[start:end]:
                yield "dropped-await", "await", "", [(start, end, "")]
        case ast.Call():
            yield from _of_call(file, suite, node, draw)


def _of_call(file: File, suite: Suite, node: ast.Call, draw: random.Random) -> Iterator[Change]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    keywords = [keyword for keyword in node.keywords if keyword.arg]
    if called in _ASSERTIONS and isinstance(node.func, ast.Attribute):
        if keywords:
            yield _keyword(file, "mock-assertion", draw.choice(keywords), draw)
    elif file.own(node.func, "call"):
        if keywords:
            yield _keyword(file, "keyword", draw.choice(keywords), draw)
        if node.args and not any(isinstance(argument, ast.Starred) for argument in node.args):
            yield from _arity(file, node, draw)
    if called in _MISSPELT and isinstance(node.func, ast.Attribute):
        end = file.offset(node.func.end_lineno or 0, node.func.end_col_offset or 0)
        yield "misspelt-assertion", called, _MISSPELT[called], [(end - len(called), end, _MISSPELT[called])]
    if called in _MOCKS:
        for keyword in keywords:
            if keyword.arg in ("spec", "autospec", "spec_set"):
                yield "dropped-spec", keyword.arg, "", [_without(file, keyword)]
    target = _target(file, suite, node, called)
    if target is not None:
        yield from _patched(file, target, draw)


def _target(file: File, suite: Suite, node: ast.Call, called: str) -> ast.Constant | None:
    """The string that names what a patch replaces."""
    strings = [argument for argument in node.args[:2] if isinstance(argument, ast.Constant)]
    strings = [one for one in strings if isinstance(one.value, str)]
    if called not in ("patch", "object", "setattr", "delattr", "spy") or not strings:
        return None
    first = node.args[0]
    if isinstance(first, ast.Constant):
        return first if strings[0] is first and str(first.value).split(".")[0] in suite.packages else None
    return strings[0] if file.own(node.func, "patch") and strings[0] is node.args[1] else None


def _patched(file: File, target: ast.Constant, draw: random.Random) -> Iterator[Change]:
    text = str(target.value)
    start, end = (
        file.offset(target.lineno, target.col_offset),
        file.offset(target.end_lineno or 0, target.end_col_offset or 0),
    )
    written = file.data[start:end].decode()
    if written[1:-1] != text:
        return
    parts = text.split(".")
    index = draw.randrange(1, len(parts)) if len(parts) > 1 else 0
    new = invented(parts[index], draw)
    changed = ".".join([*parts[:index], new, *parts[index + 1 :]])
    yield "patch-target", parts[index], new, [(start, end, written[0] + changed + written[0])]


def _arity(file: File, node: ast.Call, draw: random.Random) -> Iterator[Change]:
    last = node.args[-1]
    end = file.offset(last.end_lineno or 0, last.end_col_offset or 0)
    # One more, so that it is surely too many of something.
    yield "arity", "", "None", [(end, end, ", None")]
    if draw.random() < 0.5:
        start = file.offset(last.lineno, last.col_offset)
        if len(node.args) > 1:
            before = node.args[-2]
            start = file.offset(before.end_lineno or 0, before.end_col_offset or 0)
            yield "arity", ast.unparse(last), "", [(start, end, _lines(file, start, end))]
        elif not node.keywords and file.data[start - 1 : start] == b"(":
            yield "arity", ast.unparse(last), "", [(start, end, "")]


def _renamed(file: File, kind: str, node: ast.Attribute, name: str, draw: random.Random) -> Change:
    end = file.offset(node.end_lineno or 0, node.end_col_offset or 0)
    new = invented(name, draw)
    return kind, name, new, [(end - len(name.encode()), end, new)]


def _keyword(file: File, kind: str, keyword: ast.keyword, draw: random.Random) -> Change:
    start, name = file.offset(keyword.lineno, keyword.col_offset), keyword.arg or ""
    new = invented(name, draw)
    return kind, name, new, [(start, start + len(name.encode()), new)]


def _without(file: File, keyword: ast.keyword) -> tuple[int, int, str]:
    """The edit that takes a keyword argument away, with the comma before it, or behind it where it is the first."""
    start = file.offset(keyword.lineno, keyword.col_offset)
    end = file.offset(keyword.end_lineno or 0, keyword.end_col_offset or 0)
    before = re.search(rb",\s*$", file.data[:start])
    if before:
        return before.start(), end, _lines(file, before.start(), end)
    behind = re.match(rb"\s*,\s*", file.data[end:])
    end += behind.end() if behind else 0
    return start, end, _lines(file, start, end)


def _lines(file: File, start: int, end: int) -> str:
    """The line ends of what is taken away: every row keeps its number."""
    return "\n" * file.data[start:end].count(b"\n")


def _fixtures(
    file: File, test: str, function: ast.FunctionDef | ast.AsyncFunctionDef, draw: random.Random
) -> Iterator[Fault]:
    for parameter in function.args.args:
        name = parameter.arg
        if not file.own(parameter, "fixture"):
            continue
        uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
        new = invented(name, draw)
        places = [(node.lineno, node.col_offset) for node in (parameter, *uses)]
        edits = [(file.offset(*place), file.offset(*place) + len(name.encode()), new) for place in places]
        yield _fault(file, "fixture", test, function, name, new, edits)


def _dropped_assertions(file: File, test: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Fault]:
    text = ast.unparse(function)
    asserts = [node for node in ast.walk(function) if isinstance(node, ast.Assert)]
    if not asserts or re.search(r"raises|warns|fail\(|\.assert|assert_|AssertionError|capsys|regtest", text):
        return
    edits = []
    for node in asserts:
        start = file.offset(node.lineno, node.col_offset)
        edits.append((start, start + len("assert"), "_ ="))
    yield _fault(file, "dropped-assertions", test, function, "assert", "", edits)


def _imports(file: File, node: ast.ImportFrom, draw: random.Random) -> Iterator[Fault]:
    for alias in node.names:
        if alias.name != "*":
            start = file.offset(alias.lineno, alias.col_offset)
            new = invented(alias.name, draw)
            text = new if alias.asname else f"{new} as {alias.name}"
            edits = [(start, start + len(alias.name.encode()), text)]
            yield _fault(file, "import", file.name, node, alias.name, new, edits)
    module = node.module or ""
    parent, _, last = module.rpartition(".")
    found = re.compile(rb"from\s+(" + re.escape(module.encode()) + rb")\b").match(
        file.data, file.offset(node.lineno, node.col_offset)
    )
    if parent and found:
        new = invented(last, draw)
        edits = [(found.end(1) - len(last.encode()), found.end(1), new)]
        yield _fault(file, "module", file.name, node, last, new, edits)


def _fault(
    file: File, kind: str, test: str, statement: ast.stmt, old: str, new: str, edits: list[tuple[int, int, str]]
) -> Fault:
    row, end = statement.lineno, statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and statement.decorator_list:
        row = statement.decorator_list[0].lineno
    if isinstance(body, list) and body and kind not in ("fixture", "dropped-assertions"):
        end = max(row, body[0].lineno - 1)
    line = file.data.splitlines()[_row_of(file, edits[0][0]) - 1].decode("utf-8", "replace").strip()
    return Fault(kind, file.name, test, row, end, old, new, edits, line)


def _row_of(file: File, offset: int) -> int:
    return next(row for row in range(len(file.starts) - 1, 0, -1) if file.starts[row - 1] <= offset)


def _nodes(function: ast.AST) -> Iterator[tuple[ast.stmt, ast.AST]]:
    """Every node of a function with the innermost statement that it belongs to."""

    def walk(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.stmt, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            inner = child if isinstance(child, ast.stmt) else statement
            yield inner, child
            yield from walk(child, inner)

    assert isinstance(function, ast.stmt)
    yield from walk(function, function)


def invented(name: str, draw: random.Random) -> str:
    """A name that a model might make up in the place of ``name``."""
    words = name.split("_")
    ways = ["letter", "word"]
    if words[0] in _VERBS:
        ways += ["verb", "verb", "verb"]
    if len(words) > 1:
        ways += ["fewer", "order"]
    if name[:1].islower() and words[0] not in _VERBS:
        ways += ["getter", "plural"]
    way = draw.choice(ways)
    if way == "verb":
        return "_".join([_VERBS[words[0]], *words[1:]])
    if way == "getter":
        return f"get_{name}"
    if way == "plural":
        return name[:-1] if name.endswith("s") and len(name) > 2 else f"{name}s"
    if way == "fewer":
        return "_".join(words[:-1]) or f"{name}_x"
    if way == "order" and words != words[::-1] and all(words):
        return "_".join(words[::-1])
    if way == "letter" and len(name) > 3:
        place = draw.randrange(1, len(name) - 1)
        changed = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        return changed if changed != name and changed.isidentifier() else name + name[-1]
    if name[:1].isupper():
        return draw.choice(["Base", "Default", "My"]) + name
    return name + draw.choice(["_async", "_value", "_all", "_data", "_name"])


def applied(data: bytes, faults: list[Fault]) -> bytes:
    """The bytes of a file with these faults."""
    edits = sorted({tuple(edit) for fault in faults for edit in fault.edits}, reverse=True)
    for start, end, text in edits:
        data = data[:start] + text.encode() + data[end:]
    return data
