"""A plain value for a type: what a template, a double or a test can start from."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from llmlint.contracts.outline import last_name

_PLAIN: Final = {
    "str": '"text"', "int": "1", "float": "1.0", "bool": "True", "bytes": 'b"bytes"', "complex": "1j", "None": "None",
    "list": "[]", "List": "[]", "Sequence": "[]", "Iterable": "[]", "Collection": "[]", "MutableSequence": "[]",
    "dict": "{}", "Dict": "{}", "Mapping": "{}", "MutableMapping": "{}", "defaultdict": "{}", "OrderedDict": "{}",
    "set": "set()", "Set": "set()", "frozenset": "frozenset()", "FrozenSet": "frozenset()", "AbstractSet": "set()",
    "tuple": "()", "Tuple": "()", "object": "object()", "Any": "object()", "Hashable": '"text"',
    "Iterator": "iter([])", "Generator": "iter([])",
}  # fmt: skip


def sample(annotation: ast.expr | None) -> str | None:
    """A Python expression of the type, made of literals and builtins; None where that takes a class of somebody's."""
    if annotation is None:
        return "object()"
    if isinstance(annotation, ast.Constant):
        if annotation.value is None:
            return "None"
        if isinstance(annotation.value, str):
            try:
                return sample(ast.parse(annotation.value.strip(), mode="eval").body)
            except SyntaxError:
                return None
        return None
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return sample(annotation.left) or sample(annotation.right)
    if isinstance(annotation, ast.Subscript):
        return _subscript(annotation)
    return _PLAIN.get(last_name(annotation))


def _subscript(annotation: ast.Subscript) -> str | None:
    name = last_name(annotation.value)
    items: Sequence[ast.expr] = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    if name == "Literal":
        return ast.unparse(items[0])
    if name in ("Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired"):
        return sample(items[0])
    if name == "Union":
        return next((found for item in items if (found := sample(item)) and found != "None"), "None")
    if name in ("tuple", "Tuple"):
        if len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is ...:
            return "()"
        parts = [sample(item) for item in items]
        if any(part is None for part in parts):
            return None
        return f"({', '.join(str(part) for part in parts)}{',' if len(parts) == 1 else ''})"
    return _PLAIN.get(name)
