"""Telling a program for a newer Python from a faulty one. libcst, whose grammar does not age with the interpreter, decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst

Version = tuple[int, int]

_HINTS = (
    ("type", re.compile(r"^[ \t]*type[ \t]+\w+", re.MULTILINE)),  # PEP 695: type aliases
    ("[", re.compile(r"\b(?:def|class)[ \t]+\w+[ \t]*\[")),  # PEP 695: type parameters
    ("", re.compile(r"(?<![\w\"'])[rR]?[tT][rR]?[\"']")),  # PEP 750: t-strings
    ("except", re.compile(r"\bexcept\b\*?[^:\n(]*,")),  # PEP 758: except without parentheses
)
"""What newer syntax looks like, each behind a word that is quickly looked for."""
_TEMPLATE = re.compile(r"(?<![\w\"'])([rR]?)[tT]([rR]?)(?=[\"'])")
_FORMAT = re.compile(r"\b[rR]?[fF][rR]?[\"']")
_LONG_FORMAT = re.compile(r"\b[rR]?[fF][rR]?(?:\"\"\"|\'\'\')")
_NESTING_LIMIT = 60


def needed_python(text: str, error: SyntaxError, running: Version) -> Version | None:
    """The oldest Python that reads ``text``, at which the ``running`` one failed; None where its syntax is of no Python known."""
    hinted = any(word in text and pattern.search(text) for word, pattern in _HINTS)
    if not hinted and (running >= (3, 12) or not _may_be_format(text, error)):
        return None
    if "too many nested" in str(error.msg) or _nests_deeply(text):
        return None
    try:
        import libcst
    except ImportError:
        return None
    try:
        module = libcst.parse_module(text)
        needed = max(_features(module), default=running)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic of the native parser is no Exception
        needed = (3, 14) if _reads_as_formats(text) else running
    return needed if needed > running else None


def _reads_as_formats(text: str) -> bool:
    """Whether all is well but for t-strings (PEP 750), of which libcst does not read every one."""
    import ast

    formats, count = _TEMPLATE.subn(r"\1f\2", text)
    try:
        return bool(count) and ast.parse(formats) is not None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _may_be_format(text: str, error: SyntaxError) -> bool:
    """Whether an f-string of PEP 701 may be at fault: Python says so, or stumbles where one stands or has begun."""
    if str(error.msg).startswith("f-string") or _LONG_FORMAT.search(text):
        return True
    row = error.lineno or 1
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", row)
    return any(_FORMAT.search(line) for line in lines[max(row - 2, 0) : row])


def _nests_deeply(text: str) -> bool:
    """libcst's parser works on the stack of the process, which a deep program would break."""
    depth = 0
    for found in re.finditer(r"[(\[{}\])]", text):
        depth = depth + 1 if found[0] in "([{" else max(depth - 1, 0)
        if depth > _NESTING_LIMIT:
            return True
    return False


def _features(module: libcst.Module) -> Iterator[Version]:
    import libcst

    template = getattr(libcst, "TemplatedString", None)
    for node in _walk(module):
        if isinstance(node, libcst.TypeAlias | libcst.TypeParameters):
            yield 3, 12
        elif isinstance(node, libcst.TypeParam):
            if isinstance(node.default, libcst.BaseExpression):
                yield 3, 13
        elif isinstance(node, libcst.FormattedString):
            if _is_new_format(module, node):
                yield 3, 12
        elif isinstance(node, libcst.ExceptHandler | libcst.ExceptStarHandler):
            if isinstance(node.type, libcst.Tuple) and not node.type.lpar:
                yield 3, 14
        elif template is not None and isinstance(node, template):
            yield 3, 14


def _is_new_format(module: libcst.Module, string: libcst.FormattedString) -> bool:
    """PEP 701: the string's own quotes, backslashes, comments or line ends inside its braces."""
    import libcst

    quote = string.quote
    for part in string.parts:
        if isinstance(part, libcst.FormattedStringExpression):
            code = module.code_for_node(part.expression)
            if quote in code or "\\" in code or "#" in code or (len(quote) == 1 and "\n" in module.code_for_node(part)):
                return True
    return False


def _walk(root: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(node.children)
