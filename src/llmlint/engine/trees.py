"""The heavy trees, for the rules that ask for their nodes: built for a file only when such a rule is selected on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.model.position import Locate, Span
from llmlint.project.source import SourceFile

if TYPE_CHECKING:
    import libcst
    from astroid import nodes


def libcst_nodes(source: SourceFile) -> tuple[Iterator[object], Locate]:
    """Every node of the file's libcst tree, outer before inner, and where each stands."""
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    wrapper = MetadataWrapper(libcst.parse_module(source.text), unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)

    def walk(node: libcst.CSTNode) -> Iterator[object]:
        yield node
        for child in node.children:
            yield from walk(child)

    def locate(node: object, /) -> Span:
        place = positions[node]  # type: ignore[index]  # a foreign object is a KeyError, as promised
        return Span(place.start.line, place.start.column, place.end.line, place.end.column)

    return walk(wrapper.module), locate


def astroid_nodes(source: SourceFile) -> tuple[Iterator[object], Locate]:
    """Every node of the file's astroid tree, outer before inner, and where each stands."""
    import astroid

    def walk(node: nodes.NodeNG) -> Iterator[object]:
        yield node
        for child in node.get_children():
            yield from walk(child)

    def locate(node: object, /) -> Span:
        row, column = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        if row is None or column is None:
            raise LookupError(node)
        # astroid keeps the offsets of ast, in bytes; the source knows how to turn them into columns.
        end_row, end = getattr(node, "end_lineno", None) or row, getattr(node, "end_col_offset", None)
        return source.span(
            ast.Pass(lineno=row, col_offset=column, end_lineno=end_row, end_col_offset=column if end is None else end)
        )

    return walk(astroid.parse(source.text, path=source.path)), locate
