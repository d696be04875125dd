"""Telling a program for a newer Python from a faulty one. libcst, whose grammar does not age with the interpreter, decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst

Version = tuple[int, int]

_HINT = re.compile(
    r"^\s*type\s+\w+|"  # PEP 695: type aliases
    r"\b(?:def|class)\s+\w+\s*\[|"  # PEP 695: type parameters
    r"\b[rR]?[fFtT][rR]?[\"']|"  # PEP 701: f-strings; PEP 750: t-strings
    r"\bexcept\b\*?[^:\n(]*,",  # PEP 758: except without parentheses
    re.MULTILINE,
)
_NESTING_LIMIT = 60


def needed_python(text: str, error: SyntaxError, running: Version) -> Version | None:
    """The oldest Python that reads ``text``, at which the ``running`` one failed; None where its syntax is of no Python known."""
    if "too many nested" in str(error.msg) or not _HINT.search(text) or _nests_deeply(text):
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
        return None
    return needed if needed > running else None


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
