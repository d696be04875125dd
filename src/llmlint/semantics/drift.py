"""Where a contract and the implementation behind it disagree. Both are read, neither is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from llmlint.contracts.library import Entry, Open, Variable
from llmlint.contracts.outline import Outline, is_overload, is_private, last_name, yields
from llmlint.contracts.published import published
from llmlint.contracts.signature import (
    POSITIONAL_ONLY,
    VAR_KEYWORD,
    VAR_POSITIONAL,
    Parameter,
    Signature,
    from_function,
)
from llmlint.contracts.symbols import CLASS, FUNCTION, Class, Function, Member, Module
from llmlint.model.diagnostic import Anchor
from llmlint.model.position import Span, Truth
from llmlint.semantics.drift_types import Types

if TYPE_CHECKING:
    from llmlint.semantics.world import World

Kind = Literal["missing", "extra", "signature", "kind", "async", "type", "bases", "value"]

FROZEN: Final = re.compile(r"# Frozen by llmlint: [0-9a-f]{12}\b")
"""The first line of a contract that llmlint wrote: it says that everything public is in it."""

_KINDS: Final = ("positional-only", "positional or keyword", "variadic", "keyword-only", "variadic")
_STRUCTURAL: Final = frozenset(
    {
        "object",
        "Generic",
        "Protocol",
        "",
        "Iterator",
        "Iterable",
        "Sized",
        "Container",
        "Collection",
        "Hashable",
        "Reversible",
    }
    | {
        "Callable",
        "Awaitable",
        "AsyncIterable",
        "AsyncIterator",
        "Buffer",
        "SupportsIndex",
        "SupportsInt",
        "SupportsFloat",
    }
)
"""Bases that a class has by its methods, whether it names them or not (PEP 544, ``collections.abc``)."""
_AWAITABLE: Final = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Any", "object", "CoroutineType"})
_ATTRIBUTES: Final = frozenset({"field", "class variable", "instance attribute", "property", "enum member"})


@dataclass(frozen=True, slots=True)
class Drift:
    """One disagreement. ``name`` is dotted below the module (``Cart.add``), ``at`` stands in the contract."""

    at: Anchor
    kind: Kind
    name: str
    message: str
    truth: Truth | None


class Comparison:
    """Compares contracts with what implements them."""

    def __init__(self, world: World, *, extra: bool | None = None) -> None:
        """``extra``: whether public names that a contract leaves out are drift; None: where llmlint froze it."""
        self.world = world
        self._extra = extra
        self._types = Types(world)

    def module(self, contract: Module) -> Iterator[Drift]:
        """The disagreements of one module, in the order of the contract; what it leaves out comes last."""
        source = contract.implementation
        if source is None or contract.tree is None or source.tree is None:
            return
        outline = Outline(contract.tree.body)
        mine = published(contract, outline)
        for name in mine:
            if name == "__all__":
                continue
            yield from self._name(contract, source, name, outline)
        if self._wants_extra(contract) and not contract.stars:
            yield from self._left_out(contract, source, set(outline.by_name))

    def _wants_extra(self, contract: Module) -> bool:
        return FROZEN.match(contract.text) is not None if self._extra is None else self._extra

    def _left_out(self, contract: Module, source: Module, known: set[str]) -> Iterator[Drift]:
        assert source.tree is not None
        outline = Outline(source.tree.body)
        for name, how in published(source, outline).items():
            if name in known or name.startswith("__"):
                continue
            if any(entry.alias is not None for entry in outline.by_name[name]) and how == "re-export":
                if source.all is None and any(item.startswith("__all__") for item in known):
                    continue
            node = outline.by_name[name][-1].node
            yield Drift(
                Span(1, 0, 1, 0), "extra", name, f"'{source.name}' publishes '{name}', which its contract leaves out",
                Truth(source.path, node.lineno),
            )  # fmt: skip

    # -- names of a module -----------------------------------------------------------------------------------------------

    def _name(self, contract: Module, source: Module, name: str, outline: Outline) -> Iterator[Drift]:
        library = self.world.library
        entry = library.entry(source, name)
        node: Any = outline.chosen(name)[0].node if outline.by_name.get(name) else Span(1, 0, 1, 0)
        if entry is None:
            if name in contract.table and all(binding.typing for binding in contract.table[name]):
                return
            if not name.startswith("__"):
                yield Drift(
                    node,
                    "missing",
                    name,
                    f"the contract has '{name}', which '{source.name}' does not have",
                    source.truth,
                )
            return
        if isinstance(entry, (Open, Module)):
            return
        bound = contract.table.get(name, [])
        functions = [binding for binding in bound if binding.form == FUNCTION]
        classes = [binding for binding in bound if binding.form == CLASS]
        theirs = entry.bindings
        where = Truth(entry.module.path, theirs[-1].node.lineno)
        if functions:
            yield from self._function_name(contract, entry, name, [binding.node for binding in functions], where)
        elif classes:
            cls = contract.class_at(classes[-1].node)
            twins = [binding for binding in theirs if binding.form == CLASS]
            if twins:
                yield from self._class(cls, entry.module.class_at(twins[-1].node), name)
            elif all(binding.form == FUNCTION for binding in theirs):
                yield Drift(
                    node, "kind", name, f"'{name}' is a class in the contract and a function in the source", where
                )
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield from self._variable(contract, entry, name, node, where)

    def _variable(
        self, contract: Module, entry: Entry, name: str, node: ast.Assign | ast.AnnAssign, where: Truth
    ) -> Iterator[Drift]:
        theirs = entry.bindings
        if isinstance(node, ast.AnnAssign) and last_name(node.annotation) in (
            "int",
            "str",
            "bool",
            "float",
            "bytes",
            "list",
            "dict",
        ):
            word = "a class" if all(b.form == CLASS for b in theirs) else "a function"
            if all(b.form in (CLASS, FUNCTION) for b in theirs):
                yield Drift(
                    node, "kind", name, f"'{name}' is a variable in the contract and {word} in the source", where
                )
                return
        if len(theirs) != 1:
            return
        there = theirs[0]
        yield from self._declared(
            name, node, contract, None, getattr(node, "annotation", None), node.value,
            entry.module, None, there.annotation, there.value, where,
        )  # fmt: skip

    def _declared(
        self, name: str, node: Any, contract: Module, cls: Class | None, annotation: ast.expr | None, value: ast.expr | None,
        source: Module, twin: Class | None, their_annotation: ast.expr | None, their_value: ast.expr | None, where: Truth,
    ) -> Iterator[Drift]:  # fmt: skip
        """A variable or field: its type, and its value where both write a literal."""
        if annotation is not None and their_annotation is not None:
            if not self._types.agree(contract, cls, annotation, source, twin, their_annotation):
                yield Drift(
                    node, "type", name,
                    f"'{name}' is {ast.unparse(annotation)} in the contract and {ast.unparse(their_annotation)} in the source", where,
                )  # fmt: skip
                return
        mine, theirs = literal(value), literal(their_value)
        if mine is not None and theirs is not None and mine != theirs:
            assert value is not None
            assert their_value is not None
            yield Drift(
                node, "value", name,
                f"'{name}' is {_short(value)} in the contract and {_short(their_value)} in the source", where,
            )  # fmt: skip

    # -- functions -------------------------------------------------------------------------------------------------------

    def _function_name(
        self,
        contract: Module,
        entry: Entry,
        name: str,
        nodes: Sequence[ast.FunctionDef | ast.AsyncFunctionDef],
        where: Truth,
    ) -> Iterator[Drift]:
        theirs = entry.bindings
        found = [binding.node for binding in theirs if binding.form == FUNCTION]
        if not found:
            if all(binding.form == CLASS for binding in theirs):
                yield Drift(
                    nodes[0], "kind", name, f"'{name}' is a function in the contract and a class in the source", where
                )
            elif len(theirs) == 1 and isinstance(
                theirs[0].value, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple)
            ):
                yield Drift(
                    nodes[0],
                    "kind",
                    name,
                    f"'{name}' is a function in the contract and a variable in the source",
                    where,
                )
            else:
                symbol = self.world.library.symbol(entry.module, name)
                if isinstance(symbol, Function):
                    yield from self._functions(name, [contract.function_at(node) for node in nodes], [symbol])
                elif isinstance(symbol, Variable) and isinstance(symbol.binding.value, ast.Constant):
                    yield Drift(
                        nodes[0], "kind", name, f"'{name}' is a function in the contract and a variable in the source", where
                    )  # fmt: skip
            return
        if len(found) < len(theirs):
            return  # a function here, something else there: which, nobody knows
        yield from self._functions(
            name, [contract.function_at(node) for node in nodes], [entry.module.function_at(node) for node in found]
        )

    def _functions(self, name: str, mine: Sequence[Function], theirs: Sequence[Function]) -> Iterator[Drift]:
        mine = [f for f in mine if not _is_setter(f)] or list(mine)
        theirs = [f for f in theirs if not _is_setter(f)] or list(theirs)
        overloads = [f for f in theirs if is_overload(f.node)]
        stated = [f for f in mine if is_overload(f.node)]
        if stated and overloads:
            yield from self._overloads(name, stated, overloads)
            return
        if stated:
            return
        candidates = [f for f in theirs if not is_overload(f.node)]
        if not candidates:
            return
        best: list[Drift] | None = None
        for candidate in candidates:
            found = list(self._function(name, mine[-1], candidate))
            if best is None or len(found) < len(best):
                best = found
        yield from best or ()

    def _overloads(self, name: str, mine: Sequence[Function], theirs: Sequence[Function]) -> Iterator[Drift]:
        where = theirs[0].truth
        if len(mine) != len(theirs):
            yield Drift(
                mine[0].node, "signature", name,
                f"'{name}' has {len(mine)} overloads in the contract and {len(theirs)} in the source", where,
            )  # fmt: skip
            return
        for one, other in zip(mine, theirs, strict=True):
            yield from self._function(name, one, other)

    def _function(self, name: str, mine: Function, theirs: Function) -> Iterator[Drift]:
        functions = self.world.functions
        here, there = functions.info(mine), functions.info(theirs)
        where = theirs.truth
        node = mine.node
        if here.kind != there.kind and "property" not in (here.kind, there.kind):
            words = {
                "static": "a static method",
                "class": "a class method",
                "method": "a method",
                "function": "a function",
            }
            yield Drift(
                node, "kind", name, f"'{name}' is {words[here.kind]} in the contract and {words[there.kind]} in the source", where
            )  # fmt: skip
            return
        if there.opaque and [ast.dump(d) for d in there.opaque] != [ast.dump(d) for d in here.opaque]:
            return
        if here.opaque and not there.opaque:
            return
        yield from self._asynchrony(name, mine, theirs)
        drop = here.kind in ("method", "class") and mine.owner is not None
        yield from self._signature(
            name, node, mine, theirs,
            from_function(node, name, drop_first=drop, stub=True), from_function(theirs.node, name, drop_first=drop), where,
        )  # fmt: skip
        if here.manager != there.manager:
            return
        if node.returns is not None and theirs.node.returns is not None:
            if not self._types.agree(
                mine.module, mine.owner, node.returns, theirs.module, theirs.owner, theirs.node.returns
            ):
                yield Drift(
                    node, "type", name,
                    f"'{name}' returns {ast.unparse(node.returns)} in the contract and {ast.unparse(theirs.node.returns)} in the source",
                    where,
                )  # fmt: skip

    def _asynchrony(self, name: str, mine: Function, theirs: Function) -> Iterator[Drift]:
        waits = theirs.is_async and not yields(theirs.node)
        returns = last_name(mine.node.returns) if mine.node.returns is not None else ""
        if waits and not mine.is_async and returns not in _AWAITABLE and mine.node.returns is not None:
            yield Drift(
                mine.node,
                "async",
                name,
                f"'{name}' is a coroutine in the source and a plain function in the contract",
                theirs.truth,
            )
        elif mine.is_async and not theirs.is_async:
            gives = last_name(theirs.node.returns) if theirs.node.returns is not None else ""
            if (
                theirs.node.returns is not None
                and gives not in _AWAITABLE
                or theirs.node.returns is None
                and _returns_nothing(theirs.node)
            ):
                yield Drift(
                    mine.node,
                    "async",
                    name,
                    f"'{name}' is a coroutine in the contract and a plain function in the source",
                    theirs.truth,
                )

    def _signature(
        self,
        name: str,
        node: Any,
        mine: Function,
        theirs: Function,
        here: Signature,
        there: Signature,
        where: Truth,
    ) -> Iterator[Drift]:
        def told(message: str, kind: Kind = "signature") -> Drift:
            return Drift(node, kind, name, message, where)

        by_name = {p.name: p for p in there.parameters}
        known = {p.name for p in here.parameters}
        only_here = [p for p in here.parameters if p.name not in by_name]
        only_there = [p for p in there.parameters if p.name not in known]
        # Positional-only and variadic parameters have names for their reader alone.
        for mine_only in list(only_here):
            twin = next((p for p in only_there if p.kind == mine_only.kind and p.kind in (POSITIONAL_ONLY, 2, 4)), None)
            if twin is not None and (twin.kind != POSITIONAL_ONLY or _index(here, mine_only) == _index(there, twin)):
                only_here.remove(mine_only)
                only_there.remove(twin)
        only_here, only_there = _excused(here, there, only_here, only_there, dunder=_is_dunder(mine.name))
        for parameter in only_here:
            yield told(f"the contract's '{name}' takes '{_starred(parameter)}', which the source's does not")
        for parameter in only_there:
            yield told(f"the source's '{name}' takes '{_starred(parameter)}', which the contract's does not")
        if only_here or only_there:
            return
        if [p.name for p in here.positional if p.kind != POSITIONAL_ONLY] != [
            p.name for p in there.positional if p.kind != POSITIONAL_ONLY
        ] and {p.name for p in here.positional} == {p.name for p in there.positional}:
            if all(p.kind == by_name[p.name].kind for p in here.positional if p.name in by_name):
                yield told(
                    f"the contract and the source have the parameters of '{name}' in another order: {here} against {there}"
                )
                return
        for parameter in here.parameters:
            other = by_name.get(parameter.name)
            if other is None:
                continue
            if parameter.kind != other.kind:
                yield told(
                    f"'{parameter.name}' of '{name}' is {_KINDS[parameter.kind]} in the contract and {_KINDS[other.kind]} in the source"
                )
                continue
            if parameter.required != other.required:
                word = "required" if parameter.required else "optional"
                yield told(f"'{parameter.name}' of '{name}' is {word} in the contract and not in the source")
                continue
            yield from self._default(name, node, parameter, other, theirs, where)
            if parameter.annotation is not None and other.annotation is not None:
                if not self._types.agree(
                    mine.module, mine.owner, parameter.annotation, theirs.module, theirs.owner, other.annotation
                ):
                    yield told(
                        f"'{parameter.name}' of '{name}' is {ast.unparse(parameter.annotation)} in the contract and "
                        f"{ast.unparse(other.annotation)} in the source",
                        "type",
                    )

    def _default(
        self, name: str, node: Any, mine: Parameter, theirs: Parameter, function: Function, where: Truth
    ) -> Iterator[Drift]:
        default = theirs.default
        if isinstance(default, ast.Name):
            bound = function.module.table.get(default.id, [])
            if len(bound) == 1 and isinstance(bound[0].value, ast.Constant):
                default = bound[0].value
        here, there = literal(mine.default), literal(default)
        if here is not None and there is not None and here != there:
            assert mine.default is not None
            assert default is not None
            yield Drift(
                node, "signature", name,
                f"'{mine.name}' of '{name}' is {_short(mine.default)} by default in the contract and {_short(default)} in the source",
                where,
            )  # fmt: skip

    # -- classes ---------------------------------------------------------------------------------------------------------

    def _class(self, cls: Class, twin: Class, name: str) -> Iterator[Drift]:
        classes = self.world.classes
        self.world.library.canonical(cls)
        yield from self._bases(cls, twin, name)
        body = classes.body(cls)
        for key, member in body.items():
            if is_private(key) or key in ("__slots__", "__match_args__", "__hash__", "__doc__", "__module__"):
                continue
            theirs = classes.body(twin).get(key) or classes.instance(twin).get(key)
            if theirs is None:
                if _is_given(member):
                    continue
                inherited = classes.member(twin, key)
                if inherited is None and not classes.open(twin) and not self._is_generated(cls, twin, key):
                    yield Drift(
                        member.node, "missing", f"{name}.{key}",
                        f"the contract has '{name}.{key}', which the source's '{name}' does not have", twin.truth,
                    )  # fmt: skip
                continue
            yield from self._member(cls, twin, member, theirs, f"{name}.{key}")
        if self._wants_extra(cls.module) and "__getattr__" not in body:
            for key, member in {**classes.instance(twin), **classes.body(twin)}.items():
                if key.startswith("_") or key in body or classes.member(cls, key) is not None:
                    continue
                if member.kind == "class variable" and classes.shape(twin).kind == "enum":
                    continue
                yield Drift(
                    cls.node, "extra", f"{name}.{key}", f"the source's '{name}' publishes '{key}', which the contract leaves out",
                    member.truth,
                )  # fmt: skip

    def _is_generated(self, cls: Class, twin: Class, name: str) -> bool:
        """Whether a decorator or metaclass makes a method that the contract writes down."""
        return name.startswith("__") or any(field.name == name for field in self.world.classes.shape(twin).fields)

    def _bases(self, cls: Class, twin: Class, name: str) -> Iterator[Drift]:
        mine = {last_name(base) for base in cls.node.bases}
        theirs = {last_name(base) for base in twin.node.bases}
        if "Protocol" in mine:
            return  # how a contract puts a shape together is its own affair
        for missing in sorted(mine - theirs - _STRUCTURAL):
            if self.world.classes.open(twin) or any(base.name == missing for base in self.world.classes.mro(twin)):
                continue
            yield Drift(
                cls.node,
                "bases",
                name,
                f"'{name}' derives from '{missing}' in the contract and not in the source",
                twin.truth,
            )
        for more in sorted(theirs - mine - {"object", "Generic", "Protocol", ""}):
            if (
                is_private(more)
                or self.world.classes.open(cls)
                or any(b.name == more for b in self.world.classes.mro(cls))
            ):
                continue
            if any(_is_aliased(base, more) for base in cls.node.bases):
                continue
            yield Drift(
                cls.node,
                "bases",
                name,
                f"'{name}' derives from '{more}' in the source and not in the contract",
                twin.truth,
            )

    def _member(self, cls: Class, twin: Class, mine: Member, theirs: Member, name: str) -> Iterator[Drift]:
        where = theirs.truth
        if mine.kind == "nested class":
            if theirs.kind == "nested class":
                yield from self._class(
                    cls.module.class_at(mine.node, cls), twin.module.class_at(theirs.node, twin), name
                )
            return
        if mine.kind in ("method", "property") and theirs.kind in ("method", "property"):
            if mine.kind != theirs.kind:
                opaque = any(self.world.functions.info(function).opaque for function in theirs.functions())
                if not opaque:
                    yield Drift(
                        mine.node, "kind", name, f"'{name}' is a {mine.kind} in the contract and a {theirs.kind} in the source", where
                    )  # fmt: skip
                return
            yield from self._functions(name, list(mine.functions()), list(theirs.functions()))
            return
        if (mine.kind == "method") != (theirs.kind == "method") and {mine.kind, theirs.kind} & _ATTRIBUTES:
            attribute = mine if mine.kind != "method" else theirs
            if attribute.kind == "property":
                return
            if attribute.annotation is not None and last_name(attribute.annotation) in ("Callable", "Any", "ClassVar"):
                return
            if attribute.annotation is None and not isinstance(attribute.value, ast.Constant):
                return
            here, there = ("a method", "an attribute") if mine.kind == "method" else ("an attribute", "a method")
            yield Drift(mine.node, "kind", name, f"'{name}' is {here} in the contract and {there} in the source", where)
            return
        if mine.kind == "property" or theirs.kind == "property" or mine.kind == "method":
            return
        if len(mine.bindings) > 1 or len(theirs.bindings) > 1 and theirs.annotation is None:
            return
        yield from self._declared(
            name, mine.node, cls.module, cls, mine.annotation, mine.value,
            twin.module, twin, theirs.annotation, theirs.value if theirs.method is None else None, where,
        )  # fmt: skip
        if mine.kind == theirs.kind == "field":
            wanted, given = self._required(cls, mine.name), self._required(twin, mine.name)
            if wanted is not None and given is not None and wanted != given:
                word = "required" if wanted else "optional"
                yield Drift(
                    mine.node,
                    "signature",
                    name,
                    f"the field '{name}' is {word} in the contract and not in the source",
                    where,
                )

    def _required(self, cls: Class, field: str) -> bool | None:
        """Whether the generated constructor has to be given a field; None where there is no such constructor, or nobody knows."""
        shape = self.world.classes.shape(cls)
        if shape.kind not in ("dataclass", "namedtuple", "pydantic", "attrs") or not shape.known:
            return None
        return next((one.required for one in shape.fields if one.name == field), None)


def _excused(
    here: Signature, there: Signature, mine: Sequence[Parameter], theirs: Sequence[Parameter], *, dunder: bool
) -> tuple[list[Parameter], list[Parameter]]:
    """The parameters of one side that the other does not make up for: a contract may spell out what the source takes as ``*args``
    and ``**kwargs``, and the name of a parameter that nobody gives by name (a private one, one of a dunder method) is its own."""
    mine, theirs = list(mine), list(theirs)
    if there.var_keyword and not here.var_keyword:
        mine = [p for p in mine if p.kind in (POSITIONAL_ONLY, VAR_POSITIONAL)]
        theirs = [p for p in theirs if p.kind != VAR_KEYWORD]
    if there.var_positional and not here.var_positional:
        mine = [p for p in mine if p.kind > VAR_POSITIONAL]
        theirs = [p for p in theirs if p.kind != VAR_POSITIONAL]
    for one in list(mine):
        twin = next((p for p in theirs if p.kind < VAR_POSITIONAL and _index(there, p) == _index(here, one)), None)
        if twin is not None and (dunder or twin.name.startswith("_") or one.name.startswith("_")):
            mine.remove(one)
            theirs.remove(twin)
    return mine, theirs


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def literal(node: ast.expr | None) -> tuple[str, Any] | None:
    """A literal as (type, value); None for what is none, and for ``...``, which stands for any."""
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return None if value is ... or "Ellipsis" in repr(value) else (type(value).__name__, value)


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _starred(parameter: Parameter) -> str:
    return {2: "*", 4: "**"}.get(parameter.kind, "") + parameter.name


def _index(signature: Signature, parameter: Parameter) -> int:
    return signature.parameters.index(parameter)


def _is_setter(function: Function) -> bool:
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
        for decorator in function.node.decorator_list
    )


def _returns_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))


def _is_given(member: Member) -> bool:
    """A method that every object has, or that a decorator gives it: a contract may write it down."""
    return member.name in ("__init__", "__eq__", "__repr__", "__hash__", "__str__", "__new__", "__getattr__")


def _is_aliased(base: ast.expr, name: str) -> bool:
    return isinstance(base, ast.Call) and last_name(base) == name
