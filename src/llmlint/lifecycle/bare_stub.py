"""A stub with nothing but signatures: for a model that has little room. Names, types, defaults and decorators stay; prose goes,
wherever it stands."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any, Final

_EXAMPLES: Final = frozenset({"examples", "example", "json_schema_extra", "openapi_examples", "responses"})
_PROSE: Final = _EXAMPLES | {"description", "summary", "title", "response_description"}
"""Keyword arguments of fields and routes that say something to readers, and nothing to callers."""
_ELLIPSIS_ALONE: Final = re.compile(r":\n[ \t]+\.\.\.(?=\n|$)")


def bare(tree: ast.Module) -> str:
    """The text of a stub whose docstrings are gone already, as short as it can be said. The tree is changed."""
    _Bare(_published(tree)).visit(tree)
    lines = [line for line in ast.unparse(ast.fix_missing_locations(tree)).split("\n") if line.strip()]
    return _ELLIPSIS_ALONE.sub(": ...", "\n".join(lines))


def without_prose(text: str, *, examples_only: bool = False) -> str:
    """An expression, or a function's first line, without the arguments that only readers need; ``examples_only``: without the long ones."""
    words = _EXAMPLES if examples_only else _PROSE
    if not any(f"{word}=" in text for word in words):
        return text
    if not text.startswith(("def ", "async def ")):
        return ast.unparse(_Arguments(words).visit(ast.parse(text, mode="eval")))
    return (
        ast.unparse(_Arguments(words).visit(ast.parse(f"{text}: ..."))).removesuffix("...").rstrip().removesuffix(":")
    )


def without_examples(tree: ast.Module) -> None:
    """Takes the examples out of the arguments of fields and routes."""
    _Arguments(_EXAMPLES).visit(tree)


class _Arguments(ast.NodeTransformer):
    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    def visit_Call(self, node: ast.Call) -> Any:
        node.keywords = [one for one in node.keywords if one.arg not in self._words]
        return self.generic_visit(node)


class _Bare(_Arguments):
    def __init__(self, published: frozenset[str]) -> None:
        super().__init__(_PROSE)
        self._published = published

    def visit_Assign(self, node: ast.Assign) -> Any:
        # What is published is all that stands here, and what is imported from the package itself.
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return None
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> Any:
        node.names = [one for one in node.names if not self._is_plain(one.name, one)]
        return node if node.names else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if not node.level:
            node.names = [one for one in node.names if not self._is_plain(node.module or "", one)]
        return node if node.names else None

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.generic_visit(node)
        node.body = node.body or [ast.Expr(ast.Constant(...))]
        return node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        if not node.body and not node.orelse:
            return None
        node.body = node.body or [ast.Pass()]
        return node

    def _is_plain(self, module: str, alias: ast.alias) -> bool:
        """Whether an import tells what any reader of Python knows: that ``datetime`` is the standard library's."""
        name = alias.asname or alias.name
        renamed = alias.asname is not None and alias.asname != alias.name
        return module.partition(".")[0] in sys.stdlib_module_names and name not in self._published and not renamed


def _published(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        item.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets)
        for item in ast.walk(node.value)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )
