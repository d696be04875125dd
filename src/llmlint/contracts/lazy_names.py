"""Whether the ``__getattr__`` of a module (PEP 562) refuses a name: what it can give, its own text has to tell.

A package that imports its parts when they are first asked for has their names in a table (``if name in _imports``, ``_imports.get(name)``),
and raises for all others. Followed is what it does for one name, in its own body and in what it calls; a table that can be read has a
name only where the text that it stands in has the word. Whatever cannot be followed may give anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from llmlint.contracts.symbols import ASSIGN, FROM, FUNCTION, Binding, FunctionNode, Module

if TYPE_CHECKING:
    from llmlint.contracts.library import Library

_STEPS: Final = 400
_DEPTH: Final = 6


class _Sort:
    """What a value is that is no string, no ``None`` and no truth value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


_ANY: Final = _Sort("anything")
_MADE: Final = _Sort("a string that is made of the name")
_SPELT: Final = _Sort("all of it is spelt in the text")
_KEYED: Final = _Sort("its keys are spelt in the text")


class _Names(NamedTuple):
    """The namespace of a module as a dictionary."""

    module: Module


class _Function(NamedTuple):
    node: FunctionNode
    module: Module
    outer: dict[str, Any]


class _RaisesError(Exception):
    """What is evaluated raises."""


class _OpenError(Exception):
    """Anything may come of it."""


def refuses(library: Library, module: Module, name: str) -> bool:
    """Whether ``module.__getattr__(name)`` raises for certain."""
    bindings = [binding for binding in module.table.get("__getattr__", ()) if not binding.typing]
    if len(bindings) != 1 or module.is_stub:
        return False
    known: dict[str, bool] = module.memo.setdefault("<refuses>", {})
    if name not in known:
        known[name] = False
        trial = _Trial(library, name)
        try:
            trial.spoken(module)
            function = trial.bound(module, "__getattr__", bindings[0])
            if isinstance(function, _Function):
                known[name] = trial.call(function, [name], {}) is None
        except _OpenError:
            pass
        except _RaisesError:
            known[name] = True
    return known[name]


