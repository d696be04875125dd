"""``def`` and ``class`` where they stand."""

from __future__ import annotations

import ast
from typing import Any, ClassVar

from llmlint.contracts.symbols import Class, Function, FunctionNode
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.scope import Scope
from llmlint.semantics.statements import Statements
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Value,
)


class Definitions(Statements):
    """Evaluates definitions: decorators and defaults now, bodies later."""

    def _def(self, node: FunctionNode) -> None:
        scope = self.scope
        values = self.definition(node)
        if self.hooks is not None and self.sink is not None and (scope is self.top or scope.is_class):
            self.hooks.defined(node, scope.cls, values)
        if scope is self.top or scope.is_class:
            return
        function = self.module.function_at(node)
        info = self.world.functions.info(function)
        value: Value = FunctionValue((function,), scope=scope)
        for decorator in reversed(info.opaque):
            wrapper = self._in_scope(scope, decorator)
            if isinstance(wrapper, FunctionValue):
                value = self.world.calls.result(wrapper, Arguments((value,)))
            else:
                value = UNKNOWN
        scope.bind(node.name, value)
        if self.sink is not None:
            self.defer(scope, lambda: self._run_inner(function, scope))

    def _run_inner(self, function: Function, parent: Scope) -> None:
        inner = Scope(self.module, function.node, parent, parent.cls)
        inner.function = function
        inner.receiver, inner.self_name = None, None
        self.parameters(function, inner, None, self.given_by_callers(function))
        self.body(function.node.body, inner)

    def definition(self, node: FunctionNode) -> list[Value]:
        """What a ``def`` evaluates where it stands: decorators (their values are given back) and defaults."""
        if self.sink is None:
            return []
        values = self._decorators(node, self.scope.cls if self.scope.is_class else None)
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.eval(default)
        return values

    def _decorators(
        self, node: FunctionNode | ast.ClassDef, outer: Class | None, cls: Class | None = None
    ) -> list[Value]:
        """The values of decorators; what they patch is replaced in the body alone."""
        if not node.decorator_list:
            return []
        saved, self.replaced_names = self.replaced_names, set()
        values = [self.eval(decorator) for decorator in node.decorator_list]
        if self.replaced_names:
            decorated = cls if isinstance(node, ast.ClassDef) else self.module.function_at(node, outer)
            if decorated is not None:
                decorated.memo["patched"] = self.replaced_names
        self.replaced_names = saved
        return values

    def _class(self, node: ast.ClassDef) -> None:
        scope = self.scope
        local = scope is not self.top and not scope.is_class
        outer = scope.cls if scope.is_class else None
        around: Scope | None = scope
        while around is not None and around.is_class:
            around = around.parent
        closure = around if around is not self.top else None
        cls = self.module.class_at(node, outer, closure)
        values = self._decorators(node, outer, cls)
        for base in node.bases:
            self.eval(base)
        for keyword in node.keywords:
            self.eval(keyword.value)
        if local:
            self.world.classes.mro(cls)  # now: later the names of its bases may stand for something else
            keeps = self.world.classes.keeps_class(cls)
            scope.bind(node.name, ClassValue(cls) if keeps else UNKNOWN)
        if self.sink is not None and self.hooks is not None:
            self.hooks.class_body(cls, scope, values)

    statements: ClassVar[dict[type, Any]] = {
        **Statements.statements,
        ast.FunctionDef: _def,
        ast.AsyncFunctionDef: _def,
        ast.ClassDef: _class,
    }
