"""What a contract or source says at the place that decided: the public names of a class or module, the signature of a function."""

from __future__ import annotations

import ast
import copy
import os
from collections.abc import Iterator

from llmlint.model.position import Truth
from llmlint.project.source import SourceError, read_source

_MOST = 24
"""Names that are listed; a class with more is named by its file."""


def published(truth: Truth) -> str | None:
    """``Cart: add(item, quantity=1), total()`` or ``def add(item: str) -> None``; None where the file cannot be read."""
    tree = _tree(truth)
    if tree is None:
        return None
    node = _at(tree, truth.row)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _signature(node, full=True)
    if isinstance(node, ast.ClassDef):
        name, names = node.name, list(dict.fromkeys(text for _, text in _names(node.body)))
    else:
        name, names = "public names", _of_module(tree, os.path.basename(truth.path) == "__init__.py")
    if not names:
        return None
    shown = names[:_MOST]
    return f"{name}: {', '.join(shown)}" + (", …" if len(names) > _MOST else "")


def bound(truth: Truth) -> str | None:
    """``total: int = 0``: the statement that binds a name, in one line; a property's or method's as it is called; None where there is none."""
    tree = _tree(truth)
    node = _statement(tree, truth.row) if tree is not None else None
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        called = _signature(node, full=True)
        # A property is read, not called.
        return f"{called}: {_plain(node.returns)}" if called == node.name and node.returns is not None else called
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    return _plain(node).split("\n")[0] if node is not None else None


def _tree(truth: Truth) -> ast.Module | None:
    try:
        return read_source(truth.path, "other").tree
    except SourceError:
        return None


def _statement(tree: ast.Module, row: int) -> ast.stmt | None:
    """The outermost statement that begins in a row, else the innermost that goes over it."""
    found = None
    for node in ast.walk(tree):  # the outer ones first
        if isinstance(node, ast.stmt) and node.lineno <= row <= (node.end_lineno or 0):
            if node.lineno == row:
                return node
            found = node
    return found


def _at(tree: ast.Module, row: int) -> ast.stmt | None:
    """The innermost class or function whose head is at a row."""
    found = None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first <= row <= max(node.lineno, node.body[0].lineno - 1):
                found = node
    return found


def _of_module(tree: ast.Module, package: bool) -> list[str]:
    """What a module publishes: what its ``__all__`` lists, else its public names; a package what it takes from its modules, too."""
    names: dict[str, list[str]] = {}
    for name, text in _names(tree.body):
        names.setdefault(name, []).append(text)  # overloads
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(level=1 | 2, names=aliases) if package:
                taken = [alias.asname or alias.name for alias in aliases]
                names |= {name: [name] for name in taken if name[0] not in "_*"}
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple() as listed):
                every = [
                    one.value for one in listed.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                if len(every) == len(listed.elts):
                    names = {name: names.get(name, [name]) for name in every}
    return list(dict.fromkeys(text for texts in names.values() for text in texts))


def _names(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Public names, each with how it is shown."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("_"):
                    yield name, _signature(statement, full=False)
            case (
                ast.ClassDef(name=name)
                | ast.AnnAssign(target=ast.Name(id=name))
                | ast.Assign(targets=[ast.Name(id=name)])
            ):
                if not name.startswith("_"):
                    yield name, name
            case ast.ImportFrom(names=aliases):
                yield from (
                    (alias.name, alias.name) for alias in aliases if alias.asname and alias.asname == alias.name
                )


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef, *, full: bool) -> str:
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    if "property" in decorators or any(one.endswith("cached_property") for one in decorators):
        return node.name
    arguments = ast.arguments(
        posonlyargs=list(node.args.posonlyargs), args=list(node.args.args), vararg=node.args.vararg,
        kwonlyargs=node.args.kwonlyargs, kw_defaults=node.args.kw_defaults, kwarg=node.args.kwarg, defaults=node.args.defaults,
    )  # fmt: skip
    for group in (arguments.posonlyargs, arguments.args):
        if group and group[0].arg in ("self", "cls"):
            del group[0]
            break
    begin = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    if full:
        returned = f" -> {_plain(node.returns)}" if node.returns is not None else ""
        return f"{begin}def {node.name}({_plain(arguments)}){returned}"
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if argument is not None:
            argument.annotation = None
    return f"{begin}{node.name}({ast.unparse(arguments)})"


def _plain(node: ast.AST) -> str:
    """The text of annotations, without what ``Annotated`` adds to them: whole pages of documentation in some libraries."""
    text = ast.unparse(node)
    return ast.unparse(_Bare().visit(copy.deepcopy(node))) if "Annotated[" in text else text


class _Bare(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """``Annotated[X, …]`` is X."""
        name = getattr(node.value, "attr", getattr(node.value, "id", ""))
        if name == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            return self.visit(node.slice.elts[0])  # type: ignore[no-any-return]
        return self.generic_visit(node)
