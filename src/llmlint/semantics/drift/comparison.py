"""Where a contract and the implementation behind it disagree. Both are read, neither is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from llmlint.contracts.library import Entry, Open, Variable
from llmlint.contracts.outline import Outline, last_name
from llmlint.contracts.published import published
from llmlint.contracts.symbols import CLASS, FUNCTION, Function, Module
from llmlint.model.position import Span, Truth
from llmlint.semantics.drift.classes import Classes
from llmlint.semantics.drift.declared import Declarations
from llmlint.semantics.drift.found import Drift, is_complete
from llmlint.semantics.drift.functions import Functions
from llmlint.semantics.drift.traces import is_made
from llmlint.semantics.drift.types import Types
from llmlint.semantics.drift.versions import Versions

if TYPE_CHECKING:
    from llmlint.semantics.world import World


class Comparison:
    """Compares contracts with what implements them."""

    def __init__(self, world: World, *, extra: bool | None = None) -> None:
        """``extra``: whether public names that a contract leaves out are drift; None: where llmlint froze it."""
        self.world = world
        self._extra = extra
        types = Types(world)
        self._versions = Versions(world.project.environment.version)
        self._declarations = Declarations(types)
        self._functions = Functions(world, types, self._versions)
        self._classes = Classes(world, types, self._functions, self._declarations, self._versions, self._wants_extra)

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
        return is_complete(contract) if self._extra is None else self._extra

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
            if not any(self._versions.counts(source, entry.node) for entry in outline.by_name[name]):
                continue
            yield Drift(
                Span(1, 0, 1, 0), "extra", name, f"'{source.name}' publishes '{name}', which its contract leaves out",
                Truth(source.path, node.lineno),
            )  # fmt: skip

    # -- names of a module -----------------------------------------------------------------------------------------------

    def _name(self, contract: Module, source: Module, name: str, outline: Outline) -> Iterator[Drift]:
        library = self.world.library
        entry = library.entry(source, name)
        nodes = [one.node for one in outline.chosen(name)]
        now = [one for one in nodes if self._versions.counts(contract, one)]
        if nodes and not now:
            return  # of another Python
        node: Any = now[0] if now else Span(1, 0, 1, 0)
        if entry is None:
            if name in contract.table and all(binding.typing for binding in contract.table[name]):
                return
            entries = outline.by_name.get(name, [])
            if entries and all(one.alias is not None and one.alias.asname != name for one in entries):
                if contract.all is None or name not in contract.all:
                    return  # an import that publishes nothing (PEP 484, "Stub Files")
            if not name.startswith("__") and not is_made(name, source.text):
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
        bound = [binding for binding in contract.table.get(name, []) if self._versions.counts(contract, binding.node)]
        functions = [binding for binding in bound if binding.form == FUNCTION]
        classes = [binding for binding in bound if binding.form == CLASS]
        theirs = self._now(entry)
        where = Truth(entry.module.path, theirs[-1].node.lineno)
        if functions:
            yield from self._function_name(contract, entry, name, [binding.node for binding in functions], where)
        elif classes:
            cls = contract.class_at(classes[-1].node)
            twins = [binding for binding in theirs if binding.form == CLASS]
            if twins:
                yield from self._classes.compare(cls, entry.module.class_at(twins[-1].node), name)
            elif all(binding.form == FUNCTION for binding in theirs):
                yield Drift(
                    node, "kind", name, f"'{name}' is a class in the contract and a function in the source", where
                )
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) or type(node).__name__ == "TypeAlias":
            yield from self._variable(contract, entry, name, node, where)

    def _now(self, entry: Entry) -> Sequence[Any]:
        """What binds a name of the source under the target's Python."""
        found = entry.bindings
        return [binding for binding in found if self._versions.counts(entry.module, binding.node)] or found

    def _variable(
        self, contract: Module, entry: Entry, name: str, node: ast.Assign | ast.AnnAssign, where: Truth
    ) -> Iterator[Drift]:
        theirs = self._now(entry)
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
        yield from self._declarations.compare(
            name, node, contract, None, getattr(node, "annotation", None), node.value,
            entry.module, None, there.annotation, there.value, where,
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
        theirs = self._now(entry)
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
                    yield from self._functions.compare(name, [contract.function_at(node) for node in nodes], [symbol])
                elif isinstance(symbol, Variable) and isinstance(symbol.binding.value, ast.Constant):
                    yield Drift(
                        nodes[0], "kind", name, f"'{name}' is a function in the contract and a variable in the source", where
                    )  # fmt: skip
            return
        if len(found) < len(theirs):
            return  # a function here, something else there: which, nobody knows
        yield from self._functions.compare(
            name, [contract.function_at(node) for node in nodes], [entry.module.function_at(node) for node in found]
        )
