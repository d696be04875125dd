"""Statements: in order, branches joined."""

from __future__ import annotations

import ast
import re
from typing import Any, ClassVar, Final

from llmlint.contracts.walking import walk
from llmlint.semantics.evaluation import ANCESTORS
from llmlint.semantics.expressions import Expressions
from llmlint.semantics.mocks.values import Mock, MockMethod
from llmlint.semantics.patches import Patcher
from llmlint.semantics.special_values import Raises
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    is_none,
)

_CATCHES: Final = re.compile(r"\bassertRaises|\braises\(|\bsuppress\(|\bexcept\b")
_TURNS: Final = re.compile(r"\b(?:isinstance|issubclass)\([^()\n]*\b(?:TypeError|AttributeError)\b")
"""What a manager's ``__exit__`` looks at that makes another exception of a wrong call."""
_SWALLOWS: Final = re.compile(r"\breturn\s+(?!None\b|False\b)\S")


class Statements(Expressions):
    """Evaluates statements; true where control leaves."""

    def _pass(self, node: ast.Pass) -> None:
        return None

    def _leave(self, node: ast.stmt) -> bool:
        return True

    def _expr(self, node: ast.Expr) -> bool:
        expression = node.value
        if type(expression) is ast.Constant:
            return False
        self.dropped = expression
        value = self.eval(expression)
        kind = type(value)
        if kind is Coroutine:
            if isinstance(expression, ast.Call):
                self.unawaited(expression, value, "statement")  # type: ignore[arg-type]
        elif kind is MockMethod and isinstance(expression, ast.Attribute):
            if expression.attr.startswith("assert_"):
                self.mocks.uncalled(value.mock, expression.attr, expression)  # type: ignore[attr-defined]
        return isinstance(expression, ast.Call) and self.specials.leaves(expression, value)

    def _assert(self, node: ast.Assert) -> bool:
        test = node.test
        self.asserted = test
        value = self.eval(test)
        self.asserted = None
        if type(value) is Coroutine:
            self.unawaited(test, value, "assert")
        elif type(value) is MockMethod and isinstance(test, ast.Attribute) and test.attr.startswith("assert_"):
            self.mocks.uncalled(value.mock, test.attr, test)
        if node.msg is not None:
            self.eval(node.msg)
        self.narrowing.apply(test, True)
        return isinstance(test, ast.Constant) and not test.value

    def _return(self, node: ast.Return) -> bool:
        value = self.eval(node.value) if node.value is not None else self.world.none
        function = self.scope.function
        if type(value) is Mock and function is not None and function.node.returns is not None and self.sink is not None:
            if not self.world.inference.is_generator(function):
                self.mocks.hand(value, self.annotated(function.node.returns, function.owner), "annotation")
        self.scope.returns.append(value)
        return True

    def _raise(self, node: ast.Raise) -> bool:
        if node.exc is not None:
            self.eval(node.exc)
        if node.cause is not None:
            self.eval(node.cause)
        return True

    def _if(self, node: ast.If) -> bool:
        guard = self.narrowing.guard(node.test)
        condition = self.eval(node.test)
        if type(condition) is Coroutine:
            self.unawaited(node.test, condition, "value")
        if not _acts_on_absence(node):
            self.specials.gate(node.test)
        before = self.narrowing.save()
        without = self._is_without(node.test)
        self.muted += guard + (without is True)
        self.narrowing.apply(node.test, True)
        left_body = self.block(node.body)
        after_body = self.narrowing.save()
        self.narrowing.restore(before)
        self.narrowing.apply(node.test, False)
        self.muted += (without is False) - (without is True)
        left_else = self.block(node.orelse) if node.orelse else False
        self.muted -= guard + (without is False)
        if left_body and not left_else:
            if guard and isinstance(node.body[-1], ast.Return) and _is_of_newer_python(node.test):
                self.muted += 1  # what follows is for older ones, until the block ends
            return False
        if left_else and not left_body:
            self.narrowing.restore(after_body)
            return False
        self.narrowing.join(after_body)
        return left_body and left_else

    def _is_without(self, test: ast.expr) -> bool | None:
        """Whether a condition holds where a module or a class of somebody else lacks a name, which it has in another version (True), or
        where it has it (False); None: it asks for something else."""
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        call = test.operand if isinstance(test, ast.UnaryOp) and negated else test
        if (
            not isinstance(call, ast.Call)
            or not isinstance(call.func, ast.Name)
            or call.func.id != "hasattr"
            or not call.args
        ):
            return None
        asked = self.narrowing.quietly(call.args[0])
        if not isinstance(asked, ModuleValue | ClassValue):
            return None
        module = asked.module if isinstance(asked, ModuleValue) else asked.cls.module
        return None if module.own else negated

    def _loop_start(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """A name that the loop rebinds may have either value when it is read again."""
        names = self.scope.names
        for name in _stored_names(node):
            if name in names:
                names[name] = UNKNOWN
        self.scope.stored.clear()

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        value = self.eval(node.iter)
        element = self._looped(node.iter, value, isinstance(node, ast.AsyncFor))
        before = self.narrowing.save()
        self._loop_start(node)
        self.assign(node.target, element)
        self.block(node.body)
        self.narrowing.join(before)
        self.block(node.orelse)

    def _while(self, node: ast.While) -> bool:
        before = self.narrowing.save()
        self.specials.gate(node.test)
        self._loop_start(node)
        self.eval(node.test)
        self.narrowing.apply(node.test, True)
        self.block(node.body)
        self.narrowing.join(before)
        self.block(node.orelse)
        forever = isinstance(node.test, ast.Constant) and bool(node.test.value)
        return forever and not any(isinstance(inner, (ast.Break, ast.Return)) for inner in walk(node))

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        pushed = 0
        patches: list[ast.expr] = []
        for item in node.items:
            value = self.eval(item.context_expr)
            if type(value) is Raises:
                self.expect(value.exceptions)
                pushed += 1
                entered: Value = value.info
            elif self._expects(item.context_expr):
                self.expect(None)
                pushed += 1
                entered = self.world.calls.entered(value, isinstance(node, ast.AsyncWith))
            elif type(value) is Patcher:
                entered = value.mock
                patches.append(item.context_expr)
            elif type(value) is Mock:
                entered = self.mocks.entered(value, isinstance(node, ast.AsyncWith), item.context_expr)
            else:
                asynchronous = isinstance(node, ast.AsyncWith)
                if type(value) is Coroutine and not asynchronous:
                    self.unawaited(item.context_expr, value, "value")
                elif type(value) is Instance:
                    self._manager(item.context_expr, value, asynchronous)
                entered = self.world.calls.entered(value, asynchronous)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered)
        left = self.block(node.body)
        for _ in range(pushed):
            self.probes.pop()
        if patches and self.testing is not None:
            self._put_back(node, patches)
        return left and not pushed

    def _put_back(self, node: ast.With | ast.AsyncWith, patches: list[ast.expr]) -> None:
        """The patches of a ``with`` are over, unless it stands in a generator, whose user goes on inside of it."""
        if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in walk(node)):
            return
        within = {inner for patch in patches for inner in walk(patch)}
        for name, puts in self.doubled.items():
            over = within.intersection(puts)
            self.put_back |= over
            mocks = [puts[at][1] for at in over]
            stored = self.scope.stored
            for key in [key for key in stored if key[1] == name and any(stored[key] is mock for mock in mocks)]:
                del stored[key]

    def _expects(self, node: ast.expr) -> bool:
        """Whether a context manager that the tests wrote catches what is raised inside."""
        if not isinstance(node, ast.Call) or self.sink is None:
            return False
        callee = self.callee(node)
        if isinstance(callee, FunctionValue) and callee.function.module.by_test:
            if self.world.functions.info(callee.function).manager is None:
                return False
            return _CATCHES.search(callee.function.module.text_of(callee.function.node)) is not None
        if isinstance(callee, ClassValue) and callee.cls.module.by_test:
            leave = self.world.classes.member(callee.cls, "__exit__")
            if leave is None or not leave.owner.module.by_test:
                return False
            return any(_SWALLOWS.search(function.module.text_of(function.node)) for function in leave.functions())
        if isinstance(callee, ClassValue) and callee.cls.own:
            leave = self.world.classes.member(callee.cls, "__exit__")
            found = leave.functions() if leave is not None and leave.owner.own else ()
            return any(_TURNS.search(function.module.text_of(function.node)) for function in found)
        return False

    def _manager(self, node: ast.expr, value: Instance, asynchronous: bool) -> None:
        classes = self.world.classes
        wanted, other = ("__aenter__", "__enter__") if asynchronous else ("__enter__", "__aenter__")
        if classes.member(value.cls, wanted) is None and classes.member(value.cls, other) is None:
            self.asked_for(node, value, (wanted,))
        elif classes.member(value.cls, wanted) is None:
            if not classes.open(value.cls) and not is_none(value):
                self._sync_over_async(node, value, "with", asynchronous)

    def _try(self, node: ast.Try | ast.TryStar) -> bool:
        expected = [self._caught(handler) for handler in node.handlers]
        for item in expected:
            self.expect(item)
        imports = any(item is None or not item.isdisjoint(ANCESTORS["ImportError"]) for item in expected)
        before = self.narrowing.save()
        self.hooks_guard(imports, 1)
        left_body = self.block(node.body)
        self.hooks_guard(imports, -1)
        for _ in expected:
            self.probes.pop()
        left_else = self.block(node.orelse) if not left_body else False
        after = self.narrowing.save()
        self.narrowing.join(before)
        entry = self.narrowing.save()
        ends = [] if left_body or left_else else [after]
        for handler, caught in zip(node.handlers, expected, strict=True):
            self.narrowing.restore(entry)
            if handler.name:
                self._bind(handler.name, self._exception(handler))
            # What is done where something failed is the other way to do it.
            another = caught is not None and "AttributeError" in caught  # what the object has in another version
            self.hooks_guard(imports, 1)
            if another:
                self.expect(caught)
            left = self.block(handler.body)
            if another:
                self.probes.pop()
            self.hooks_guard(imports, -1)
            if not left:
                ends.append(self.narrowing.save())
        if ends:
            self.narrowing.restore(ends[0])
            for end in ends[1:]:
                self.narrowing.join(end)
        else:
            self.narrowing.restore(entry)
        left_final = self.block(node.finalbody)
        return left_final or not ends

    def _caught(self, handler: ast.ExceptHandler) -> frozenset[str] | None:
        if handler.type is None:
            return None
        return self.specials.exceptions(self.eval(handler.type), handler.type)

    def _exception(self, handler: ast.ExceptHandler) -> Value:
        if handler.type is None or isinstance(handler.type, ast.Tuple):
            return UNKNOWN
        sink, self.sink = self.sink, None
        value = self.eval(handler.type)
        self.sink = sink
        return Instance(value.cls) if isinstance(value, ClassValue) else UNKNOWN

    def _match(self, node: ast.Match) -> None:
        value = self.eval(node.subject)
        before = self.narrowing.save()
        ends = []
        for case in node.cases:
            self.narrowing.restore(before)
            self._pattern(case.pattern, value)
            if isinstance(node.subject, ast.Name) and isinstance(case.pattern, (ast.MatchClass, ast.MatchAs)):
                pattern = case.pattern.pattern if isinstance(case.pattern, ast.MatchAs) else case.pattern
                if isinstance(pattern, ast.MatchClass):
                    found = self.eval(pattern.cls)
                    if isinstance(found, ClassValue):
                        self.scope.names[node.subject.id] = Instance(found.cls)
            if case.guard is not None:
                self.eval(case.guard)
                self.narrowing.apply(case.guard, True)
            if not self.block(case.body):
                ends.append(self.narrowing.save())
        self.narrowing.restore(before)
        for end in ends:
            self.narrowing.join(end)

    def _pattern(self, pattern: ast.pattern, value: Value) -> None:
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None:
                self._pattern(pattern.pattern, value)
            if pattern.name:
                bound = value
                if isinstance(pattern.pattern, ast.MatchClass):
                    found = self.eval(pattern.pattern.cls)
                    bound = Instance(found.cls) if isinstance(found, ClassValue) else UNKNOWN
                elif pattern.pattern is not None:
                    bound = UNKNOWN
                self._bind(pattern.name, bound)
        elif isinstance(pattern, ast.MatchClass):
            found = self.eval(pattern.cls)
            inner = Instance(found.cls) if isinstance(found, ClassValue) else UNKNOWN
            for name, sub in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
                part = self.world.attributes.get(inner, name)
                self._pattern(sub, part.value)
            for sub in pattern.patterns:
                self._pattern(sub, UNKNOWN)
        elif isinstance(pattern, (ast.MatchSequence, ast.MatchOr)):
            for sub in pattern.patterns:
                self._pattern(sub, UNKNOWN)
        elif isinstance(pattern, ast.MatchMapping):
            for sub in pattern.patterns:
                self._pattern(sub, UNKNOWN)
            if pattern.rest:
                self._bind(pattern.rest, UNKNOWN)
        elif isinstance(pattern, ast.MatchStar):
            if pattern.name:
                self._bind(pattern.name, UNKNOWN)
        elif isinstance(pattern, ast.MatchValue):
            self.eval(pattern.value)

    statements: ClassVar[dict[type, Any]] = {
        **Expressions.statements,
        ast.Expr: _expr,
        ast.Assert: _assert,
        ast.Return: _return,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.If: _if,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Raise: _raise,
        ast.Match: _match,
        ast.Pass: _pass,
        ast.Continue: _leave,
        ast.Break: _leave,
    }


