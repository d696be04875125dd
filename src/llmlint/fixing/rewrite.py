"""One file that a fix changes: nodes of libcst in, edits of the text out."""

from __future__ import annotations

import ast
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from llmlint.model.diagnostic import Anchor, Edit
from llmlint.model.position import Span
from llmlint.project.source import SourceFile

if TYPE_CHECKING:
    import libcst as cst
    from libcst.metadata import CodeRange

NodeT = TypeVar("NodeT", bound="cst.CSTNode")


class Unfixable(Exception):
    """The file is not such that the change can be made. The finding stays, without a fix."""


class Rewrite:
    """Collects the edits of one fix. The file's libcst tree is made when a change first asks for a node.

    Whatever is not changed keeps its bytes: of a changed node only what differs becomes an edit.
    """

    def __init__(self, source: SourceFile, layout: Layout | None = None) -> None:
        """Args:
        source: The file.
        layout: Its libcst tree, shared by the fixes of one file.
        """
        self.source = source
        self.edits: list[Edit] = []
        self._layout = layout or Layout(source)

    @property
    def module(self) -> cst.Module:
        """The tree of the whole file."""
        return self._layout.module

    def rename(self, at: Anchor, old: str, new: str) -> None:
        """Writes ``new`` where ``old`` stands, a name or a piece of a string.

        Raises:
            Unfixable: the text at ``at`` is not ``old``, as in a string with escapes.
        """
        span = self.source.span(at)
        if self.text(span) != old:
            raise Unfixable(f"'{old}' does not stand there")
        self.edit(span, new)

    def edit(self, span: Span, text: str) -> None:
        """Replaces the text of ``span``."""
        edit = Edit(span, text)
        if edit not in self.edits:
            self.edits.append(edit)

    def text(self, span: Span) -> str:
        """The text of ``span``; its line ends are ``\\n``."""
        lines = self.source.lines[span.row - 1 : span.end_row]
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        return "\n".join(lines)

    def find(self, at: Anchor, kind: type[NodeT]) -> NodeT:
        """The node of that class which stands exactly at ``at``.

        Raises:
            Unfixable: there is none.
        """
        for node in self._layout.at(self.source.span(at)):
            if isinstance(node, kind):
                return node
        raise Unfixable(f"no {kind.__name__} stands there")

    def expression(self, at: Anchor) -> cst.BaseExpression:
        """The expression that stands exactly at ``at``, the outermost of several.

        Raises:
            Unfixable: there is none.
        """
        import libcst as cst

        found = [node for node in self._layout.at(self.source.span(at)) if isinstance(node, cst.BaseExpression)]
        if not found:
            raise Unfixable("no expression stands there")
        inner = {self.parent(node) for node in found}
        return next((node for node in found if node in inner), found[0])

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that ``node`` is part of; None for the module."""
        return self._layout.parents.get(node)

    def enclosing(self, node: cst.CSTNode, kind: type[NodeT] | tuple[type[NodeT], ...]) -> NodeT | None:
        """The nearest node of that class around ``node``."""
        above = self.parent(node)
        while above is not None and not isinstance(above, kind):
            above = self.parent(above)
        return above

    def span(self, node: cst.CSTNode) -> Span:
        """Where ``node`` stands, without the parentheses and the blank around it."""
        return self._layout.span(node)

    def replace(self, old: cst.CSTNode, new: cst.CSTNode) -> None:
        """Puts ``new`` into the place of ``old``, a part of a statement or of a compound statement's head.

        Raises:
            Unfixable: libcst would not write the statement as it stands (a form feed, a stray line end).
        """
        statement = self._layout.statement(old)
        changed = statement.deep_replace(old, new)
        before, after = self._head(statement, statement), self._head(statement, changed)
        row, column = self._layout.start(statement)
        if not self._starts_with(row, column, before):
            raise Unfixable("the statement is written in a way that cannot be kept")
        start = _common(before, after)
        end = _common(before[start:][::-1], after[start:][::-1])
        place = self._span_in(before, start, len(before) - end, row, column)
        self.edit(place, after[start : len(after) - end])

    def _head(
        self, statement: cst.CSTNode, changed: cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]
    ) -> str:
        """The code of a statement up to its body, from its first character on, line ends as ``\\n``."""
        import libcst as cst

        if not isinstance(changed, cst.CSTNode):
            raise Unfixable("a statement cannot be taken away")
        body = cst.SimpleStatementSuite(body=[cst.Pass()])
        gone: dict[str, object] = {"leading_lines": ()} if hasattr(changed, "leading_lines") else {}
        if isinstance(changed, cst.BaseCompoundStatement):
            gone["body"] = body
            for name in ("orelse", "finalbody"):
                if hasattr(changed, name):
                    gone[name] = None
            if isinstance(changed, (cst.Try, cst.TryStar)):
                raise Unfixable("there is nothing to change in the head of a try")
            if isinstance(changed, cst.Match):
                raise Unfixable("the cases of a match are not its head")
            decorators = getattr(changed, "decorators", ())
            if decorators:
                gone["decorators"] = (decorators[0].with_changes(leading_lines=()), *decorators[1:])
        changed = changed.with_changes(**gone)
        indent = self._layout.indent(statement)
        # Within a block, or what goes on over several lines would lose its indentation.
        whole = cst.IndentedBlock(body=[changed], indent=indent) if indent else changed  # type: ignore[list-item]
        code = self.module.code_for_node(whole).replace("\r\n", "\n").replace("\r", "\n")
        if indent:
            code = code.partition("\n")[2].removeprefix(indent)
        if "body" in gone:
            return code[: code.rindex("pass")]
        return code.rstrip("\n")

    def _starts_with(self, row: int, column: int, code: str) -> bool:
        lines = code.split("\n")
        there = self.source.lines[row - 1 : row - 1 + len(lines)]
        if len(there) != len(lines):
            return False
        there[0] = there[0][column:]
        return there[:-1] == lines[:-1] and there[-1].startswith(lines[-1].rstrip())

    def _span_in(self, code: str, start: int, end: int, row: int, column: int) -> Span:
        ends = [0, *accumulate(len(line) + 1 for line in code.split("\n"))]

        def place(offset: int) -> tuple[int, int]:
            index = max(number for number, begin in enumerate(ends[:-1]) if begin <= offset)
            return row + index, offset - ends[index] + (column if index == 0 else 0)

        return Span(*place(start), *place(end))


class Layout:
    """A file's libcst tree, with what stands where and in what."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    @cached_property
    def module(self) -> cst.Module:
        """The tree.

        Raises:
            Unfixable: libcst cannot read the file.
        """
        return self._wrapped[0]

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """Each node's parent."""
        found: dict[cst.CSTNode, cst.CSTNode] = {}
        waiting: list[cst.CSTNode] = [self.module]
        while waiting:
            node = waiting.pop()
            for child in node.children:
                found[child] = node
                waiting.append(child)
        return found

    def at(self, span: Span) -> list[cst.CSTNode]:
        """The nodes that stand exactly there, outer ones last."""
        return self._by_span.get(span, [])

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands.

        Raises:
            Unfixable: it is a node of another tree.
        """
        try:
            place = self._wrapped[1][node]
        except KeyError:
            raise Unfixable("a node of another tree") from None
        return Span(place.start.line, place.start.column, place.end.line, place.end.column)

    def start(self, statement: cst.CSTNode) -> tuple[int, int]:
        """Row and column of a statement's first character, its decorators counted."""
        decorators = getattr(statement, "decorators", ())
        span = self.span(decorators[0] if decorators else statement)
        return span.row, span.column

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement that ``node`` is part of (or is).

        Raises:
            Unfixable: it is part of none.
        """
        import libcst as cst

        above: cst.CSTNode | None = node
        while above is not None and not isinstance(above, cst.BaseCompoundStatement | cst.SimpleStatementLine):
            above = self.parents.get(above)
        if above is None:
            raise Unfixable("not in a statement")
        return above

    def indent(self, statement: cst.CSTNode) -> str:
        """What stands before a statement on its line.

        Raises:
            Unfixable: that is more than blank.
        """
        row, column = self.start(statement)
        before = self._source.lines[row - 1][:column]
        if before.strip(" \t"):
            raise Unfixable("the statement does not begin its line")
        return before

    @cached_property
    def _wrapped(self) -> tuple[cst.Module, dict[cst.CSTNode, CodeRange]]:
        import libcst as cst
        from libcst.metadata import MetadataWrapper, PositionProvider

        try:
            wrapper = MetadataWrapper(cst.parse_module(self._source.text), unsafe_skip_copy=True)
        except (cst.ParserSyntaxError, RecursionError) as error:
            raise Unfixable(f"libcst cannot read the file: {type(error).__name__}") from None
        return wrapper.module, dict(wrapper.resolve(PositionProvider))

    @cached_property
    def _by_span(self) -> dict[Span, list[cst.CSTNode]]:
        found: dict[Span, list[cst.CSTNode]] = {}
        for node, place in self._wrapped[1].items():
            key = Span(place.start.line, place.start.column, place.end.line, place.end.column)
            found.setdefault(key, []).append(node)
        return found


def part_of(node: ast.expr | ast.stmt, offset: int, length: int) -> Span:
    """The part of a one-line node that begins ``offset`` code points behind its start; only for text that is ASCII."""
    column = node.col_offset + offset
    return Span(node.lineno, column, node.lineno, column + length)


def _common(left: str, right: str) -> int:
    """How many characters two texts begin with in common."""
    length = min(len(left), len(right))
    for index in range(length):
        if left[index] != right[index]:
            return index
    return length
