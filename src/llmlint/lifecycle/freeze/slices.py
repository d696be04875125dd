"""The text of nodes, as it stands in the source."""

from __future__ import annotations

import ast
import re

_TRIPLE = re.compile(r"""[rRuU]?(\"\"\"|''')""")
_SINGLE = re.compile(r"""[rRuU]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")


class Slices:
    """Cuts a text by the positions of its syntax tree (rows from 1, columns in UTF-8 bytes)."""

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def _cut(self, row: int, start: int | None, end: int | None) -> str:
        line = self._lines[row - 1]
        if line.isascii():
            return line[start:end]
        return line.encode(errors="surrogatepass")[start:end].decode(errors="replace")

    def raw(self, node: ast.expr | ast.stmt) -> str:
        """The exact text of a node, its line breaks included."""
        first, last = node.lineno, node.end_lineno or node.lineno
        if first == last:
            return self._cut(first, node.col_offset, node.end_col_offset)
        middle = self._lines[first : last - 1]
        return "\n".join([self._cut(first, node.col_offset, None), *middle, self._cut(last, None, node.end_col_offset)])

    def of(self, node: ast.expr) -> str:
        """The text of an expression on one line: as it stands, or written anew where it spans several or stands nowhere."""
        if not hasattr(node, "lineno"):
            return ast.unparse(node)
        if node.lineno == node.end_lineno:
            return self._cut(node.lineno, node.col_offset, node.end_col_offset)
        return ast.unparse(node)

    def docstring(self, node: ast.expr) -> str:
        """A docstring as it stands, its quotes, escapes and inner indentation kept; two strings in a row become one."""
        text = self.raw(node)
        triple = _TRIPLE.match(text)
        if triple and text.endswith(triple[1]) and text.count(triple[1]) == 2:
            return text
        if _SINGLE.fullmatch(text):
            return text
        value = node.value if isinstance(node, ast.Constant) else ""
        try:
            if ast.literal_eval(text) == value and ("\n" not in text or triple):
                return text
        except (SyntaxError, ValueError):
            pass
        return quoted(str(value))

    def said_above(self, node: ast.stmt) -> list[str]:
        """The ``#:`` comments that stand right above a statement: they document what it binds (Sphinx, autodoc)."""
        row = node.lineno - 1
        found: list[str] = []
        while row > 0 and (line := self._lines[row - 1].strip()).startswith("#:") and not line.endswith(('"""', "'''")):
            found.append(line)
            row -= 1
        return found[::-1]

    def said_beside(self, node: ast.stmt) -> str:
        """The ``#:`` comment behind a statement, with two blanks before it; '' where there is none."""
        rest = self._cut(node.end_lineno or node.lineno, node.end_col_offset, None).strip()
        return f"  {rest}" if rest.startswith("#:") else ""

    def ignores(self, row: int, before: int = 0) -> str:
        """The ``# type: ignore`` comment that ends a line (or one of those from ``row`` to the one before ``before``), with two
        blanks before it; '' where there is none."""
        for line in self._lines[row - 1 : max(before - 1, row)]:
            at = line.find("# type: ignore")
            if at >= 0 and (found := re.match(r"# type: ignore(?:\[[^\]]*\])?", line[at:])):
                return f"  {found[0]}"
        return ""


def quoted(text: str) -> str:
    """A triple-quoted string of the value ``text``."""
    body = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if body.endswith('"'):
        body = body[:-1] + '\\"'
    body = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", body)
    return f'"""{body}"""'
