"""Literals, operators, comprehensions, lambdas, ``await`` and ``yield``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from llmlint.contracts.signature import from_function
from llmlint.contracts.walking import walk
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.invocation import Invocation
from llmlint.semantics.mocks.values import MockCalls
from llmlint.semantics.operations import MEMBERSHIP
from llmlint.semantics.scope import Scope
from llmlint.semantics.values import (
    UNANNOTATED,
    UNKNOWN,
    Callable,
    Coroutine,
    FunctionValue,
    Instance,
    Union,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)

_OPERATORS: Final = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Div: "__truediv__",
    ast.Mod: "__mod__",
    ast.Mult: "__mul__",
}


class Expressions(Invocation):
    """Evaluates every other expression."""

    def _constant(self, node: ast.Constant) -> Value:
        return self.world.constant(node.value)

    def _elements(self, nodes: Iterable[ast.expr]) -> tuple[list[Value], bool]:
        values: list[Value] = []
        starred = False
        for node in nodes:
            if isinstance(node, ast.Starred):
                starred = True
                values.append(self.world.calls.element(self.eval(node.value)))
            else:
                values.append(self.eval(node))
        return values, starred

    def _tuple(self, node: ast.Tuple) -> Value:
        values, starred = self._elements(node.elts)
        return self.world.collection("tuple", values, None if starred else tuple(values))

    def _list(self, node: ast.List) -> Value:
        values, starred = self._elements(node.elts)
        return self.world.collection("list", values, None if starred else tuple(values))

    def _set(self, node: ast.Set) -> Value:
        values, _ = self._elements(node.elts)
        return self.world.collection("set", values, None)

    def _dict(self, node: ast.Dict) -> Value:
        keys: dict[Any, Value] | None = {}
        values: list[Value] = []
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.eval(item)
            if key is None:
                keys = None
                values.append(UNKNOWN)
                continue
            values.append(value)
            evaluated = self.eval(key)
            if keys is not None and isinstance(key, ast.Constant) and isinstance(evaluated, Instance):
                keys[key.value] = value
            else:
                keys = None
        cls = self.world.classes.builtin("dict")
        if cls is None:
            return UNKNOWN
        element = union(values) if values else UNKNOWN
        return Instance(cls, (UNKNOWN, element), exact=True, keys=keys)

    def _joined(self, node: ast.JoinedStr) -> Value:
        parts: list[str] | None = []
        for item in node.values:
            value = self.eval(item)
            if parts is not None and isinstance(value, Instance) and isinstance(value.literal, str):
                parts.append(value.literal)
            else:
                parts = None
        return self.world.constant("".join(parts)) if parts is not None else self.world.string

    def _formatted(self, node: ast.FormattedValue) -> Value:
        value = self.eval(node.value)
        if node.format_spec is not None:
            self.eval(node.format_spec)
            return self.world.string
        if isinstance(value, Instance) and isinstance(value.literal, (str, int)) and node.conversion == -1:
            return self.world.constant(str(value.literal))
        return self.world.string

    def _slice(self, node: ast.Slice) -> Value:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.eval(part)
        cls = self.world.classes.builtin("slice")
        return Instance(cls, exact=True) if cls is not None else UNKNOWN

    def _starred(self, node: ast.Starred) -> Value:
        return self.eval(node.value)

    def _compare(self, node: ast.Compare) -> Value:
        left = self.eval(node.left)
        plain = True
        for operator, item in zip(node.ops, node.comparators, strict=True):
            right = self.eval(item)
            if not isinstance(operator, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
                # What `==` and `<` give is up to the operands: arrays and columns give one answer an element.
                plain = plain and _compares_plainly(left) and _compares_plainly(right)
            if not isinstance(operator, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
                if type(left) is Coroutine:
                    self.unawaited(node.left, left, "compare")
                if type(right) is Coroutine:
                    self.unawaited(item, right, "compare")
                if isinstance(operator, ast.Eq):
                    if _is_plain(item):
                        self.pending(node.left, left, "compare")
                    elif _is_plain(node.left):
                        self.pending(item, right, "compare")
            elif type(left) is Coroutine and self._is_answer(node, operator, item, right):
                self.unawaited(node.left, left, "compare")
            elif type(right) is Coroutine and isinstance(operator, (ast.In, ast.NotIn)):
                self.unawaited(item, right, "value")
            elif isinstance(operator, (ast.In, ast.NotIn)) and item is node.comparators[0]:
                # Those behind the first may not be reached.
                self.asked_for(item, right, MEMBERSHIP)
            if (type(left) is MockCalls or type(right) is MockCalls) and isinstance(operator, (ast.Eq, ast.In)):
                self.mocks.compared(left, right)
            left = right
        return self.world.boolean if plain else UNKNOWN

    def _is_answer(self, node: ast.Compare, operator: ast.cmpop, item: ast.expr, right: Value) -> bool:
        """Whether a coroutine is asked for what only its result can be: ``call() is None``, ``found is True``."""
        if isinstance(operator, (ast.In, ast.NotIn)):
            return isinstance(node.left, ast.Call)
        if isinstance(item, ast.Constant) and isinstance(item.value, bool):
            return True
        if not is_none(right):
            return False
        if not isinstance(node.left, ast.Name):
            return isinstance(node.left, ast.Call)
        if self.asserted is not node:
            return False  # `if task is None:` may be about the task
        return isinstance(operator, ast.Is) or self._merely_looked_at(node.left.id)

    def _merely_looked_at(self, name: str) -> bool:
        """Whether the function around does nothing with a variable but compare it and read from it: nobody awaits it later."""
        inside = self.inside()
        if inside is None:
            return False
        looked: set[ast.AST] = set()
        for node in walk(inside):
            if isinstance(node, ast.Compare):
                looked.update((node.left, *node.comparators))
            elif isinstance(node, (ast.Attribute, ast.Subscript)):
                looked.add(node.value)
            elif isinstance(node, ast.Assert):
                looked.add(node.test)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "len"):
                looked.update(node.args)
        return all(
            node in looked
            for node in walk(inside)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        )

    def _boolop(self, node: ast.BoolOp) -> Value:
        values: list[Value] = []
        saved = self.narrowing.save()
        positive = isinstance(node.op, ast.And)
        muted = self.muted
        for item in node.values:
            values.append(self.eval(item))
            self.narrowing.apply(item, positive)
            self.muted += self.narrowing.guard(item)
        self.muted = muted
        self.narrowing.restore(saved)
        if isinstance(node.op, ast.Or):
            values[:-1] = [without_none(value) for value in values[:-1] if not is_none(value)]
        return union(values)

    def _binop(self, node: ast.BinOp) -> Value:
        left = self.eval(node.left)
        right = self.eval(node.right)
        if type(left) is Coroutine:
            self.unawaited(node.left, left, "value")
        if type(right) is Coroutine:
            self.unawaited(node.right, right, "value")
        if isinstance(left, Instance) and isinstance(right, Instance):
            if isinstance(left.literal, str) and isinstance(right.literal, str) and isinstance(node.op, ast.Add):
                return self.world.constant(left.literal + right.literal)
            if left.cls is right.cls and left.cls.symbol in (
                "builtins.str",
                "builtins.bytes",
                "builtins.int",
                "builtins.float",
            ):
                if isinstance(node.op, (ast.Div, ast.Pow)):
                    return UNKNOWN
                return Instance(left.cls, exact=left.exact and right.exact)
            if left.cls.symbol == "builtins.str" and isinstance(node.op, ast.Mod):
                return self.world.string
        method = _OPERATORS.get(type(node.op))
        if method is not None and isinstance(left, Instance) and left.cls.module.name in ("pathlib", "datetime"):
            if left.cls.module.name == "datetime" and not self._of_the_library(right):
                return UNKNOWN  # the other one's `__radd__` may answer
            return self._operated(left, method, right)
        return UNKNOWN

    @staticmethod
    def _of_the_library(value: Value) -> bool:
        return all(
            isinstance(member, Instance) and member.cls.module.kind == "typeshed" for member in members_of(value)
        )

    def _operated(self, left: Instance, method: str, right: Value) -> Value:
        """What an operator gives: of paths and times, whose operators tests use all day, by the classes alone."""
        plain = type(right) is Instance and right.cls.module.kind == "typeshed" and not right.args and left.via is None
        key = (method, left.exact, right.cls) if plain else None  # type: ignore[attr-defined]
        found: Value | None = left.cls.memo.get(key) if key is not None else None
        if found is None:
            function = self.world.attributes.get(left, method).value
            if not isinstance(function, FunctionValue):
                return UNKNOWN
            found = self.world.calls.result(function, Arguments((right,)))
            if key is not None:
                left.cls.memo[key] = found
        return found

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        if isinstance(node.op, ast.Not):
            if type(value) is Coroutine:
                self.unawaited(node.operand, value, "value")
            return self.world.boolean
        if isinstance(value, Instance) and isinstance(value.literal, (int, float)) and isinstance(node.op, ast.USub):
            return self.world.constant(-value.literal)
        if isinstance(value, Instance) and value.cls.symbol in ("builtins.int", "builtins.float"):
            return Instance(value.cls)
        return UNKNOWN

    def _ifexp(self, node: ast.IfExp) -> Value:
        guard = self.narrowing.guard(node.test)
        self.eval(node.test)
        self.specials.gate(node.test)
        saved = self.narrowing.save()
        self.muted += guard
        self.narrowing.apply(node.test, True)
        body = self.eval(node.body)
        self.narrowing.restore(saved)
        self.narrowing.apply(node.test, False)
        other = self.eval(node.orelse)
        self.narrowing.restore(saved)
        self.muted -= guard
        return union((body, other))

    def _lambda(self, node: ast.Lambda) -> Value:
        scope = self.scope
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.eval(default)
        signature = from_function(node, "lambda", drop_first=False)
        result: Value = UNKNOWN

        def later() -> None:
            saved, self.scope = self.scope, self._lambda_scope(node, scope)
            try:
                self.eval(node.body)
            finally:
                self.scope = saved

        if self.sink is not None:
            self.defer(scope, later)
        elif not node.args.args:
            result = self.eval(node.body) if not isinstance(node.body, (ast.Await, ast.Yield)) else UNKNOWN
        return Callable(result, signature, node, scope)

    def _lambda_scope(self, node: ast.Lambda, scope: Scope) -> Scope:
        inner = Scope(self.module, node, scope, scope.cls)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            inner.bind(argument.arg, UNANNOTATED)
        for argument, value in zip(node.args.args, self.lambdas.get(node, ()), strict=False):
            inner.bind(argument.arg, value)
        for rest in (node.args.vararg, node.args.kwarg):
            if rest is not None:
                inner.bind(rest.arg, UNKNOWN)
        return inner

    def of_lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        """What a lambda of this file gives, whatever it is handed."""
        if scope.module is not self.module:
            return UNKNOWN
        return self._in_scope(self._lambda_scope(node, scope), node.body)

    def _comprehension(self, generators: Sequence[ast.comprehension]) -> tuple[dict[str, Value], Any]:
        saved = dict(self.scope.names)
        state = self.narrowing.save()
        for generator in generators:
            iterable = self.eval(generator.iter)
            element = self._looped(generator.iter, iterable, bool(generator.is_async))
            self.comprehending += 1
            self.assign(generator.target, element)
            self.comprehending -= 1
            for condition in generator.ifs:
                self.eval(condition)
                self.narrowing.apply(condition, True)
        return saved, state

    def _end_comprehension(self, saved: tuple[dict[str, Value], Any], generators: Sequence[ast.comprehension]) -> None:
        names, state = saved
        targets = {n.id for g in generators for n in walk(g.target) if isinstance(n, ast.Name)}
        self.narrowing.restore(state)
        current = self.scope.names
        for name in targets:
            if name in names:
                current[name] = names[name]
            else:
                current.pop(name, None)

    def _listcomp(self, node: ast.ListComp) -> Value:
        saved = self._comprehension(node.generators)
        value = self.eval(node.elt)
        self._end_comprehension(saved, node.generators)
        return self.world.collection("list", [value], None)

    def _setcomp(self, node: ast.SetComp) -> Value:
        saved = self._comprehension(node.generators)
        value = self.eval(node.elt)
        self._end_comprehension(saved, node.generators)
        return self.world.collection("set", [value], None)

    def _genexp(self, node: ast.GeneratorExp) -> Value:
        saved = self._comprehension(node.generators)
        value = self.eval(node.elt)
        self._end_comprehension(saved, node.generators)
        cls = self.world.classes.named("typing", "Generator")
        return Instance(cls, (value, UNKNOWN, UNKNOWN)) if cls is not None else UNKNOWN

    def _dictcomp(self, node: ast.DictComp) -> Value:
        saved = self._comprehension(node.generators)
        key = self.eval(node.key)
        value = self.eval(node.value)
        self._end_comprehension(saved, node.generators)
        cls = self.world.classes.builtin("dict")
        return Instance(cls, (key, value), exact=True) if cls is not None else UNKNOWN

    def _yield(self, node: ast.Yield) -> Value:
        value = self.eval(node.value) if node.value is not None else self.world.none
        self.scope.yields.append(value)
        return UNKNOWN

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        value = self.eval(node.value)
        self.scope.yields.append(self.world.calls.element(value))
        return UNKNOWN

    def _await(self, node: ast.Await) -> Value:
        self.awaiting = node.value
        value = self.eval(node.value)
        if type(value) is Coroutine:
            return value.result
        if type(value) is Instance or type(value) is Union:
            if isinstance(node.value, (ast.Call, ast.Await)):
                self._needless(node, value, "await")
            return self.world.calls.awaited(value)
        return UNKNOWN

    expressions: ClassVar[dict[type, Any]] = {
        **Invocation.expressions,
        ast.Constant: _constant,
        ast.Tuple: _tuple,
        ast.List: _list,
        ast.Dict: _dict,
        ast.Set: _set,
        ast.Compare: _compare,
        ast.BoolOp: _boolop,
        ast.BinOp: _binop,
        ast.UnaryOp: _unary,
        ast.JoinedStr: _joined,
        ast.FormattedValue: _formatted,
        ast.IfExp: _ifexp,
        ast.Lambda: _lambda,
        ast.ListComp: _listcomp,
        ast.SetComp: _setcomp,
        ast.GeneratorExp: _genexp,
        ast.DictComp: _dictcomp,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
        ast.Starred: _starred,
        ast.Slice: _slice,
    }


def _compares_plainly(value: Value) -> bool:
    """Whether comparing gives True or False: values of builtin classes."""
    return all(isinstance(item, Instance) and item.cls.module.name == "builtins" for item in members_of(value))


def _is_plain(node: ast.expr) -> bool:
    """Whether an expression is written down as a value of a builtin type, other than None."""
    if isinstance(node, ast.Constant):
        return node.value is not None and node.value is not ...
    return isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.JoinedStr))
