"""The abstract interpreter: evaluates a module's statements in order, over values, and records what cannot be done."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from llmlint.contracts.signature import Mismatch, Signature, from_function
from llmlint.contracts.symbols import Class, Function, FunctionNode, Module
from llmlint.project.late_error import repeated_keyword
from llmlint.semantics.attributes import COROUTINE_API, is_dunder
from llmlint.semantics.calls import Arguments, Bound
from llmlint.semantics.mock_assertions import API
from llmlint.semantics.mocks import CallSpec, Mock, MockMethod, Mocks
from llmlint.semantics.narrowing import Narrowing
from llmlint.semantics.nouns import (
    AttributeUse,
    AwaitProblem,
    CallUse,
    Noun,
    Outcome,
    Problem,
    Statistics,
    UndefinedName,
    Unresolved,
)
from llmlint.semantics.patches import Patcher, Patches
from llmlint.semantics.privacy import is_private
from llmlint.semantics.scope import Scope
from llmlint.semantics.specials import Bounded, Raises, Request, Specials
from llmlint.semantics.values import (
    ANY,
    ELEMENT,
    PROXY,
    REPLACED,
    UNANNOTATED,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_ANCESTORS: Final = {
    "AttributeError": {"AttributeError", "Exception", "BaseException"},
    "TypeError": {"TypeError", "Exception", "BaseException"},
    "FrozenInstanceError": {"FrozenInstanceError", "FrozenError", "FrozenAttributeError"},
    "NameError": {"NameError", "Exception", "BaseException"},
    "KeyError": {"KeyError", "LookupError", "Exception", "BaseException"},
    "ImportError": {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"},
    "ModuleNotFoundError": {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"},
    "AssertionError": {"AssertionError", "Exception", "BaseException"},
    "ValidationError": {"ValidationError", "ValueError", "Exception", "BaseException"},
}
"""For what a fault would raise: the exceptions whose expectation makes it a probe."""
FUNCTION_API: Final = frozenset(
    {
        "assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with", "assert_any_call",
        "assert_has_calls", "assert_not_called", "assert_awaited", "assert_awaited_once", "assert_awaited_with",
        "assert_awaited_once_with", "assert_any_await", "assert_has_awaits", "assert_not_awaited", "called", "call_count",
        "call_args", "call_args_list", "mock_calls", "method_calls", "return_value", "side_effect", "reset_mock", "await_count",
        "await_args", "await_args_list", "configure_mock", "attach_mock", "mock_add_spec",
    }
)  # fmt: skip
"""What a function is asked for where something that is not seen here replaced it by a mock."""
_CONSUMERS: Final = frozenset(
    {
        "len", "list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all", "int", "float", "dict", "iter",
        "next", "enumerate", "zip", "reversed", "round", "abs",
    }
)  # fmt: skip
"""Builtins that can do nothing with a coroutine."""
_ASSERTIONS: Final = frozenset(
    {
        "assertEqual", "assertNotEqual", "assertTrue", "assertFalse", "assertIsNone", "assertIsNotNone", "assertIn", "assertNotIn",
        "assertGreater", "assertGreaterEqual", "assertLess", "assertLessEqual", "assertListEqual", "assertDictEqual",
        "assertTupleEqual", "assertSetEqual", "assertCountEqual", "assertAlmostEqual", "assertRegex",
    }
)  # fmt: skip
_MODULE_NAMES: Final = frozenset(
    {
        "__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__", "__debug__",
        "__annotations__", "__dict__", "__class__", "__module__", "__qualname__", "__cached__", "reveal_type", "reveal_locals",
        "WindowsError", "exit", "quit", "copyright", "credits", "license", "__import__", "_", "__build_class__",
    }
)  # fmt: skip


class Sink:
    """Where one file's evaluation puts what it finds."""

    __slots__ = ("nouns", "record", "repeated", "statistics", "unresolved", "uses")

    def __init__(self, record: bool) -> None:
        self.nouns: list[Noun] = []
        self.unresolved: list[Unresolved] = []
        self.statistics = Statistics()
        self.record = record
        self.repeated = False
        """Whether some call gives a keyword twice: the file does not compile."""
        self.uses: list[tuple[ast.AST, str, bool, str]] = []


