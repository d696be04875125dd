"""Members of a class: which are kept, and how each kind of class says them."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.outline import Entry, Outline, is_private, last_name, names_in, names_in_annotation
from llmlint.contracts.symbols import Class
from llmlint.lifecycle.freeze.lines import INDENT, deeper, set_apart
from llmlint.lifecycle.freeze.variables import VariableWriter

_SPECIAL: Final = frozenset(
    name for kind in (int, float, dict, set, list, type(lambda: None)) for name in dir(kind) if name.startswith("__")
) - {"__class__", "__dict__", "__doc__", "__module__", "__name__", "__qualname__", "__annotations__", "__weakref__"} | {
    "__enter__", "__exit__", "__aenter__", "__aexit__", "__await__", "__aiter__", "__anext__", "__next__", "__matmul__", "__rmatmul__",
    "__imatmul__", "__truediv__", "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__", "__ilshift__", "__irshift__", "__set__",
    "__delete__", "__set_name__", "__missing__", "__bytes__", "__complex__", "__fspath__", "__getattr__", "__instancecheck__", "__subclasscheck__",
}  # fmt: skip
"""The methods that Python itself calls."""
_CLASS_DUNDERS: Final = frozenset({"__slots__", "__match_args__", "__hash__", "__abstract__", "__class_getitem__"})


class MemberWriter(VariableWriter):
    """Writes members, one at a time."""

    @abstractmethod
    def _class(self, node: ast.ClassDef, outer: Class | None, indent: str) -> Iterator[str]:
        """The lines of a class."""

    def _keeps_member(self, name: str, outline: Outline, kind: str) -> bool:
        entries = outline.by_name[name]
        if name.startswith("__") and name.endswith("__"):
            first = entries[-1].node
            if kind == "enum" and name == "__new__":
                return False  # the metaclass replaces it
            return (
                isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef))
                or name in _CLASS_DUNDERS
                or _is_alias(entries[-1])
                or (name in _SPECIAL and isinstance(entries[-1].value, (ast.Call, ast.Lambda)))
            )
        if not is_private(name):
            return True
        # A private field is a parameter of the generated constructor, and `_: KW_ONLY` says how the others are passed.
        node = entries[-1].node
        if (
            kind in ("dataclass", "attrs")
            and isinstance(node, ast.AnnAssign)
            and last_name(node.annotation) != "ClassVar"
        ):
            return not _without_init(node.value)
        return kind == "attrs" and last_name(entries[-1].value or ast.Constant(None)) in ("ib", "attrib", "field")

    def _kind(self, cls: Class) -> str:
        generated = self._world.classes.generator(cls)
        if generated is not None:
            return generated[0]
        if self._world.classes.derives(cls, "enum.Enum") or any(
            last_name(base) in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag") for base in cls.node.bases
        ):
            return "enum"
        shape = self._world.classes.shape(cls).kind
        if shape in ("pydantic", "namedtuple", "typeddict"):
            return shape
        if any(last_name(base) in ("BaseModel", "BaseSettings") for base in cls.node.bases):
            return "pydantic"
        if any(last_name(base) in ("NamedTuple", "TypedDict") for base in cls.node.bases):
            return "namedtuple"
        return "plain"

    def _member(self, entry: Entry, cls: Class, kind: str, indent: str, outline: Outline) -> Iterator[str]:
        node = entry.node
        inner = indent + INDENT if entry.guards else indent
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from deeper(set_apart(self._function(node, cls)), inner)
            return
        if isinstance(node, ast.ClassDef):
            yield from set_apart(self._class(node, cls, inner))
            return
        if entry.alias is not None:
            assert isinstance(node, (ast.Import, ast.ImportFrom))
            shown = entry.alias.name + (f" as {entry.alias.asname}" if entry.alias.asname else "")
            source = "." * getattr(node, "level", 0) + (getattr(node, "module", "") or "")
            yield (
                f"{inner}from {source} import {shown}" if isinstance(node, ast.ImportFrom) else f"{inner}import {shown}"
            )
            return
        lines = list(self._class_variable(entry, cls, outline, kind))
        if lines:
            lines = [*self._slices.said_above(node), *lines[:-1], lines[-1] + self._slices.said_beside(node)]
        yield from (inner + line for line in lines)
        if docstring := self._following(node, cls.node.body):
            yield inner + docstring

    def _class_variable(self, entry: Entry, cls: Class, outline: Outline, kind: str) -> Iterator[str]:
        node, name, value = entry.node, entry.name, entry.value
        ignored = self._slices.ignores(node.lineno)
        if type(node).__name__ == "TypeAlias":
            self._used.update(names_in_annotation(node.value))  # type: ignore[attr-defined]
            yield self._slices.raw(node)
            return
        if isinstance(node, ast.AnnAssign):
            if kind == "pydantic" and isinstance(node.value, ast.Constant) and node.value.value is ...:
                # For a model `...` says that there is no default; in a stub it says that there is one.
                node = ast.copy_location(ast.AnnAssign(node.target, node.annotation, None, 1), node)
            yield self._annotated(node, name, constants_only=False) + ignored
            return
        if name == "__hash__" and isinstance(value, ast.Constant):
            yield f"__hash__: {self._need('typing', 'ClassVar')}[None]  # type: ignore[assignment]"
            return
        if name == "__class_getitem__":
            any_ = self._need("typing", "Any")
            yield "@classmethod"
            yield f"def __class_getitem__(cls, item: {any_}, /) -> {any_}: ..."
            return
        if name in ("__slots__", "__match_args__"):
            if value is not None and self._is_simple(value):
                yield f"{name} = {self._slices.of(value)}"
            return
        if name in ("model_config", "__abstract__") and value is not None:
            # A model is not what it is without its configuration, however long that is; what only a run can tell is left out.
            if isinstance(value, ast.Call) and any(not self._is_simple(keyword.value) for keyword in value.keywords):
                kept = ast.Call(value.func, value.args, [one for one in value.keywords if self._is_simple(one.value)])
                self._used.update(names_in([kept]))
                yield f"{name} = {ast.unparse(kept)}"
                return
            self._used.update(names_in([value]))
            yield f"{name} = {self._slices.of(value)}"
            return
        if kind == "enum" and value is not None and not isinstance(value, ast.Lambda):
            if not (isinstance(value, ast.Call) and last_name(value) in ("property", "staticmethod", "classmethod")):
                # With a `__new__` of its own, what a member is worth is not what is written.
                # And `READ | WRITE` is a type to whoever reads a stub.
                unsaid = "__new__" in outline.by_name or _is_union(value)
                yield f"{name} = {'...' if unsaid else self._value(value)}{ignored}"
                return
        if isinstance(value, ast.Call) and last_name(value.func) == "property" and isinstance(value.func, ast.Name):
            yield from self._property_call(name, value, outline)
            return
        if kind == "attrs" and isinstance(value, ast.Call) and last_name(value) in ("ib", "attrib", "field"):
            yield f"{name} = {self._value(value)}"
            return
        if isinstance(value, ast.Name) and value.id in outline.by_name:
            target = outline.chosen(value.id)
            if target and isinstance(target[-1].node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if is_private(value.id):
                    yield from self._function(target[-1].node, cls, name=name)
                else:
                    yield f"{name} = {value.id}"
                return
        if isinstance(value, ast.Lambda):
            yield f"def {name}({', '.join(self._parameters(value.args))}): ..."
            return
        if value is not None and (self._types.is_type(value) or self._types.makes_type(value)):
            self._used.update(names_in([value]))
            yield f"{name} = {self._slices.of(value)}{ignored}"
            return
        member = self._world.classes.body(cls).get(name)
        if isinstance(value, ast.Call) and (made := self._types.made_function(cls, value)) is not None:
            yield from self._function(made, cls, name=name, decorated=False)
            return
        text = self._types.inherited(cls, name)
        if text is None and member is not None:
            text = self._types.class_variable(cls, member)
        text = text or self._need("typing", "Any")
        if kind in ("dataclass", "attrs", "pydantic", "namedtuple"):
            yield f"{name}: {self._need('typing', 'ClassVar')}[{text}]{self._constant(value)}"
        else:
            yield f"{name}: {text}{self._constant(value) or ' = ...'}"

    def _property_call(self, name: str, call: ast.Call, outline: Outline) -> Iterator[str]:
        """``x = property(_get_x, _set_x)``."""
        getter, setter = ([*call.args, None, None][:2]) if call.args else (None, None)
        for keyword in call.keywords:
            getter = keyword.value if keyword.arg == "fget" else getter
            setter = keyword.value if keyword.arg == "fset" else setter
        any_ = ""
        found = outline.by_name.get(getter.id) if isinstance(getter, ast.Name) else None
        node = found[-1].node if found else None
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            any_ = self._annotation(node.returns)
        any_ = any_ or self._need("typing", "Any")
        yield "@property"
        yield f"def {name}(self) -> {any_}: ..."
        if setter is not None and not (isinstance(setter, ast.Constant) and setter.value is None):
            yield f"@{name}.setter"
            yield f"def {name}(self, value: {any_}) -> None: ..."


def _is_alias(entry: Entry) -> bool:
    return isinstance(entry.value, ast.Name) and isinstance(entry.node, ast.Assign)


def _is_union(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr) and not isinstance(value.left, ast.Constant)


def _without_init(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and any(
        keyword.arg == "init" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in value.keywords
    )
