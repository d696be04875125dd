"""Import roots that Python files add to ``sys.path``, as far as their text tells; nothing is run."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator

_LIMIT = 1_000_000
"""Bytes of a file beyond which nobody changes ``sys.path``."""

_SAME = frozenset({"abspath", "realpath", "normpath", "expanduser", "resolve", "absolute", "as_posix", "str", "fspath"})
"""Calls that leave a path what it is, for our purpose."""


def roots_added_by(path: str, root: str) -> tuple[str, ...]:
    """The existing folders that the file at ``path`` adds to ``sys.path``; ``root`` stands for the working directory."""
    try:
        if os.path.getsize(path) > _LIMIT:
            return ()
        with open(path, "rb") as file:
            data = file.read()
        if b"sys.path" not in data and b"addsitedir" not in data and b"syspath_prepend" not in data:
            return ()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return roots_added_in(tree, path, root)


def roots_added_in(tree: ast.Module, path: str, root: str) -> tuple[str, ...]:
    """The existing folders that the program ``tree``, of the file at ``path``, adds to ``sys.path``, in the order of its text.

    Understood are ``insert``, ``append``, ``extend``, ``+=``, ``[:0] =``, ``site.addsitedir`` and ``monkeypatch.syspath_prepend``, of
    paths made with ``os.path`` and ``pathlib`` from ``__file__``, the working directory and literals.
    """
    reader = _Reader(path, root)
    nodes = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AugAssign | ast.Call)),
        key=lambda node: (node.lineno, node.col_offset),
    )
    found: list[str] = []
    for node in nodes:
        for value in reader.added(node):
            if (folder := reader.value(value)) is not None:
                folder = os.path.normpath(os.path.join(root, folder))
                if os.path.isdir(folder):
                    found.append(folder)
    return tuple(dict.fromkeys(found))


class _Reader:
    def __init__(self, path: str, root: str) -> None:
        self._path = path
        self._root = root
        self._names: dict[str, ast.expr] = {}
        self._depth = 0

    def added(self, node: ast.Assign | ast.AugAssign | ast.Call) -> Iterator[ast.expr]:
        """The expressions that ``node`` adds to ``sys.path``. Assignments to names are remembered."""
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Name):
                self._names.setdefault(target.id, node.value)
            elif _is_sys_path(target.value if isinstance(target, ast.Subscript) else target):
                yield from _elements(node.value)
        elif isinstance(node, ast.AugAssign):
            if _is_sys_path(node.target):
                yield from _elements(node.value)
        elif isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in ("addsitedir", "syspath_prepend"):
                yield from node.args[:1]
            elif _is_sys_path(node.func.value):
                if name == "insert":
                    yield from node.args[1:2]
                elif name == "append":
                    yield from node.args[:1]
                elif name == "extend" and node.args:
                    yield from _elements(node.args[0])

    def value(self, node: ast.expr) -> str | None:
        """The path that ``node`` stands for; None where that cannot be told."""
        self._depth += 1
        try:
            return self._value(node) if self._depth < 50 else None
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            if node.id == "__file__":
                return self._path
            return self.value(self._names[node.id]) if node.id in self._names else None
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self._parents(node)
        if isinstance(node, ast.BinOp):
            left, right = self.value(node.left), self.value(node.right)
            if left is None or right is None:
                return None
            if isinstance(node.op, ast.Div):
                return os.path.join(left, right)
            return left + right if isinstance(node.op, ast.Add) else None
        if isinstance(node, ast.JoinedStr):
            parts = [self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
            return None if None in parts else "".join(part for part in parts if part is not None)
        return self._call(node) if isinstance(node, ast.Call) else None

    def _attribute(self, node: ast.Attribute) -> str | None:
        if node.attr in ("pardir", "curdir", "sep"):
            return {"pardir": os.pardir, "curdir": os.curdir, "sep": os.sep}[node.attr]
        if node.attr == "parent":
            inner = self.value(node.value)
            return None if inner is None else os.path.dirname(os.path.normpath(os.path.join(self._root, inner)))
        return None

    def _parents(self, node: ast.Subscript) -> str | None:
        if not (isinstance(node.value, ast.Attribute) and node.value.attr == "parents"):
            return None
        inner, index = self.value(node.value.value), node.slice
        if inner is None or not (
            isinstance(index, ast.Constant) and isinstance(index.value, int) and 0 <= index.value < 50
        ):
            return None
        inner = os.path.normpath(os.path.join(self._root, inner))
        for _ in range(index.value + 1):
            inner = os.path.dirname(inner)
        return inner

    def _call(self, node: ast.Call) -> str | None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in ("getcwd", "cwd"):
            return self._root
        arguments = [self.value(argument) for argument in node.args]
        on_path = isinstance(function, ast.Attribute) and not node.args and name in _SAME
        if isinstance(function, ast.Attribute) and (on_path or name == "joinpath"):
            arguments.insert(0, self.value(function.value))
        known = [argument for argument in arguments if argument is not None]
        if len(known) < len(arguments) or not known:
            return None
        if name in _SAME:
            return known[0]
        if name == "dirname":
            return os.path.dirname(known[0])
        if name in ("join", "joinpath", "Path", "PurePath", "PosixPath"):
            return os.path.join(*known)
        return None


def _is_sys_path(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


def _elements(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.List | ast.Tuple):
        yield from node.elts
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _elements(node.left)
        yield from _elements(node.right)