class Evaluator:
    """Evaluates the code of one module; quiet (no sink) for code that is only asked what it gives."""

    def __init__(self, world: World, module: Module, sink: Sink | None) -> None:
        self.world = world
        self.module = module
        self.sink = sink
        self.record = sink is not None and sink.record
        self.scope = Scope(module, None, None)
        self.scope.evaluate = self._in_scope
        self.top = self.scope
        self.globals: dict[str, Value] = {}
        self.probes: list[frozenset[str] | None] = []
        """Exceptions that are expected here, innermost last; None stands for any."""
        self.seen_probes: list[frozenset[str] | None] = []
        self.asserted: ast.expr | None = None
        """The equality that is being asserted."""
        self.muted = 0
        """Above zero behind a version check or a guarded import: nothing is reported."""
        self.guards: list[tuple[str, str]] = []
        """``hasattr`` guards that hold here: the receiver's text and the name ('*' for any)."""
        self.optional_imports: set[str] = set()
        """Top-level modules that ``importorskip`` asked for: where they are missing, the module's tests do not run."""
        self.shared_replaced: set[str] = set()
        self.replaced_names: set[str] = set()
        self.mocks = Mocks(self)
        self.patches = Patches(self)
        self.narrowing = Narrowing(self)
        self.specials = Specials(self)
        self.attributes_total = self.attributes_resolved = 0
        self.calls_total = self.calls_resolved = 0
        self.deferring = False
        self.comprehending = 0
        """Above zero while the targets of a comprehension are bound: they have a scope of their own, in the module too."""
        self.awaiting: ast.expr | None = None
        """What the innermost ``await`` waits for."""
        self.received: dict[Function, dict[str, list[Value]]] = {}
        """What the calls of this file give to the parameters of its own functions."""
        self._callees: dict[ast.AST, Value] = {}
        """What each call was found to call."""
        self.test_modules: list[Module] = [module]
        self.hooks: Any = None
        """The file's analysis, told of imports, functions and classes; None in a quiet evaluation."""
        self._expressions: dict[type, Any] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Constant: self._constant,
            ast.Call: self._call,
            ast.Subscript: self._subscript,
            ast.Tuple: self._tuple,
            ast.List: self._list,
            ast.Dict: self._dict,
            ast.Set: self._set,
            ast.Compare: self._compare,
            ast.BoolOp: self._boolop,
            ast.BinOp: self._binop,
            ast.UnaryOp: self._unary,
            ast.JoinedStr: self._joined,
            ast.FormattedValue: self._formatted,
            ast.IfExp: self._ifexp,
            ast.Lambda: self._lambda,
            ast.ListComp: self._listcomp,
            ast.SetComp: self._setcomp,
            ast.GeneratorExp: self._genexp,
            ast.DictComp: self._dictcomp,
            ast.Await: self._await,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.NamedExpr: self._walrus,
            ast.Starred: self._starred,
            ast.Slice: self._slice,
        }
        self._statements: dict[type, Any] = {
            ast.Expr: self._expr,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annassign,
            ast.AugAssign: self._augassign,
            ast.Assert: self._assert,
            ast.Return: self._return,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.If: self._if,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.Raise: self._raise,
            ast.FunctionDef: self._def,
            ast.AsyncFunctionDef: self._def,
            ast.ClassDef: self._class,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Global: self._global,
            ast.Nonlocal: self._global,
            ast.Delete: self._delete,
            ast.Match: self._match,
            ast.Pass: self._pass,
            ast.Continue: self._leave,
            ast.Break: self._leave,
        }

    # -- reporting -------------------------------------------------------------------------------------------------------

    def emit(self, noun: Noun) -> None:
        """Record a fact."""
        if self.sink is not None and not self.muted:
            self.sink.nouns.append(noun)

    def count(self, kind: str, node: ast.AST, resolved: bool, reason: str = "") -> None:
        """Count a patch or a fixture as resolved or not."""
        sink = self.sink
        if sink is None:
            return
        sink.statistics.total[kind] = sink.statistics.total.get(kind, 0) + 1
        if resolved:
            sink.statistics.resolved[kind] = sink.statistics.resolved.get(kind, 0) + 1
        if sink.record:
            sink.uses.append((node, kind, resolved, reason))
            if not resolved:
                sink.unresolved.append(Unresolved(node, kind, ast.unparse(node), reason))  # type: ignore[arg-type]

    def _recorded(self, node: ast.AST, kind: str, value: Value) -> None:
        sink = self.sink
        if sink is None:
            return
        resolved = type(value) is not Unknown
        reason = "" if resolved else value.reason  # type: ignore[attr-defined]
        sink.uses.append((node, kind, resolved, reason))
        if not resolved:
            sink.unresolved.append(Unresolved(node, kind, ast.unparse(node), reason))  # type: ignore[arg-type]

    def probing(self, *raised: str) -> bool:
        """Whether the test expects one of the exceptions that a fault here would raise, or nothing is reported here."""
        if self.muted or self.sink is None:
            return True
        for expected in self.probes:
            if expected is None:
                return True
            for name in raised:
                if not expected.isdisjoint(_ANCESTORS[name]):
                    return True
        return False

    def confirm(self, value: Value, name: str) -> bool:
        """Whether it stands that ``value`` has no attribute ``name``."""
        return self.sink is not None and self.world.vetoes.confirm(value, name, self.test_modules)

    def replace(self, name: str) -> None:
        """From here on the tests replace attributes of that name."""
        self.replaced_names.add(name)

    # -- entry points ----------------------------------------------------------------------------------------------------

    def eval(self, node: ast.expr) -> Value:
        """The value of an expression."""
        return self._expressions[type(node)](node)  # type: ignore[no-any-return]

    def _in_scope(self, scope: Scope, node: ast.expr) -> Value:
        saved, self.scope = self.scope, scope
        sink, self.sink = self.sink, None
        try:
            return self.eval(node)
        finally:
            self.scope, self.sink = saved, sink

    def standalone(self, node: ast.expr, cls: Class | None) -> Value:
        """The value of a module-level (or class-level) expression, whatever is being evaluated otherwise."""
        saved = self.scope
        scope: Scope = self.top
        if cls is not None:
            scope = self.class_scope(cls)
        self.scope = scope
        try:
            return self.eval(node)
        finally:
            self.scope = saved

    def class_scope(self, cls: Class) -> Scope:
        """The scope of a class body whose names are looked up lazily, as the module's are."""
        scope = Scope(self.module, cls.node, cls.scope or self.top, cls, is_class=True)
        scope.receiver = ClassValue(cls)
        return scope

    def apply(self, decorator: ast.expr, value: Value, cls: Class | None) -> Value:
        """What the decorator makes of ``value``."""
        function = self.standalone(decorator, cls)
        if isinstance(function, (FunctionValue, ClassValue)):
            return self.world.calls.result(function, Arguments((value,)))
        return UNKNOWN

    def run(self, function: Function, receiver: Value | None, given: dict[str, Value], parent: Scope | None) -> Scope:
        """Evaluate the body of a function in a scope of its own, and give that scope back."""
        scope = Scope(self.module, function.node, parent or self.top, function.owner)
        scope.function = function
        self.parameters(function, scope, receiver, given)
        self.body(function.node.body, scope)
        return scope

    def parameters(self, function: Function, scope: Scope, receiver: Value | None, given: dict[str, Value]) -> None:
        """Bind the parameters: what is given, the annotation, else nothing is known."""
        arguments = function.node.args
        names = scope.names
        positional = [*arguments.posonlyargs, *arguments.args]
        info = self.world.functions.info(function)
        if positional and (receiver is not None if function.owner is None else info.kind != "static"):
            first = positional.pop(0).arg
            if receiver is None and function.owner is not None:
                receiver = ClassValue(function.owner, exact=False) if info.kind == "class" else Instance(function.owner)
            assert receiver is not None
            names[first] = receiver
            scope.receiver = receiver
            scope.self_name = first
        for argument in (*positional, *arguments.kwonlyargs):
            value = given.get(argument.arg)
            if value is None and info.opaque and self.module.by_test:
                value = UNANNOTATED  # a decorator may hand over something else than the annotation says
            if value is None:
                value = self.annotated(argument.annotation, function.owner)
            names[argument.arg] = value
        if arguments.vararg is not None:
            cls = self.world.classes.builtin("tuple")
            element = self.annotated(arguments.vararg.annotation, function.owner)
            names[arguments.vararg.arg] = Instance(cls, (element,)) if cls is not None else UNKNOWN
        if arguments.kwarg is not None:
            cls = self.world.classes.builtin("dict")
            element = self.annotated(arguments.kwarg.annotation, function.owner)
            names[arguments.kwarg.arg] = Instance(cls, (self.world.string, element)) if cls is not None else UNKNOWN
        for name, value in names.items():
            scope.history[name] = [value]

    def annotated(self, annotation: ast.expr | None, cls: Class | None = None) -> Value:
        """The value of a parameter or variable with that annotation."""
        if annotation is None:
            return UNANNOTATED
        if self.scope is not self.top or (cls is not None and cls.scope is not None):
            found = self._local_annotation(annotation)
            if found is not None:
                return found
        value = self.world.annotations.value(annotation, self.module, cls)
        if is_none(value):
            return UNKNOWN
        return value

    def _local_annotation(self, node: ast.expr) -> Value | None:
        """A name of a class that is defined in a function."""
        if isinstance(node, ast.Name):
            scope: Scope | None = self.scope
            while scope is not None:
                found = scope.names.get(node.id)
                if found is not None:
                    return Instance(found.cls, found.args) if isinstance(found, ClassValue) else UNKNOWN
                scope = scope.parent
        return None

    def body(
        self, statements: Sequence[ast.stmt], scope: Scope, expected: Sequence[frozenset[str] | None] = ()
    ) -> bool:
        """Evaluate a function's body in ``scope``, inner functions last. True if control leaves before its end.

        ``expected`` are exceptions that the whole body is expected to raise.
        """
        saved = self.scope, self.probes, self.guards, self.replaced_names, self.seen_probes
        self.scope = scope
        self.guards = list(self.guards)
        self.probes = [*self.probes, *expected] if self.deferring else [*expected]
        outer_seen = self.seen_probes
        self.seen_probes = []
        self.replaced_names = scope.replaced = (
            set(saved[3]) if scope.parent is not self.top else set(self.shared_replaced)
        )
        for decorated in (scope.function, scope.cls):
            if decorated is not None and "patched" in decorated.memo:
                self.replaced_names |= decorated.memo["patched"]
        try:
            left = self.block(statements)
            self.run_deferred(scope)
            return left
        finally:
            outer_seen.extend(self.seen_probes)
            self.scope, self.probes, self.guards, self.replaced_names, self.seen_probes = saved

    def run_deferred(self, scope: Scope) -> None:
        """Bodies of inner functions and lambdas: they run when anything that this scope expects may be expected."""
        if not scope.deferred:
            return
        saved, was = self.probes, self.deferring
        self.probes = [*saved, *self.seen_probes]
        self.deferring = True
        try:
            while scope.deferred:
                scope.deferred.pop(0)()
        finally:
            self.probes, self.deferring = saved, was

    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Evaluate statements. True if control leaves (return, raise, continue, break, ``pytest.skip`` …)."""
        left = False
        table = self._statements
        for node in statements:
            handler = table.get(type(node))
            if handler is not None and handler(node):
                left = True
        return left

    # -- names -----------------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Value:
        name = node.id
        found = self.scope.names.get(name)
        if found is not None:
            return found
        return self._outer(node, name)

    def _outer(self, node: ast.Name, name: str) -> Value:
        scope = self.scope
        nonlocals = scope.nonlocals
        crossed = False
        current: Scope | None = scope
        while current is not None and current is not self.top:
            if current is not scope:
                if not current.is_class:
                    values = current.history.get(name)
                    if values is not None:
                        if nonlocals is not None and name in nonlocals:
                            return UNKNOWN
                        if not crossed:
                            return current.names.get(name) or union(values)
                        return union(values)
            elif current.is_class and current.cls is not None:
                found = self._class_name(current.cls, name)
                if found is not None:
                    return found
            if current.node is not None and not current.is_class:
                crossed = True
            current = current.parent
        value = self.globals.get(name)
        if value is None:
            value = self._global_name(node, name)
        return value

    def _class_name(self, cls: Class, name: str) -> Value | None:
        member = self.world.classes.body(cls).get(name)
        if member is None:
            return None
        return self.world.attributes.class_member(member, ClassValue(cls))

    def _global_name(self, node: ast.Name, name: str) -> Value:
        world = self.world
        module = self.module
        entry = world.library.entry(module, name)
        value: Value | None = None
        if isinstance(entry, Module):
            entry = None  # a submodule is no name of the module's own scope until something imports it
        if entry is not None:
            bindings = getattr(entry, "bindings", None)
            if bindings is None and name in self._builtin_names():
                entry = None  # the module may have any name, but hardly binds a builtin's anew
        if entry is not None:
            value = world.names.value(entry.module, name) if bindings is not None else UNKNOWN  # type: ignore[union-attr]
        if value is None:
            builtins = world.library.module("builtins")
            if builtins is not None and builtins is not module and name in builtins.table:
                value = world.names.value(builtins, name)
        if value is None:
            if name not in _MODULE_NAMES:
                self._undefined(node, name)
                return UNKNOWN
            value = UNKNOWN
        if type(value) is Mock:
            value = self.mocks.local(value)
        self.globals[name] = value
        return value

    def _builtin_names(self) -> Collection[str]:
        builtins = self.world.library.module("builtins")
        return builtins.table if builtins is not None else ()

    def _undefined(self, node: ast.Name, name: str) -> None:
        if self.sink is None or self.probing("NameError") or self.hooks is None:
            return
        scope: Scope | None = self.scope
        while scope is not None and scope.node is not None:
            if not (scope.is_class and scope is not self.scope) and name in _bound_in(scope.node):
                return
            scope = scope.parent
        if not self.hooks.may_be_undefined(name):
            return
        fixture = self.hooks.is_fixture(name, self.scope.cls)

        def names() -> list[str]:
            known: dict[str, None] = {}
            current: Scope | None = self.scope
            while current is not None:
                known.update(dict.fromkeys(current.names))
                current = current.parent
            known.update(dict.fromkeys(self.module.table))
            builtins = self.world.library.module("builtins")
            known.update(dict.fromkeys(builtins.table if builtins is not None else ()))
            return [item for item in known if not item.startswith("_")]

        self.emit(UndefinedName(node, name, fixture, names))

    # -- attributes ------------------------------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> Value:
        value = self.eval(node.value)
        name = node.attr
        kind = type(value)
        if self.sink is not None:
            self.attributes_total += 1
            if kind is not Unknown:
                self.attributes_resolved += 1
            if self.record:
                self._recorded(node, "attribute", value)
        if kind is Unknown:
            if name[0] == "_":
                self.private(node, name, None, Outcome.UNKNOWN, "load")
            return value
        scope = self.scope
        if scope.stored or self.deferring:
            stored = self._stored(node.value, name)
            if stored is not None:
                return stored
        if kind is Mock:
            return self.mocks.attribute(value, name, node)  # type: ignore[arg-type]
        if kind is Union and any(type(member) is Mock for member in value.members):  # type: ignore[attr-defined]
            return self.mocks.of_union(value, name, node)  # type: ignore[arg-type]
        if name in self.replaced_names and kind is not Special:
            if kind is Instance and value.cls.module.by_test:  # type: ignore[attr-defined]
                mock = self.world.attributes.get(value, name).value
                if type(mock) is Mock:
                    return self.mocks.local(mock)  # `self.fetch = patch("shop.fetch").start()`
            return REPLACED
        found = self.read(node, value, name)
        if kind is Instance and value.cls.module.by_test and type(found) is not Mock:  # type: ignore[attr-defined]
            found = self._declared_mock(value, name) or found  # type: ignore[arg-type]
        return self.mocks.local(found) if type(found) is Mock else found

    def _declared_mock(self, receiver: Instance, name: str) -> Mock | None:
        """The mock that the tests store in an attribute which their class annotates."""
        classes = self.world.classes
        member = classes.member(receiver.cls, name)
        if member is None or member.annotation is None:
            return None
        for base in classes.mro(receiver.cls):
            inner = classes.instance(base).get(name)
            if inner is not None and inner.method is not None:
                stored = self.world.inference.stored(base, inner)
                return stored if isinstance(stored, Mock) else None
        return None

    def _stored(self, receiver: ast.expr, name: str) -> Value | None:
        if isinstance(receiver, ast.Name):
            return self.scope.stored.get((receiver.id, name))
        if isinstance(receiver, ast.Attribute):
            key = dotted(receiver)
            if key is not None:
                return self.scope.stored.get((key, name))
        return None

    def read(self, node: ast.expr, value: Value, name: str) -> Value:
        """``value.name``, recorded where it cannot be done."""
        kind = type(value)
        if kind is Special:
            found = self.specials.attribute(value, name)  # type: ignore[arg-type]
            if found is not None:
                return found
            value = value.value  # type: ignore[attr-defined]
        elif kind is Coroutine:
            if name not in COROUTINE_API and not is_dunder(name):
                self.unawaited(node, value, "attribute")  # type: ignore[arg-type]
            return UNKNOWN
        elif kind is Request and name not in ("param", "getfixturevalue"):
            value = value.plain  # type: ignore[attr-defined]
        elif kind is Request or kind is Patcher or kind is CallSpec or kind is MockMethod or kind is Raises:
            return self.specials.member(value, name)
        elif kind is FunctionValue:
            if name not in FUNCTION_API and not is_dunder(name):
                self._of_function(node, value, name)  # type: ignore[arg-type]
            return UNKNOWN
        result = self.world.attributes.get(value, name)
        outcome = result.outcome
        if outcome is Outcome.FOUND:
            if name[0] == "_":
                self.private(node, name, value, outcome, "load")
            return result.value
        if outcome is Outcome.MISSING:
            self.missing(node, value, name, "load")
            return UNKNOWN
        if outcome is Outcome.OFF_CONTRACT:
            if is_private(name):
                self.private(node, name, value, outcome, "load")
            elif self.sink is not None and not self.muted:
                owner = self.world.attributes.owner(value)
                self.emit(AttributeUse(node, name, "load", owner, outcome, False, result.truth))
            return result.value
        if name[0] == "_":
            self.private(node, name, value, outcome, "load")
        return result.value

    def _of_function(self, node: ast.expr, value: FunctionValue, name: str) -> None:
        """An attribute of a plain function of the project: a call that was forgotten."""
        function = value.function
        if (
            self.sink is None
            or self.probing("AttributeError")
            or self.guarded(node, name)
            or not self.certain_call(value)
        ):
            return
        if not function.module.own or function.module.by_test or not self.world.calls.is_plain(function):
            return
        if self.world.vetoes.stored_in_project(name, tests=True) or self._stored_by_tests(name):
            return
        if any(self.world.vetoes.named_in(module, function.name) for module in self.test_modules):
            return
        self.emit(
            AttributeUse(node, name, "load", self.world.attributes.owner(value), Outcome.MISSING, is_private(name))
        )

    def missing(self, node: ast.expr, value: Value, name: str, context: str, fails: bool = True) -> None:
        """``value`` has no ``name``: record it, unless something speaks against that."""
        if self.sink is None or self.probing("AttributeError"):
            return
        if self.guarded(node, name) or self._own_mixin(value):
            return
        if name in API and any("mock" in module.text or "patch" in module.text for module in self.test_modules):
            return  # who asks for the API of a mock has put one there, however far from here
        if not self.confirm(value, name):
            return
        owner = self.world.attributes.owner(value)
        if owner is None or self._of_an_outer_class(value, name):
            return
        self.emit(AttributeUse(node, name, context, owner, Outcome.MISSING, is_private(name), None, fails))  # type: ignore[arg-type]

    def _of_an_outer_class(self, value: Value, name: str) -> bool:
        """Whether a class around the (test) class has the name: some collectors hand it down to nested classes."""
        outer = value.cls.outer if isinstance(value, (Instance, ClassValue)) and value.cls.module.by_test else None
        while outer is not None:
            if self.world.classes.member(outer, name) is not None or self.world.classes.open(outer):
                return True
            outer = outer.outer
        return False

    def _own_mixin(self, value: Value) -> bool:
        """``self`` in a class that does not say where the attribute comes from: a mixin for test classes."""
        scope: Scope | None = self.scope
        while scope is not None:
            if value is scope.receiver and scope.cls is not None and scope.cls.module is self.module:
                return self.world.is_mixin(scope.cls)
            scope = scope.parent
        return False

    def guarded(self, node: ast.expr, name: str) -> bool:
        if not self.guards:
            return False
        receiver = node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else node
        text = ast.unparse(receiver)
        return any(guard[0] == text and guard[1] in (name, "*") for guard in self.guards)

    def private(self, node: ast.expr, name: str, value: Value | None, outcome: Outcome, context: str) -> None:
        if self.sink is None or self.muted or not is_private(name):
            return
        receiver = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls", "mcs"):
            return
        if (
            isinstance(receiver, ast.Call)
            and isinstance(receiver.func, ast.Name)
            and receiver.func.id in ("super", "type")
        ):
            return
        owner = self.world.attributes.owner(value) if value is not None else None
        if owner is not None and owner.by_test:
            return
        if isinstance(value, (Mock, Unknown)):
            return
        if owner is not None and owner.symbol in ("types.SimpleNamespace", "argparse.Namespace"):
            return  # whoever built it named what it holds
        if value is None and receiver is not None and self._of_the_tests(receiver):
            return
        self.emit(AttributeUse(node, name, context, owner, outcome, True))  # type: ignore[arg-type]

    def _of_the_tests(self, receiver: ast.expr) -> bool:
        """Whether an unknown receiver is rooted in something that the tests define themselves."""
        while isinstance(receiver, (ast.Attribute, ast.Subscript, ast.Call)):
            receiver = receiver.func if isinstance(receiver, ast.Call) else receiver.value
        if not isinstance(receiver, ast.Name):
            return False
        return receiver.id in self.module.table or receiver.id in ("self", "cls")

    # -- literals --------------------------------------------------------------------------------------------------------

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

    # -- operators -------------------------------------------------------------------------------------------------------

    def _compare(self, node: ast.Compare) -> Value:
        left = self.eval(node.left)
        for operator, item in zip(node.ops, node.comparators, strict=True):
            right = self.eval(item)
            if not isinstance(operator, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
                if type(left) is Coroutine:
                    self.unawaited(node.left, left, "compare")
                if type(right) is Coroutine:
                    self.unawaited(item, right, "compare")
            elif type(left) is Coroutine and is_none(right) and isinstance(node.left, ast.Call):
                self.unawaited(node.left, left, "compare")
            left = right
        return self.world.boolean

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
            values[:-1] = [without_none(value) for value in values[:-1]]
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
                if isinstance(node.op, ast.Div):
                    return UNKNOWN
                return Instance(left.cls)
            if left.cls.symbol == "builtins.str" and isinstance(node.op, ast.Mod):
                return self.world.string
        method = _OPERATORS.get(type(node.op))
        if method is not None and isinstance(left, Instance) and left.cls.module.kind == "typeshed":
            found = self.world.attributes.get(left, method).value
            if isinstance(found, FunctionValue) and left.cls.symbol.startswith(("pathlib.", "datetime.")):
                return self.world.calls.result(found, Arguments((right,)))
        return UNKNOWN

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

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.scope.bind(node.target.id, value)
        return value

    # -- functions -------------------------------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda) -> Value:
        scope = self.scope
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.eval(default)
        signature = from_function(node, "lambda", drop_first=False)
        result: Value = UNKNOWN

        def later() -> None:
            inner = Scope(self.module, node, scope, scope.cls)
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                inner.bind(argument.arg, UNANNOTATED)
            for rest in (node.args.vararg, node.args.kwarg):
                if rest is not None:
                    inner.bind(rest.arg, UNKNOWN)
            saved, self.scope = self.scope, inner
            try:
                self.eval(node.body)
            finally:
                self.scope = saved

        if self.sink is not None:
            self.defer(scope, later)
        elif not node.args.args:
            result = self.eval(node.body) if not isinstance(node.body, (ast.Await, ast.Yield)) else UNKNOWN
        return Callable(result, signature, node, scope)

    def defer(self, scope: Scope, job: Any) -> None:
        muted, replaced, guards = self.muted, self.replaced_names, list(self.guards)

        def run() -> None:
            saved = self.muted, self.guards, self.replaced_names
            self.muted, self.guards = muted, guards
            self.replaced_names = replaced
            try:
                job()
            finally:
                self.muted, self.guards, self.replaced_names = saved

        scope.deferred.append(run)

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
        targets = {n.id for g in generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
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

    def _needless(self, node: ast.expr | ast.stmt, value: Value, form: str, method: str = "__await__") -> None:
        """``await`` on the result of a call that the contract says is not awaitable."""
        if self.sink is None or self.probing("TypeError"):
            return
        called = node.value if isinstance(node, ast.Await) else node
        awaited = isinstance(called, ast.Await)
        if isinstance(called, ast.Await):
            called = called.value  # `await (await f())`
        if not isinstance(called, ast.Call):
            return
        callee = self._callees.get(called)
        if isinstance(callee, ClassValue):
            if not callee.cls.own or callee.cls.module.by_test or type(value) is not Instance or not value.exact:
                return
        elif not isinstance(callee, FunctionValue) or callee.function.is_async is not awaited:
            return
        elif not awaited and callee.function.node.returns is not None and not callee.function.module.is_stub:
            # Its annotation may be that of the synchronous one of two clients that share it: the body has to agree.
            returned, yielded = self.world.inference.results(callee.function, callee.receiver, None, callee.scope)
            if type(returned) is Unknown and type(yielded) is Unknown:
                return
        elif callee.function.node.returns is None:
            if not (callee.function.module.own and all(isinstance(m, Instance) and m.exact for m in members_of(value))):
                return
        for member in members_of(value):
            if not isinstance(member, Instance):
                return
            if is_none(member):
                continue
            classes = self.world.classes
            if classes.member(member.cls, method) is not None or classes.open(member.cls):
                return
            if (
                not member.exact
                and member.cls.symbol != "builtins.bool"
                and (self.world.vetoes.subclass_has(member.cls, method) or not _final(member.cls))
            ):
                return
        if not self.certain_call(callee):
            return
        owner = self.world.attributes.owner(callee)
        if owner is not None:
            self.emit(AwaitProblem(node, "needless-await", owner, form))  # type: ignore[arg-type]

    def unawaited(self, node: ast.expr | ast.stmt, value: Coroutine, form: str) -> None:
        """A coroutine is used as a value."""
        if self.sink is None or self.probing("AttributeError", "TypeError") or value.function is None:
            return
        if not self.world.is_plain_coroutine(value.function):
            return
        callee = self._callees.get(node) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
            callee = self._callees.get(node.value)
        if isinstance(callee, FunctionValue) and not self.certain_call(callee):
            return
        self.emit(AwaitProblem(node, "missing-await", self.world.attributes.function_owner(value.function), form))  # type: ignore[arg-type]

    # -- calls -----------------------------------------------------------------------------------------------------------

    def _consumed(self, node: ast.Call, argument: ast.expr, value: Coroutine) -> None:
        """A coroutine is handed to what wants its result: ``len``, ``self.assertEqual``."""
        function = node.func
        if isinstance(function, ast.Name):
            if (
                function.id in _CONSUMERS
                and function.id not in self.scope.names
                and function.id not in self.module.table
            ):
                self.unawaited(argument, value, "value")
        elif isinstance(function, ast.Attribute) and function.attr in _ASSERTIONS:
            if isinstance(function.value, ast.Name) and function.value.id == "self":
                self.unawaited(
                    argument, value, "assert" if function.attr in ("assertTrue", "assertFalse") else "compare"
                )

    def arguments(self, node: ast.Call) -> Arguments:
        """The arguments of a call, evaluated in order."""
        positional: list[Value] = []
        nodes: list[ast.expr] = []
        starred = double = False
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                value = self.eval(argument.value)
                fixed = isinstance(value, Instance) and (
                    value.cls.symbol == "builtins.tuple" or isinstance(argument.value, ast.List)
                )
                if isinstance(value, Instance) and value.items is not None and fixed and not starred:
                    positional.extend(value.items)
                    nodes.extend([argument] * len(value.items))
                else:
                    starred = True
            else:
                value = self.eval(argument)
                if type(value) is Coroutine:
                    self._consumed(node, argument, value)
                if not starred:
                    positional.append(value)
                    nodes.append(argument)
        keywords: list[tuple[str, Value, ast.keyword]] = []
        if len(node.keywords) > 1 and self.sink is not None and repeated_keyword(node) is not None:
            self.sink.repeated = True
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords.append((keyword.arg, value, keyword))
            elif (
                isinstance(value, Instance)
                and value.keys is not None
                and all(isinstance(k, str) for k in value.keys)
                and (isinstance(keyword.value, ast.Dict))
            ):
                keywords.extend((key, item, keyword) for key, item in value.keys.items())
            else:
                double = True
        return Arguments(positional, nodes, keywords, starred, double)

    def _call(self, node: ast.Call) -> Value:
        function = self.eval(node.func)
        kind = type(function)
        if self.sink is not None:
            self.calls_total += 1
            if kind is not Unknown:
                self.calls_resolved += 1
            if self.record:
                self._recorded(node, "call", function)
        if kind is Special or kind is Bounded:
            return self.specials.call(node, function)  # type: ignore[arg-type]
        if kind is FunctionValue:
            handler = self.specials.of_function(function.function)  # type: ignore[attr-defined]
            if handler is not None:
                return self.specials.call(node, Special(handler, function))
            self._callees[node] = function
        elif kind is ClassValue:
            self._callees[node] = function
        arguments = self.arguments(node)
        if kind is Unknown:
            return function
        if kind is Mock:
            return self.mocks.call(function, node, arguments)  # type: ignore[arg-type]
        if kind is MockMethod:
            return self.mocks.method(function, node, arguments)  # type: ignore[arg-type]
        return self.call(node, function, arguments)

    def call(self, node: ast.Call, function: Value, arguments: Arguments) -> Value:
        """``function(...)``: bound, reported where it does not bind, and evaluated."""
        if isinstance(function, Union):
            return self._call_union(node, function, arguments)
        if isinstance(function, (FunctionValue, ClassValue, Instance, Callable)):
            if self.sink is not None:
                self._check(node, function, arguments)
                self._hand_over(function, arguments)
                if type(function) is FunctionValue and function.function.module is self.module:
                    self._note_arguments(function, arguments)
            elif any(type(value) is Mock for value in arguments.positional) or any(
                type(v) is Mock for _, v, _ in arguments.keywords
            ):
                self._hand_over(function, arguments)
            result = self.world.calls.result(function, arguments)
            return self.mocks.local(result, anew=True) if type(result) is Mock else result
        return UNKNOWN

    def _note_arguments(self, function: FunctionValue, arguments: Arguments) -> None:
        """Keep what a helper of this file is given: that is what its parameters are, when it is evaluated at last."""
        callee = function.function
        node = callee.node
        received = self.received.setdefault(callee, {})
        if arguments.starred or arguments.double_starred:
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                received.setdefault(argument.arg, []).append(UNKNOWN)
            return
        drop = self.world.functions.drops_first(callee, function.receiver)
        signature = from_function(node, callee.name, drop_first=drop)
        for parameter, value in arguments.filling(signature):
            if parameter.annotation is None and parameter.kind in (0, 1, 3):
                known = not isinstance(value, (Mock, MockMethod, CallSpec))
                received.setdefault(parameter.name, []).append(value if known else UNKNOWN)

    def given_by_callers(self, function: Function) -> dict[str, Value]:
        """What the parameters of a helper are, by the calls of this file; only those that are known at every call."""
        given: dict[str, Value] = {}
        for name, values in self.received.get(function, {}).items():
            value = union(values)
            if type(value) is not Unknown and not is_none(value):
                given[name] = value
        return given

    def _call_union(self, node: ast.Call, function: Union, arguments: Arguments) -> Value:
        members = [member for member in function.members if not is_none(member)]
        if len(members) == 1:
            return self.call(node, members[0], arguments)
        return union(
            UNKNOWN if isinstance(member, (Mock, Special, MockMethod)) else self.world.calls.result(member, arguments)
            for member in members
        )

    def _check(self, node: ast.Call, function: Value, arguments: Arguments) -> None:
        found = self.world.calls.mismatches(function, arguments)
        if (
            found is None
            and isinstance(function, FunctionValue)
            and function.loose
            and isinstance(node.func, ast.Attribute)
        ):
            # `Cart.add("a")`: where the class itself is called through, nothing fills `self`.
            if isinstance(self.narrowing.quietly(node.func.value), ClassValue):
                function = FunctionValue(function.functions, None, function.scope)
                found = self.world.calls.mismatches(function, arguments)
        if found is None:
            return
        bound, mismatches = found
        model = (
            bound.owner is not None
            and self.world.classes.shape(bound.owner).kind == "pydantic"
            and bound.function is None
        )
        if bound.owner is not None and self.world.classes.shape(bound.owner).kind == "typeddict":
            return
        if self.probing("TypeError") or (model and self.probing("ValidationError")):
            return
        if not self.certain_call(function):
            return
        owner = self.world.attributes.owner(function)
        if owner is None:
            return
        problems = self.problems(node, arguments, bound.signature, mismatches)
        if model:
            problems = tuple(
                p for p in problems if p.kind != "dropped-keyword" or not self._dropping_asserted(node, str(p.name))
            )
        if not problems:
            return
        self.emit(CallUse(node, owner, str(bound.signature), tuple(bound.signature.keywords), problems, model))

    def _dropping_asserted(self, node: ast.Call, name: str) -> bool:
        """Whether the test is about a model that drops a keyword: it names it again, or compares the whole model."""
        if self.asserted is not None and any(inner is node for inner in ast.walk(self.asserted)):
            return True
        scope: Scope | None = self.scope
        while scope is not None and scope.function is None:
            scope = scope.parent
        if scope is None or scope.function is None:
            return False
        function = scope.function.node
        lines = self.module.text.splitlines()
        rest = [*lines[function.lineno : node.lineno - 1], *lines[node.end_lineno or node.lineno : function.end_lineno]]
        return any(re.search(rf"""["']{re.escape(name)}["']|\.{re.escape(name)}\b""", line) for line in rest)

    def certain_call(self, function: Value) -> bool:
        """Whether the function that is called is the one that was found, not an override or a replacement."""
        if isinstance(function, FunctionValue):
            name = function.function.name
            receiver = function.receiver
            if isinstance(receiver, (Instance, ClassValue)):
                if not receiver.exact and self.world.vetoes.subclass_has(receiver.cls, name):
                    return False
                via = receiver.via if isinstance(receiver, Instance) else None
                if (
                    via
                    and via is not PROXY
                    and (self.world.vetoes.stored_in_project(via, foreign_only=True) or self._stored_by_tests(via))
                ):
                    return False
                if not receiver.exact and not receiver.cls.own and self.world.vetoes.abstract(receiver.cls):
                    return False
            if name.startswith("__") and name.endswith("__") and name != "__init__":
                return False
            if name in self.replaced_names or self._stored_by_tests(name):
                return False
            module = function.function.module
            return not (module.own and not module.by_test and self.world.vetoes.stored_in_project(name))
        if isinstance(function, ClassValue):
            return (
                function.exact
                and function.cls.name not in self.replaced_names
                and not self._stored_by_tests(function.cls.name)
            )
        if isinstance(function, Instance):
            return function.exact
        return isinstance(function, Callable) and False

    def _stored_by_tests(self, name: str) -> bool:
        from llmlint.semantics.vetoes import foreign_stores

        return any(name in foreign_stores(module) for module in self.test_modules)

    def problems(
        self, node: ast.Call, arguments: Arguments, signature: Signature, mismatches: Sequence[Mismatch]
    ) -> tuple[Problem, ...]:
        """The mismatches with their places."""
        from llmlint.semantics.nearest import nearest

        missing = [mismatch.name for mismatch in mismatches if mismatch.kind == "missing" and mismatch.name]
        result: list[Problem] = []
        for mismatch in mismatches:
            at: ast.expr | ast.keyword = node
            near = None
            if mismatch.keyword is not None:
                at = next((keyword for name, _, keyword in arguments.keywords if name == mismatch.keyword), node)
            elif mismatch.at is not None and mismatch.at < len(arguments.nodes):
                at = arguments.nodes[mismatch.at]
            if mismatch.kind in ("unknown-keyword", "dropped-keyword") and mismatch.name:
                near = nearest(mismatch.name, missing)
            result.append(Problem(mismatch.kind, mismatch.name, at, near, mismatch.takes, mismatch.given))  # type: ignore[arg-type]
        return tuple(result)

    def _hand_over(self, function: Value, arguments: Arguments) -> None:
        """Mocks and fakes that are handed to typed parameters."""
        for value in (*arguments.positional, *(value for _, value, _ in arguments.keywords)):
            if type(value) is ClassValue and value.cls.module.by_test:
                self._may_change(function, value.cls)
        given = (*arguments.positional, *(value for _, value, _ in arguments.keywords))
        if not any(type(member) is Mock or _is_fake(member) for value in given for member in members_of(value)):
            return
        signatures = self.world.calls.signatures(function)
        if not signatures or len(signatures) > 2:
            return
        bound = signatures[-1] if len(signatures) == 1 else self._fitting(signatures, arguments)
        for parameter, value in arguments.filling(bound.signature):
            if parameter.annotation is None:
                continue
            module = (
                bound.function.module if bound.function is not None else bound.outer.module if bound.outer else None
            )
            if module is None:
                continue
            expected = self.world.annotations.value(parameter.annotation, module, bound.outer)
            mocks = [member for member in members_of(value) if type(member) is Mock]
            if mocks:
                if module.own and not module.by_test:  # what a library declares is the least that it asks for
                    for mock in mocks:
                        self.mocks.hand(mock, expected, "parameter", f"{bound.signature.name}({parameter.name}=…)")
            elif self.hooks is not None and _is_fake(value):
                self.hooks.fake_handed(value, expected)

    def _may_change(self, function: Value, cls: Class) -> None:
        """A class of the tests is handed to code that may add to it (what decorators are made for)."""
        if isinstance(function, FunctionValue) and function.function.module.kind != "typeshed":
            cls.memo["open"] = cls.memo["own_open"] = cls.own_open = "it is handed to code that may change it"
            cls.memo["constructor"] = None

    def _fitting(self, signatures: list[Bound], arguments: Arguments) -> Bound:
        from llmlint.contracts.signature import bind

        for bound in signatures:
            if not bind(
                bound.signature, len(arguments.positional), arguments.names(), starred=True, double_starred=True
            ):
                return bound
        return signatures[0]

    # -- subscripts ------------------------------------------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self.eval(node.value)
        key = self.eval(node.slice)
        kind = type(value)
        if kind is Unknown:
            return value
        if kind is Coroutine:
            self.unawaited(node, value, "subscript")  # type: ignore[arg-type]
            return UNKNOWN
        if kind is Mock:
            return UNKNOWN
        if kind is Instance:
            self._typed_key(node, value, key)  # type: ignore[arg-type]
        elif kind is ClassValue:
            shape = self.world.classes.shape(value.cls)  # type: ignore[attr-defined]
            if shape.kind == "enum" and isinstance(key, Instance) and isinstance(key.literal, str):
                found = self.world.attributes.get(value, key.literal)
                if found.outcome is Outcome.MISSING and not self.probing("KeyError"):
                    self.missing(node, value, key.literal, "key")
        return self.world.calls.subscript(value, key)

    def _typed_key(self, node: ast.Subscript, value: Instance, key: Value) -> None:
        shape = self.world.classes.shape(value.cls)
        if shape.kind != "typeddict" or not shape.known or not isinstance(node.ctx, ast.Load):
            return
        if isinstance(key, Instance) and isinstance(key.literal, str) and not self.probing("KeyError"):
            if self.world.calls.typed_key(value, key) is None and not self.guarded(node, key.literal):
                self.missing(node, value, key.literal, "key")

    # -- statements ------------------------------------------------------------------------------------------------------

    def _pass(self, node: ast.Pass) -> None:
        return None

    def _leave(self, node: ast.stmt) -> bool:
        return True

    def _expr(self, node: ast.Expr) -> bool:
        expression = node.value
        if type(expression) is ast.Constant:
            return False
        value = self.eval(expression)
        kind = type(value)
        if kind is Coroutine:
            if isinstance(expression, ast.Call):
                self.unawaited(expression, value, "statement")  # type: ignore[arg-type]
        elif kind is MockMethod and isinstance(expression, ast.Attribute):
            if expression.attr.startswith("assert_"):
                self.mocks.uncalled(value.mock, expression.attr, expression)  # type: ignore[attr-defined]
        return isinstance(expression, ast.Call) and self.specials.leaves(expression, value)

    def _assign(self, node: ast.Assign) -> None:
        value = self.eval(node.value)
        for target in node.targets:
            if type(target) is ast.Name:
                self._bind(target.id, value)
            else:
                if type(value) is Coroutine and isinstance(target, (ast.Tuple, ast.List)):
                    self.unawaited(node.value, value, "value")
                self.assign(target, value, node.value)

    def _bind(self, name: str, value: Value) -> None:
        scope = self.scope
        if scope is self.top and not self.comprehending:
            return  # the module's names are looked up lazily
        if scope.nonlocals is not None and name in scope.nonlocals:
            current = scope.parent
            while current is not None:
                if name in current.history:
                    current.bind(name, UNKNOWN)
                    return
                current = current.parent
            return
        if scope.is_class:
            scope.names[name] = value
            return
        scope.bind(name, value)

    def assign(self, target: ast.expr, value: Value, source: ast.expr | None = None) -> None:
        """Bind or store ``value`` at ``target``."""
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif isinstance(target, ast.Attribute):
            self._store(target, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value)
        elif isinstance(target, ast.Subscript):
            receiver = self.eval(target.value)
            self.eval(target.slice)
            if (
                isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
                and isinstance(receiver, Instance)
            ):
                if self.world.classes.shape(receiver.cls).kind == "typeddict":
                    self.guards.append((ast.unparse(target.value), target.slice.value))
            if isinstance(receiver, Instance) and receiver.keys is not None:
                # A dict display that is added to: its keys are no longer known.
                self._forget_keys(target.value, receiver)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, self.world.collection("list", [self.world.calls.element(value)], None))

    def _forget_keys(self, node: ast.expr, value: Instance) -> None:
        if isinstance(node, ast.Name) and node.id in self.scope.names:
            self.scope.names[node.id] = Instance(value.cls, (UNKNOWN, UNKNOWN), value.exact)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        parts = target.elts
        if isinstance(value, Instance) and value.items is not None and len(value.items) == len(parts):
            if not any(isinstance(part, ast.Starred) for part in parts):
                for part, item in zip(parts, value.items, strict=True):
                    self.assign(part, item)
                return
        element = (
            self.world.calls.element(value)
            if not isinstance(value, Instance) or value.items is None
            else union(value.items)
        )
        if isinstance(value, Instance) and self.world.classes.shape(value.cls).kind == "namedtuple":
            fields = self.world.classes.shape(value.cls).fields
            if len(fields) == len(parts):
                for part, field in zip(parts, fields, strict=True):
                    self.assign(part, self.world.attributes.get(value, field.name).value)
                return
        for part in parts:
            if isinstance(part, ast.Starred):
                self.assign(part.value, self.world.collection("list", [element], None))
            else:
                self.assign(part, element if not isinstance(element, Union) else UNKNOWN)

    def _store(self, target: ast.Attribute, value: Value) -> None:
        receiver = self.eval(target.value)
        name = target.attr
        if type(receiver) is Mock:
            self.mocks.store(receiver, name, value, target)
            return
        scope = self.scope
        if isinstance(target.value, ast.Name) and target.value.id == scope.self_name:
            scope.stores.setdefault(name, []).append(value)
            if type(value) is Mock and isinstance(receiver, Instance):
                self.mocks.hand(value, self.world.attributes.declared(receiver, name), "annotation")
        key = dotted(target.value)
        if key is not None and self._keeps_what_is_stored(receiver, name):
            scope.stored[(key, name)] = value
        if key != scope.self_name or scope.self_name is None:
            if isinstance(receiver, (Instance, ClassValue, ModuleValue)):
                self.judge_store(target, receiver, name)
            elif is_private(name) and isinstance(receiver, Unknown):
                self.private(target, name, None, Outcome.UNKNOWN, "store")
            self.replaced_names.add(name)
            if type(value) is Mock and isinstance(receiver, Instance):
                self.mocks.hand_attribute(value, self.world.attributes.get(receiver, name).value)

    def _keeps_what_is_stored(self, receiver: Value, name: str) -> bool:
        """Whether reading the attribute gives back what was stored: no ``__setattr__``, property or descriptor between."""
        if isinstance(receiver, ModuleValue):
            return True
        if not isinstance(receiver, (Instance, ClassValue)):
            return False
        classes = self.world.classes
        if classes.open(receiver.cls):
            return False
        hook = classes.member(receiver.cls, "__setattr__")
        if hook is not None and hook.owner.symbol != "builtins.object":
            return False
        member = classes.member(receiver.cls, name)
        if member is None:
            return True
        if member.kind == "property":
            return False
        body = classes.body(member.owner).get(name)
        return body is None or not isinstance(body.value, ast.Call)

    def judge_store(self, target: ast.expr, receiver: Value, name: str) -> None:
        if self.sink is None or self.muted or is_dunder(name) or name in self.replaced_names:
            return
        found = self.world.attributes.get(receiver, name)
        if found.outcome is Outcome.MISSING and isinstance(receiver, Instance):
            fails = self.world.write_fails(receiver.cls)
            if name[0] == "_" and self.world.classes.shape(receiver.cls).kind == "pydantic":
                return  # pydantic lets private names pass
            if (
                fails is None
                or self.probing("AttributeError", "FrozenInstanceError", "ValidationError")
                or self._own_mixin(receiver)
            ):
                return
            owner = self.world.attributes.owner(receiver)
            if owner is None or owner.by_test or not receiver.cls.own:
                if not fails:
                    return
            if not receiver.exact and self.world.vetoes.subclass_has(receiver.cls, name):
                return
            if receiver.cls.own and self.world.vetoes.stored_in_project(name):
                return
            if not fails and self._read_by_source(receiver, name):
                return
            self.emit(AttributeUse(target, name, "store", owner, Outcome.MISSING, is_private(name), None, fails))
        elif found.outcome is Outcome.MISSING:
            return  # a class or a module takes any name
        elif is_private(name):
            self.private(target, name, receiver, found.outcome, "store")
        elif found.outcome is Outcome.OFF_CONTRACT:
            owner = self.world.attributes.owner(receiver)
            self.emit(AttributeUse(target, name, "store", owner, found.outcome, False, found.truth))

    def _read_by_source(self, receiver: Instance, name: str) -> bool:
        """Whether the project's own sources ever read an attribute of that name (then somebody reads it)."""
        return self.world.vetoes.mentioned_in_project(name)

    def _annassign(self, node: ast.AnnAssign) -> None:
        annotated = self.annotated(node.annotation, self.scope.cls)
        if node.value is None:
            if isinstance(node.target, ast.Name) and self.scope is not self.top:
                self.scope.bind(node.target.id, annotated)
            return
        value = self.eval(node.value)
        if type(value) is Mock and value.stands is None:
            self.mocks.hand(value, annotated, "annotation")
        elif self.hooks is not None and _is_fake(value) and type(annotated) is Instance:
            self.hooks.fake_handed(value, annotated)
        elif annotated is ANY:
            value = ANY  # what is annotated as Any is meant to be anything
        elif type(annotated) is not Unknown and (
            type(value) is Unknown or not (isinstance(value, Instance) and value.exact) or is_none(value)
        ):
            value = annotated
        elif isinstance(annotated, Instance) and self.world.classes.shape(annotated.cls).kind == "typeddict":
            value = annotated
        self.assign(node.target, value)

    def _augassign(self, node: ast.AugAssign) -> None:
        value = self.eval(node.value)
        target = node.target
        if isinstance(target, ast.Name):
            old = self._name(ast.copy_location(ast.Name(target.id, ast.Load()), target))
            keeps = isinstance(old, Instance) and isinstance(value, Instance) and old.cls is value.cls
            self._bind(target.id, Instance(old.cls, old.args) if keeps and isinstance(old, Instance) else UNKNOWN)
        elif isinstance(target, ast.Attribute):
            load = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
            self.eval(load)
            key = dotted(target.value)
            if key is not None:
                self.scope.stored.pop((key, target.attr), None)
        else:
            self.assign(target, UNKNOWN)

    def _assert(self, node: ast.Assert) -> bool:
        test = node.test
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq):
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
        self.scope.returns.append(self.eval(node.value) if node.value is not None else self.world.none)
        return True

    def _raise(self, node: ast.Raise) -> bool:
        if node.exc is not None:
            self.eval(node.exc)
        if node.cause is not None:
            self.eval(node.cause)
        return True

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                if target.id in self.scope.names:
                    self.scope.names[target.id] = UNKNOWN
            elif isinstance(target, ast.Attribute):
                value = self.eval(target.value)
                if isinstance(value, (Instance, ClassValue, ModuleValue)) and target.attr not in self.replaced_names:
                    if self.world.attributes.get(value, target.attr).outcome is Outcome.MISSING:
                        self.missing(target, value, target.attr, "delete")
                    elif is_private(target.attr):
                        self.private(target, target.attr, value, Outcome.FOUND, "delete")
                self.replaced_names.add(target.attr)
            else:
                self.eval(target)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        if self.scope.nonlocals is None:
            self.scope.nonlocals = set()
        self.scope.nonlocals.update(node.names)

    # -- compound statements ---------------------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> bool:
        guard = self.narrowing.guard(node.test)
        condition = self.eval(node.test)
        if type(condition) is Coroutine:
            self.unawaited(node.test, condition, "value")
        if not _acts_on_absence(node):
            self.specials.gate(node.test)
        before = self.narrowing.save()
        self.muted += guard
        self.narrowing.apply(node.test, True)
        left_body = self.block(node.body)
        after_body = self.narrowing.save()
        self.narrowing.restore(before)
        self.narrowing.apply(node.test, False)
        left_else = self.block(node.orelse) if node.orelse else False
        self.muted -= guard
        if left_body and not left_else:
            return False
        if left_else and not left_body:
            self.narrowing.restore(after_body)
            return False
        self.narrowing.join(after_body)
        return left_body and left_else

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

    def _looped(self, node: ast.expr, value: Value, asynchronous: bool) -> Value:
        """What ``for`` (or ``async for``) over ``value`` gives, recorded where it is the wrong one of the two."""
        if asynchronous:
            self._needless(node, value, "for", "__aiter__")
            return self.world.calls.async_element(value)
        if type(value) is Coroutine:
            self.unawaited(node, value, "for")
        elif type(value) is Instance and value.cls.symbol in ("typing.AsyncGenerator", "typing.AsyncIterator"):
            self._sync_over_async(node, value, "for")
        return self.iterate(node, value)

    def iterate(self, node: ast.expr, value: Value) -> Value:
        """What a loop over ``value`` binds its target to."""
        if type(value) is Instance and value.items is not None and value.items:
            rows = value.items
            first = rows[0]
            if isinstance(first, Instance) and first.items is not None:
                width = len(first.items)
                columns = [row.items for row in rows if isinstance(row, Instance) and row.items is not None]
                if len(columns) == len(rows) and all(len(column) == width for column in columns):
                    parts = tuple(union(column[index] for column in columns) for index in range(width))
                    return self.world.collection("tuple", list(parts), parts)
        found = self.world.calls.element(value)
        return found if type(found) is not Unknown else ELEMENT

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
        return forever and not any(isinstance(inner, (ast.Break, ast.Return)) for inner in ast.walk(node))

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        pushed = 0
        for item in node.items:
            value = self.eval(item.context_expr)
            if type(value) is Raises:
                self.expect(value.exceptions)
                pushed += 1
                entered: Value = value.info
            elif type(value) is Patcher:
                entered = value.mock
            elif type(value) is Mock:
                entered = UNKNOWN
            else:
                asynchronous = isinstance(node, ast.AsyncWith)
                if type(value) is Coroutine and not asynchronous:
                    self.unawaited(item.context_expr, value, "with")
                elif type(value) is Instance:
                    self._manager(item.context_expr, value, asynchronous)
                entered = self.world.calls.entered(value, asynchronous)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered)
        left = self.block(node.body)
        for _ in range(pushed):
            self.probes.pop()
        return left and not pushed

    def expect(self, exceptions: frozenset[str] | None) -> None:
        """From here on those exceptions are expected (None: any)."""
        self.probes.append(exceptions)
        self.seen_probes.append(exceptions)

    def _manager(self, node: ast.expr, value: Instance, asynchronous: bool) -> None:
        classes = self.world.classes
        wanted, other = ("__aenter__", "__enter__") if asynchronous else ("__enter__", "__aenter__")
        if classes.member(value.cls, wanted) is None and classes.member(value.cls, other) is not None:
            if not classes.open(value.cls) and not is_none(value):
                self._sync_over_async(node, value, "with", asynchronous)

    def _sync_over_async(self, node: ast.expr, value: Instance, form: str, needless: bool = False) -> None:
        if self.sink is None or self.probing("AttributeError", "TypeError"):
            return
        wanted = {"with": ("__aenter__" if needless else "__enter__"), "for": "__iter__"}[form]
        callee = self._callees.get(node) if isinstance(node, ast.Call) else None
        generates = isinstance(callee, FunctionValue) and callee.function.is_async
        if not value.exact and not generates and self.world.vetoes.subclass_has(value.cls, wanted):
            return
        owner = self.world.attributes.owner(value)
        if isinstance(callee, FunctionValue):
            if not self.certain_call(callee):
                return
            owner = self.world.attributes.function_owner(callee.function)
        if owner is not None:
            self.emit(AwaitProblem(node, "needless-await" if needless else "missing-await", owner, form))  # type: ignore[arg-type]

    def _try(self, node: ast.Try | ast.TryStar) -> bool:
        expected = [self._caught(handler) for handler in node.handlers]
        for item in expected:
            self.expect(item)
        imports = any(item is None or not item.isdisjoint(_ANCESTORS["ImportError"]) for item in expected)
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
        for handler in node.handlers:
            self.narrowing.restore(entry)
            if handler.name:
                self._bind(handler.name, self._exception(handler))
            # What is done where something failed is the other way to do it.
            self.hooks_guard(imports, 1)
            left = self.block(handler.body)
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

    def hooks_guard(self, active: bool, step: int) -> None:
        """Enter or leave a guarded import."""
        if active and self.hooks is not None:
            self.hooks.guarded += step

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

    # -- definitions -----------------------------------------------------------------------------------------------------

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

    # -- imports ---------------------------------------------------------------------------------------------------------

    def _import(self, node: ast.Import) -> None:
        if self.hooks is not None:
            self.hooks.imported(node)
        if self.scope is self.top:
            return
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind(alias.asname or name, self.world.names.imported(name, self.module))

    def _import_from(self, node: ast.ImportFrom) -> None:
        if self.hooks is not None:
            self.hooks.imported(node)
        if self.scope is self.top:
            return
        from llmlint.contracts.reader import absolute

        source = absolute(node.module, node.level, self.module.package) or "?"
        for alias in node.names:
            if alias.name != "*":
                self._bind(alias.asname or alias.name, self.world.names.imported_name(source, alias.name, self.module))


