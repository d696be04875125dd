"""Whether two annotations, one in a contract and one in the source, say the same."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final, Literal

from llmlint.contracts.library import Variable
from llmlint.contracts.outline import is_private, last_name
from llmlint.contracts.symbols import Class, Module
from llmlint.semantics.drift.found import is_complete

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_GENERIC: Final = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type",
    "DefaultDict": "defaultdict", "Deque": "deque", "OrderedDict": "OrderedDict", "Text": "str", "AbstractSet": "Set",
}  # fmt: skip
_BUILTIN: Final = frozenset({"list", "dict", "set", "frozenset", "tuple", "type", "str"})
PROMOTED: Final = frozenset(
    {("builtins.int", "builtins.float"), ("builtins.bool", "builtins.int"), ("builtins.bool", "builtins.float")}
    | {(f"builtins.{name}", "builtins.complex") for name in ("bool", "int", "float")}
)
_DUCKS: Final = frozenset(
    {"IO", "TextIO", "BinaryIO", "RawIOBase", "BufferedIOBase", "TextIOBase", "IOBase", "PathLike", "Buffer"}
)
"""Classes that stand for whatever behaves like them."""
_OPEN: Final = frozenset({"Any", "Incomplete", "object"})
_TRANSPARENT: Final = frozenset({"Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar"})


How = Literal["taken", "given", "held"]
"""What an annotation is of: a parameter, a result, a variable."""


class Types:
    """Compares by what names stand for, not by how they are written."""

    def __init__(self, world: World, *, exact: bool = False) -> None:
        """With ``exact``, names that are not known are compared by how they are written."""
        self._world = world
        self._exact = exact
        self._classes: dict[str, Class] = {}
        """The classes that normal texts name."""

    def normal(self, module: Module, cls: Class | None, node: ast.expr) -> str:
        """A canonical text of an annotation: what its names stand for, unions in order."""
        return self._normal(module, cls, node, 0)

    def agree(
        self,
        module: Module,
        cls: Class | None,
        mine: ast.expr,
        source: Module,
        twin: Class | None,
        theirs: ast.expr,
        how: How = "held",
    ) -> bool:
        """Whether the two do not contradict each other; what cannot be told does not.

        A contract that somebody wrote may promise less than the source: take fewer types, say less of what is given back.
        """
        if _plain(mine) == _plain(theirs):
            return True
        here, there = self._normal(module, cls, mine, 0), self._normal(source, twin, theirs, 0)
        if here == there or "?" in here or "?" in there:
            return True
        if is_complete(module) or self._exact:
            return False
        if "TypeVar " in here or "TypeVar " in there:
            return True
        if how == "taken":
            return all(any(self._fits(one, other) for other in members(there)) for one in members(here))
        # A contract may say less than the source of what is given back, or, of a class and its subclasses, more.
        return all(
            any(self._fits(one, other) or self._fits(other, one) for other in members(here)) for one in members(there)
        )

    def _fits(self, one: str, other: str) -> bool:
        """Whether whatever is ``one`` may be ``other`` as well: both normal, neither a union; what is in doubt may be."""
        if one == other or (one, other) in PROMOTED or one in ("NoReturn", "Never"):
            return True
        if one.startswith("Literal["):
            return _literal_fits(one, other)
        head, _, inner = one.partition("[")
        base, _, outer = other.partition("[")
        if head == base or self._is_related(head, base):
            return head != base or self._arguments_agree(inner, outer)
        return False

    def _arguments_agree(self, inner: str, outer: str) -> bool:
        """Whether the arguments of one generic may be those of another, whatever its variance."""
        if not inner or not outer:
            return True  # somebody left them out
        mine, theirs = _arguments(inner[:-1]), _arguments(outer[:-1])
        if len(mine) != len(theirs):
            return "..." in inner or "..." in outer or "Ellipsis" in inner + outer
        return all(
            all(any(self._fits(a, b) or self._fits(b, a) for b in members(other)) for a in members(one))
            or all(any(self._fits(a, b) or self._fits(b, a) for a in members(one)) for b in members(other))
            for one, other in zip(mine, theirs, strict=True)
        )

    def _is_related(self, head: str, base: str) -> bool:
        """Whether a class derives from another one, or meets a protocol, which nobody has to declare."""
        have, want = self._classes.get(head), self._classes.get(base)
        if "Callable" in (head, base):
            return (have or want) is not None  # classes are called, and so are many of their objects
        if have is None or want is None:
            return False
        classes = self._world.classes
        classes.mro(want)
        return "protocol" in want.memo or want.name in _DUCKS or classes.is_subclass(have, want)

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
        if last in ("TypeGuard", "TypeIs") and not self._exact:
            return "builtins.bool"
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
        if last == "Self" and cls is not None:
            self._classes[cls.symbol] = cls
            return cls.symbol
        library = self._world.library
        origin = library.origin(module, node)
        found = library.resolve(module, node, cls)
        if origin.startswith(("typing.", "typing_extensions.", "collections.abc.", "collections.")):
            name = _GENERIC.get(last, last)
            if isinstance(found, Class):
                self._classes[name] = found
            return f"builtins.{name}" if name in _BUILTIN else name
        if isinstance(found, Class):
            if (
                is_private(found.name)
                and found.module is module
                and module.implementation is not None
                and not self._exact
            ):
                return "?"  # the contract's own word for a shape
            self._classes[found.symbol] = found
            return found.symbol
        if isinstance(found, Variable):
            value = found.binding.value
            if value is not None and (
                found.binding.annotation is None or last_name(found.binding.annotation) == "TypeAlias"
            ):
                if isinstance(value, ast.Call):
                    made = last_name(value)
                    # A type variable may be private on one side.
                    return f"{made} {last.lstrip('_')}" if made in ("TypeVar", "NewType", "ParamSpec") else "?"
                return self._normal(found.module, None, value, depth + 1)
        return last if self._exact and last else "?"


def _plain(node: ast.expr) -> str:
    """The annotation as it is written, quotes aside."""
    return ast.unparse(node).strip("'\"")


def _arguments(text: str) -> list[str]:
    """The arguments of a normal generic."""
    found, depth = [""], 0
    for word in re.split(r"(, )", text):
        if word == ", " and not depth:
            found.append("")
            continue
        depth += word.count("[") - word.count("]")
        found[-1] += word
    return found


def _literal_fits(one: str, other: str) -> bool:
    values = ast.parse(f"[{one[len('Literal[') : -1]}]", mode="eval").body
    assert isinstance(values, ast.List)
    if other.startswith("Literal["):
        wanted = ast.parse(f"[{other[len('Literal[') : -1]}]", mode="eval").body
        assert isinstance(wanted, ast.List)
        return {ast.dump(value) for value in values.elts} <= {ast.dump(value) for value in wanted.elts}
    return all(
        isinstance(value, ast.Constant) and other == f"builtins.{type(value.value).__name__}" for value in values.elts
    )


def members(text: str) -> list[str]:
    """The members of a normal union, at its outermost level."""
    found, depth = [""], 0
    for word in text.split(" "):
        if word == "|" and not depth:
            found.append("")
            continue
        depth += word.count("[") - word.count("]")
        found[-1] = f"{found[-1]} {word}".strip()
    return found


def _union(parts: set[str]) -> str:
    flat = {item for part in parts for item in members(part)}
    return "?" if "?" in flat else " | ".join(sorted(flat))
