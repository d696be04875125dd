"""Whether two annotations, one in a contract and one in the source, say the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Variable
from llmlint.contracts.outline import last_name
from llmlint.contracts.symbols import Class, Module

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_GENERIC: Final = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type",
    "DefaultDict": "defaultdict", "Deque": "deque", "OrderedDict": "OrderedDict", "Text": "str", "AbstractSet": "Set",
}  # fmt: skip
_OPEN: Final = frozenset({"Any", "Incomplete", "object"})
_TRANSPARENT: Final = frozenset({"Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar"})


class Types:
    """Compares by what names stand for, not by how they are written."""

    def __init__(self, world: World, *, exact: bool = False) -> None:
        """With ``exact``, names that are not known are compared by how they are written."""
        self._world = world
        self._exact = exact

    def normal(self, module: Module, cls: Class | None, node: ast.expr) -> str:
        """A canonical text of an annotation: what its names stand for, unions in order."""
        return self._normal(module, cls, node, 0)

    def agree(
        self, module: Module, cls: Class | None, mine: ast.expr, source: Module, twin: Class | None, theirs: ast.expr
    ) -> bool:
        """Whether the two do not contradict each other; what cannot be told does not."""
        if _plain(mine) == _plain(theirs):
            return True
        here, there = self._normal(module, cls, mine, 0), self._normal(source, twin, theirs, 0)
        return here == there or "?" in here or "?" in there

    def _normal(self, module: Module, cls: Class | None, node: ast.expr, depth: int) -> str:
        """A canonical text; ``?`` in it where a name is not known or anything goes."""
        if depth > 12:
            return "?"
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                try:
                    return self._normal(module, cls, ast.parse(node.value.strip(), mode="eval").body, depth + 1)
                except (SyntaxError, ValueError):
                    return "?"
            return "None" if node.value is None else repr(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            parts = {self._normal(module, cls, node.left, depth + 1), self._normal(module, cls, node.right, depth + 1)}
            return _union(parts)
        if isinstance(node, ast.Subscript):
            return self._subscript(module, cls, node, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(module, cls, node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            return f"[{', '.join(self._normal(module, cls, item, depth + 1) for item in node.elts)}]"
        return "?"

    def _subscript(self, module: Module, cls: Class | None, node: ast.Subscript, depth: int) -> str:
        last = last_name(node.value)
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if last == "Literal":
            return f"Literal[{', '.join(sorted(ast.unparse(item) for item in items))}]"
        if last in _TRANSPARENT or last == "Annotated":
            return self._normal(module, cls, items[0], depth + 1)
        inner = [self._normal(module, cls, item, depth + 1) for item in items]
        if last == "Optional":
            return _union({*inner, "None"})
        if last == "Union":
            return _union(set(inner))
        return f"{self._named(module, cls, node.value, depth)}[{', '.join(inner)}]"

    def _named(self, module: Module, cls: Class | None, node: ast.expr, depth: int) -> str:
        last = last_name(node)
        if last in _OPEN or last in _TRANSPARENT:
            return last if self._exact else "?"
        if last == "None":
            return "None"
        library = self._world.library
        origin = library.origin(module, node)
        if origin.startswith(("typing.", "typing_extensions.", "collections.abc.", "collections.")):
            return _GENERIC.get(last, last)
        found = library.resolve(module, node, cls)
        if isinstance(found, Class):
            return found.symbol
        if isinstance(found, Variable):
            value = found.binding.value
            if value is not None and (
                found.binding.annotation is None or last_name(found.binding.annotation) == "TypeAlias"
            ):
                if isinstance(value, ast.Call):
                    return (
                        f"{last_name(value)} {last}" if last_name(value) in ("TypeVar", "NewType", "ParamSpec") else "?"
                    )
                return self._normal(found.module, None, value, depth + 1)
        return last if self._exact and last else "?"


def _plain(node: ast.expr) -> str:
    """The annotation as it is written, quotes aside."""
    return ast.unparse(node).strip("'\"")


def _union(parts: set[str]) -> str:
    flat = {item for part in parts for item in (part.split(" | ") if "[" not in part else [part])}
    return "?" if "?" in flat else " | ".join(sorted(flat))
