"""Type comments (PEP 484) as the annotations that they stand for, so that a stub says what the source says."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

from llmlint.contracts.outline import FunctionNode, names_in_annotation

_COMMENT: Final = re.compile(r"#\s*type:\s*(?!ignore\b)\S")
_START: Final = re.compile(r"#\s*type:\s*")


def annotate(tree: ast.Module, text: str, is_known: Callable[[str], bool]) -> None:
    """Write the type comments of ``text`` into its tree: on parameters, results and assignments that have no annotation.

    The annotations stand where the comments do, so that they can be cut from the text. What is no type is left alone, what names
    something that the module does not have, and a text in which such a comment stands where there can be none.

    Args:
        tree: Of the text; it is changed.
        text: The source.
        is_known: Whether the module has a name.
    """
    if _COMMENT.search(text) is None:
        return
    try:
        commented = ast.parse(text, type_comments=True)
    except (SyntaxError, ValueError):
        return
    _Annotating(text, is_known).block(tree.body, commented.body)


class _Annotating:
    def __init__(self, text: str, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def block(self, body: list[ast.stmt], commented: Sequence[ast.stmt], *, of_class: bool = False) -> None:
        """The statements of a block, beside the same ones as they were read with comments."""
        for index, (node, other) in enumerate(zip(body, commented, strict=True)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._function(node, cast("FunctionNode", other), of_class)
            elif isinstance(node, ast.Assign):
                body[index] = self._assignment(node, other) or node
            for mine, theirs in zip(_blocks(node), _blocks(other), strict=True):
                inner = isinstance(node, ast.ClassDef) or (of_class and isinstance(node, (ast.If, ast.Try)))
                self.block(mine, theirs, of_class=inner)

    def _assignment(self, node: ast.Assign, other: ast.stmt) -> ast.stmt | None:
        """``x = []  # type: list[int]`` as ``x: list[int] = []``."""
        comment = getattr(other, "type_comment", None)
        target = node.targets[0]
        if comment is None or len(node.targets) != 1 or not isinstance(target, (ast.Name, ast.Attribute)):
            return None
        annotation = self._expression(comment, node.end_lineno or node.lineno)
        if annotation is None:
            return None
        simple = int(isinstance(target, ast.Name))
        return ast.copy_location(ast.AnnAssign(target, annotation, node.value, simple), node)

    def _function(self, node: FunctionNode, other: FunctionNode, is_method: bool) -> None:
        parameters, theirs = _parameters(node), _parameters(other)
        without = _without_a_value(node)
        for mine, commented in zip(parameters, theirs, strict=True):
            comment = commented.type_comment
            if comment is not None and mine.annotation is None:
                found = self._expression(comment, mine.end_lineno or mine.lineno)
                mine.annotation = _or_none(found) if found is not None and mine in without else found
        whole = other.type_comment
        if whole is None:
            return
        try:
            signature = ast.parse(whole, mode="func_type")
        except SyntaxError:
            return
        # The comment stands after the colon, or on the line below it.
        place = next(
            (one for row in range(node.lineno, node.body[0].lineno + 1) if (one := self._place(row, whole))), None
        )
        if place is None:
            return
        types = [] if _is_left_out(signature.argtypes) else signature.argtypes
        if is_method and len(types) == len(parameters) - 1:
            parameters = parameters[1:]  # `self` need not be told of (PEP 484)
        if len(types) == len(parameters):
            for mine, annotation in zip(parameters, types, strict=True):
                if mine.annotation is None and self._says(annotation):
                    moved = _moved(annotation, *place)
                    mine.annotation = _or_none(moved) if mine in without else moved
        if node.returns is None and self._says(signature.returns):
            node.returns = _moved(signature.returns, *place)

    def _expression(self, comment: str, row: int) -> ast.expr | None:
        """The type that a comment names, at the end of ``row`` or of the next line that ends in it (behind a comma, a bracket)."""
        try:
            found = ast.parse(comment, mode="eval").body
        except SyntaxError:
            return None
        for at in (row, row + 1) if self._says(found) else ():
            place = self._place(at, comment)
            if place is not None:
                return _moved(found, *place)
        return None

    def _says(self, annotation: ast.expr) -> bool:
        """Whether every name in a type is one that the module has."""
        return all(self._is_known(dotted.partition(".")[0]) for dotted in names_in_annotation(annotation))

    def _place(self, row: int, comment: str) -> tuple[int, int] | None:
        """Where in a row a comment's type begins: row, and column in UTF-8 bytes."""
        line = self._lines[row - 1] if row <= len(self._lines) else ""
        for found in _START.finditer(line):
            if line[found.end() :].startswith(comment):
                return row, len(line[: found.end()].encode(errors="surrogatepass"))
        return None


def _parameters(node: FunctionNode) -> list[ast.arg]:
    """In the order of the signature."""
    arguments = node.args
    rest, named = arguments.vararg, arguments.kwarg
    return [
        *arguments.posonlyargs,
        *arguments.args,
        *([rest] if rest is not None else []),
        *arguments.kwonlyargs,
        *([named] if named is not None else []),
    ]


def _is_left_out(types: Sequence[ast.expr]) -> bool:
    """``(...) -> int``: the parameters have comments of their own, or none."""
    return len(types) == 1 and isinstance(types[0], ast.Constant) and types[0].value is ...


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
    for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield inner.body


def _moved(node: ast.expr, row: int, column: int) -> ast.expr:
    """An expression that was read by itself, at its place in the file."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.expr):
            inner.lineno = inner.end_lineno = row
            inner.col_offset += column
            inner.end_col_offset = (inner.end_col_offset or 0) + column
    return node


def _without_a_value(node: FunctionNode) -> set[ast.arg]:
    """The parameters whose default is None."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {one for one, default in pairs if isinstance(default, ast.Constant) and default.value is None}


def _or_none(annotation: ast.expr) -> ast.expr:
    """The type of a parameter whose default is None: when type comments were written, that said ``| None`` (PEP 484, since revised)."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value.strip(), mode="eval").body
    text = ast.unparse(annotation)
    if re.search(r"\b(?:None|Optional|Any|object)\b", text):
        return annotation
    return ast.BinOp(annotation, ast.BitOr(), ast.Constant(None))
