"""What every evaluation has: its state, what it tells, and how bodies are run."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from llmlint.contracts.symbols import Class, Function, Module
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.nouns import (
    Noun,
    Unresolved,
)
from llmlint.semantics.scope import Scope
from llmlint.semantics.values import (
    UNANNOTATED,
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Unknown,
    Value,
    is_none,
    members_of,
    without_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.mocks.mocks import Mocks
    from llmlint.semantics.mocks.values import Mock
    from llmlint.semantics.narrowing import Narrowing
    from llmlint.semantics.patches import Patches
    from llmlint.semantics.specials import Specials
    from llmlint.semantics.world import World
from llmlint.semantics.sink import Sink

ANCESTORS: Final = {
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


ABSENT: Final = "not "
"""Before the receiver of a guard that does not hold: then the name is that of something else."""


class Evaluation:
    """State and bookkeeping of the evaluation of one module's code; what code means stands in the classes built on this."""

    expressions: ClassVar[dict[type, Any]] = {}
    """What evaluates each kind of expression."""
    statements: ClassVar[dict[type, Any]] = {}
    """What evaluates each kind of statement: true where control leaves."""

    mocks: Mocks
    patches: Patches
    narrowing: Narrowing
    specials: Specials

    def __init__(self, world: World, module: Module, sink: Sink | None) -> None:
        self.world = world
        self.module = module
        self.sink = sink
        self.record = sink is not None and (sink.record or not sink.judging)
        self.scope = Scope(module, None, None)
        self.scope.evaluate = self._in_scope
        self.top = self.scope
        self.globals: dict[str, Value] = {}
        self.probes: list[frozenset[str] | None] = []
        """Exceptions that are expected here, innermost last; None stands for any."""
        self.seen_probes: list[frozenset[str] | None] = []
        self.asserted: ast.expr | None = None
        """What is being asserted, as a whole."""
        self.muted = 0
        """Above zero behind a version check or a guarded import: nothing is reported."""
        self.guards: list[tuple[str, str]] = []
        """``hasattr`` guards that hold here: the receiver's text and the name ('*' for any)."""
        self.optional_imports: set[str] = set()
        """Top-level modules that ``importorskip`` asked for: where they are missing, the module's tests do not run."""
        self.shared_replaced: set[str] = set()
        self.doubled: dict[str, dict[ast.AST, tuple[Value, Value, Function | None]]] = {}
        """What the tests put in the place of attributes of that name, by where they do: on what, what, and in which test, if one
        does it in its own body."""
        self.put_back: set[ast.AST] = set()
        """Where something was put that is there no longer: the ``with`` has ended."""
        self.testing: Function | None = None
        """The test whose body is being evaluated."""
        self.replaced_names: set[str] = set()
        self.attributes_total = self.attributes_resolved = 0
        self.calls_total = self.calls_resolved = 0
        self.deferring = False
        self.comprehending = 0
        """Above zero while the targets of a comprehension are bound: they have a scope of their own, in the module too."""
        self.dropped: ast.expr | None = None
        """The call that is a statement: nobody asks what it gives."""
        self.awaiting: ast.expr | None = None
        """What the innermost ``await`` waits for."""
        self.received: dict[Function, dict[str, list[Value]]] = {}
        """What the calls of this file give to the parameters of its own functions."""
        self.grown: dict[ast.AST, frozenset[str]] = {}
        """By a function or module: the names of collections that something is put into there."""
        self.callees: dict[ast.AST, Value] = {}
        self.lambdas: dict[ast.Lambda, list[Value]] = {}
        """What the parameters of a lambda are given by the call that it is written in."""
        """What each call was found to call."""
        self.replaced_reads: dict[ast.AST, Value] = {}
        """Attributes that were read where the tests replace them, and what they were read from."""
        self.surely_mocks: set[ast.AST] = set()
        """Attributes of which a method is asked what only mocks have."""
        self.told_private: set[ast.AST] = set()
        """Expressions of which it was said that they reach for something private."""
        self.rows_told: set[tuple[int, str]] = set()
        """Where it was said of which name that it is private."""
        self.test_modules: list[Module] = [module]
        self.hooks: Any = None
        """The file's analysis, told of imports, functions and classes; None in a quiet evaluation."""

    def let_go(self) -> None:
        """Forget what a file has handed to this module: values that would keep its tree alive."""
        for kept in (
            self.doubled,
            self.put_back,
            self.received,
            self.callees,
            self.lambdas,
            self.replaced_reads,
            self.surely_mocks,
        ):
            kept.clear()

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
        if not sink.judging:
            if resolved:
                sink.seen.append((node, value))
            return
        reason = "" if resolved else value.reason  # type: ignore[attr-defined]
        sink.uses.append((node, kind, resolved, reason))
        if not resolved:
            sink.unresolved.append(Unresolved(node, kind, ast.unparse(node), reason))  # type: ignore[arg-type]

    @property
    def judging(self) -> bool:
        """Whether a fault that stands here would be told of."""
        sink = self.sink
        return sink is not None and sink.judging and not self.muted

    def probing(self, *raised: str) -> bool:
        """Whether the test expects one of the exceptions that a fault here would raise, or nothing is reported here."""
        if self.muted or self.sink is None:
            return True
        for expected in self.probes:
            if expected is None:
                return True
            for name in raised:
                if not expected.isdisjoint(ANCESTORS[name]):
                    return True
        return False

    def confirm(self, value: Value, name: str) -> bool:
        """Whether it stands that ``value`` has no attribute ``name``."""
        return self.sink is not None and self.sink.judging and self.world.vetoes.confirm(value, name, self.test_modules)

    def replace(self, name: str) -> None:
        """From here on the tests replace attributes of that name."""
        self.replaced_names.add(name)

    def put(self, node: ast.AST, name: str, receiver: Value, value: Value) -> None:
        """At ``node`` the tests put ``value`` in the place of the attribute ``name`` of ``receiver``."""
        self.doubled.setdefault(name, {})[node] = (receiver, value, self.testing)
        self.put_back.discard(node)

    def is_put_back(self, name: str) -> bool:
        """Whether the test that is being evaluated has replaced attributes of that name, and all of them are as they were again."""
        puts = [at for at, (_, _, test) in self.doubled.get(name, {}).items() if test is None or test is self.testing]
        return bool(puts) and self.put_back.issuperset(puts)

    def double(self, receiver: Value, name: str) -> Mock | None:
        """The mock that stands in the attribute, where all that the tests put there are mocks that stand for the same."""
        mocks: dict[Value, None] = {}
        for one in members_of(without_none(receiver)):
            found = self._put_there(one, name)
            if not found:
                return None
            mocks.update(dict.fromkeys(found))
        return self.mocks.alike(list(mocks))

    def _put_there(self, receiver: Value, name: str) -> list[Value]:
        """What the tests put in the place of that attribute; nothing where that is not known."""
        values: list[Value] = []
        for at, (owners, value, test) in self.doubled.get(name, {}).items():
            if (test is not None and test is not self.testing) or at in self.put_back:
                continue  # another test's own affair, or over
            for owner in members_of(without_none(owners)):
                if isinstance(owner, Instance) and isinstance(receiver, ClassValue):
                    continue  # what one object has in the place of a method, its class has not
                if isinstance(owner, (Instance, ClassValue)) and isinstance(receiver, (Instance, ClassValue)):
                    related = self.world.classes.is_subclass
                    if related(owner.cls, receiver.cls) or related(receiver.cls, owner.cls):
                        if isinstance(owner, ClassValue) and getattr(value, "strict", "") == "autospec":
                            return []  # a function that Python binds to what it is read from
                        stands = getattr(value, "stands", None)
                        if isinstance(stands, FunctionValue):
                            real = self.world.attributes.get(receiver, name).value
                            if not isinstance(real, FunctionValue) or real.function is not stands.function:
                                return []  # its spec is another one than what stands there
                        values.append(value)
                elif isinstance(owner, ModuleValue) and isinstance(receiver, ModuleValue):
                    if owner.module is receiver.module:
                        values.append(value)
                elif isinstance(owner, Unknown):
                    return []
        return values

    def callee(self, node: ast.AST) -> Value | None:
        """What a call of this file was found to call."""
        return self.callees.get(node)

    def inside(self) -> ast.AST | None:
        """The function whose body is being evaluated."""
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.function is not None:
                return scope.function.node
            scope = scope.parent
        return None

    def expect(self, exceptions: frozenset[str] | None) -> None:
        """From here on those exceptions are expected (None: any)."""
        self.probes.append(exceptions)
        self.seen_probes.append(exceptions)

    def hooks_guard(self, active: bool, step: int) -> None:
        """Enter or leave a guarded import."""
        if active and self.hooks is not None:
            self.hooks.guarded += step

    def eval(self, node: ast.expr) -> Value:
        """The value of an expression."""
        return self.expressions[type(node)](self, node)  # type: ignore[no-any-return]

    def _in_scope(self, scope: Scope, node: ast.expr) -> Value:
        saved, self.scope = self.scope, scope
        sink, self.sink = self.sink, None
        try:
            return self.eval(node)
        finally:
            self.scope, self.sink = saved, sink

    def in_frame(self, frame: Scope, node: ast.expr) -> Value:
        """The value of an expression at the end of a body that was run."""
        return self._in_scope(frame, node)

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
            argument = positional.pop(0)
            first = argument.arg
            if receiver is None and function.owner is not None:
                receiver = ClassValue(function.owner, exact=False) if info.kind == "class" else Instance(function.owner)
            assert receiver is not None
            if argument.annotation is not None and type(receiver) is Instance:
                said = self.annotated(argument.annotation, function.owner)
                if type(said) is Instance and not self.world.classes.is_subclass(receiver.cls, said.cls):
                    receiver = said  # `def test_it(self: Tested)`: a mixin tells what it is mixed into
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
            outer_seen.extend(one for one in self.seen_probes if one not in outer_seen)
            self.scope, self.probes, self.guards, self.replaced_names, self.seen_probes = saved

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
        """Evaluate statements. True if control leaves (return, raise, continue, break, ``pytest.skip`` …).

        Nothing is reported of the statements behind that, as type checkers report nothing of them.
        """
        left = False
        table = self.statements
        muted = self.muted
        for node in statements:
            handler = table.get(type(node))
            if handler is not None and handler(self, node):
                left = True
                self.muted = muted + 1
        self.muted = muted
        return left
