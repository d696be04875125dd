"""Names that are imported past the package that publishes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.contracts.symbols import Class, Function, Module
from llmlint.model.position import Truth
from llmlint.model.record import record

if TYPE_CHECKING:
    from llmlint.contracts.library import Library
    from llmlint.semantics.proof.tests import TestModule


@record
class Shortcut:
    """An import that could be shorter."""

    node: ast.alias
    module: str
    name: str
    package: str
    """The outermost package that has the name in its ``__all__``."""
    truth: Truth


def shortcuts(module: TestModule) -> Iterator[Shortcut]:
    """Every such import in a file."""
    library = module.world.library
    for node in ast.walk(module.source.tree):
        if not isinstance(node, ast.ImportFrom) or node.level or not node.module or "." not in node.module:
            continue
        deep = library.module(node.module, module.module.roots)
        if deep is None or not deep.own or deep.by_test:
            continue
        for alias in node.names:
            symbol = library.symbol(deep, alias.name)
            if not isinstance(symbol, (Class, Function)):
                continue
            package = _publisher(library, module.module.roots, node.module, alias.name, symbol)
            if package is not None:
                yield Shortcut(alias, node.module, alias.name, package.name, package.truth)


def home(library: Library, dotted: str, name: str) -> str:
    """The module that a test imports a name from: the outermost package above ``dotted`` that publishes the very symbol, else ``dotted``."""
    deep = library.module(dotted)
    symbol = library.symbol(deep, name) if deep is not None and deep.own and not deep.by_test else None
    if deep is None or not isinstance(symbol, (Class, Function)):
        return dotted
    package = _publisher(library, deep.roots, dotted, name, symbol)
    return package.name if package is not None else dotted


def _publisher(
    library: Library, roots: tuple[str, ...], dotted: str, name: str, symbol: Class | Function
) -> Module | None:
    """The outermost package above ``dotted`` that publishes the very symbol."""
    parts = dotted.split(".")
    for length in range(1, len(parts)):
        package = library.module(".".join(parts[:length]), roots)
        if package is None:
            continue
        for one in (package, package.implementation):
            if one is not None and one.all is not None and name in one.all:
                found = library.symbol(package, name)
                if found is symbol or (
                    isinstance(found, type(symbol))
                    and found.symbol.rpartition(".")[2] == name
                    and found.truth == symbol.truth
                ):
                    return package
    return None