class _Trial:
    """What comes of asking for one name."""

    def __init__(self, library: Library, name: str) -> None:
        self.library = library
        self.name = name
        self.word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
        self.steps = 0
        self.depth = 0

    def spoken(self, module: Module) -> None:
        """A text that has the word may well give the name."""
        if self.word.search(module.text):
            raise _OpenError

    # -- calls and statements ----------------------------------------------------------------------------------------

    def call(self, function: _Function, given: list[Any], named: Mapping[str, Any]) -> Any:
        """What a call gives, in a tuple; None where it raises."""
        node = function.node
        arguments = [*node.args.posonlyargs, *node.args.args]
        if isinstance(node, ast.AsyncFunctionDef) or len(given) > len(arguments) or self.depth >= _DEPTH:
            raise _OpenError
        local: dict[str, Any] = {**function.outer}
        defaults = node.args.defaults
        for argument, default in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True):
            local[argument.arg] = self.value(default, {}, function.module)
        for argument, value in zip(arguments, given, strict=False):
            local[argument.arg] = value
        local.update(named)
        self.depth += 1
        try:
            gives: list[Any] = []
            falls = self.body(node.body, local, function.module, gives)
        finally:
            self.depth -= 1
        if not falls and not gives:
            return None
        return (gives[0],) if len(gives) == 1 and not falls else (_ANY,)

    def body(self, statements: Iterable[ast.stmt], local: dict[str, Any], module: Module, gives: list[Any]) -> bool:
        """Whether control may get behind the statements; what they return is added to ``gives``."""
        for statement in statements:
            self.steps += 1
            if self.steps > _STEPS:
                raise _OpenError
            try:
                if not self.statement(statement, local, module, gives):
                    return False
            except _RaisesError:
                return False
        return True

    def statement(self, node: ast.stmt, local: dict[str, Any], module: Module, gives: list[Any]) -> bool:
        match node:
            case ast.Raise():
                return False
            case ast.Return(value=value):
                gives.append(self.value(value, local, module) if value is not None else None)
                return False
            case ast.Assign(targets=targets, value=value):
                found = self.value(value, local, module)
                for target in targets:
                    self.bind(target, found, local)
            case ast.AnnAssign(target=target, value=value):
                self.bind(target, self.value(value, local, module) if value is not None else _ANY, local)
            case ast.AugAssign(target=target):
                self.bind(target, _ANY, local)
            case ast.If(test=test, body=body, orelse=orelse):
                holds = self.holds(test, local, module)
                return self.branches(
                    [body] * (holds is not False) + [orelse] * (holds is not True), local, module, gives
                )
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                paths = [[*body, *orelse], *(handler.body for handler in handlers)]
                return self.branches(paths, local, module, gives) and self.body(finalbody, local, module, gives)
            case ast.With(items=items, body=body):
                for item in items:
                    if item.optional_vars is not None:
                        self.bind(item.optional_vars, _ANY, local)
                return self.branches([body, []], local, module, gives)
            case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
                inner = {**local}
                self.bind(target, self.element(iterated, local, module), inner)
                self.body(body, inner, module, gives)
                self.forget(local, inner)
                return self.body(orelse, local, module, gives)
            case ast.FunctionDef(name=name):
                local[name] = _Function(node, module, local)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    local[alias.asname or alias.name.partition(".")[0]] = _ANY
            case ast.Expr(value=value):
                self.value(value, local, module)
            case ast.Pass() | ast.Global() | ast.Assert():
                pass
            case _:
                raise _OpenError
        return True

    def branches(self, bodies: list[list[ast.stmt]], local: dict[str, Any], module: Module, gives: list[Any]) -> bool:
        """Bodies of which one runs."""
        falls = False
        after: list[dict[str, Any]] = []
        for body in bodies:
            inner = {**local}
            if self.body(body, inner, module, gives):
                falls = True
                after.append(inner)
        if len(after) == 1:
            local.update(after[0])
        for inner in after if len(after) > 1 else ():
            self.forget(local, inner)
        return falls

    @staticmethod
    def forget(local: dict[str, Any], inner: dict[str, Any]) -> None:
        """What a branch binds anew is not known behind it."""
        for name, value in inner.items():
            if name not in local or local[name] is not value:
                local[name] = _ANY

    def bind(self, target: ast.expr, value: Any, local: dict[str, Any]) -> None:
        if isinstance(target, ast.Name):
            local[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self.bind(part, _SPELT if value is _SPELT else _ANY, local)

    # -- expressions -------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, local: dict[str, Any], module: Module) -> Any:
        match node:
            case ast.Constant(value=str() | None | bool() as found):
                return found
            case ast.Constant():
                return _SPELT
            case ast.Name(id=name):
                return local[name] if name in local else self.of_module(module, name)
            case ast.JoinedStr(values=parts):
                return self.joined([self.part(part, local, module) for part in parts])
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                both = self.value(left, local, module), self.value(right, local, module)
                if all(one is _SPELT or one is _KEYED for one in both):
                    return _KEYED if _KEYED in both else _SPELT
                return self.joined(both)
            case ast.Dict():
                return self.dictionary(node, local, module)
            case ast.List(elts=items) | ast.Set(elts=items) | ast.Tuple(elts=items):
                found_in = [
                    self.value(item.value if isinstance(item, ast.Starred) else item, local, module) for item in items
                ]
                spelt = all(one is _SPELT or (isinstance(one, str) and one != self.name) for one in found_in)
                return _SPELT if spelt else tuple(found_in)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element):
                return _SPELT if self.spelt(element, self.inner(node, local, module), module) else _ANY
            case ast.DictComp(key=key, value=value):
                inner = self.inner(node, local, module)
                if not self.spelt(key, inner, module):
                    return _ANY
                return _SPELT if self.spelt(value, inner, module) else _KEYED
            case ast.Subscript(value=owner, slice=key):
                return self.item(self.value(owner, local, module), self.value(key, local, module))
            case ast.Attribute(value=ast.Subscript(slice=key), attr="__dict__"):
                named = self.value(key, local, module)
                other = self.library.module(named) if isinstance(named, str) else None
                return _Names(other) if other is not None and not other.is_stub else _ANY
            case ast.IfExp(test=test, body=body, orelse=orelse):
                holds = self.holds(test, local, module)
                return _ANY if holds is None else self.value(body if holds else orelse, local, module)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                holds = self.holds(node, local, module)
                return _ANY if holds is None else holds
            case ast.Call():
                return self.called(node, local, module)
        return _ANY

    def part(self, node: ast.expr, local: dict[str, Any], module: Module) -> Any:
        if isinstance(node, ast.FormattedValue):
            found = self.value(node.value, local, module)
            return (
                found if node.conversion == -1 and node.format_spec is None else _MADE if found == self.name else _ANY
            )
        return self.value(node, local, module)

    def joined(self, parts: Iterable[Any]) -> Any:
        """Strings behind one another."""
        parts = list(parts)
        if all(isinstance(part, str) for part in parts):
            return "".join(parts)
        for one, other in pairwise(parts):
            if not (isinstance(one, str) and _is_sign(one[-1:])) and not (
                isinstance(other, str) and _is_sign(other[:1])
            ):
                return _ANY  # words that run into one another
        if all(part is _SPELT or isinstance(part, str) for part in parts) and self.name not in parts:
            return _SPELT
        return _MADE if self.name in parts or _MADE in parts else _ANY

    def stands_alone(self, text: str) -> bool:
        """Whether the name is a word of its own wherever a text has it, so that what has the text has the word."""
        return len(self.word.findall(text)) == text.count(self.name)

    def dictionary(self, node: ast.Dict, local: dict[str, Any], module: Module) -> Any:
        spelt = True
        for key, value in zip(node.keys, node.values, strict=True):
            found = self.value(value, local, module)
            if key is None:
                if found is not _SPELT and found is not _KEYED:
                    return _ANY
                spelt = spelt and found is _SPELT
            else:
                if not self.spelt(key, local, module):
                    return _ANY
                spelt = spelt and (found is _SPELT or isinstance(found, str))
        return _SPELT if spelt else _KEYED

    def spelt(self, node: ast.expr, local: dict[str, Any], module: Module) -> bool:
        found = self.value(node, local, module)
        return found is _SPELT or (isinstance(found, str) and isinstance(node, ast.Constant))

    def inner(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp, local: dict[str, Any], module: Module
    ) -> dict[str, Any]:
        """The names in a comprehension."""
        inner = {**local}
        for generator in node.generators:
            self.bind(generator.target, self.element(generator.iter, inner, module), inner)
        return inner

    def element(self, node: ast.expr, local: dict[str, Any], module: Module) -> Any:
        """What a loop over it gives."""
        found = self.value(node, local, module)
        return _SPELT if found is _SPELT or found is _KEYED else _ANY

    def item(self, owner: Any, key: Any) -> Any:
        if self.contains(owner, key) is False and owner is not _SPELT:
            raise _RaisesError
        if owner is _SPELT and (key == self.name or key is _MADE):
            raise _RaisesError
        return _ANY

    def contains(self, owner: Any, key: Any) -> bool | None:
        """Whether ``key in owner``. The text of every table was asked for the name when the table was read."""
        if isinstance(owner, _Names):
            return None if not isinstance(key, str) else False if key not in owner.module.table else None
        if owner is _SPELT or owner is _KEYED:
            return (
                False
                if key is _MADE or (isinstance(key, str) and self.name in key and self.stands_alone(key))
                else None
            )
        return None

    def called(self, node: ast.Call, local: dict[str, Any], module: Module) -> Any:
        function = node.func
        if isinstance(function, ast.Name) and function.id not in local and function.id not in module.table:
            if function.id == "globals" and not node.args:
                return _Names(module)
            if function.id in ("set", "frozenset", "list", "tuple", "dict", "sorted") and len(node.args) == 1:
                found = self.value(node.args[0], local, module)
                return found if found in (_SPELT, _KEYED) and not node.keywords else _ANY
        given = [self.value(argument, local, module) for argument in node.args]
        if isinstance(function, ast.Attribute):
            return self.method(self.value(function.value, local, module), function.attr, given)
        found = self.value(function, local, module)
        if not isinstance(found, _Function) or any(keyword.arg is None for keyword in node.keywords):
            return _ANY
        named = {keyword.arg: self.value(keyword.value, local, module) for keyword in node.keywords if keyword.arg}
        result = self.call(found, given, named)
        if result is None:
            raise _RaisesError
        return result[0]

    def method(self, owner: Any, name: str, given: list[Any]) -> Any:
        if name == "get" and given and self.contains(owner, given[0]) is False:
            return given[1] if len(given) > 1 else None
        if owner is _SPELT and name in ("keys", "values", "items", "copy"):
            return _SPELT
        if owner is _KEYED and name in ("keys", "copy"):
            return _KEYED
        if (
            isinstance(owner, str)
            and name in ("startswith", "endswith")
            and len(given) == 1
            and isinstance(given[0], str)
        ):
            return getattr(owner, name)(given[0])
        return _ANY

    def holds(self, node: ast.expr, local: dict[str, Any], module: Module) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                holds = self.holds(operand, local, module)
                return None if holds is None else not holds
            case ast.BoolOp(op=op, values=values):
                decides = isinstance(op, ast.Or)
                each = [self.holds(value, local, module) for value in values]
                return decides if decides in each else None if None in each else not decides
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                key, owner = self.value(left, local, module), self.value(right, local, module)
                found = self.contains(owner, key)
                return None if found is None else found is isinstance(op, ast.In)
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
                both = self.value(left, local, module), self.value(right, local, module)
                if all(isinstance(one, str) for one in both):
                    return (both[0] == both[1]) is isinstance(op, ast.Eq)
                if (_MADE in both or self.name in both) and (
                    _SPELT in both or any(isinstance(one, str) and self.name not in one for one in both)
                ):
                    return isinstance(op, ast.NotEq)
                return None
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                found = self.value(left, local, module)
                return None if isinstance(found, _Sort) and found is _ANY else (found is None) is isinstance(op, ast.Is)
            case ast.Compare():
                return None
        found = self.value(node, local, module)
        if found is None or isinstance(found, (bool, str)):
            return bool(found)
        return None

    # -- the names of a module ---------------------------------------------------------------------------------------

    def of_module(self, module: Module, name: str) -> Any:
        if name == "__name__":
            return module.name
        bindings = module.table.get(name, ())
        return self.bound(module, name, bindings[0]) if len(bindings) == 1 else _ANY

    def bound(self, module: Module, name: str, binding: Binding) -> Any:
        """What a statement of a module binds to a name."""
        if binding.form == FUNCTION and not binding.node.decorator_list:
            return _Function(binding.node, module, {})
        if self.depth >= _DEPTH:
            return _ANY
        self.depth += 1
        try:
            if binding.form == FROM:
                source = self.library.module(binding.module, module.roots)
                source = source.implementation if source is not None and source.is_stub else source
                if source is None or source is module:
                    return _ANY
                self.spoken(source)
                return self.of_module(source, binding.name)
            value = binding.value if binding.form == ASSIGN else getattr(binding.node, "value", None)
            if not isinstance(value, ast.expr) or _is_changed(module, name):
                return _ANY
            self.spoken(module)
            found = self.value(value, {}, module)
            return _part(binding.node, name, found) if binding.value is None else found
        except (_OpenError, _RaisesError):
            return _ANY
        finally:
            self.depth -= 1


def _part(node: ast.AST, name: str, value: Any) -> Any:
    """What ``name`` gets of a value that is unpacked."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not isinstance(target, ast.Tuple) or not isinstance(value, tuple) or len(target.elts) != len(value):
        return _ANY
    return next((one for part, one in zip(target.elts, value, strict=True) if getattr(part, "id", "") == name), _ANY)


def _is_sign(character: str) -> bool:
    return bool(character) and not character.isalnum() and character != "_"


def _is_changed(module: Module, name: str) -> bool:
    """Whether the text changes a table after it was written."""
    word = re.escape(name)
    return (
        re.search(
            rf"\b{word}(?:\s*[|+]=|\[[^\]\n]*\]\s*=(?!=)|\.(?:update|setdefault|extend|append|insert|add)\()",
            module.text,
        )
        is not None
    )