def _stored_names(node: ast.stmt) -> set[str]:
    """The names that statements inside a loop bind."""
    names: set[str] = set()
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is ast.Assign:
            targets = item.targets
        elif kind in (ast.AugAssign, ast.AnnAssign):
            targets = [item.target]
        elif kind in (ast.For, ast.AsyncFor):
            targets = [item.target] if item is not node else []
            stack.extend(item.body)
            stack.extend(item.orelse)
        elif kind in (ast.With, ast.AsyncWith):
            targets = [entry.optional_vars for entry in item.items if entry.optional_vars is not None]
            stack.extend(item.body)
        elif kind in (ast.If, ast.While):
            targets = []
            stack.extend(item.body)
            stack.extend(item.orelse)
        elif kind is ast.Try or kind is ast.TryStar:
            targets = []
            stack.extend(item.body)
            stack.extend(item.orelse)
            stack.extend(item.finalbody)
            for handler in item.handlers:
                stack.extend(handler.body)
        else:
            continue
        for target in targets:
            if type(target) is ast.Name:
                names.add(target.id)
            elif type(target) is not ast.Attribute and type(target) is not ast.Subscript:
                names.update(inner.id for inner in walk(target) if isinstance(inner, ast.Name))
    return names


def _acts_on_absence(node: ast.If) -> bool:
    """``if not hasattr(…):`` with nothing to do otherwise, or ``if hasattr(…): raise``: the absence is what is wanted."""
    first = node.body[-1]
    if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
        skips = isinstance(first, ast.Expr) and getattr(getattr(first.value, "func", None), "attr", "") in (
            "skip",
            "skipTest",
            "xfail",
        )
        return not node.orelse and not skips and not isinstance(first, ast.Return)
    call = first.value if isinstance(first, ast.Expr) else None
    return isinstance(first, ast.Raise) or isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "fail"


def _is_of_newer_python(test: ast.expr) -> bool:
    """Whether a condition is ``sys.version_info >= (3, 3)``."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Gt | ast.GtE)
        and isinstance(test.left, ast.Attribute)
        and test.left.attr in ("version_info", "hexversion")
    )