_OPERATORS: Final = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Div: "__truediv__",
    ast.Mod: "__mod__",
    ast.Mult: "__mul__",
}


def dotted(node: ast.expr) -> str | None:
    """``a.b.c`` as text, for a plain chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner is not None else None
    return None


def _is_fake(value: Value) -> bool:
    return isinstance(value, Instance) and value.exact and value.cls.module.by_test


def _final(cls: Class) -> bool:
    """Whether what is annotated with the class is of the class for all practical purposes (no subclass changes ``await``)."""
    return cls.own or cls.module.name in ("builtins", "datetime", "decimal", "pathlib", "uuid")


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
                names.update(inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name))
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


def _bound_in(node: ast.AST) -> set[str]:
    """Every name that a function's or class's own body binds, parameters included."""
    names: set[str] = set()
    inside = {
        id(target)
        for inner in ast.walk(node)
        if isinstance(inner, ast.comprehension)
        for target in ast.walk(inner.target)
    }  # the variables of comprehensions
    for inner in ast.walk(node):
        if id(inner) in inside:
            continue
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            names.add(inner.id)
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, ast.arg):
            names.add(inner.arg)
        elif isinstance(inner, ast.alias):
            names.add(inner.asname or inner.name.partition(".")[0])
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            names.add(inner.name)
        elif isinstance(inner, (ast.MatchAs, ast.MatchStar)) and inner.name:
            names.add(inner.name)
        elif isinstance(inner, ast.MatchMapping) and inner.rest:
            names.add(inner.rest)
        elif isinstance(inner, (ast.Global, ast.Nonlocal)):
            names.update(inner.names)
        else:
            names.update(getattr(p, "name", "") for p in getattr(inner, "type_params", ()))
    return names
