"""What a file calls a class, with the import of it where it has none."""

from __future__ import annotations

import ast

from llmlint.fixing.names import binders
from llmlint.fixing.rewrite import Rewrite, Unfixable
from llmlint.model.position import Span


def name_of(file: Rewrite, symbol: str, at: ast.AST) -> str:
    """The expression that stands for ``symbol`` (``shop.cart.Cart``) at a place of the file; imports it where nothing does.

    Raises:
        Unfixable: its module is private, or its name means something else in the file.
    """
    module, _, name = symbol.rpartition(".")
    imports = [node for node in file.source.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in [*imports, *_of_function(file.source.tree, at)]:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                # Re-exported or not, it is the project's one class of that name.
                if alias.name == name and not node.level and _package(node.module) == _package(module):
                    return alias.asname or name
                if f"{node.module}.{alias.name}" == module and not node.level:
                    return f"{alias.asname or alias.name}.{name}"
        else:
            for alias in node.names:
                if alias.name == module:
                    return f"{alias.asname or module}.{name}"
    if any(part.startswith("_") for part in symbol.split(".")):
        raise Unfixable(f"'{symbol}' is private")
    if any(True for _ in binders(file.source.tree, name)):
        if isinstance(found := _defined(file.source.tree, name), ast.ClassDef):
            return found.name
        raise Unfixable(f"'{name}' means something else in the file")
    add_import(file, module, name)
    return name


def add_import(file: Rewrite, module: str, name: str) -> None:
    """Imports ``name`` from ``module`` at the top of the file: beside what is imported from there, else below the imports."""
    leading = _leading(file.source.tree)
    for node in leading:
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == module
            and not node.level
            and node.lineno == node.end_lineno
        ):
            last = node.names[-1]
            if any(alias.name == "*" for alias in node.names):
                continue
            names = [alias.name for alias in node.names]
            span = file.source.span(last)
            if names == sorted(names) and (after := next((one for one in node.names if one.name > name), None)):
                at = file.source.span(after)
                file.edit(Span(at.row, at.column, at.row, at.column), f"{name}, ")
            else:
                file.edit(Span(span.end_row, span.end_column, span.end_row, span.end_column), f", {name}")
            return
    row = leading[-1].end_lineno if leading else _behind_docstring(file.source.tree)
    line = file.source.lines[(row or 0) - 1] if row else ""
    if row and (line.rstrip().endswith("\\") or ";" in line):
        raise Unfixable("the imports are not written one a line")
    blank = "" if leading or not row else "\n"
    if (row or 0) >= len(file.source.lines):
        raise Unfixable("the file ends with its imports")
    file.edit(Span((row or 0) + 1, 0, (row or 0) + 1, 0), f"{blank}from {module} import {name}\n")


def moved_import(file: Rewrite, node: ast.alias, module: str) -> None:
    """Imports a name from another module, in the same place; what the statement imports besides stays.

    Raises:
        Unfixable: no ``from … import`` imports it.
    """
    import libcst as cst

    alias = file.find(node, cst.ImportAlias)
    statement = file.parent(alias)
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        raise Unfixable("no 'from … import' imports it")
    if len(statement.names) == 1:
        path = cst.parse_expression(module)
        assert isinstance(path, cst.Attribute | cst.Name)
        file.replace(statement, statement.with_changes(module=path))
        return
    line = file.parent(statement)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        raise Unfixable("several statements stand on the line")
    left = [name for name in statement.names if name is not alias]
    if alias is statement.names[-1]:
        # The comma behind the last one is the statement's way to end.
        left[-1] = left[-1].with_changes(comma=alias.comma)
    file.replace(statement, statement.with_changes(names=left))
    place = file.span(line)
    indent = file.source.lines[place.row - 1][: place.column]
    name = file.text(file.source.span(node))
    file.edit(Span(place.row, place.column, place.row, place.column), f"from {module} import {name}\n{indent}")


def _leading(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports at the top, up to the first statement that is neither one nor a docstring nor a guarded import."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        elif not isinstance(node, ast.Expr | ast.If | ast.Try):
            break
    return found


def _behind_docstring(tree: ast.Module) -> int:
    first = tree.body[0] if tree.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.end_lineno or 0
    return 0


def _of_function(tree: ast.Module, at: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    """The imports that stand in the function around a place, before it."""
    row = getattr(at, "lineno", 0)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= row <= (node.end_lineno or 0):
            inner = [one for one in node.body if isinstance(one, ast.Import | ast.ImportFrom) and one.lineno < row]
            if inner:
                return inner
    return []


def _defined(tree: ast.Module, name: str) -> ast.stmt | None:
    return next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), None)


def _package(module: str | None) -> str:
    return (module or "").partition(".")[0]
