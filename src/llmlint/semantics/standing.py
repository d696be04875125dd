"""What stands at one place of a file: for whoever points at it, and not for a rule.

Nouns exist where there is something to judge; who points at a name wants to know it all the more where it is sound. So the file is evaluated
once more, and what the expressions at the place came to is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from llmlint.contracts.symbols import Class, Function, Module
from llmlint.contracts.walking import walk
from llmlint.model.position import Truth
from llmlint.model.record import record
from llmlint.semantics.analysis import FileAnalysis
from llmlint.semantics.mocks.values import Mock, MockMethod
from llmlint.semantics.nouns import PatchUse
from llmlint.semantics.values import (
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Value,
    is_none,
    members_of,
)

if TYPE_CHECKING:
    from llmlint.project.source import SourceFile
    from llmlint.semantics.world import World

_RECORDED = (ast.Name, ast.Attribute)
_BY_NAME = frozenset({"usefixtures", "getfixturevalue"})
"""Calls that name fixtures in strings."""


@record
class Standing:
    """What a name stands for."""

    words: str
    """In Markdown, one line: ``fixture `basket```, ``mock that stands for `shop.cart.Cart```."""
    truth: Truth | None
    """Where it is defined: the contract, stub or source that decides."""


def standing(world: World, source: SourceFile, row: int, column: int) -> Standing | None:
    """What the name at a place stands for; None where there is none, or nothing is known of it.

    Args:
        world: What the project's files share.
        source: The file.
        row: From 1.
        column: From 0, in code points.
    """
    lines = source.lines
    at = len(lines[row - 1][:column].encode("utf-8", "surrogatepass")) if row <= len(lines) else 0
    return _Pointed(world, source, row, at).answer()


class _Pointed(FileAnalysis):
    """Evaluates a file and keeps what stands at a place."""

    def __init__(self, world: World, source: SourceFile, row: int, at: int) -> None:
        super().__init__(world, source)
        self._row, self._at = row, at
        self._found: dict[ast.AST, Value] = {}
        self._receivers: dict[ast.AST, Value] = {}
        evaluator = self.evaluator
        plain = evaluator.expressions
        # The table of this one evaluator, where everybody else keeps the class's.
        evaluator.expressions = {**plain, **{kind: self._keeping(plain[kind]) for kind in _RECORDED}}  # type: ignore[misc]

    def _keeping(self, evaluate: Any) -> Any:
        def kept(evaluator: Any, node: ast.expr) -> Value:
            here = self._covers(node) and (isinstance(node, ast.Name) or self._covers_name(node))
            if here and isinstance(node, ast.Attribute):
                sink, evaluator.sink = evaluator.sink, None
                try:
                    self._receivers[node] = evaluator.eval(node.value)
                finally:
                    evaluator.sink = sink
            value: Value = evaluate(evaluator, node)
            # Evaluated twice (a loop, a helper), the first that is known counts.
            if here and (node not in self._found or not _said(self._found[node])):
                self._found[node] = value
            return value

        return kept

    # -- places ------------------------------------------------------------------------------------------------------------

    def _covers(self, node: ast.AST) -> bool:
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
        if not first <= self._row <= last:
            return False
        if self._row == first and self._at < getattr(node, "col_offset", 0):
            return False
        return self._row < last or self._at <= (getattr(node, "end_col_offset", 0) or 0)

    def _covers_name(self, node: ast.AST) -> bool:
        """Whether the place is in the last part of an attribute."""
        end = getattr(node, "end_col_offset", 0) or 0
        name = len(getattr(node, "attr", "").encode())
        return self._row == getattr(node, "end_lineno", 0) and end - name <= self._at <= end

    # -- answers -----------------------------------------------------------------------------------------------------------

    def answer(self) -> Standing | None:
        """What stands there."""
        analysis = self.run()
        here = [node for node in walk(self.source.tree) if self._covers(node)]
        patches = [noun for noun in analysis.nouns if isinstance(noun, PatchUse) and self._covers(noun.at)]  # type: ignore[arg-type]
        for node in reversed(here):
            match node:
                case ast.Constant(value=str()):
                    return self._string(node, here, patches)
                case ast.arg():
                    return self._parameter(node, here)
                case ast.alias():
                    return self._alias(node, here)
                case ast.Name() | ast.Attribute():
                    if (told := self._name(node, here)) is not None:
                        return told
                case ast.keyword(arg=str(name)) if self._row == node.lineno and self._at <= node.col_offset + len(name):
                    call = next((one for one in reversed(here) if isinstance(one, ast.Call)), None)
                    return self._told(self.evaluator.callees.get(call)) if call is not None else None
                case ast.ImportFrom(module=str(name), level=0):
                    return self._module(self.world.library.module(name, self.module.roots))
                case _:
                    continue
        return None

    def _name(self, node: ast.Name | ast.Attribute, here: list[ast.AST]) -> Standing | None:
        if isinstance(node, ast.Name):
            for function, cls in self._functions(here):
                if node.id in self.requested.get(function, {}) and (
                    told := self._fixture_named(node.id, function, cls)
                ):
                    return told
        value = self._found.get(node)
        if value is None:
            return None
        if isinstance(node, ast.Attribute) and (told := self._member(node, value)) is not None:
            return told
        name = node.id if isinstance(node, ast.Name) else node.attr
        return self._told(value, name)

    def _member(self, node: ast.Attribute, value: Value) -> Standing | None:
        """A plain attribute: where it is defined says more than the class of what it holds."""
        receiver = _behind(self._receivers.get(node, value))
        if isinstance(value, FunctionValue | Mock) or not isinstance(receiver, Instance | ClassValue):
            return None
        member = self.world.classes.member(receiver.cls, node.attr)
        if member is None or member.functions() and member.kind != "property":
            return None
        kind = _said(value)
        return Standing(f"`{member.owner.symbol}.{member.name}`" + (f": {kind}" if kind else ""), member.truth)

    def _parameter(self, node: ast.arg, here: list[ast.AST]) -> Standing | None:
        for function, cls in self._functions(here):
            if node.arg in self.requested.get(function, {}):
                return self._fixture_named(node.arg, function, cls)
        return None

    def _functions(self, here: list[ast.AST]) -> Iterator[tuple[Function, Class | None]]:
        """The functions around the place, the innermost first."""
        known = {function.node: (function, cls) for function, cls in self.functions}
        for node in reversed(here):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node in known:
                yield known[node]

    def _fixture_named(self, name: str, function: Function | None, cls: Class | None) -> Standing | None:
        above = function if function is not None and function.name == name else None
        found = self.world.fixtures.find(name, self.module, cls, above)
        if found is None:
            return None
        given = self.requested.get(function, {}).get(name) if function is not None else None
        kind = _said(given) if given is not None else ""
        return Standing(f"fixture `{name}`" + (f": {kind}" if kind else ""), found.function.truth)

    def _string(self, node: ast.Constant, here: list[ast.AST], patches: list[PatchUse]) -> Standing | None:
        for call in here:
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in _BY_NAME:
                _, cls = next(self._functions(here), (None, None))
                return self._fixture_named(str(node.value), None, cls)
        for patch in reversed(patches):
            dotted = self._up_to_here(node, patch.target)
            if dotted is not None and dotted != patch.target and dotted.partition(".")[0]:
                value = self._dotted(dotted)
                return self._told(value) if value is not None else None
            owner = patch.replaces or patch.owner
            if owner is not None:
                named = f"{owner.symbol}.{patch.name}" if patch.replaces is None else owner.symbol
                return Standing(f"patch of `{named}`", owner.truth)
        return None

    def _up_to_here(self, node: ast.Constant, target: str) -> str | None:
        """The part of a dotted target that ends at the place, if the string holds just the target."""
        text = str(node.value)
        start = node.col_offset + 1
        if text != target or not text.isascii() or self._row != node.lineno:
            return None
        end = text.find(".", max(self._at - start, 0))
        return text if end < 0 else text[:end]

    def _dotted(self, name: str) -> Value | None:
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            module = self.world.library.module(".".join(parts[:end]), self.module.roots)
            if module is None:
                continue
            value: Value = ModuleValue(module)
            for part in parts[end:]:
                value = self.world.attributes.get(value, part).value
            return value
        return None

    def _alias(self, node: ast.alias, here: list[ast.AST]) -> Standing | None:
        statement = next((one for one in reversed(here) if isinstance(one, ast.Import | ast.ImportFrom)), None)
        library = self.world.library
        if isinstance(statement, ast.Import):
            return self._module(library.module(node.name, self.module.roots))
        name = node.asname or node.name
        if name not in self.module.table:
            return None
        return self._told(self.world.names.value(self.module, name), name)

    def _module(self, module: Module | None) -> Standing | None:
        return self._told(ModuleValue(module)) if module is not None else None

    def _told(self, value: Value | None, name: str = "") -> Standing | None:
        if value is None:
            return None
        words = _said(value)
        owner = self.world.owners.of(_behind(value))
        if not words or owner is None:
            return None
        return Standing(f"`{name}`: {words}" if name and not isinstance(value, FunctionValue) else words, owner.truth)


def _behind(value: Value) -> Value:
    """What is looked up to tell of a value: of a mock what it stands for."""
    for member in members_of(value):
        if isinstance(member, Special):
            return _behind(member.value)
        if isinstance(member, MockMethod):
            return _behind(member.mock)
        if isinstance(member, Mock):
            return _behind(member.stands) if member.stands is not None else member
        if not is_none(member):
            return member
    return value


def _said(value: Value) -> str:
    """A value in a reader's words; empty where nothing is known of it."""
    told = []
    for member in members_of(value):
        match member:
            case Special(value=inner) | MockMethod(mock=inner):
                told.append(_said(inner))
            case Mock(stands=None):
                told.append("mock that stands for nothing known")
            case Mock(stands=Value() as inner):
                told.append(f"mock that stands for {_said(inner)}")
            case ModuleValue(module=module):
                told.append(f"module `{module.name}`")
            case ClassValue(cls=cls):
                told.append(f"class `{cls.symbol}`")
            case FunctionValue():
                told.append(f"`{member.function.symbol}`")
            case Coroutine(function=Function() as function):
                told.append(f"coroutine of `{function.symbol}`")
            case Instance(cls=cls):
                told.append("`None`" if is_none(member) else f"`{cls.symbol}`")
            case _:
                return ""
    return " or ".join(dict.fromkeys(told))
