"""The statements of a module or class body that a stub repeats: one per name, or several where overloads or checks of the Python
version say so."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Guards = tuple[tuple[int, bool], ...]
"""The checks of version, platform or ``TYPE_CHECKING`` that a statement stands under: the ``if``'s identity, and which branch."""


class Entry(NamedTuple):
    """One place that binds a name."""

    name: str
    node: ast.stmt
    guards: Guards
    conditional: bool
    """Under a condition that no type checker decides."""
    fallback: bool
    """In an ``except`` handler."""
    value: ast.expr | None = None
    """What an assignment binds to the name; None where that cannot be told."""
    alias: ast.alias | None = None
    """For an import."""


class Outline:
    """The bindings of one body in source order."""

    def __init__(self, statements: Sequence[ast.stmt]) -> None:
        self.entries: list[Entry] = []
        self.stars: list[ast.ImportFrom] = []
        self.deleted: set[str] = set()
        """Imported names that the body deletes when it is done with them."""
        self._read(statements, (), False, False)
        self.by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self.by_name.setdefault(entry.name, []).append(entry)

    def _read(self, statements: Sequence[ast.stmt], guards: Guards, conditional: bool, fallback: bool) -> None:
        for node in statements:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._add(Entry(node.name, node, guards, conditional, fallback))
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._target(target, node, node.value, guards, conditional, fallback)
            elif isinstance(node, ast.AnnAssign):
                if isinstance(node.target, ast.Name):
                    self._add(Entry(node.target.id, node, guards, conditional, fallback, node.value))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    if alias.name == "*" and isinstance(node, ast.ImportFrom):
                        self.stars.append(node)
                        continue
                    name = alias.asname or (
                        alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name
                    )
                    self._add(Entry(name, node, guards, conditional, fallback, alias=alias))
            elif isinstance(node, ast.If):
                if is_main(node.test):
                    continue
                if checked(node.test) is not None:
                    self._read(node.body, (*guards, (id(node), True)), conditional, fallback)
                    self._read(node.orelse, (*guards, (id(node), False)), conditional, fallback)
                else:
                    self._read(node.body, guards, True, fallback)
                    self._read(node.orelse, guards, True, fallback)
            elif isinstance(node, (ast.Try, ast.TryStar)):
                self._read(node.body, guards, True, fallback)
                self._read(node.orelse, guards, True, fallback)
                for handler in node.handlers:
                    self._read(handler.body, guards, True, True)
                self._read(node.finalbody, guards, conditional, fallback)
            elif isinstance(node, (ast.For, ast.AsyncFor)):
                self._target(node.target, node, None, guards, True, fallback)
                self._read(node.body, guards, True, fallback)
                self._read(node.orelse, guards, True, fallback)
            elif isinstance(node, ast.While):
                self._read(node.body, guards, True, fallback)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                for item in node.items:
                    if item.optional_vars is not None:
                        self._target(item.optional_vars, node, None, guards, conditional, fallback)
                self._read(node.body, guards, conditional, fallback)
            elif isinstance(node, ast.Match):
                for case in node.cases:
                    self._read(case.body, guards, True, fallback)
            elif isinstance(node, ast.Delete):
                if not conditional:
                    gone = {target.id for target in node.targets if isinstance(target, ast.Name)}
                    # An import that is deleted may be what annotations and checks of the platform name.
                    self.deleted |= {entry.name for entry in self.entries if entry.alias is not None} & gone
                    self.entries = [
                        entry for entry in self.entries if entry.name not in gone or entry.alias is not None
                    ]
            elif type(node).__name__ == "TypeAlias":  # PEP 695, from Python 3.12 on
                self._add(Entry(node.name.id, node, guards, conditional, fallback))  # type: ignore[attr-defined]

    def _add(self, entry: Entry) -> None:
        self.deleted.discard(entry.name)
        self.entries.append(entry)

    def _target(
        self,
        target: ast.expr,
        node: ast.stmt,
        value: ast.expr | None,
        guards: Guards,
        conditional: bool,
        fallback: bool,
    ) -> None:
        if isinstance(target, ast.Name):
            self._add(Entry(target.id, node, guards, conditional, fallback, value))
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: Sequence[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                if not any(isinstance(item, ast.Starred) for item in (*value.elts, *target.elts)):
                    values = value.elts
            for item, part in zip(target.elts, values, strict=True):
                self._target(item, node, part, guards, conditional, fallback)
        elif isinstance(target, ast.Starred):
            self._target(target.value, node, None, guards, conditional, fallback)

    def chosen(self, name: str) -> list[Entry]:
        """The bindings of ``name`` that a stub repeats, in source order."""
        groups: dict[Guards, list[Entry]] = {}
        for entry in self.by_name.get(name, ()):
            groups.setdefault(entry.guards, []).append(entry)
        if len(groups) > 1 and () in groups:
            # A name that is bound whatever the version is; what a checked branch adds is one more of its forms.
            plain = groups[()]
            if all(not entry.conditional for entry in plain) and not any(is_overload(entry.node) for entry in plain):
                groups = {(): plain}
        return [entry for group in groups.values() for entry in _of_group(group)]


def _of_group(entries: list[Entry]) -> list[Entry]:
    overloads = [entry for entry in entries if is_overload(entry.node)]
    if overloads:
        return overloads
    firm = [entry for entry in entries if not entry.conditional]
    if not firm:
        tried = [entry for entry in entries if not entry.fallback] or entries
        tried = [entry for entry in tried if not _is_none(entry.value)] or tried
        return _property(tried) or tried[:1]
    last = firm[-1]
    if isinstance(last.node, ast.Assign) and last.value is not None and len(firm) > 1:
        # `f = deprecated(f)`, `__all__` apart: what was defined says more than what wraps it.
        before = firm[-2]
        if isinstance(before.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and _wraps(last):
            return _property(firm[:-1]) or [before]
    annotated = [entry for entry in firm if isinstance(entry.node, ast.AnnAssign)]
    if annotated and isinstance(last.node, ast.Assign):
        return annotated[:1]
    return _property(firm) or [last]


def _wraps(entry: Entry) -> bool:
    return isinstance(entry.value, ast.Call) and any(
        isinstance(node, ast.Name) and node.id == entry.name for node in ast.walk(entry.value)
    )


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _property(entries: list[Entry]) -> list[Entry]:
    """The functions of a property: its getter, and the setter and deleter that follow it."""
    if not isinstance(entries[-1].node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    found: list[Entry] = []
    for entry in reversed(entries):
        node = entry.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
        found.insert(0, entry)
        if not is_accessor(node):
            break
    return found if len(found) > 1 else []


def is_accessor(node: FunctionNode) -> bool:
    """Whether a decorator is ``@name.setter``, ``@name.deleter`` or ``@name.getter``."""
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter")
        for decorator in node.decorator_list
    )


def is_overload(node: ast.AST) -> bool:
    """Whether a function is one of several overloads."""
    return any(last_name(decorator) == "overload" for decorator in getattr(node, "decorator_list", ()))


def last_name(node: ast.AST) -> str:
    """The last name of a dotted expression or of what is called or subscripted; '' for others."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_main(test: ast.expr) -> bool:
    """Whether it is ``__name__ == "__main__"``, or asks for that among other things."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(is_main, test.values))
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def is_static(test: ast.expr) -> bool:
    """Whether a type checker decides the condition: ``sys.version_info``, ``sys.platform``, ``TYPE_CHECKING`` and what they make
    with ``not``, ``and``, ``or`` (typing specification, "Version and platform checking")."""
    if isinstance(test, ast.BoolOp):
        return all(is_static(value) for value in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return is_static(test.operand)
    if isinstance(test, ast.Name):
        return test.id == "TYPE_CHECKING"
    if isinstance(test, ast.Attribute):
        return test.attr == "TYPE_CHECKING"
    if isinstance(test, ast.Compare):
        left = test.left.value if isinstance(test.left, ast.Subscript) else test.left
        return (
            isinstance(left, ast.Attribute)
            and left.attr in ("version_info", "platform")
            and isinstance(left.value, ast.Name)
            and left.value.id == "sys"
            and all(isinstance(item, (ast.Constant, ast.Tuple)) for item in test.comparators)
        )
    if isinstance(test, ast.Call):
        return isinstance(test.func, ast.Attribute) and test.func.attr == "startswith" and _is_platform(test.func.value)
    return False


def checked(test: ast.expr) -> ast.expr | None:
    """The condition that a type checker sees, where it decides it: ``sys.platform == "win32" or (not TYPE_CHECKING and hasattr(…))`` is
    the check of the platform to it. None where it does not decide, or where the answer is the same everywhere."""
    if is_static(test):
        return test
    found = _decided(test)
    return None if isinstance(found, bool) else found


def _decided(test: ast.expr) -> ast.expr | bool | None:
    """What a type checker, to which ``TYPE_CHECKING`` is true, makes of a condition; None where it cannot tell."""
    if last_name(test) == "TYPE_CHECKING":
        return True
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        found = _decided(test.operand)
        return not found if isinstance(found, bool) else (test if found is not None else None)
    if not isinstance(test, ast.BoolOp):
        return test if is_static(test) else None
    ends = isinstance(test.op, ast.Or)
    parts = [_decided(value) for value in test.values]
    if any(part is ends for part in parts):
        return ends
    left = [part for part in parts if not isinstance(part, bool)]
    kept = [part for part in left if part is not None]
    if len(kept) < len(left):
        return None
    if not kept:
        return not ends
    return kept[0] if len(kept) == 1 else ast.copy_location(ast.BoolOp(test.op, kept), test)


def _is_platform(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "platform"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


def is_private(name: str) -> bool:
    """Whether a name is private: one leading underscore (or name mangling's two), and no dunder."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__") and len(name) > 4)


def yields(node: FunctionNode) -> bool:
    """Whether the function is a generator: its own body yields."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        inner = stack.pop()
        if isinstance(inner, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(inner))
    return False


def names_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The dotted names that expressions mention (``a.b.c``), those in strings that are annotations included."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute):
            parts = [node.attr]
            inner: ast.expr = node.value
            while isinstance(inner, ast.Attribute):
                parts.append(inner.attr)
                inner = inner.value
            if isinstance(inner, ast.Name):
                yield ".".join([inner.id, *reversed(parts)])
            else:
                stack.append(inner)
        elif isinstance(node, ast.Name):
            yield node.id
        else:
            stack.extend(ast.iter_child_nodes(node))


def names_in_annotation(node: ast.expr) -> Iterator[str]:
    """The dotted names of an annotation; strings in it are annotations as well, but for those of ``Literal`` and the metadata of
    ``Annotated``."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            try:
                yield from names_in_annotation(ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError):
                return
    elif isinstance(node, ast.Subscript):
        yield from names_in([node.value])
        last = last_name(node.value)
        if last == "Literal":
            yield from names_in([node.slice])
        elif last == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            yield from names_in_annotation(node.slice.elts[0])
            yield from names_in(node.slice.elts[1:])
        else:
            yield from names_in_annotation(node.slice)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from names_in([node])
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from names_in_annotation(child)
